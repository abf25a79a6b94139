//! Work with a deadline.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::column::{Column, Range};
use turnout_core::models::{self, DeadlineWork, MOST_DEADLINE_INTERVALS, Task};

use super::answers::Answers;
use super::options::Options;
use super::table::{Name, Table};

type Found<'py> = PyResult<Bound<'py, PyDict>>;

/// Tasks and intervals, each with rows of their own.
struct Work<'py> {
    /// Of the tasks.
    listed: Table<'py>,
    /// Of the intervals.
    intervals: Table<'py>,
    tasks: Vec<Task>,
    open_s: Vec<f64>,
}

impl<'py> Work<'py> {
    fn read(py: Python<'py>, columns: &Bound<'py, PyDict>, needed: &[Name]) -> PyResult<Self> {
        let listed = Table::read(py, columns, &[], &[Name::Arrives, Name::Due, Name::WorkS])?;
        listed.in_order(Name::WorkS)?;
        let intervals = Table::read(py, columns, &[], &[&[Name::OpenS], needed].concat())?;
        intervals.in_order(Name::OpenS)?;
        let open_s = intervals.cells().all(Name::OpenS, intervals.given.rows, f64::NAN);
        let arrives = places(&listed, "arrives", Name::Arrives)?;
        let due = places(&listed, "due", Name::Due)?;
        let cells = listed.cells();
        let tasks = arrives.into_iter().zip(due).enumerate().map(|(row, places)| match places {
            (Some(arrives), Some(due)) => Task { arrives, due, work_s: cells.at(Name::WorkS, row) },
            // When it is to be done is not known, so that nothing is.
            _ => Task { arrives: 0, due: 0, work_s: f64::NAN },
        });
        let tasks = tasks.collect();
        Ok(Self { listed, intervals, tasks, open_s })
    }

    fn work(&self) -> DeadlineWork<'_> {
        DeadlineWork { tasks: &self.tasks, open_s: &self.open_s }
    }

    fn answers<'a>(&'a self, of: &'a Table<'py>) -> Answers<'a, 'py> {
        Answers::together(of, &[&self.listed, &self.intervals])
    }

    /// The table to which an argument belongs that the core refuses.
    fn whole<T: Send>(&self, work: impl FnOnce() -> Result<T, models::ModelError> + Send) -> PyResult<T> {
        let found = self.intervals.given.py().detach(work);
        found.map_err(|error| match &error {
            models::ModelError::OutOfRange { argument, .. } if matches!(argument.name(), "due" | "work_s") => {
                self.listed.refuse(None, &error)
            }
            _ => self.intervals.refuse(None, &error),
        })
    }
}

/// The intervals that a column names; none where that is not known.
fn places(table: &Table<'_>, name: &'static str, column: Name) -> PyResult<Vec<Option<usize>>> {
    let last = u32::try_from(MOST_DEADLINE_INTERVALS).unwrap_or(u32::MAX) - 1;
    let cells = table.cells();
    cells
        .column(column)
        .unwrap_or(Column::One(f64::NAN))
        .check(name, Range::Count(last))
        .map_err(|fault| table.given.refuse(&fault))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, and bounded")]
    let place = |value: f64| (!value.is_nan()).then_some(value as usize);
    Ok(cells.all(column, table.given.rows, f64::NAN).into_iter().map(place).collect())
}

/// The number of an interval, in a column of numbers.
fn number(place: usize) -> f64 {
    u32::try_from(place).map_or(f64::INFINITY, f64::from)
}

pub fn deadline_agents<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>, options: &Options) -> Found<'py> {
    let given = Work::read(py, columns, &[])?;
    let work = given.work();
    let (constant, smooth) = given.whole(|| {
        let smooth = if options.smooth { Some(models::smooth_capacity(&work)?) } else { None };
        Ok((models::constant_capacity(&work)?, smooth))
    })?;
    if constant.agents == f64::INFINITY
        && let Some((first, last)) = constant.critical
    {
        return Err(PyValueError::new_err(format!(
            "work is due in intervals {first} to {last}, in which nobody works; move its deadline or open one of them"
        )));
    }
    let open = |time: &f64| if *time > 0.0 { constant.agents } else { constant.agents * 0.0 };
    let agents = smooth.unwrap_or_else(|| given.open_s.iter().map(open).collect());
    let answers = given.answers(&given.intervals);
    answers.numbers("agents", agents.into_iter())?;
    answers.found.set_item("peak_agents", constant.agents)?;
    answers.found.set_item("critical_first", constant.critical.map(|(first, _)| first))?;
    answers.found.set_item("critical_last", constant.critical.map(|(_, last)| last))?;
    Ok(answers.found)
}

pub fn deadline_completion<'py>(py: Python<'py>, columns: &Bound<'py, PyDict>) -> Found<'py> {
    let given = Work::read(py, columns, &[Name::Agents])?;
    let work = given.work();
    let agents = given.intervals.cells().all(Name::Agents, given.open_s.len(), f64::NAN);
    let done = given.whole(|| models::completion(&work, &agents))?;
    let intervals = given.answers(&given.intervals);
    intervals.numbers("done_s", done.intervals.iter().map(|row| row.done_s))?;
    intervals.numbers("done_late_s", done.intervals.iter().map(|row| row.done_late_s))?;
    intervals.numbers("backlog_s", done.intervals.iter().map(|row| row.backlog_s))?;
    intervals.numbers("overdue_s", done.intervals.iter().map(|row| row.overdue_s))?;
    intervals.numbers("idle_s", done.intervals.iter().map(|row| row.idle_s))?;
    let tasks = given.answers(&given.listed);
    tasks.numbers_if("completed_interval", done.tasks.iter().map(|task| task.completed.map(number)))?;
    tasks.numbers("late_s", done.tasks.iter().map(|task| task.late_s))?;
    let lateness = |task: &models::TaskOutcome| if task.late_s.is_nan() { f64::NAN } else { number(task.lateness) };
    tasks.numbers("late_intervals", done.tasks.iter().map(lateness))?;
    intervals.found.update(tasks.found.as_mapping())?;
    Ok(intervals.found)
}
