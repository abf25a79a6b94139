//! How long contacts wait that find all agents busy, state by state.
//!
//! Who finds j contacts waiting is served after j + 1 departures, while the service goes on at the full rate R and each
//! that waits leaves at the rate q: V = Exp(R) + Exp(R + q) + ... + Exp(R + j q). With x = R/q and z = e^-qt,
//! P(V > t) = I(z; x, j+1), the sum of the first j + 1 terms of a negative binomial law (of Poisson's, where nobody
//! leaves); P(answered) = x/(x+j+1); and given that, V is the same sum with every rate greater by q.

use super::measures::Shares;
use crate::erlang::{Definition, Threshold};
use crate::special::exp;

/// Those who wait on arrival.
pub(super) struct Waits {
    /// P(an arrival finds j waiting and has to wait).
    pub(super) found: Vec<f64>,
    /// Contacts served in a second when all agents are busy.
    pub(super) full_rate: f64,
    /// Rate at which one who waits leaves, in a second.
    pub(super) leave_rate: f64,
}

/// Shares of all contacts at one time after their arrival.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByTime {
    /// P(V > t): would still wait, had their patience been endless.
    pub(super) virtual_beyond: f64,
    /// P(W > t): still wait.
    pub(super) still_waiting: f64,
    /// P(answered, W > t).
    pub(super) answered_beyond: f64,
}

impl Waits {
    /// P(wait).
    pub(super) fn probability(&self) -> f64 {
        self.found.iter().sum()
    }

    /// P(abandons).
    pub(super) fn abandoned(&self) -> f64 {
        if self.leave_rate == 0.0 {
            return 0.0;
        }
        self.sum(|ahead, full| ahead * self.leave_rate / (full + ahead * self.leave_rate))
    }

    /// Mean wait over all contacts, answered or not.
    pub(super) fn mean_s(&self) -> f64 {
        self.sum(|ahead, full| ahead / (full + ahead * self.leave_rate))
    }

    /// Mean wait of the answered, where `at_once` of all contacts are answered without one.
    pub(super) fn answered_mean_s(&self, at_once: f64) -> f64 {
        if self.full_rate == 0.0 && self.leave_rate == 0.0 {
            return if self.probability() > 0.0 { f64::INFINITY } else { 0.0 };
        }
        let (mut answered, mut waited, mut mean_s, mut ahead) = (0.0, 0.0, 0.0, 0.0);
        // Without agents nobody is answered: then this is the limit for few.
        let full = if self.full_rate > 0.0 { self.full_rate } else { 1.0 };
        for found in &self.found {
            ahead += 1.0;
            let rate = self.full_rate + ahead * self.leave_rate;
            mean_s += 1.0 / rate;
            answered += found * full / rate;
            waited += found * full / rate * mean_s;
        }
        if waited > 0.0 { waited / (answered + at_once) } else { 0.0 }
    }

    /// What has become of the contacts by `t_s` after their arrival.
    pub(super) fn by_time(&self, t_s: f64) -> ByTime {
        let virtual_beyond = self.beyond(t_s, self.full_rate, |_| 1.0);
        let full = self.full_rate;
        // Where nobody answers and nobody leaves, all answers are later than any time.
        let never = full == 0.0 && self.leave_rate == 0.0;
        let answered = |ahead: f64| if never { 1.0 } else { full / (full + ahead * self.leave_rate) };
        let answered_beyond = self.beyond(t_s, full + self.leave_rate, answered);
        ByTime { virtual_beyond, still_waiting: exp(-self.leave_rate * t_s) * virtual_beyond, answered_beyond }
    }

    /// The shares that decide a service level, where `abandoned` of all leave.
    pub(super) fn shares(&self, abandoned: f64, threshold: &Threshold) -> Shares {
        let by_time = self.by_time(threshold.answer_within_s);
        let within = |by_time: &ByTime| (abandoned - (by_time.still_waiting - by_time.answered_beyond)).max(0.0);
        let short = match threshold.definition {
            Definition::ExcludeShortAbandons { short_abandon_s } => within(&self.by_time(short_abandon_s)),
            _ => 0.0,
        };
        Shares {
            abandoned,
            answered_late: by_time.answered_beyond,
            still_waiting: by_time.still_waiting,
            virtual_late: by_time.virtual_beyond,
            abandoned_within: within(&by_time),
            short,
        }
    }

    /// The sum over states of found x `value`(contacts ahead, the one itself counted; the full rate).
    fn sum(&self, value: impl Fn(f64, f64) -> f64) -> f64 {
        let (mut sum, mut ahead) = (0.0, 0.0);
        for found in &self.found {
            ahead += 1.0;
            if *found > 0.0 {
                sum += found * value(ahead, self.full_rate);
            }
        }
        sum
    }

    /// The sum over states of found x `share`(contacts ahead) x P(Exp(rate) + Exp(rate + q) + ... > t).
    fn beyond(&self, t_s: f64, rate: f64, share: impl Fn(f64) -> f64) -> f64 {
        let leave = self.leave_rate;
        let reach = if leave > 0.0 { -libm::expm1(-leave * t_s) / leave } else { t_s };
        // The first terms may be smaller than any number: they carry a factor e^scale.
        let (mut term, mut scale) = (1.0, -rate * t_s);
        let mut factor = exp(scale);
        let (mut late, mut sum, mut ahead) = (0.0, 0.0, 0.0);
        for found in &self.found {
            late += term * factor;
            term *= (rate + ahead * leave) * reach / (ahead + 1.0);
            ahead += 1.0;
            sum += found * share(ahead) * f64::min(late, 1.0);
            if term > BIG {
                term /= BIG;
                scale += LN_BIG;
                factor = exp(scale);
            }
        }
        sum
    }
}

const BIG: f64 = 1e200;
const LN_BIG: f64 = 460.517_018_598_809_14;
