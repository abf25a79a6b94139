//! Erlang A: contacts that find all agents busy wait, and leave when their patience ends.
//!
//! Time is in units of the handle time, and patience is a mean in these units. V is the wait that a contact of endless
//! patience would meet, W the wait of the contact as it is. Formulas: Mandelbaum & Zeltyn, "The Palm/Erlang-A queue"
//! (2005), rewritten so that nothing is the difference of large numbers.

use crate::special::{Lower, delay_ratio, drain, exp, lower, upper};

/// One queue in its steady state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abandon {
    offered_load: f64,
    agents: f64,
    patience: f64,
    /// L(x, y), where x = agents x patience and y = load x patience.
    all: Lower,
    /// P(V > 0).
    pub(crate) wait_probability: f64,
    /// P(abandons, given V > 0).
    pub(crate) leave_probability: f64,
}

/// What happens by a time t, each given V > 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByTime {
    /// P(patience > t), whatever V is.
    pub(crate) stay: f64,
    /// P(V > t).
    pub(crate) virtual_beyond: f64,
    /// P(answered, W > t).
    pub(crate) answered_beyond: f64,
    /// P(abandoned, W <= t).
    pub(crate) abandoned_within: f64,
}

impl Abandon {
    /// For a load above 0 and a patience above 0 and finite.
    pub(crate) fn new(offered_load: f64, agents: f64, patience: f64) -> Self {
        let (x, y) = (agents * patience, offered_load * patience);
        let all = lower(x, y);
        let sum = upper(agents, offered_load);
        let ratio = if all.scaled { sum * all.inverse() } else { sum / all.value };
        let leave_probability = delay_ratio(x, y, &all);
        Self { offered_load, agents, patience, all, wait_probability: 1.0 / (1.0 + ratio), leave_probability }
    }

    /// P(abandons).
    pub(crate) fn abandon_probability(&self) -> f64 {
        self.wait_probability * self.leave_probability
    }

    /// What has happened by `t`.
    pub(crate) fn by_time(&self, t: f64) -> ByTime {
        let impatience = t / self.patience;
        let stay = exp(-impatience);
        let (x, y) = (self.agents * self.patience, self.offered_load * self.patience);
        let later = lower(x, y * stay);
        // E_t / L and P(V > t) = E_t L_t / L, where E_t = exp(y (1 - e^-(t/patience)) - agents t).
        let (start, virtual_beyond) = if self.all.scaled {
            // Above the load's turning point the factors that depend on y alone cancel.
            let start = exp(-later.exponent) / self.all.value;
            (start, if later.scaled { later.value / self.all.value } else { start * later.value })
        } else {
            let served = (self.agents - self.offered_load) * t + self.offered_load * t * drain(impatience, stay);
            let start = exp(-served) / self.all.value;
            (start, start * later.value)
        };
        let answered_beyond = self.agents / self.offered_load * (virtual_beyond - start);
        let answered_within = (1.0 - self.leave_probability) - answered_beyond;
        let abandoned_within = (1.0 - stay * virtual_beyond) - answered_within;
        ByTime {
            stay,
            virtual_beyond,
            answered_beyond: answered_beyond.max(0.0),
            abandoned_within: abandoned_within.clamp(0.0, 1.0),
        }
    }

    /// The t with P(W > t) = `beyond`, for 0 < beyond < P(V > 0).
    pub(crate) fn wait_beyond(&self, beyond: f64) -> f64 {
        let target = crate::special::ln(beyond / self.wait_probability);
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
        let impatience = t / self.patience;
        let stay = exp(-impatience);
        let (x, y) = (self.agents * self.patience, self.offered_load * self.patience);
        let later = lower(x, y * stay);
        let of_virtual = if self.all.scaled {
            let ratio = crate::special::ln(later.value / self.all.value);
            if later.scaled { ratio } else { ratio - later.exponent }
        } else {
            let served = (self.agents - self.offered_load) * t + self.offered_load * t * drain(impatience, stay);
            crate::special::ln(later.value / self.all.value) - served
        };
        (of_virtual - impatience, 1.0 / self.patience + self.agents * later.inverse())
    }
}
