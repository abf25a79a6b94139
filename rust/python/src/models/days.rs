//! Intervals in order: loads, service, and backlogs that are carried.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::models::{self, CarriedInterval, LoadBasis, Series};
use turnout_core::staffing::Requirement;

use super::answers::{Answers, Required};
use super::options::Options;
use super::table::{Cells, Name, STAFFING, THRESHOLD, Table};

type Found<'py> = PyResult<Bound<'py, PyDict>>;

/// What every day is told by.
const DAY: [Name; 3] = [Name::Arrivals, Name::IntervalS, Name::AhtS];
/// What is the same in all of its intervals.
const CONSTANT: [Name; 13] = [
    Name::IntervalS,
    Name::AhtS,
    Name::PatienceS,
    Name::ArrivalsBefore,
    Name::Backlog,
    Name::AnswerWithinS,
    Name::ShortAbandonS,
    Name::ServiceLevel,
    Name::AsaS,
    Name::MaxOccupancy,
    Name::MaxAbandon,
    Name::MaxWaitProbability,
    Name::MinAgents,
];

/// The intervals of a day.
struct Day<'py> {
    table: Table<'py>,
    arrivals: Vec<f64>,
}

impl<'py> Day<'py> {
    fn read(py: Python<'py>, columns: &Bound<'py, PyDict>, names: &[Name], needed: &[Name]) -> PyResult<Self> {
        let names = [names, &[Name::PatienceS, Name::ArrivalsBefore, Name::Backlog]].concat();
        let table = Table::read(py, columns, &names, &[&DAY, needed].concat())?;
        table.in_order(Name::Arrivals)?;
        table.same_for_all(&CONSTANT)?;
        let arrivals = table.cells().all(Name::Arrivals, table.given.rows, f64::NAN);
        Ok(Self { table, arrivals })
    }

    fn cells(&self) -> Cells<'_> {
        self.table.cells()
    }

    fn series(&self) -> Series<'_> {
        let cells = self.cells();
        Series {
            arrivals: &self.arrivals,
            interval_s: cells.at(Name::IntervalS, 0),
            aht_s: cells.at(Name::AhtS, 0),
            patience_s: cells.patience_s(0),
            arrivals_before: cells.get(Name::ArrivalsBefore, 0).unwrap_or_default(),
        }
    }

    fn backlog(&self) -> f64 {
        self.cells().get(Name::Backlog, 0).unwrap_or_default()
    }

    fn column(&self, name: Name, without: f64) -> Vec<f64> {
        self.cells().all(name, self.arrivals.len(), without)
    }

    /// Requirements with the loads and the shrinkage of their intervals.
    fn required(&self, found: impl Iterator<Item = (Requirement, f64)>) -> PyResult<Vec<Required>> {
        let cells = self.cells();
        let rows = found.enumerate().map(|(row, (requirement, load))| {
            Required::new(requirement, load, &cells, row).map_err(|error| self.table.refuse(Some(row), &error))
        });
        rows.collect()
    }
}

pub fn interval_loads<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let day = Day::read(py, columns, &[], &[])?;
    let series = day.series();
    let loads = day.table.whole(|| models::interval_loads(&series, options.method))?;
    let answers = Answers::in_order(&day.table);
    answers.numbers("mean_load", loads.iter().map(|load| load.mean))?;
    answers.numbers("peak_load", loads.iter().map(|load| load.peak))?;
    answers.numbers("end_load", loads.iter().map(|load| load.end))?;
    Ok(answers.found)
}

pub fn interval_metrics<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let day = Day::read(py, columns, &THRESHOLD, &[Name::Agents, Name::AnswerWithinS])?;
    let (series, agents) = (day.series(), day.column(Name::Agents, f64::NAN));
    let threshold = day.cells().threshold(0, options);
    let (method, basis) = (options.method, options.basis);
    let rows = day.table.whole(|| models::interval_metrics(&series, method, basis, &agents, &threshold))?;
    let answers = Answers::in_order(&day.table);
    answers.service(&rows.iter())?;
    Ok(answers.found)
}

pub fn interval_required_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let day = Day::read(py, columns, &STAFFING, &[])?;
    let (series, staffing) = (day.series(), day.cells().staffing(0, options));
    let (method, basis) = (options.method, options.basis);
    let (loads, found) = day.table.whole(|| {
        let found = models::interval_required_agents(&series, method, basis, &staffing)?;
        Ok((models::interval_loads(&series, method)?, found))
    })?;
    let loads = loads.iter().map(|load| if basis == LoadBasis::Peak { load.peak } else { load.mean });
    let answers = Answers::in_order(&day.table);
    answers.required(&day.table, &day.required(found.into_iter().zip(loads))?)?;
    Ok(answers.found)
}

pub fn carried_metrics<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let day = Day::read(py, columns, &THRESHOLD, &[Name::Agents, Name::AnswerWithinS])?;
    let (series, agents, backlog) = (day.series(), day.column(Name::Agents, f64::NAN), day.backlog());
    let threshold = day.cells().threshold(0, options);
    let rows = day.table.whole(|| models::carried_metrics(&series, &agents, backlog, &threshold))?;
    let answers = Answers::in_order(&day.table);
    carried(&answers, rows.iter())?;
    Ok(answers.found)
}

pub fn carried_required_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let names = [&STAFFING[..], &[Name::MostAgents]].concat();
    let day = Day::read(py, columns, &names, &[])?;
    let (series, most_agents, backlog) = (day.series(), day.column(Name::MostAgents, f64::INFINITY), day.backlog());
    let staffing = day.cells().staffing(0, options);
    let rows = day.table.whole(|| models::carried_required_agents(&series, &most_agents, backlog, &staffing))?;
    let answers = Answers::in_order(&day.table);
    let found = rows.iter().map(|row| (row.requirement, row.interval.service.offered_load));
    answers.required(&day.table, &day.required(found)?)?;
    answers.numbers_if("agents", rows.iter().map(|row| (row.agents != f64::INFINITY).then_some(row.agents)))?;
    carried(&answers, rows.iter().map(|row| &row.interval))?;
    Ok(answers.found)
}

/// Intervals, and what they leave to the next.
fn carried<'r>(answers: &Answers<'_, '_>, rows: impl Iterator<Item = &'r CarriedInterval> + Clone) -> PyResult<()> {
    answers.service(&rows.clone().map(|row| &row.service))?;
    answers.numbers("completed", rows.clone().map(|row| row.completed))?;
    answers.numbers("abandoned", rows.clone().map(|row| row.abandoned))?;
    answers.numbers("in_service_after", rows.clone().map(|row| row.in_service_after))?;
    answers.numbers("waiting_after", rows.map(|row| row.waiting_after))
}
