//! What the columns of queues may hold.

#![allow(clippy::needless_bitwise_bool, reason = "a jump less in loops that are to become vector instructions")]

use std::fmt;

use super::input::{Argument, OutOfRange};
use crate::column::Column;

/// What the numbers of a column may be; NaN is always in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Range {
    /// 0 or more and finite.
    AtLeastZero,
    /// Above 0 and finite.
    AboveZero,
    /// 0 or more.
    Patience,
    /// From 0 to 1.
    Share,
    /// Above 0 and at most 1.
    ShareAboveZero,
    /// From 0 to below 1.
    BelowOne,
}

impl Range {
    #[inline(always)]
    fn excludes(self, value: f64) -> bool {
        match self {
            Self::AtLeastZero => (value < 0.0) | (value == f64::INFINITY),
            Self::AboveZero => (value <= 0.0) | (value == f64::INFINITY),
            Self::Patience => value < 0.0,
            Self::Share => !(0.0..=1.0).contains(&value) & !value.is_nan(),
            Self::ShareAboveZero => (value <= 0.0) | (value > 1.0),
            Self::BelowOne => !(0.0..1.0).contains(&value) & !value.is_nan(),
        }
    }
}

/// A column and what its numbers may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check<'a> {
    argument: Argument,
    column: Column<'a>,
    range: Range,
}

impl<'a> Check<'a> {
    pub(crate) fn new(argument: Argument, column: Column<'a>, range: Range) -> Self {
        Self { argument, column, range }
    }

    /// Whether any of the rows is out of range: to look at all of them is quicker than to stop at the first.
    #[inline(always)]
    fn any(&self, rows: &std::ops::Range<usize>) -> bool {
        let Column::Each(values) = self.column else { return false };
        let values = &values[rows.clone()];
        let any = |range: Range| values.iter().fold(false, |any, value| any | range.excludes(*value));
        // One loop for each range, without a look at the range in it.
        match self.range {
            Range::AtLeastZero => any(Range::AtLeastZero),
            Range::AboveZero => any(Range::AboveZero),
            Range::Patience => any(Range::Patience),
            Range::Share => any(Range::Share),
            Range::ShareAboveZero => any(Range::ShareAboveZero),
            Range::BelowOne => any(Range::BelowOne),
        }
    }

    fn error(&self, row: Option<usize>, value: f64) -> RowError {
        RowError { row, error: OutOfRange { argument: self.argument, value } }
    }
}

/// Before the rows are looked at: the numbers that are the same for all of them.
///
/// # Errors
/// The first such number that is out of range.
///
/// # Panics
/// When a column has other than so many rows.
pub(crate) fn check_constants(checks: &[Check], rows: usize) -> Result<(), RowError> {
    for check in checks {
        match check.column {
            Column::One(value) if check.range.excludes(value) => return Err(check.error(None, value)),
            Column::One(_) => {}
            Column::Each(values) => assert_eq!(values.len(), rows, "{} for each row", check.argument.name()),
        }
    }
    Ok(())
}

/// # Errors
/// The first of the rows with a number out of range.
#[inline(always)]
pub(crate) fn check_rows(checks: &[Check], rows: std::ops::Range<usize>) -> Result<(), RowError> {
    let mut any = false;
    for check in checks {
        any |= check.any(&rows);
    }
    if any { first_wrong(checks, rows) } else { Ok(()) }
}

#[cold]
fn first_wrong(checks: &[Check], mut rows: std::ops::Range<usize>) -> Result<(), RowError> {
    let wrong = |row: usize| {
        let found = checks.iter().find(|check| check.range.excludes(check.column.at(row)));
        found.map(|check| check.error(Some(row), check.column.at(row)))
    };
    rows.find_map(wrong).map_or(Ok(()), Err)
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
