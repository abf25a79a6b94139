//! Answers under their names, of the kind that the columns are.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat};
use turnout_core::erlang::{OutOfRange, ServiceMetrics};
use turnout_core::models::ModelError;
use turnout_core::staffing::{Binding, Requirement, Scheduled, schedule};

use super::table::{Cells, Name, Table};
use crate::numbers::Given;

/// Which answers of a series are null.
enum Nulls {
    /// Those of rows of which a column is null.
    Rows(Option<Vec<bool>>),
    /// From this row on, those that are not known: each row takes something over from those before.
    From(usize),
}

/// The answers so far.
pub struct Answers<'a, 'py> {
    given: &'a Given<'py>,
    nulls: Nulls,
    pub found: Bound<'py, PyDict>,
}

impl<'a, 'py> Answers<'a, 'py> {
    /// For rows that know nothing of each other.
    pub fn by_rows(table: &'a Table<'py>) -> Self {
        let known = table.given.known(table.numbers.iter().flatten());
        Self { given: &table.given, nulls: Nulls::Rows(known), found: PyDict::new(table.given.py()) }
    }

    /// For rows in order.
    pub fn in_order(table: &'a Table<'py>) -> Self {
        let known = table.given.known(table.numbers.iter().flatten());
        let first = known.and_then(|known| known.iter().position(|known| !known));
        let nulls = Nulls::From(first.unwrap_or(usize::MAX));
        Self { given: &table.given, nulls, found: PyDict::new(table.given.py()) }
    }

    /// For rows of which none is known as long as one of several tables is not.
    pub fn together(table: &'a Table<'py>, tables: &[&Table<'py>]) -> Self {
        let known = |table: &&Table<'py>| table.given.known(table.numbers.iter().flatten());
        let some_null = tables.iter().filter_map(known).any(|known| known.contains(&false));
        let nulls = Nulls::From(if some_null { 0 } else { usize::MAX });
        Self { given: &table.given, nulls, found: PyDict::new(table.given.py()) }
    }

    /// A column, null also where it is not `there`.
    fn column(&self, name: &str, values: Vec<f64>, there: Option<Vec<bool>>) -> PyResult<Bound<'py, PyAny>> {
        let known = match &self.nulls {
            Nulls::Rows(None) | Nulls::From(usize::MAX) => there,
            Nulls::Rows(Some(known)) => Some(and(known.clone(), there)),
            Nulls::From(first) => {
                let known = values.iter().enumerate().map(|(row, value)| row < *first || !value.is_nan());
                Some(and(known.collect(), there))
            }
        };
        self.given.give(name, values, known.as_deref())
    }

    pub fn numbers(&self, name: &str, values: impl Iterator<Item = f64>) -> PyResult<()> {
        // A sum of nothing is -0, which is 0 to everybody but those who print it.
        let values = values.map(|value| value + 0.0);
        self.found.set_item(name, self.column(name, values.collect(), None)?)
    }

    /// Numbers of which some are not there: null in a series, NaN in an array.
    pub fn numbers_if(&self, name: &str, values: impl Iterator<Item = Option<f64>>) -> PyResult<()> {
        let (values, there) = values.map(|value| (value.unwrap_or(f64::NAN), value.is_some())).unzip();
        self.found.set_item(name, self.column(name, values, Some(there))?)
    }

    /// Truths; one that is not known is NaN here and false in an array.
    pub fn flags(&self, name: &str, values: impl Iterator<Item = f64>) -> PyResult<()> {
        let column = self.column(name, values.collect(), None)?;
        let py = column.py();
        let truths = if let Ok(float) = column.cast::<PyFloat>() {
            PyBool::new(py, float.value() > 0.0).to_owned().into_any()
        } else if column.hasattr("astype")? {
            column.call_method1("__gt__", (0.0,))?
        } else {
            let zeros = column.call_method1("fill_nan", (0.0,))?;
            zeros.call_method1("cast", (py.import("polars")?.getattr("Boolean")?,))?
        };
        self.found.set_item(name, truths)
    }

    /// The measures that all queues have.
    pub fn service<'s>(&self, rows: &(impl Iterator<Item = &'s ServiceMetrics> + Clone)) -> PyResult<()> {
        let column = |name: &str, of: fn(&ServiceMetrics) -> f64| self.numbers(name, rows.clone().map(of));
        column("offered_load", |row| row.offered_load)?;
        let stable = |row: &ServiceMetrics| if row.service_level.is_nan() { f64::NAN } else { f64::from(row.stable) };
        self.flags("stable", rows.clone().map(stable))?;
        column("occupancy", |row| row.occupancy)?;
        column("wait_probability", |row| row.wait_probability)?;
        column("abandon_probability", |row| row.abandon_probability)?;
        column("service_level", |row| row.service_level)?;
        column("asa_s", |row| row.asa_s)?;
        column("answered_asa_s", |row| row.answered_asa_s)?;
        column("mean_queue_length", |row| row.mean_queue_length)
    }

    /// What is required, and what to schedule for it.
    ///
    /// # Errors
    /// When a single queue cannot reach a target; among several its row is null or NaN.
    pub fn required(&self, table: &Table<'py>, rows: &[Required]) -> PyResult<()> {
        if table.is_scalar()
            && let [Required { requirement, .. }] = rows
            && requirement.agents == f64::INFINITY
        {
            return Err(unreachable(&table.cells(), requirement.binding));
        }
        let reached = |value: f64| (value != f64::INFINITY).then_some(value);
        self.numbers_if("required_agents", rows.iter().map(|row| reached(row.requirement.agents)))?;
        self.bindings(rows)?;
        self.numbers_if("scheduled_agents", rows.iter().map(|row| reached(row.scheduled.agents)))?;
        self.numbers_if("scheduled_unrounded", rows.iter().map(|row| reached(row.scheduled.unrounded)))?;
        self.numbers("offered_load", rows.iter().map(|row| row.load))
    }

    /// The names of what decided, null where nothing did.
    fn bindings(&self, rows: &[Required]) -> PyResult<()> {
        let names = || BINDINGS.iter().map(|binding| binding.name());
        let code = |row: &Required| BINDINGS.iter().position(|binding| *binding == row.requirement.binding);
        #[expect(clippy::cast_precision_loss, reason = "there are seven")]
        let codes = rows.iter().map(|row| code(row).unwrap_or_default() as f64).collect();
        let column = self.column("binding", codes, None)?;
        let py = column.py();
        let names = if let Ok(code) = column.cast::<PyFloat>() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among the names")]
            names().nth(code.value() as usize).into_pyobject(py)?.into_any()
        } else if column.hasattr("astype")? {
            let names = py.import("numpy")?.call_method1("array", (names().collect::<Vec<_>>(), "object"))?;
            names.get_item(column.call_method1("astype", ("int64",))?)?
        } else {
            let polars = py.import("polars")?;
            let names = (names().collect::<Vec<_>>(),);
            let names = polars.getattr("Series")?.call1((
                "binding",
                names.0,
                polars.getattr("Enum")?.call1((crate::staffing::WORDS.to_vec(),))?,
            ))?;
            names.call_method1("gather", (column.call_method1("cast", (polars.getattr("UInt32")?,))?,))?
        };
        self.found.set_item("binding", names)
    }
}

/// All that can decide.
const BINDINGS: [Binding; 7] = [
    Binding::Nothing,
    Binding::MinAgents,
    Binding::ServiceLevel,
    Binding::Asa,
    Binding::MaxOccupancy,
    Binding::MaxAbandon,
    Binding::MaxWaitProbability,
];

fn and(mut known: Vec<bool>, there: Option<Vec<bool>>) -> Vec<bool> {
    if let Some(there) = there {
        known.iter_mut().zip(there).for_each(|(known, there)| *known &= there);
    }
    known
}

/// What a row requires.
pub struct Required {
    pub requirement: Requirement,
    pub load: f64,
    scheduled: Scheduled,
}

impl Required {
    /// # Errors
    /// When shrinkage is out of range.
    pub fn new(requirement: Requirement, load: f64, cells: &Cells<'_>, row: usize) -> Result<Self, ModelError> {
        let shrinkage = cells.get(Name::Shrinkage, row).unwrap_or_default();
        let scheduled = schedule(requirement.agents, shrinkage).map_err(|error: OutOfRange| ModelError::from(error))?;
        Ok(Self { requirement, load, scheduled })
    }
}

fn unreachable(cells: &Cells<'_>, binding: Binding) -> PyErr {
    let of = match binding {
        Binding::ServiceLevel => Name::ServiceLevel,
        Binding::Asa => Name::AsaS,
        Binding::MaxOccupancy => Name::MaxOccupancy,
        Binding::MaxAbandon => Name::MaxAbandon,
        _ => Name::MaxWaitProbability,
    };
    let (name, value) = (binding.name().unwrap_or("the targets"), cells.at(of, 0));
    PyValueError::new_err(format!("no number of agents reaches {name} {value}; choose an easier target"))
}
