//! Erlang A: contacts that find all agents busy wait, and leave when their patience ends.
//!
//! Time is in units of the handle time, and patience is a mean in these units. V is the wait that a contact of endless
//! patience would meet, W the wait of the contact as it is. Formulas: Mandelbaum & Zeltyn, "The Palm/Erlang-A queue"
//! (2005), rewritten so that nothing is the difference of large numbers.

use super::input::Definition;
use crate::special::{Lower, drain, exp, inverse, ln, lower, upper};

/// One queue in its steady state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abandon {
    load: f64,
    agents: f64,
    patience: f64,
    /// L(x, y), where x = agents x patience and y = load x patience.
    all: Lower,
    /// P(V > 0).
    pub(crate) wait_probability: f64,
}

/// What happens by a time t, as shares of all contacts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByTime {
    /// P(abandons).
    abandoned: f64,
    /// P(V > t).
    virtual_late: f64,
    /// P(W > t).
    still_waiting: f64,
    /// P(answered, W > t).
    answered_late: f64,
    /// P(abandons, W <= t).
    pub(crate) abandoned_within: f64,
}

impl Abandon {
    /// For a load above 0 and a patience above 0 and finite.
    pub(crate) fn new(load: f64, agents: f64, patience: f64) -> Self {
        Self::of(load, agents, patience, upper(agents, load), lower(agents * patience, load * patience))
    }

    /// From U(agents, load) and L(x, y).
    #[inline(always)]
    pub(crate) fn of(load: f64, agents: f64, patience: f64, sum: f64, all: Lower) -> Self {
        let over = inverse(agents * patience, load * patience, all.value, all.exponent);
        // U may be beyond the largest number and 1/L below the smallest, but not for one queue.
        Self::with_wait(load, agents, patience, all, 1.0 / (1.0 + sum * over))
    }

    /// From L(x, y) and P(V > 0).
    #[inline(always)]
    pub(crate) fn with_wait(load: f64, agents: f64, patience: f64, all: Lower, wait_probability: f64) -> Self {
        Self { load, agents, patience, all, wait_probability }
    }

    /// P(abandons).
    #[inline(always)]
    pub(crate) fn abandon_probability(&self) -> f64 {
        self.wait_probability * self.all.delay
    }

    /// P(abandons, given V > 0).
    pub(crate) fn leave_probability(&self) -> f64 {
        self.all.delay
    }

    /// P(patience > t), and the y at which L says what happens later.
    #[inline(always)]
    pub(crate) fn later(&self, t: f64) -> (f64, f64) {
        let stay = exp(-(t / self.patience));
        (stay, self.load * self.patience * stay)
    }

    /// What has happened by `t`.
    pub(crate) fn by_time(&self, t: f64) -> ByTime {
        let (stay, y) = self.later(t);
        self.by_time_of(t, stay, y, &lower(self.agents * self.patience, y))
    }

    /// What has happened by `t`, from L(x, y) at the y of that time.
    #[inline(always)]
    pub(crate) fn by_time_of(&self, t: f64, stay: f64, y: f64, later: &Lower) -> ByTime {
        let (x, above) = (self.agents * self.patience, self.load > self.agents);
        // E_t / L and P(V > t given V > 0) = E_t L_t / L, where E_t = exp(y (1 - e^-(t/patience)) - agents t). Where the
        // load is above the agents, what depends on y alone cancels.
        let served = (self.agents - self.load) * t + self.load * t * drain(t / self.patience, stay);
        let start = exp(-(if above { later.exponent } else { served })) / self.all.value;
        let scaled = above && y > x;
        let beyond = if scaled { later.value / self.all.value } else { start * later.value };
        let wait = self.wait_probability;
        let delay = self.all.delay;
        let answered_late = (self.agents / self.load * (beyond - start)).max(0.0);
        let abandoned_within = ((delay - stay * beyond) + answered_late).clamp(0.0, 1.0);
        ByTime {
            abandoned: wait * delay,
            virtual_late: wait * beyond,
            still_waiting: wait * (stay * beyond),
            answered_late: wait * answered_late,
            abandoned_within: wait * abandoned_within,
        }
    }

    /// The t with P(W > t) = `beyond`, for 0 < beyond < P(V > 0).
    pub(crate) fn wait_beyond(&self, beyond: f64) -> f64 {
        let target = ln(beyond / self.wait_probability);
        // ln P(W > t) is concave: Newton's method comes down to the root from the right.
        let mut t = 0.0;
        for _ in 0..100 {
            let (log, hazard) = self.log_beyond(t);
            let next = t + (log - target) / hazard;
            if (next - t).abs() <= 1e-14 * next {
                return next;
            }
            t = next;
        }
        t
    }

    /// ln P(W > t given V > 0), and the rate at which it falls.
    fn log_beyond(&self, t: f64) -> (f64, f64) {
        let (stay, y) = self.later(t);
        let (x, above) = (self.agents * self.patience, self.load > self.agents);
        let later = lower(x, y);
        let ratio = ln(later.value / self.all.value);
        let served = (self.agents - self.load) * t + self.load * t * drain(t / self.patience, stay);
        let of_virtual = match () {
            () if above && y > x => ratio,
            () if above => ratio - later.exponent,
            () => ratio - served,
        };
        let hazard = 1.0 / self.patience + self.agents * inverse(x, y, later.value, later.exponent);
        (of_virtual - t / self.patience, hazard)
    }
}

impl ByTime {
    /// What the service level lacks to 1; `short` is the share that leaves within the time of its own.
    #[inline(always)]
    pub(crate) fn late(&self, definition: Definition, short: f64) -> f64 {
        let (bad, of) = match definition {
            Definition::Offered => (self.abandoned + self.answered_late, 1.0),
            Definition::Answered => (self.answered_late, 1.0 - self.abandoned),
            Definition::ExcludeAbandonsWithinTarget => (self.still_waiting, 1.0 - self.abandoned_within),
            Definition::CountAbandonsWithinTarget => (self.still_waiting, 1.0),
            Definition::ExcludeShortAbandons { .. } => (self.abandoned - short + self.answered_late, 1.0 - short),
            Definition::Virtual => (self.virtual_late, 1.0),
        };
        // Where nobody counts, nobody was served well: there is load.
        if of > 0.0 { (bad / of).clamp(0.0, 1.0) } else { 1.0 }
    }
}
