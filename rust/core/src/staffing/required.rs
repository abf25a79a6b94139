//! The agents that a queue requires, and what decided it.

use super::endless::{Endless, Met};
use super::leaving::with_abandons;
use super::shrinkage::ceil;
use super::targets::{Binding, ORDER, Staffing};
use crate::erlang::{OutOfRange, Queue, patience};

/// The agents that a queue requires at work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirement {
    /// Infinite when no number reaches the target that binds: a service level of 1, say.
    pub agents: f64,
    /// What decided; of several targets that require the same, the first in the order of `Targets`.
    pub binding: Binding,
}

/// The fewest agents with whom `queue` reaches all targets; NaN in, NaN out. In a queue that nobody leaves that is more
/// than the load, else at least one. With `fractional`, the least real number (or what it may come near to).
///
/// # Errors
/// The first argument that is out of range.
pub fn required_agents(queue: &Queue, staffing: &Staffing) -> Result<Requirement, OutOfRange> {
    staffing.check(queue)?;
    Ok(require(queue, staffing))
}

/// The same for arguments in range.
pub(super) fn require(queue: &Queue, staffing: &Staffing) -> Requirement {
    let (load, fewest) = match begin(queue, staffing) {
        Ok(begun) => begun,
        Err(known) => return known,
    };
    let patience = patience(queue.patience_s, queue.aht_s);
    let found = if patience == f64::INFINITY {
        without_abandons(load, queue, staffing)
    } else {
        with_abandons(load, patience, queue, staffing)
    };
    at_least(fewest, found)
}

/// The greater of what was asked for and what was found.
pub(super) fn at_least(fewest: Requirement, found: Requirement) -> Requirement {
    if fewest.agents > found.agents { fewest } else { found }
}

/// The load, and the fewest agents that were asked for.
///
/// # Errors
/// What is known without a model: nothing for NaN, and the fewest where there is no load.
pub(super) fn begin(queue: &Queue, staffing: &Staffing) -> Result<(f64, Requirement), Requirement> {
    let bounds = staffing.targets.in_order();
    let load = queue.offered_load();
    let timed = staffing.targets.service_level.is_some();
    let numbers = [load, queue.patience_s, staffing.min_agents].into_iter().chain(bounds.into_iter().flatten());
    if numbers.into_iter().any(f64::is_nan) || (timed && staffing.threshold.is_nan()) {
        return Err(Requirement { agents: f64::NAN, binding: Binding::Nothing });
    }
    let least = if staffing.fractional { staffing.min_agents } else { ceil(staffing.min_agents) };
    let fewest =
        Requirement { agents: least, binding: if least > 0.0 { Binding::MinAgents } else { Binding::Nothing } };
    if load == 0.0 {
        return Err(fewest);
    }
    Ok((load, fewest))
}

/// A bound that no number of agents reaches is 0, one that any number reaches is 1 (a mean wait has no such bound).
pub(super) fn out_of_reach(bound: Option<f64>) -> bool {
    bound.is_some_and(|bound| bound <= 0.0)
}

fn bound_of_share(bound: Option<f64>) -> f64 {
    bound.filter(|bound| *bound < 1.0).unwrap_or(f64::INFINITY)
}

/// The first of the targets present that `holds`.
pub(super) fn first(bounds: &[Option<f64>; 5], holds: impl Fn(usize) -> bool) -> Binding {
    let place = (0..5).find(|place| bounds[*place].is_some() && holds(*place));
    place.map_or(Binding::Nothing, |place| ORDER[place])
}

fn without_abandons(load: f64, queue: &Queue, staffing: &Staffing) -> Requirement {
    let bounds = staffing.targets.in_order();
    let impossible = first(&bounds, |place| place != 3 && out_of_reach(bounds[place]));
    if impossible != Binding::Nothing {
        return Requirement { agents: f64::INFINITY, binding: impossible };
    }
    let model = Endless {
        load,
        time: bounds[0].map_or(0.0, |_| staffing.threshold.answer_within_s / queue.aht_s),
        late: bound_of_share(bounds[0]),
        asa: bounds[1].map_or(f64::INFINITY, |asa_s| asa_s / queue.aht_s),
        occupancy: bounds[2].unwrap_or(1.0),
        wait: bound_of_share(bounds[4]),
    };
    let (agents, broken) = if staffing.fractional {
        let agents = model.real();
        let excess = model.excess(agents);
        let most = excess.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let met = |place: usize| excess[place] < most - 1e-9;
        (agents, Met { late: met(0), asa: met(1), occupancy: met(2), wait: met(3) })
    } else {
        model.whole()
    };
    Requirement { agents, binding: binding(&bounds, broken) }
}

/// The first target whose bound is not met; if all are, the first target.
pub(super) fn binding(bounds: &[Option<f64>; 5], met: Met) -> Binding {
    // Nobody leaves, so the target of abandons decides nothing.
    let met = [met.late, met.asa, met.occupancy, true, met.wait];
    let broken = first(bounds, |place| !met[place]);
    if broken == Binding::Nothing { first(bounds, |_| true) } else { broken }
}
