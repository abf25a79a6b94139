//! Queues row by row: retrials, doubtful forecasts, chats.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::column::Column;
use turnout_core::models::{self, ChatQueue, Forecast, ModelError, RetrialQueue};
use turnout_core::staffing::Requirement;

use super::answers::{Answers, Required};
use super::options::Options;
use super::table::{Cells, Name, STAFFING, THRESHOLD, Table};

type Found<'py> = PyResult<Bound<'py, PyDict>>;

const QUEUE: [Name; 3] = [Name::Arrivals, Name::IntervalS, Name::AhtS];

/// The columns of a call: what the model has beyond a queue and its agents, or beyond a queue and its targets.
fn read<'py>(
    py: Python<'py>,
    columns: &Bound<'py, PyDict>,
    own: &[Name],
    needed: &[Name],
    asks: bool,
) -> PyResult<Table<'py>> {
    let names: Vec<Name> =
        own.iter().chain(if asks { &STAFFING[..] } else { &THRESHOLD[..] }).copied().chain([Name::PatienceS]).collect();
    let needed: Vec<Name> = needed
        .iter()
        .copied()
        .chain((!asks).then_some(Name::Agents))
        .chain((!asks).then_some(Name::AnswerWithinS))
        .collect();
    Table::read(py, columns, &names, &needed)
}

/// The requirements of all rows; `load` is that of a row in erlangs.
fn required<'py>(
    table: &Table<'py>,
    load: impl Fn(usize) -> f64 + Sync,
    one: impl Fn(usize) -> Result<Requirement, ModelError> + Sync,
) -> Found<'py> {
    let cells = table.cells();
    let rows = table.rows(|row| Required::new(one(row)?, load(row), &cells, row))?;
    let answers = Answers::by_rows(table);
    answers.required(table, &rows)?;
    Ok(answers.found)
}

const RETRIALS: [Name; 3] = [Name::RetryProbability, Name::BlockedRetryProbability, Name::Lines];

fn retrials(cells: &Cells<'_>, row: usize) -> RetrialQueue {
    RetrialQueue {
        queue: cells.queue(row),
        retry_probability: cells.get(Name::RetryProbability, row).unwrap_or_default(),
        blocked_retry_probability: cells.get(Name::BlockedRetryProbability, row).unwrap_or_default(),
        lines: cells.get(Name::Lines, row).unwrap_or(f64::INFINITY),
    }
}

pub fn retrial_metrics<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let table = read(py, columns, &RETRIALS, &QUEUE, false)?;
    let cells = table.cells();
    let rows = table.rows(|row| {
        models::retrial_metrics(&retrials(&cells, row), cells.at(Name::Agents, row), &cells.threshold(row, options))
    })?;
    let answers = Answers::by_rows(&table);
    answers.service(&rows.iter().map(|row| &row.service))?;
    answers.numbers("attempts", rows.iter().map(|row| row.attempts))?;
    answers.numbers("blocking_probability", rows.iter().map(|row| row.blocking_probability))?;
    Ok(answers.found)
}

pub fn retrial_required_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let table = read(py, columns, &RETRIALS, &QUEUE, true)?;
    let cells = table.cells();
    let load = |row| cells.queue(row).offered_load();
    required(&table, load, |row| models::retrial_required_agents(&retrials(&cells, row), &cells.staffing(row, options)))
}

fn forecast(cells: &Cells<'_>, row: usize, options: &Options) -> Forecast {
    Forecast { queue: cells.queue(row), arrivals_cv: cells.at(Name::ArrivalsCv, row), nodes: options.nodes }
}

const FORECAST: [Name; 4] = [Name::Arrivals, Name::IntervalS, Name::AhtS, Name::ArrivalsCv];

pub fn forecast_metrics<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let table = read(py, columns, &[], &FORECAST, false)?;
    let cells = table.cells();
    let rows = table.rows(|row| {
        let forecast = forecast(&cells, row, options);
        models::forecast_metrics(&forecast, cells.at(Name::Agents, row), &cells.threshold(row, options))
    })?;
    let answers = Answers::by_rows(&table);
    answers.service(&rows.iter().map(|row| &row.service))?;
    answers.numbers("interval_service_level", rows.iter().map(|row| row.interval_service_level))?;
    Ok(answers.found)
}

pub fn forecast_required_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let table = read(py, columns, &[], &FORECAST, true)?;
    let cells = table.cells();
    let load = |row| cells.queue(row).offered_load();
    required(&table, load, |row| {
        models::forecast_required_agents(&forecast(&cells, row, options), &cells.staffing(row, options))
    })
}

/// The handle times by level, the same for all rows.
fn levels<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>) -> PyResult<Vec<f64>> {
    let table = Table::read(py, columns, &[], &[Name::AhtByLevelS])?;
    table.in_order(Name::AhtByLevelS)?;
    Ok(match table.cells().column(Name::AhtByLevelS) {
        Some(Column::Each(values)) => values.to_vec(),
        _ => Vec::new(),
    })
}

fn chats<'a>(cells: &Cells<'_>, row: usize, aht_by_level_s: &'a [f64]) -> ChatQueue<'a> {
    ChatQueue {
        arrivals: cells.at(Name::Arrivals, row),
        interval_s: cells.at(Name::IntervalS, row),
        aht_by_level_s,
        patience_s: cells.patience_s(row),
    }
}

pub fn chat_metrics<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let levels = levels(py, columns)?;
    let table = read(py, columns, &[], &[Name::Arrivals, Name::IntervalS], false)?;
    let cells = table.cells();
    let rows = table.rows(|row| {
        let chats = chats(&cells, row, &levels);
        models::chat_metrics(&chats, cells.at(Name::Agents, row), &cells.threshold(row, options))
    })?;
    let answers = Answers::by_rows(&table);
    answers.service(&rows.iter().map(|row| &row.service))?;
    answers.numbers("aht_s", rows.iter().map(|row| row.aht_s))?;
    answers.numbers("concurrency", rows.iter().map(|row| row.concurrency))?;
    answers.numbers("busy_share", rows.iter().map(|row| row.busy_share))?;
    Ok(answers.found)
}

pub fn chat_required_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let levels = levels(py, columns)?;
    let table = read(py, columns, &[], &[Name::Arrivals, Name::IntervalS], true)?;
    let cells = table.cells();
    let alone_s = levels.first().copied().unwrap_or(f64::NAN);
    let load = |row| cells.at(Name::Arrivals, row) * alone_s / cells.at(Name::IntervalS, row);
    required(&table, load, |row| {
        models::chat_required_agents(&chats(&cells, row, &levels), &cells.staffing(row, options))
    })
}
