//! Columns of numbers: one for each row, or one for all rows.

use std::fmt;

use super::input::{Argument, OutOfRange};

/// One number for each row, or one for all.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// The same for all rows.
    Constant(f64),
    /// One for each row.
    Slice(&'a [f64]),
}

impl Column<'_> {
    /// The number of one row.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, row: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Slice(values) => values[row],
        }
    }

    /// The rows from `start` on, as many as there is room for.
    #[inline(always)]
    pub(crate) fn fill(&self, start: usize, into: &mut [f64]) {
        match self {
            Self::Constant(value) => into.fill(*value),
            Self::Slice(values) => into.copy_from_slice(&values[start..start + into.len()]),
        }
    }

    /// # Errors
    /// The first row whose number is `wrong`.
    ///
    /// # Panics
    /// When there is not one for each of so many rows.
    pub(crate) fn check(&self, rows: usize, argument: Argument, wrong: impl Fn(f64) -> bool) -> Result<(), RowError> {
        match self {
            Self::Constant(value) if wrong(*value) => {
                Err(RowError { row: None, error: OutOfRange { argument, value: *value } })
            }
            Self::Constant(_) => Ok(()),
            Self::Slice(values) => {
                assert_eq!(values.len(), rows, "{} for each row", argument.name());
                // To look at all of them is quicker than to stop at the first.
                if !values.iter().fold(false, |any, value| any | wrong(*value)) {
                    return Ok(());
                }
                let found = values.iter().position(|value| wrong(*value)).map(|row| (row, values[row]));
                found.map_or(Ok(()), |(row, value)| {
                    Err(RowError { row: Some(row), error: OutOfRange { argument, value } })
                })
            }
        }
    }
}

/// Which row holds what no queue can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowError {
    /// The first such row; none when the number is the same for all rows.
    pub row: Option<usize>,
    /// What is wrong.
    pub error: OutOfRange,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl std::error::Error for RowError {}

/// Negative or infinite.
pub(crate) fn below_zero(value: f64) -> bool {
    value < 0.0 || value == f64::INFINITY
}

/// Negative, zero or infinite.
pub(crate) fn not_above_zero(value: f64) -> bool {
    value <= 0.0 || value == f64::INFINITY
}

/// Negative.
pub(crate) fn negative(value: f64) -> bool {
    value < 0.0
}
