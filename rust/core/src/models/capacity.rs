//! Plain arithmetic of work and people: full-time equivalents, coverage, the capacity trigger.

use super::error::{Argument, ModelError, all_at_least_zero, at_least_zero, ensure, length};

const HOUR_S: f64 = 3600.0;
/// Hours within this of each other, relatively, are the same.
const SLACK: f64 = 1e-12;

/// Full-time equivalents for a volume of contacts: volume x handle time / productive hours of one, all in one period.
///
/// # Errors
/// The first argument that is out of range. NaN in, NaN out.
pub fn workload_fte(volume: f64, aht_s: f64, productive_hours: f64) -> Result<f64, ModelError> {
    at_least_zero(Argument::Volume, volume)?;
    at_least_zero(Argument::Queue(crate::erlang::Argument::AhtS), aht_s)?;
    let positive = productive_hours > 0.0 && productive_hours < f64::INFINITY;
    ensure(positive, Argument::ProductiveHours, productive_hours)?;
    Ok(volume * aht_s / HOUR_S / productive_hours)
}

/// Planned agents beside needed ones, interval by interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Planned less needed agents: above 0 too many, below 0 too few.
    pub difference: Vec<f64>,
    /// Of the agents needed, the share that is there; 1 where none is needed.
    pub covered: Vec<f64>,
    /// Agents too many, summed over intervals.
    pub over: f64,
    /// Agents too few, summed over intervals.
    pub under: f64,
    /// Of the agents needed in all intervals, the share that is there in the interval that needs them.
    pub covered_share: f64,
    /// Share of the intervals that have all the agents they need.
    pub intervals_covered: f64,
}

/// How planned agents cover what is needed. An interval with a NaN has NaN, and is not in the totals.
///
/// # Errors
/// When the two are not equally long, or the first number that is out of range, with its row.
pub fn coverage(required: &[f64], scheduled: &[f64]) -> Result<Coverage, ModelError> {
    length(Argument::Scheduled, scheduled.len(), required.len())?;
    all_at_least_zero(Argument::Required, required)?;
    all_at_least_zero(Argument::Scheduled, scheduled)?;
    let pairs = || required.iter().zip(scheduled);
    let difference: Vec<f64> = pairs().map(|(needed, there)| there - needed).collect();
    let share = |(needed, there): (&f64, &f64)| match () {
        () if needed.is_nan() || there.is_nan() => f64::NAN,
        () if there >= needed => 1.0,
        () => there / needed,
    };
    let covered: Vec<f64> = pairs().map(share).collect();
    let known = || pairs().zip(&difference).filter(|(_, difference)| !difference.is_nan());
    let over = known().map(|(_, difference)| difference.max(0.0)).sum();
    let under = known().map(|(_, difference)| (-difference).max(0.0)).sum();
    let needed: f64 = known().map(|((needed, _), _)| needed).sum();
    let (count, met) = known().fold((0.0, 0.0), |(count, met), (_, difference)| {
        (count + 1.0, if *difference >= 0.0 { met + 1.0 } else { met })
    });
    Ok(Coverage {
        covered_share: if needed > 0.0 { 1.0 - under / needed } else { 1.0 },
        intervals_covered: if count > 0.0 { met / count } else { 1.0 },
        difference,
        covered,
        over,
        under,
    })
}

/// The work of one interval beside the hours to do it in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapacityTrigger {
    /// Handle time x volume.
    pub work_hours: f64,
    /// Work beyond the available hours; 0 when there is none.
    pub shortfall_hours: f64,
    /// Whether the work exceeds the available hours.
    pub exceeded: bool,
}

/// Whether handle time x volume exceeds the available agent hours, interval by interval. An interval with a NaN has NaN,
/// and exceeds nothing.
///
/// # Errors
/// When the three are not equally long, or the first number that is out of range, with its row.
pub fn capacity_triggers(
    volume: &[f64],
    aht_s: &[f64],
    available_hours: &[f64],
) -> Result<Vec<CapacityTrigger>, ModelError> {
    length(Argument::Queue(crate::erlang::Argument::AhtS), aht_s.len(), volume.len())?;
    length(Argument::AvailableHours, available_hours.len(), volume.len())?;
    all_at_least_zero(Argument::Volume, volume)?;
    all_at_least_zero(Argument::Queue(crate::erlang::Argument::AhtS), aht_s)?;
    all_at_least_zero(Argument::AvailableHours, available_hours)?;
    let rows = volume.iter().zip(aht_s).zip(available_hours);
    Ok(rows.map(|((volume, aht_s), available)| trigger(volume * aht_s / HOUR_S, *available)).collect())
}

fn trigger(work_hours: f64, available_hours: f64) -> CapacityTrigger {
    let exceeded = work_hours > available_hours * (1.0 + SLACK);
    let known = !(work_hours.is_nan() || available_hours.is_nan());
    let shortfall_hours = match () {
        () if !known => f64::NAN,
        () if exceeded => work_hours - available_hours,
        () => 0.0,
    };
    CapacityTrigger { work_hours, shortfall_hours, exceeded }
}
