//! Where a queue may be at a moment: the probabilities of its states, and how they move.
//!
//! While nothing changes from outside, the queue is a Markov chain in continuous time. Uniformisation solves it without
//! an error worth the name: with a rate q above all rates at which states are left, P(t) is the mixture of the powers of
//! the matrix 1 + Q/q with the Poisson weights of q t, and the integral of P that with the weights' tails over q
//! (Jensen 1953). Steps are short, so that the weights do not vanish and only states that can be reached are looked at.

use super::chain::MOST_STATES;
use super::error::{ModelError, bounded};
use crate::special::{exp, ln};

/// Jumps times states that one interval may take, all attempts at it together: some seconds.
pub const MOST_STEPS: usize = 4_000_000_000;
/// States at the edges that are less likely than this are let go.
const UNLIKELY: f64 = 1e-17;
/// Jumps that are expected in one step.
const JUMPS: f64 = 60.0;

/// What holds while nothing changes from outside.
#[derive(Clone, Copy)]
pub(super) struct Regime {
    /// Contacts that arrive in a second.
    pub(super) arrival_rate: f64,
    /// Contacts that one agent finishes in a second.
    pub(super) service_rate: f64,
    /// Rate at which one who waits leaves, in a second; infinite: nobody waits.
    pub(super) leave_rate: f64,
    pub(super) agents: usize,
}

impl Regime {
    /// How often state `k` is left downwards.
    fn death(&self, k: usize) -> f64 {
        let waiting = k.saturating_sub(self.agents);
        let leaving = if waiting > 0 { waiting as f64 * self.leave_rate } else { 0.0 };
        k.min(self.agents) as f64 * self.service_rate + leaving
    }
}

/// The probabilities of states; those below `low` and above the last have none.
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    pub(super) low: usize,
    pub(super) weights: Vec<f64>,
}

impl Cloud {
    /// Poisson's law of this mean, and so many contacts more.
    pub(super) fn poisson(mean: f64, more: usize) -> Result<Self, ModelError> {
        if mean + 40.0 * mean.sqrt() > MOST_STATES as f64 {
            return Err(ModelError::TooLarge { what: "states", most: MOST_STATES });
        }
        // Logarithms first: the lowest weights may be smaller than any number.
        let (mut weights, mut at, mut log, mut most) = (vec![0.0], 0.0, 0.0, 0.0);
        while mean > 0.0 && (at < mean || log > most - 45.0) {
            at += 1.0;
            log += ln(mean / at);
            most = f64::max(most, log);
            weights.push(log);
        }
        for weight in &mut weights {
            *weight = exp(*weight - most);
        }
        let mut cloud = Self { low: more, weights };
        cloud.tidy();
        Ok(cloud)
    }

    fn high(&self) -> usize {
        self.low + self.weights.len() - 1
    }

    /// The sum over states of probability x `value`.
    pub(super) fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.weights.iter().enumerate().map(|(place, weight)| weight * value(self.low + place)).sum()
    }

    /// Those beyond so many contacts leave at once; how many that are on average.
    fn cut_off(&mut self, most: usize) -> f64 {
        let gone = self.mean(|k| k.saturating_sub(most) as f64);
        if gone > 0.0 {
            let above = most.saturating_sub(self.low);
            let moved: f64 = self.weights.drain(self.weights.len().min(above)..).sum();
            if self.low > most {
                self.low = most;
            }
            self.weights.push(moved);
        }
        gone
    }

    /// Lets go of unlikely states at the edges, and makes the sum 1 again.
    fn tidy(&mut self) {
        while self.weights.len() > 1 && self.weights.last().is_some_and(|weight| *weight < UNLIKELY) {
            self.weights.pop();
        }
        let first = self.weights.iter().position(|weight| *weight >= UNLIKELY).unwrap_or(0);
        self.weights.drain(..first);
        self.low += first;
        let sum: f64 = self.weights.iter().sum();
        for weight in &mut self.weights {
            *weight /= sum;
        }
    }
}

/// What `time_s` under a regime has made of a cloud.
pub(super) struct Passage {
    /// Where the queue may be at the end.
    pub(super) end: Cloud,
    /// Where it was, on average over the time.
    pub(super) average: Cloud,
    /// Contacts that left at the beginning because nobody waits and agents went.
    pub(super) gone: f64,
}

/// # Errors
/// When that takes too many states or steps; `steps` counts on.
pub(super) fn pass(start: &Cloud, regime: &Regime, time_s: f64, steps: &mut usize) -> Result<Passage, ModelError> {
    // Each arrival is one jump at least, and each jump moves some dozens of states.
    if regime.arrival_rate * time_s * 50.0 > MOST_STEPS as f64 {
        return Err(ModelError::TooLarge { what: "steps", most: MOST_STEPS });
    }
    let mut now = start.clone();
    let nobody_waits = regime.leave_rate == f64::INFINITY;
    let gone = if nobody_waits { now.cut_off(regime.agents) } else { 0.0 };
    let mut sum = Cloud { low: now.low, weights: Vec::new() };
    let mut left_s = time_s;
    while left_s > 0.0 {
        let (step_s, high) = step(&now, regime, left_s, nobody_waits);
        bounded("states", high, MOST_STATES)?;
        let rate = regime.arrival_rate + regime.death(high);
        let terms = tails(rate * step_s);
        *steps = steps.saturating_add(terms.len().saturating_mul(high - now.low.saturating_sub(terms.len()) + 1));
        bounded("steps", *steps, MOST_STEPS)?;
        move_on(&mut now, &mut sum, regime, high, rate, &terms, step_s);
        left_s = if step_s < left_s { left_s - step_s } else { 0.0 };
    }
    sum.tidy();
    Ok(Passage { end: now, average: sum, gone })
}

/// How long the next step is, and the greatest state that it may reach.
fn step(now: &Cloud, regime: &Regime, left_s: f64, nobody_waits: bool) -> (f64, usize) {
    let mut step_s = left_s;
    loop {
        let arrivals = regime.arrival_rate * step_s;
        // The chance of more arrivals is below 1e-14.
        let most = arrivals + 8.0 * arrivals.sqrt() + 12.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and checked after")]
        let reached = if arrivals > 0.0 { now.high().saturating_add(most as usize) } else { now.high() };
        let high = if nobody_waits { reached.min(regime.agents) } else { reached };
        let jumps = (regime.arrival_rate + regime.death(high)) * step_s;
        if jumps <= JUMPS {
            return (step_s, high);
        }
        step_s *= f64::max(0.95 * JUMPS / jumps, 0.1);
    }
}

/// Poisson's weights of this mean with their tails: P(N = k) and P(N > k).
fn tails(mean: f64) -> Vec<(f64, f64)> {
    let mut terms = vec![(exp(-mean), 0.0)];
    let (mut k, mut weight) = (0.0, exp(-mean));
    while k < mean || weight > 1e-19 {
        k += 1.0;
        weight *= mean / k;
        terms.push((weight, 0.0));
    }
    let mut tail = 0.0;
    for term in terms.iter_mut().rev() {
        term.1 = tail;
        tail += term.0;
    }
    terms
}

/// One step of uniformisation: `now` moves on by `step_s`, and `sum` gains the time spent in each state.
fn move_on(
    now: &mut Cloud,
    sum: &mut Cloud,
    regime: &Regime,
    high: usize,
    rate: f64,
    terms: &[(f64, f64)],
    step_s: f64,
) {
    let low = now.low.saturating_sub(terms.len());
    let width = high - low + 1;
    // A place before the first and one after the last stay empty, so that all others are alike.
    let mut power = vec![0.0; width + 2];
    power[now.low - low + 1..=now.low - low + now.weights.len()].copy_from_slice(&now.weights);
    let share = if rate > 0.0 { 1.0 / rate } else { 0.0 };
    let up = regime.arrival_rate * share;
    // The lowest state is never left downwards, nor the highest upwards: nothing gets there in so few jumps.
    let down: Vec<f64> = (low + 1..=high).map(|k| regime.death(k) * share).chain([0.0]).collect();
    let mut stay: Vec<f64> = (low..=high).map(|k| 1.0 - up - regime.death(k) * share).collect();
    stay[0] = 1.0 - up;
    stay[width - 1] += up;
    let mut after = vec![0.0; width];
    let mut spent = vec![0.0; width];
    let mut next = vec![0.0; width + 2];
    for (weight, tail) in terms {
        let time_s = if rate > 0.0 { tail / rate } else { weight * step_s };
        let totals = after.iter_mut().zip(&mut spent);
        let moves = stay.iter().zip(&down);
        for (((end, passed), (stay, down)), (three, next)) in
            totals.zip(moves).zip(power.windows(3).zip(&mut next[1..]))
        {
            *end += weight * three[1];
            *passed += time_s * three[1];
            *next = up * three[0] + stay * three[1] + down * three[2];
        }
        std::mem::swap(&mut power, &mut next);
    }
    sum.add(low, &spent);
    *now = Cloud { low, weights: after };
    now.tidy();
}

impl Cloud {
    /// Adds numbers for the states from `low` on.
    fn add(&mut self, low: usize, numbers: &[f64]) {
        if self.weights.is_empty() {
            self.low = low;
        }
        let above = self.low.saturating_sub(low);
        if above > 0 {
            self.weights.splice(..0, std::iter::repeat_n(0.0, above));
            self.low = low;
        }
        let first = low - self.low;
        if self.weights.len() < first + numbers.len() {
            self.weights.resize(first + numbers.len(), 0.0);
        }
        for (weight, number) in self.weights[first..].iter_mut().zip(numbers) {
            *weight += number;
        }
    }
}
