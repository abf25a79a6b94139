//! Higher classes overtake: first passage from each place in the line to the one before it.
//!
//! With `k` ahead, the rate forward is `R = r + k h`, and `o` the rate of those who overtake. The mean time to the next place
//! is `E_k = (1 + o E_(k+1)) / R_k`, and the wait is the sum of `E_0 .. E_n`: the places are passed one after another.
//!
//! The recursion runs downward from a place so far back that what it starts from no longer matters. There, with
//! `d = R - o` above 0 and `v = o h`, `E` lies between Birnbaum's and Sampford's bounds on the mean of a diffusion,
//! `2 / (d + sqrt(d^2 + 4v))` and `4 / (3d + sqrt(d^2 + 8v))`, the latter widened for the steps that a diffusion does not have, and
//! below `1/d`, the mean were nobody behind to give up. Each place on the way multiplies what is in doubt by `o / R`; the
//! way is as long as it takes to bring that below 1e-16 of the wait, but for at most 100,000 places, and
//! [`Moments::error`] is the bound that was reached.

use crate::wait::line::Line;

/// No way is longer.
const MOST_PLACES: u32 = 100_000;
/// The error that is aimed at.
const SMALL: f64 = 1e-16;
/// For transforms, which are inverted to 1e-9 and start closer to the truth.
const MOST_TRANSFORMED: u32 = 2_000;
const SMALL_TRANSFORMED: f64 = 1e-12;
/// Overtakers that outweigh the line by so much are endless.
const HUGE: f64 = 1e290;

/// First passage through a line with overtaking.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    line: Line,
}

/// What the recursion finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean wait in seconds. Infinite when overtakers are not outrun: `o >= r` and nobody gives up.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
    /// A bound on the relative error of the mean, but for rounding.
    pub error: f64,
}

const ENDLESS: Moments = Moments { mean: f64::INFINITY, variance: f64::INFINITY, error: 0.0 };

impl Passage {
    /// `abandon_rate` must be finite.
    #[must_use]
    pub fn new(line: Line) -> Self {
        Self { line }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// The rate forward with `k` ahead.
    pub(super) fn forward(&self, k: u32) -> f64 {
        self.line.start_rate + f64::from(k) * self.line.abandon_rate
    }

    /// Mean and variance.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let overtake = self.line.overtake_rate;
        let Some(last) = self.far_enough(MOST_PLACES, SMALL) else { return ENDLESS };
        let (least, most) = self.bounds(self.forward(last));
        let mut passage = 0.5 * (least + most);
        let mut square = 2.0 * passage * passage / (1.0 - overtake / self.forward(last));
        let mut doubt = 0.5 * (most - least);
        let (mut mean, mut variance, mut error) = (0.0, 0.0, 0.0);
        for k in (0..last).rev() {
            let forward = 1.0 / self.forward(k);
            passage = (1.0 + overtake * passage) * forward;
            square = 2.0 * passage * passage + overtake * forward * square;
            doubt *= overtake * forward;
            if k <= self.line.ahead {
                mean += passage;
                variance += square - passage * passage;
                error += doubt;
            }
        }
        if mean.is_finite() { Moments { mean, variance, error: error / mean } } else { ENDLESS }
    }

    /// Bounds on the mean time to the next place where the rate forward is above that of overtaking.
    fn bounds(&self, forward: f64) -> (f64, f64) {
        let (overtake, leave) = (self.line.overtake_rate, self.line.abandon_rate);
        let excess = forward - overtake;
        let root = |times: f64| (excess * excess + times * overtake * leave).sqrt();
        let widened = (1.0 + (leave / overtake).sqrt()) * 4.0 / (3.0 * excess + root(8.0));
        (2.0 / (excess + root(4.0)), widened.min(1.0 / excess))
    }

    /// A place from which the recursion can start; none when the wait is endless.
    fn far_enough(&self, most: u32, small: f64) -> Option<u32> {
        let overtake = self.line.overtake_rate;
        let first = self.line.ahead + 1;
        if self.line.abandon_rate <= 0.0 {
            return (overtake < self.line.start_rate).then_some(first);
        }
        let mut weight = 1.0;
        for last in first..first + most {
            let forward = self.forward(last);
            if forward > overtake {
                let (least, most) = self.bounds(forward);
                // The place before takes more than 1/forward.
                if weight * (most - least) * forward < small {
                    return Some(last);
                }
            }
            weight *= overtake / forward;
            if weight > HUGE {
                return None;
            }
        }
        (self.forward(first + most) > overtake).then_some(first + most)
    }

    /// The place from which transforms start.
    pub(super) fn last_place(&self) -> u32 {
        let first = self.line.ahead + 1;
        let most = if self.line.abandon_rate > 0.0 { first + MOST_TRANSFORMED } else { first };
        self.far_enough(MOST_TRANSFORMED, SMALL_TRANSFORMED).unwrap_or(most)
    }

    /// The probability that the contact is answered before it gives up: `E[e^(-hV)]`.
    #[must_use]
    pub fn answer_probability(&self) -> f64 {
        let (overtake, leave) = (self.line.overtake_rate, self.line.abandon_rate);
        let last = self.last_place();
        let forward = self.forward(last);
        let sum = forward + overtake;
        let root = ((forward - overtake) * (forward - overtake) + leave * (2.0 * sum + leave)).sqrt();
        let mut one = 2.0 * forward / (sum + leave + root);
        let mut all = 1.0;
        for k in (0..last).rev() {
            let forward = self.forward(k);
            one = forward / (forward + overtake + leave - overtake * one);
            if k <= self.line.ahead {
                all *= one;
            }
        }
        all
    }
}
