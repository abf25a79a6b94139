//! Required agents where contacts leave.

use super::required::{Requirement, first, out_of_reach};
use super::root::{Search, least};
use super::targets::{Binding, SLACK, Staffing};
use crate::erlang::{Abandon, Definition, Queue, blocking_probability, late, late_in_loss};
use crate::special::{exp, ln};

/// A queue that contacts leave, at once (patience 0) or after a while.
#[derive(Clone, Copy)]
pub(super) struct Leaving {
    pub(super) load: f64,
    pub(super) patience: f64,
    pub(super) queue: Queue,
    pub(super) staffing: Staffing,
    /// The bounds that are to be looked at.
    bounds: [Option<f64>; 5],
    /// Odds of these bounds, or the mean wait itself; infinite where there is none, so that nothing exceeds it.
    pub(super) scaled: [f64; 5],
}

/// The fewest agents, one queue alone.
pub(super) fn with_abandons(load: f64, patience: f64, queue: &Queue, staffing: &Staffing) -> Requirement {
    match Leaving::new(load, patience, queue, staffing) {
        Ok(model) => model.requirement(least(model.search(), |agents| model.greatest_excess(agents))),
        Err(known) => known,
    }
}

impl Leaving {
    /// # Errors
    /// What is known without a search.
    pub(super) fn new(load: f64, patience: f64, queue: &Queue, staffing: &Staffing) -> Result<Self, Requirement> {
        let bounds = staffing.targets.in_order();
        let mut model = Self { load, patience, queue: *queue, staffing: *staffing, bounds, scaled: [0.0; 5] };
        let impossible = first(&bounds, |place| out_of_reach(bounds[place]) && !model.always_met(place));
        if impossible != Binding::Nothing {
            return Err(Requirement { agents: f64::INFINITY, binding: impossible });
        }
        model.bounds = std::array::from_fn(|place| {
            let met = model.always_met(place) || (place != 1 && bounds[place].is_some_and(|bound| bound >= 1.0));
            bounds[place].filter(|_| !met)
        });
        if model.bounds.iter().all(Option::is_none) {
            let agents = if staffing.fractional { 0.0 } else { 1.0 };
            return Err(Requirement { agents, binding: first(&bounds, |_| true) });
        }
        model.scaled = std::array::from_fn(|place| match model.bounds[place] {
            None => f64::INFINITY,
            Some(bound) if place == 1 => bound,
            Some(bound) => odds(bound),
        });
        Ok(model)
    }

    /// Where the agents are to be looked for.
    pub(super) fn search(&self) -> Search {
        let step = 0.5 * self.load.sqrt().min(self.load);
        Search { low: 0.0, start: self.guess(), step, whole: !self.staffing.fractional }
    }

    /// What was found, and what decided it.
    pub(super) fn requirement(&self, agents: f64) -> Requirement {
        let bounds = &self.bounds;
        let binding = if bounds.iter().flatten().count() == 1 {
            first(bounds, |_| true)
        } else if self.staffing.fractional {
            let excess = self.excess(agents);
            let most = excess.into_iter().fold(f64::NEG_INFINITY, f64::max);
            first(bounds, |place| excess[place] >= most - 1e-9)
        } else {
            let one_less = if agents > 1.0 { self.excess(agents - 1.0) } else { [f64::INFINITY; 5] };
            first(bounds, |place| one_less[place] > SLACK)
        };
        Requirement { agents, binding }
    }

    fn greatest_excess(&self, agents: f64) -> f64 {
        self.excess(agents).into_iter().fold(f64::NEG_INFINITY, f64::max)
    }

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
            Some(_) => odds(measures[place]) - self.scaled[place],
        })
    }

    fn measures(&self, agents: f64) -> [f64; 5] {
        let (queue, threshold) = (&self.queue, &self.staffing.threshold);
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
#[inline(always)]
pub(super) fn odds(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    ln(share / (1.0 - share))
}
