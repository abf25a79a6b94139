//! The three classic probabilities.

use super::abandon::Abandon;
use super::input::{Argument, OutOfRange, at_least_zero, patience};
use crate::special::upper;

/// Erlang B: the share of contacts that find all `agents` busy where nobody waits. Without load nothing is blocked.
///
/// # Errors
/// When an argument is negative or infinite.
pub fn erlang_b(offered_load: f64, agents: f64) -> Result<f64, OutOfRange> {
    check(offered_load, agents)?;
    Ok(blocking_probability(offered_load, agents))
}

/// Erlang C: the share of contacts that wait where nobody leaves; 1 when `agents` do not exceed the load.
///
/// # Errors
/// When an argument is negative or infinite.
pub fn erlang_c(offered_load: f64, agents: f64) -> Result<f64, OutOfRange> {
    check(offered_load, agents)?;
    Ok(wait_probability(offered_load, agents))
}

/// Erlang A: the share of contacts that find all `agents` busy where patience is `patience_s` on average.
///
/// # Errors
/// When an argument is negative, or infinite but for the patience.
pub fn erlang_a(offered_load: f64, agents: f64, aht_s: f64, patience_s: f64) -> Result<f64, OutOfRange> {
    check(offered_load, agents)?;
    at_least_zero(Argument::AhtS, aht_s)?;
    if patience_s < 0.0 {
        return Err(OutOfRange { argument: Argument::PatienceS, value: patience_s });
    }
    Ok(impatient_probability(offered_load, agents, aht_s, patience_s))
}

/// A for arguments in range.
pub(super) fn impatient_probability(offered_load: f64, agents: f64, aht_s: f64, patience_s: f64) -> f64 {
    let patience = patience(patience_s, aht_s);
    match () {
        () if offered_load.is_nan() || agents.is_nan() || patience_s.is_nan() || aht_s.is_nan() => f64::NAN,
        () if aht_s == 0.0 || patience == f64::INFINITY => wait_probability(offered_load, agents),
        () if patience == 0.0 => blocking_probability(offered_load, agents),
        () if offered_load == 0.0 => 0.0,
        () => Abandon::new(offered_load, agents, patience).wait_probability,
    }
}

fn check(offered_load: f64, agents: f64) -> Result<(), OutOfRange> {
    at_least_zero(Argument::OfferedLoad, offered_load)?;
    at_least_zero(Argument::Agents, agents)
}

/// B for arguments in range.
pub(crate) fn blocking_probability(offered_load: f64, agents: f64) -> f64 {
    if offered_load.is_nan() || agents.is_nan() {
        return f64::NAN;
    }
    if offered_load == 0.0 { 0.0 } else { 1.0 / (1.0 + upper(agents, offered_load)) }
}

/// C for arguments in range.
pub(crate) fn wait_probability(offered_load: f64, agents: f64) -> f64 {
    if offered_load.is_nan() || agents.is_nan() {
        return f64::NAN;
    }
    match () {
        () if offered_load == 0.0 => 0.0,
        () if agents <= offered_load => 1.0,
        () => 1.0 / (1.0 + (agents - offered_load) / agents * upper(agents, offered_load)),
    }
}
