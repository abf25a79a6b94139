//! The agents that a queue requires, and what decided it.

use super::endless::{Endless, Met};
use super::root::{Search, least};
use super::shrinkage::ceil;
use super::targets::{Binding, ORDER, SLACK, Staffing};
use crate::erlang::{Abandon, Definition, OutOfRange, Queue, blocking_probability, late, late_in_loss, patience};
use crate::special::{exp, ln};

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
    let bounds = staffing.targets.in_order();
    let load = queue.offered_load();
    let timed = staffing.targets.service_level.is_some();
    let numbers = [load, queue.patience_s, staffing.min_agents].into_iter().chain(bounds.into_iter().flatten());
    if numbers.into_iter().any(f64::is_nan) || (timed && staffing.threshold.is_nan()) {
        return Requirement { agents: f64::NAN, binding: Binding::Nothing };
    }
    let least = if staffing.fractional { staffing.min_agents } else { ceil(staffing.min_agents) };
    let fewest =
        Requirement { agents: least, binding: if least > 0.0 { Binding::MinAgents } else { Binding::Nothing } };
    if load == 0.0 {
        return fewest;
    }
    let patience = patience(queue.patience_s, queue.aht_s);
    let found = if patience == f64::INFINITY {
        without_abandons(load, queue, staffing)
    } else {
        with_abandons(load, patience, queue, staffing)
    };
    if least > found.agents { fewest } else { found }
}

/// A bound that no number of agents reaches is 0, one that any number reaches is 1 (a mean wait has no such bound).
fn out_of_reach(bound: Option<f64>) -> bool {
    bound.is_some_and(|bound| bound <= 0.0)
}

fn bound_of_share(bound: Option<f64>) -> f64 {
    bound.filter(|bound| *bound < 1.0).unwrap_or(f64::INFINITY)
}

/// The first of the targets present that `holds`.
fn first(bounds: &[Option<f64>; 5], holds: impl Fn(usize) -> bool) -> Binding {
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

/// Queues that contacts leave, at once (patience 0) or after a while.
struct Leaving<'a> {
    load: f64,
    patience: f64,
    queue: &'a Queue,
    staffing: &'a Staffing,
    bounds: [Option<f64>; 5],
}

fn with_abandons(load: f64, patience: f64, queue: &Queue, staffing: &Staffing) -> Requirement {
    let mut model = Leaving { load, patience, queue, staffing, bounds: staffing.targets.in_order() };
    let bounds = model.bounds;
    let impossible = first(&bounds, |place| out_of_reach(bounds[place]) && !model.always_met(place));
    if impossible != Binding::Nothing {
        return Requirement { agents: f64::INFINITY, binding: impossible };
    }
    let trivial = first(&bounds, |_| true);
    model.bounds = std::array::from_fn(|place| {
        let met = model.always_met(place) || (place != 1 && bounds[place].is_some_and(|bound| bound >= 1.0));
        bounds[place].filter(|_| !met)
    });
    if model.bounds.iter().all(Option::is_none) {
        return Requirement { agents: if staffing.fractional { 0.0 } else { 1.0 }, binding: trivial };
    }
    let search =
        Search { low: 0.0, start: model.guess(), step: 0.5 * load.sqrt().min(load), whole: !staffing.fractional };
    let agents = least(&search, |agents| model.excess(agents).into_iter().fold(f64::NEG_INFINITY, f64::max));
    let binding = if model.bounds.iter().flatten().count() == 1 {
        first(&model.bounds, |_| true)
    } else if staffing.fractional {
        let excess = model.excess(agents);
        let most = excess.into_iter().fold(f64::NEG_INFINITY, f64::max);
        first(&model.bounds, |place| excess[place] >= most - 1e-9)
    } else {
        let one_less = if agents > 1.0 { model.excess(agents - 1.0) } else { [f64::INFINITY; 5] };
        first(&model.bounds, |place| one_less[place] > SLACK)
    };
    Requirement { agents, binding }
}

impl Leaving<'_> {
    /// Whether where nobody waits, the measure is 0 whatever the agents.
    fn always_met(&self, place: usize) -> bool {
        self.patience == 0.0
            && (place == 1
                || (place == 0
                    && !matches!(self.staffing.threshold.definition, Definition::Offered | Definition::Virtual)))
    }

    /// Where the search begins: a fluid's answer, for which contacts are no more random than water.
    fn guess(&self) -> f64 {
        let served = |share: f64| self.load * share;
        // The fluid waits until so many have left that the agents can serve the rest.
        let in_time = exp(-self.staffing.threshold.answer_within_s / self.queue.patience_s);
        let late = self.bounds[0].map_or(0.0, |bound| served((1.0 - bound).max(in_time)));
        let left = self.bounds[3].map_or(0.0, |bound| served(1.0 - bound));
        let asa = self.bounds[1].map_or(0.0, |asa_s| served(1.0 - (asa_s / self.queue.patience_s).min(1.0)));
        let busy = self.bounds[2].map_or(0.0, |_| self.load);
        let wait = self.bounds[4].map_or(0.0, |_| self.load);
        late.max(left).max(asa).max(busy).max(wait).max(0.5 * self.load.min(1.0))
    }

    /// How far each measure lies above its bound, on a scale without ends; at the low end where there is no bound.
    fn excess(&self, agents: f64) -> [f64; 5] {
        let measures = self.measures(agents);
        std::array::from_fn(|place| match self.bounds[place] {
            None => f64::NEG_INFINITY,
            Some(bound) if place == 1 => ln(measures[place] / bound),
            Some(bound) => odds(measures[place]) - odds(bound),
        })
    }

    fn measures(&self, agents: f64) -> [f64; 5] {
        let (queue, threshold) = (self.queue, &self.staffing.threshold);
        if self.patience == 0.0 {
            let blocked = blocking_probability(self.load, agents);
            let busy = self.load * (1.0 - blocked) / agents;
            return [late_in_loss(blocked, threshold.definition), 0.0, busy, blocked, blocked];
        }
        let model = Abandon::new(self.load, agents, self.patience);
        let left = model.abandon_probability();
        let late = if self.bounds[0].is_some() { late(&model, queue.aht_s, threshold) } else { 0.0 };
        [late, left * queue.patience_s, self.load * (1.0 - left) / agents, left, model.wait_probability]
    }
}

/// ln(share/(1 - share)); a share may lie outside [0, 1] by its last digit.
fn odds(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    ln(share / (1.0 - share))
}
