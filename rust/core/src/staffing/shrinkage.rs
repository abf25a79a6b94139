//! From agents at work to agents on the schedule.

use crate::column::Column;
use crate::erlang::{Argument, OutOfRange, RowError, at_least_zero};

/// Rounding up forgives this much: 35.7/0.85 is 42, although its nearest double is above it.
pub(super) const CEIL_SLACK: f64 = 1e-9;

/// Agents on the schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled {
    /// agents / (1 - shrinkage); sums over queues are not inflated when this is summed and then rounded.
    pub unrounded: f64,
    /// The same, rounded up.
    pub agents: f64,
}

/// How many to schedule so that `agents` are at work, by division: at 35 % shrinkage it takes 54 % more, not 35 %.
///
/// # Errors
/// When `agents` is negative, or `shrinkage` outside [0, 1).
pub fn schedule(agents: f64, shrinkage: f64) -> Result<Scheduled, OutOfRange> {
    if agents < 0.0 {
        at_least_zero(Argument::Agents, agents)?;
    }
    check(shrinkage)?;
    let unrounded = agents / (1.0 - shrinkage);
    Ok(Scheduled { unrounded, agents: ceil(unrounded) })
}

/// The same for each row: rounded up into `scheduled`, as it is into `unrounded`.
///
/// # Errors
/// The first row with a number out of range.
///
/// # Panics
/// When columns differ in length.
pub fn schedule_columns(
    agents: &[f64],
    shrinkage: Column,
    scheduled: &mut [f64],
    unrounded: &mut [f64],
) -> Result<(), RowError> {
    for (row, agents) in agents.iter().enumerate() {
        let found = schedule(*agents, shrinkage.at(row)).map_err(|error| {
            let is_of_all = matches!(shrinkage, Column::One(_)) && error.argument == Argument::Shrinkage;
            RowError { row: (!is_of_all).then_some(row), error }
        })?;
        (scheduled[row], unrounded[row]) = (found.agents, found.unrounded);
    }
    Ok(())
}

/// One shrinkage from several: added (each is a share of all paid time) or compounded (each is a share of what the ones
/// before it leave).
///
/// # Errors
/// When a part is outside [0, 1), or their sum is.
pub fn combine_shrinkage(parts: &[f64], compound: bool) -> Result<f64, OutOfRange> {
    parts.iter().try_for_each(|part| check(*part))?;
    let total = if compound {
        1.0 - parts.iter().map(|part| 1.0 - part).product::<f64>()
    } else {
        parts.iter().fold(0.0, |sum, part| sum + part)
    };
    // Parts that make up the whole do so but for their last digits.
    check(if total > 1.0 - CEIL_SLACK { 1.0 } else { total })?;
    Ok(total)
}

fn check(shrinkage: f64) -> Result<(), OutOfRange> {
    if shrinkage.is_nan() || (0.0..1.0).contains(&shrinkage) {
        return Ok(());
    }
    Err(OutOfRange { argument: Argument::Shrinkage, value: shrinkage })
}

/// The next whole number, but for the slack.
pub(super) fn ceil(value: f64) -> f64 {
    let rounded = (value - CEIL_SLACK).ceil();
    if rounded <= 0.0 { 0.0 } else { rounded }
}
