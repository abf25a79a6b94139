//! What a model does not answer, and why.

use std::fmt;

use crate::erlang::{self, OutOfRange};

/// An argument of a model, by its name in the public face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// One that every queue has.
    Queue(erlang::Argument),
    /// Share of those who abandon that try again.
    RetryProbability,
    /// Share of those who find no line that try again.
    BlockedRetryProbability,
    /// Trunk lines.
    Lines,
    /// Standard deviation of the arrivals over their mean.
    ArrivalsCv,
    /// Points at which a mixture is evaluated.
    Nodes,
    /// Handle time by the number of chats that an agent has.
    AhtByLevelS,
    /// Arrivals before the first interval, in an interval's length.
    ArrivalsBefore,
    /// Contacts that wait at the start.
    Backlog,
    /// Greatest number of agents that can be had.
    MostAgents,
    /// Work of a task.
    WorkS,
    /// Interval by whose end a task is due.
    Due,
    /// Time of an interval in which an agent works.
    OpenS,
    /// Pieces of work.
    Volume,
    /// Hours that a full-time equivalent works on contacts.
    ProductiveHours,
    /// Hours that agents have in an interval.
    AvailableHours,
    /// Agents that are needed.
    Required,
    /// Agents that are planned.
    Scheduled,
}

impl Argument {
    /// The name in the public face.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue(argument) => argument.name(),
            Self::RetryProbability => "retry_probability",
            Self::BlockedRetryProbability => "blocked_retry_probability",
            Self::Lines => "lines",
            Self::ArrivalsCv => "arrivals_cv",
            Self::Nodes => "nodes",
            Self::AhtByLevelS => "aht_by_level_s",
            Self::ArrivalsBefore => "arrivals_before",
            Self::Backlog => "backlog",
            Self::MostAgents => "most_agents",
            Self::WorkS => "work_s",
            Self::Due => "due",
            Self::OpenS => "open_s",
            Self::Volume => "volume",
            Self::ProductiveHours => "productive_hours",
            Self::AvailableHours => "available_hours",
            Self::Required => "required",
            Self::Scheduled => "scheduled",
        }
    }

    /// What the argument may be.
    #[must_use]
    pub fn range(self) -> &'static str {
        match self {
            // Where a model has states, its agents are counted.
            Self::Queue(erlang::Argument::Agents) => "0 or more, finite, and whole where states are counted",
            Self::Queue(argument) => argument.range(),
            Self::RetryProbability | Self::BlockedRetryProbability => "from 0 to below 1",
            Self::Lines => "a whole number from 1 (infinite: without limit)",
            Self::ArrivalsCv => "from 0 to 10",
            Self::Nodes => "from 5 to 65",
            Self::AhtByLevelS => "above 0, finite, and not falling from one level to the next",
            Self::Backlog => "a whole number from 0",
            Self::MostAgents => "a whole number from 0 (infinite: without limit)",
            Self::Due => "an interval of the series, not before that of its arrival",
            Self::ProductiveHours => "above 0 and finite",
            _ => "0 or more and finite",
        }
    }
}

/// Why a model gives no answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelError {
    /// An argument is out of range.
    OutOfRange {
        /// Which argument.
        argument: Argument,
        /// Its place, where it is one of many.
        row: Option<usize>,
        /// What it was.
        value: f64,
    },
    /// A series is not as long as the one that it goes with, or is empty where it may not be.
    Length {
        /// Which argument.
        argument: Argument,
        /// How long it is.
        length: usize,
        /// How long it should be.
        expected: usize,
    },
    /// The model would grow beyond what it is made for.
    TooLarge {
        /// What would: states, steps, intervals, tasks, levels.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { argument, row, value } => {
                write!(f, "{} must be {}", argument.name(), argument.range())?;
                if !value.is_nan() {
                    write!(f, ", not {value}")?;
                }
                row.map_or(Ok(()), |row| write!(f, " (row {row})"))
            }
            Self::Length { argument, length, expected } => {
                write!(f, "{} has {length} values where {expected} are needed", argument.name())
            }
            Self::TooLarge { what, most } => write!(f, "the model would need more than {most} {what}"),
        }
    }
}

impl std::error::Error for ModelError {}

impl From<OutOfRange> for ModelError {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange { argument: Argument::Queue(error.argument), row: None, value: error.value }
    }
}

impl ModelError {
    /// The same, with the place of the argument.
    pub(super) fn at(self, row: usize) -> Self {
        match self {
            Self::OutOfRange { argument, value, .. } => Self::OutOfRange { argument, row: Some(row), value },
            other => other,
        }
    }
}

/// # Errors
/// When `value` does not lie in the range that `holds` describes; NaN does.
pub(super) fn ensure(holds: bool, argument: Argument, value: f64) -> Result<(), ModelError> {
    if holds || value.is_nan() { Ok(()) } else { Err(ModelError::OutOfRange { argument, row: None, value }) }
}

/// # Errors
/// When `value` is negative or infinite.
pub(super) fn at_least_zero(argument: Argument, value: f64) -> Result<(), ModelError> {
    ensure((0.0..f64::INFINITY).contains(&value), argument, value)
}

/// # Errors
/// The first of `values` that is negative or infinite.
pub(super) fn all_at_least_zero(argument: Argument, values: &[f64]) -> Result<(), ModelError> {
    let checked = values.iter().enumerate();
    checked.into_iter().try_for_each(|(row, value)| at_least_zero(argument, *value).map_err(|error| error.at(row)))
}

/// # Errors
/// When there are not as many values as expected.
pub(super) fn length(argument: Argument, length: usize, expected: usize) -> Result<(), ModelError> {
    if length == expected { Ok(()) } else { Err(ModelError::Length { argument, length, expected }) }
}

/// # Errors
/// When there are more than `most`.
pub(super) fn bounded(what: &'static str, count: usize, most: usize) -> Result<(), ModelError> {
    if count <= most { Ok(()) } else { Err(ModelError::TooLarge { what, most }) }
}
