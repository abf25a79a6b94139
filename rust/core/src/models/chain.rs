//! The steady state of a queue whose service rate depends on how many contacts there are: a birth-death chain.

use super::error::{ModelError, bounded};
use super::measures::{IDLE, swamped};
use super::waits::Waits;
use crate::erlang::{ServiceMetrics, Threshold};
use crate::special::{exp, ln};

/// States that a chain may have.
pub const MOST_STATES: usize = 1_000_000;
/// States that together have less than e^-this of the likeliest one's probability are left out.
const NEGLIGIBLE: f64 = 42.0;

/// A queue with places for service and places to wait.
pub(super) struct Chain<'a> {
    /// Contacts that arrive in a second.
    pub(super) arrival_rate: f64,
    /// Contacts served in a second when 1, 2, ... are in service; the last is the full rate.
    pub(super) rates: &'a [f64],
    /// Rate at which one who waits leaves, in a second; infinite: nobody waits.
    pub(super) leave_rate: f64,
    /// Places to wait; without limit when there is none.
    pub(super) room: Option<usize>,
}

/// The chain's steady state.
pub(super) struct Steady {
    /// P(k in the system).
    pub(super) probabilities: Vec<f64>,
    slots: usize,
    limited: bool,
}

impl Chain<'_> {
    fn full_rate(&self) -> f64 {
        self.rates.last().copied().unwrap_or(0.0)
    }

    /// Whether contacts are answered faster than they come, or leave.
    pub(super) fn stable(&self) -> bool {
        self.room.is_some() || self.leave_rate > 0.0 || self.full_rate() > self.arrival_rate
    }

    /// How often state `k` is left downwards.
    fn death(&self, k: usize) -> f64 {
        match self.rates.get(k.wrapping_sub(1)) {
            Some(rate) => *rate,
            None => self.full_rate() + self.leave_rate * (k - self.rates.len()) as f64,
        }
    }

    /// The logarithms of the states' probabilities, but for a common term: to find the likeliest.
    fn likeliest_and_last(&self) -> Result<(usize, usize), ModelError> {
        let slots = self.rates.len();
        let waiting = self.leave_rate < f64::INFINITY;
        let last = self.room.filter(|_| waiting).map(|room| slots + room).or((!waiting).then_some(slots));
        bounded("states", last.unwrap_or(slots), MOST_STATES)?;
        let (mut log, mut most, mut likeliest, mut k) = (0.0, 0.0, 0, 0);
        loop {
            if Some(k) == last {
                return Ok((likeliest, k));
            }
            bounded("states", k, MOST_STATES)?;
            k += 1;
            let ratio = self.arrival_rate / self.death(k);
            log += ln(ratio);
            if log > most {
                (most, likeliest) = (log, k);
            }
            // Above the slots the ratio only falls: the rest is less than a geometric series.
            if last.is_none() && k > slots && ratio < 1.0 && log + ln(ratio / (1.0 - ratio)) < most - NEGLIGIBLE {
                return Ok((likeliest, k));
            }
        }
    }

    /// # Errors
    /// When there are too many states.
    pub(super) fn steady(&self) -> Result<Steady, ModelError> {
        let (likeliest, last) = self.likeliest_and_last()?;
        let mut weights = vec![0.0; last + 1];
        weights[likeliest] = 1.0;
        for k in likeliest + 1..=last {
            weights[k] = weights[k - 1] * (self.arrival_rate / self.death(k));
        }
        for k in (0..likeliest).rev() {
            weights[k] = weights[k + 1] * (self.death(k + 1) / self.arrival_rate);
        }
        let all: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= all;
        }
        let limited = self.room.is_some() || self.leave_rate == f64::INFINITY;
        Ok(Steady { probabilities: weights, slots: self.rates.len(), limited })
    }

    /// Every measure of those who are let in, the share that is not, and the steady state (none where there is none).
    /// `busy` says how many of the `agents` (or places) are busy when so many contacts are in service.
    ///
    /// # Errors
    /// When there are too many states.
    pub(super) fn measure(
        &self,
        agents: f64,
        busy: impl Fn(usize) -> f64,
        threshold: &Threshold,
    ) -> Result<(ServiceMetrics, f64, Option<Steady>), ModelError> {
        if self.arrival_rate == 0.0 {
            return Ok((IDLE, 0.0, None));
        }
        if !self.stable() {
            return Ok((swamped(f64::NAN), 0.0, None));
        }
        if self.leave_rate == 0.0 && self.room.is_none() {
            return self.endless(agents, busy, threshold);
        }
        let steady = self.steady()?;
        let turned_away = if steady.limited { steady.probabilities[steady.probabilities.len() - 1] } else { 0.0 };
        let loss = self.leave_rate == f64::INFINITY;
        // Where nobody waits, all who find no agent leave, although there were places to wait.
        let (blocked, left) = match (loss, self.room) {
            (true, Some(0)) | (false, _) => (turned_away, 0.0),
            (true, _) => (0.0, turned_away),
        };
        let waits = Waits {
            found: steady.found_waiting(blocked),
            full_rate: self.full_rate(),
            leave_rate: if loss { 0.0 } else { self.leave_rate },
        };
        let queue_length = steady.queue_length();
        let let_in = self.arrival_rate * (1.0 - blocked);
        let asa_s = if queue_length > 0.0 { queue_length / let_in } else { 0.0 };
        let abandoned = if loss { left } else { (asa_s * self.leave_rate).min(1.0) };
        let wait_probability = if loss { left } else { waits.probability() };
        let mut shares = waits.shares(abandoned, threshold);
        if loss {
            shares.virtual_late = left;
            (shares.abandoned_within, shares.short) = (left, left);
        }
        let working: f64 = steady.in_service().map(|(k, p)| p * busy(k)).sum();
        let metrics = ServiceMetrics {
            offered_load: f64::NAN,
            stable: true,
            occupancy: if agents > 0.0 { working / agents } else { 1.0 },
            wait_probability,
            abandon_probability: abandoned,
            service_level: shares.level(threshold.definition),
            asa_s,
            answered_asa_s: if loss { 0.0 } else { waits.answered_mean_s(1.0 - wait_probability) },
            mean_queue_length: queue_length,
        };
        Ok((metrics, blocked, Some(steady)))
    }

    /// Nobody leaves and there is no limit: above the slots the probabilities are a geometric series.
    fn endless(
        &self,
        agents: f64,
        busy: impl Fn(usize) -> f64,
        threshold: &Threshold,
    ) -> Result<(ServiceMetrics, f64, Option<Steady>), ModelError> {
        let slots = self.rates.len();
        let spare = self.full_rate() - self.arrival_rate;
        let mut steady = Chain { room: Some(0), ..*self }.steady()?;
        // The last state stands for itself and all above it.
        let factor = self.full_rate() / spare;
        let last = steady.probabilities[slots] * factor;
        let all = 1.0 - steady.probabilities[slots] + last;
        steady.probabilities[slots] = last;
        for p in &mut steady.probabilities {
            *p /= all;
        }
        let wait_probability = steady.probabilities[slots];
        let asa_s = wait_probability / spare;
        let working: f64 = steady.in_service().map(|(k, p)| p * busy(k)).sum();
        let metrics = ServiceMetrics {
            offered_load: f64::NAN,
            stable: true,
            occupancy: working / agents,
            wait_probability,
            abandon_probability: 0.0,
            service_level: 1.0 - wait_probability * exp(-(spare * threshold.answer_within_s)),
            asa_s,
            answered_asa_s: asa_s,
            mean_queue_length: asa_s * self.arrival_rate,
        };
        Ok((metrics, 0.0, Some(steady)))
    }
}

impl Steady {
    /// How many are in service, and the probability of the state.
    pub(super) fn in_service(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.probabilities.iter().enumerate().map(|(k, p)| (k.min(self.slots), *p))
    }

    fn queue_length(&self) -> f64 {
        let mut sum = 0.0;
        for (waiting, p) in self.probabilities.iter().skip(self.slots).enumerate() {
            sum += waiting as f64 * p;
        }
        sum
    }

    /// P(an arrival finds j waiting and waits), of the arrivals that are let in.
    fn found_waiting(&self, blocked: f64) -> Vec<f64> {
        let above = &self.probabilities[self.slots..];
        let let_in = if self.limited { &above[..above.len() - 1] } else { above };
        // Almost nobody may be let in: then 1 - blocked is less exact than the sum of the others.
        let others: f64 = self.probabilities[..self.slots].iter().sum::<f64>() + let_in.iter().sum::<f64>();
        let share = if blocked > 0.5 { others } else { 1.0 - blocked };
        let_in.iter().map(|p| if *p > 0.0 { p / share } else { 0.0 }).collect()
    }
}
