//! Quantiles of a ladder: the inverse of the incomplete beta function, and of the incomplete gamma function.

use libm::{expm1, log, log1p};

use crate::special::beta::{At, Ladder, Tails};

/// A probability, with the quantile of the normal law for it, which is the same for all ladders.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    probability: f64,
    normal: f64,
}

impl Wanted {
    /// A probability from 0 to 1, or NaN.
    #[must_use]
    pub fn new(probability: f64) -> Self {
        Self { probability, normal: normal_quantile(probability) }
    }

    /// The probability.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.probability
    }

    /// The quantile of the normal law, to 4.5e-4.
    #[must_use]
    pub fn normal(&self) -> f64 {
        self.normal
    }
}

impl Ladder {
    /// A quantile of any probability, or of a long ladder.
    #[cold]
    pub(super) fn alone(&self, probability: f64, guess: f64) -> f64 {
        let above = 1.0 - probability;
        if probability.is_nan() || probability <= 0.0 || above <= 0.0 {
            return if above <= 0.0 { f64::INFINITY } else { probability };
        }
        if self.count == 0 {
            return -log1p(-probability) / self.rate;
        }
        self.refined(probability, guess.max(1e-3 * self.mean()))
    }

    /// The quantile, from a time in its neighbourhood.
    fn refined(&self, probability: f64, start: f64) -> f64 {
        // After such a step the last digits are right, also far from the mean.
        const CLOSE: f64 = 1e-3;
        let mut t = start;
        let (mut low, mut high) = (0.0, f64::INFINITY);
        for _ in 0..200 {
            let at = At::new(t, self.step);
            let found = self.tails_at(&at);
            let off = found.off(probability);
            if off > 0.0 {
                high = t;
            } else {
                low = t;
            }
            let step = Step::new(f64::from(self.count), self.rate, at.z, at.u, off / found.density);
            let mut next = t + if Step::is_near(step.size) { step.length() } else { far(&found, probability, t) };
            let mut done = step.size < CLOSE;
            if !(next >= low && next <= high && next.is_finite()) {
                next = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * t };
                done = high.is_finite() && high - low <= f64::EPSILON * high;
            }
            t = next;
            if done || off == 0.0 {
                break;
            }
        }
        t
    }
}

impl Wanted {
    /// Whether the probability of the other side tells it to the last digit.
    pub(super) fn is_usual(&self) -> bool {
        self.probability > 0.05 && self.probability < 1.0 - 1e-9
    }
}

impl Tails {
    /// By how much the probability of at most this time is more than `probability`.
    fn off(&self, probability: f64) -> f64 {
        if self.below < self.above { self.below - probability } else { 1.0 - probability - self.above }
    }
}

/// One step of Householder's method of fifth order. The density is `z^x w^n` but for a factor, so that its derivatives
/// come with it.
pub(super) struct Step {
    /// Newton's step.
    newton: f64,
    /// The coefficients of the powers of Newton's step.
    square: f64,
    cube: f64,
    fourth: f64,
    /// How long the step is beside the lengths over which the density changes.
    pub size: f64,
}

#[expect(clippy::inline_always, reason = "loops over it become vector instructions")]
impl Step {
    #[inline(always)]
    pub(super) fn new(count: f64, rate: f64, z: f64, u: f64, excess: f64) -> Self {
        // The derivatives of the density's logarithm; dz/dt = -h z, du/dt = z, and z + h u = 1.
        let pull = 1.0 / u;
        let first = count * z * pull;
        let slope = first - rate;
        let bend = -first * pull;
        let third = -bend * pull * (1.0 + z);
        let second = (slope * slope + bend) / 6.0;
        let half = 0.5 * slope;
        Self {
            newton: -excess,
            square: -half,
            cube: 2.0 * half * half - second,
            fourth: 5.0 * half * (second - half * half) - (slope * (slope * slope + 3.0 * bend) + third) / 24.0,
            size: excess.abs() * (slope.abs() + bend.abs().sqrt() + rate),
        }
    }

    pub(super) fn is_near(size: f64) -> bool {
        size < 0.25
    }

    /// Whether what it leaves is below the last digits.
    pub(super) fn is_last(size: f64) -> bool {
        size < 5e-3
    }

    #[inline(always)]
    pub(super) fn length(&self) -> f64 {
        let y = self.newton;
        y * (1.0 + y * (self.square + y * (self.cube + y * self.fourth)))
    }
}

/// A step by the logarithm of the smaller side, which is nearly straight: over time above, over its logarithm below.
fn far(found: &Tails, probability: f64, t: f64) -> f64 {
    if probability < 0.5 {
        let away = log(found.below / probability) * found.below / (found.density * t);
        t * expm1(-away)
    } else {
        log(found.above / (1.0 - probability)) * found.above / found.density
    }
}

/// Times near quantiles, by Wilson and Hilferty's formula for Pearson's law of type III with the same three cumulants.
#[derive(Clone, Copy, Debug)]
pub struct Guess {
    mean: f64,
    scale: f64,
    sixth: f64,
    base: f64,
}

impl Guess {
    /// From mean, variance and third cumulant.
    #[must_use]
    pub fn new([mean, variance, third]: [f64; 3]) -> Self {
        let deviation = variance.sqrt();
        let sixth = third / (6.0 * variance * deviation);
        Self { mean, scale: deviation / (3.0 * sixth), sixth, base: 1.0 - sixth * sixth }
    }

    /// The time for a quantile of the normal law.
    #[must_use]
    pub fn at(&self, normal: f64) -> f64 {
        let root = self.base + self.sixth * normal;
        self.mean + self.scale * (root * root * root - 1.0)
    }
}

/// The quantile of the normal law to 4.5e-4, for guesses: Abramowitz and Stegun 26.2.23.
fn normal_quantile(probability: f64) -> f64 {
    let tail = probability.min(1.0 - probability);
    let t = (-2.0 * log(tail)).sqrt();
    let above =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    if probability < 0.5 { -above } else { above }
}
