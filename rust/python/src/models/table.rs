//! The columns of a call by their names, the rows they make, and what is wrong with them.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::column::Column;
use turnout_core::erlang::{Definition, Queue, Threshold};
use turnout_core::models::{Argument, ModelError};
use turnout_core::staffing::{Staffing, Targets};

use super::options::Options;
use crate::numbers::{Given, Numbers};

/// The columns that any of the models has.
#[derive(Clone, Copy)]
pub enum Name {
    Arrivals,
    IntervalS,
    AhtS,
    PatienceS,
    Agents,
    AnswerWithinS,
    ShortAbandonS,
    ServiceLevel,
    AsaS,
    MaxOccupancy,
    MaxAbandon,
    MaxWaitProbability,
    MinAgents,
    Shrinkage,
    RetryProbability,
    BlockedRetryProbability,
    Lines,
    ArrivalsCv,
    ArrivalsBefore,
    Backlog,
    MostAgents,
    Arrives,
    Due,
    WorkS,
    OpenS,
    Volume,
    ProductiveHours,
    AvailableHours,
    Required,
    Scheduled,
    AhtByLevelS,
}

/// Their names, in the same order.
const NAMES: [&str; 31] = [
    "arrivals",
    "interval_s",
    "aht_s",
    "patience_s",
    "agents",
    "answer_within_s",
    "short_abandon_s",
    "service_level",
    "asa_s",
    "max_occupancy",
    "max_abandon",
    "max_wait_probability",
    "min_agents",
    "shrinkage",
    "retry_probability",
    "blocked_retry_probability",
    "lines",
    "arrivals_cv",
    "arrivals_before",
    "backlog",
    "most_agents",
    "arrives",
    "due",
    "work_s",
    "open_s",
    "volume",
    "productive_hours",
    "available_hours",
    "required",
    "scheduled",
    "aht_by_level_s",
];

/// What a call was given.
pub struct Table<'py> {
    pub given: Given<'py>,
    pub numbers: [Option<Numbers<'py>>; NAMES.len()],
}

impl<'py> Table<'py> {
    /// Reads those of the columns that are named.
    ///
    /// # Errors
    /// What is no number, of another length than the rest, or needed and not there.
    pub fn read(py: Python<'py>, columns: &Bound<'py, PyDict>, names: &[Name], needed: &[Name]) -> PyResult<Self> {
        let mut objects = [const { None }; NAMES.len()];
        for name in names.iter().chain(needed) {
            objects[*name as usize] = columns.get_item(NAMES[*name as usize])?;
        }
        for name in needed {
            if objects[*name as usize].as_ref().is_none_or(Bound::is_none) {
                return Err(PyTypeError::new_err(format!("{} is needed", NAMES[*name as usize])));
            }
        }
        let arguments: [_; NAMES.len()] = std::array::from_fn(|place| (NAMES[place], objects[place].as_ref()));
        let (given, numbers) = Given::read(py, arguments)?;
        Ok(Self { given, numbers })
    }

    pub fn cells(&self) -> Cells<'_> {
        Cells { columns: std::array::from_fn(|place| self.numbers[place].as_ref().map(Numbers::column)) }
    }

    /// Whether all arguments are plain numbers.
    pub fn is_scalar(&self) -> bool {
        !self.cells().columns.iter().any(|column| matches!(column, Some(Column::Each(_))))
    }

    /// Works out every row, with other threads of Python running when there are many.
    pub fn rows<T: Send>(&self, one: impl Fn(usize) -> Result<T, ModelError> + Sync) -> PyResult<Vec<T>> {
        let found = self.given.work(|rows| {
            let rows = (0..rows).map(|row| one(row).map_err(|error| (row, error)));
            rows.collect::<Result<Vec<T>, _>>()
        });
        found.map_err(|(row, error)| self.refuse(Some(row), &error))
    }

    /// Works out all rows at once, with other threads of Python running.
    pub fn whole<T: Send>(&self, work: impl FnOnce() -> Result<T, ModelError> + Send) -> PyResult<T> {
        self.given.py().detach(work).map_err(|error| self.refuse(None, &error))
    }

    /// # Errors
    /// When the rows do not lie one after another: there is but one, as a number, or they have several dimensions.
    pub fn in_order(&self, name: Name) -> PyResult<()> {
        let name = NAMES[name as usize];
        if self.is_scalar() {
            return Err(PyTypeError::new_err(format!("{name} must be a list, an array or a series, not one number")));
        }
        match self.shape() {
            shape if shape.len() > 1 => {
                Err(PyValueError::new_err(format!("{name} must have one dimension, not {}", shape.len())))
            }
            _ => Ok(()),
        }
    }

    /// # Errors
    /// When a column that is the same for all rows is not.
    pub fn same_for_all(&self, names: &[Name]) -> PyResult<()> {
        let differs = |name: &&Name| matches!(self.cells().columns[**name as usize], Some(Column::Each(values)) if values.len() != 1);
        names.iter().find(differs).map_or(Ok(()), |name| {
            let name = NAMES[*name as usize];
            Err(PyValueError::new_err(format!("{name} must be one number for all intervals")))
        })
    }

    /// The error for what the core refuses, with its place where there are several.
    pub fn refuse(&self, row: Option<usize>, error: &ModelError) -> PyErr {
        let message = match error {
            ModelError::OutOfRange { argument, row: own, value } => {
                let name = argument.name();
                let place = match row.or(*own).filter(|_| self.is_each(name)) {
                    _ if *argument == Argument::AhtByLevelS => own.map(|own| format!("[{own}]")),
                    row => row.map(|row| self.place(row)),
                };
                let not = if value.is_nan() { String::new() } else { format!(", not {value}") };
                format!("{name}{} must be {}{not}", place.unwrap_or_default(), argument.range())
            }
            ModelError::TooLarge { what, .. } => format!("{error}; {}", remedy(what)),
            ModelError::Length { .. } => error.to_string(),
        };
        PyValueError::new_err(message)
    }

    /// Whether a column has a number for each row; of what is made of several, whether any has.
    fn is_each(&self, name: &str) -> bool {
        let columns = self.cells().columns;
        NAMES
            .iter()
            .position(|known| *known == name)
            .map_or_else(|| !self.is_scalar(), |place| matches!(columns[place], Some(Column::Each(_))))
    }

    /// The place of a row, with one index for each dimension.
    fn place(&self, row: usize) -> String {
        let mut rest = row;
        let mut found: Vec<usize> = Vec::new();
        for size in self.shape().iter().skip(1).rev() {
            found.push(rest % size);
            rest /= size;
        }
        found.push(rest);
        found.reverse();
        format!("{found:?}")
    }

    fn shape(&self) -> Vec<usize> {
        let like = self.given.give("", vec![f64::NAN; self.given.rows], None);
        like.and_then(|like| like.getattr("shape")?.extract()).unwrap_or_default()
    }
}

/// How to stay below a limit.
fn remedy(what: &str) -> &'static str {
    match what {
        "steps" => "divide the intervals into shorter ones",
        "intervals" => "give a part of them at a time",
        "tasks" => "add up tasks that arrive and are due in the same intervals",
        "levels of concurrency" => "an agent cannot have so many chats at once",
        _ => "divide the contacts over several queues, or give fewer agents or lines",
    }
}

/// The columns as the core reads them.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    columns: [Option<Column<'a>>; NAMES.len()],
}

impl<'a> Cells<'a> {
    pub fn column(&self, name: Name) -> Option<Column<'a>> {
        self.columns[name as usize]
    }

    /// The number of a row, if there is such a column.
    pub fn get(&self, name: Name, row: usize) -> Option<f64> {
        self.columns[name as usize].map(|column| column.at(row))
    }

    /// The number of a row; without a column it is not known.
    pub fn at(&self, name: Name, row: usize) -> f64 {
        self.get(name, row).unwrap_or(f64::NAN)
    }

    /// The numbers of all rows, or the same for each.
    pub fn all(&self, name: Name, rows: usize, without: f64) -> Vec<f64> {
        (0..rows).map(|row| self.get(name, row).unwrap_or(without)).collect()
    }

    pub fn queue(&self, row: usize) -> Queue {
        Queue {
            arrivals: self.at(Name::Arrivals, row),
            interval_s: self.at(Name::IntervalS, row),
            aht_s: self.at(Name::AhtS, row),
            patience_s: self.patience_s(row),
        }
    }

    pub fn patience_s(&self, row: usize) -> f64 {
        self.get(Name::PatienceS, row).unwrap_or(f64::INFINITY)
    }

    pub fn threshold(&self, row: usize, options: &Options) -> Threshold {
        let definition = match options.definition {
            Definition::ExcludeShortAbandons { .. } => {
                Definition::ExcludeShortAbandons { short_abandon_s: self.at(Name::ShortAbandonS, row) }
            }
            other => other,
        };
        Threshold { answer_within_s: self.at(Name::AnswerWithinS, row), definition }
    }

    pub fn staffing(&self, row: usize, options: &Options) -> Staffing {
        Staffing {
            targets: Targets {
                service_level: self.get(Name::ServiceLevel, row),
                asa_s: self.get(Name::AsaS, row),
                max_occupancy: self.get(Name::MaxOccupancy, row),
                max_abandon: self.get(Name::MaxAbandon, row),
                max_wait_probability: self.get(Name::MaxWaitProbability, row),
            },
            threshold: self.threshold(row, options),
            fractional: options.fractional,
            min_agents: self.get(Name::MinAgents, row).unwrap_or_default(),
        }
    }
}

/// The columns of what is good service.
pub const THRESHOLD: [Name; 2] = [Name::AnswerWithinS, Name::ShortAbandonS];
/// Those of what is asked for.
pub const STAFFING: [Name; 9] = [
    Name::AnswerWithinS,
    Name::ShortAbandonS,
    Name::ServiceLevel,
    Name::AsaS,
    Name::MaxOccupancy,
    Name::MaxAbandon,
    Name::MaxWaitProbability,
    Name::MinAgents,
    Name::Shrinkage,
];
