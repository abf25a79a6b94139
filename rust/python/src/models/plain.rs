//! Workload, coverage, and the capacity trigger.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::models;

use super::answers::Answers;
use super::table::{Name, Table};

type Found<'py> = PyResult<Bound<'py, PyDict>>;

pub fn workload_fte<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>) -> Found<'py> {
    let table = Table::read(py, columns, &[], &[Name::Volume, Name::AhtS, Name::ProductiveHours])?;
    let cells = table.cells();
    let found = table.rows(|row| {
        let at = |name| cells.at(name, row);
        models::workload_fte(at(Name::Volume), at(Name::AhtS), at(Name::ProductiveHours))
    })?;
    let answers = Answers::by_rows(&table);
    answers.numbers("workload_fte", found.into_iter())?;
    Ok(answers.found)
}

pub fn coverage<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>) -> Found<'py> {
    let table = Table::read(py, columns, &[], &[Name::Required, Name::Scheduled])?;
    let all = |name| table.cells().all(name, table.given.rows, f64::NAN);
    let (required, scheduled) = (all(Name::Required), all(Name::Scheduled));
    let found = models::coverage(&required, &scheduled).map_err(|error| table.refuse(None, &error))?;
    let answers = Answers::by_rows(&table);
    answers.numbers("difference", found.difference.into_iter())?;
    answers.numbers("covered", found.covered.into_iter())?;
    answers.found.set_item("over", found.over)?;
    answers.found.set_item("under", found.under)?;
    answers.found.set_item("covered_share", found.covered_share)?;
    answers.found.set_item("intervals_covered", found.intervals_covered)?;
    Ok(answers.found)
}

pub fn capacity_triggers<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>) -> Found<'py> {
    let table = Table::read(py, columns, &[], &[Name::Volume, Name::AhtS, Name::AvailableHours])?;
    let all = |name| table.cells().all(name, table.given.rows, f64::NAN);
    let (volume, aht_s, available) = (all(Name::Volume), all(Name::AhtS), all(Name::AvailableHours));
    let found = models::capacity_triggers(&volume, &aht_s, &available).map_err(|error| table.refuse(None, &error))?;
    let answers = Answers::by_rows(&table);
    answers.numbers("work_hours", found.iter().map(|row| row.work_hours))?;
    answers.numbers("shortfall_hours", found.iter().map(|row| row.shortfall_hours))?;
    answers.flags("exceeded", found.iter().map(|row| f64::from(row.exceeded)))?;
    Ok(answers.found)
}
