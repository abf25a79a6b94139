//! The law of first passage, from its Laplace transform.
//!
//! The time from a place to the one before has the transform `f_k(s) = R_k / (R_k + o + s - o f_(k+1)(s))`; far back it is
//! that of a busy period, the root of a quadratic. The wait has their product, which is inverted by the method of Abate
//! and Whitt ("Numerical inversion of Laplace transforms of probability distributions", 1995) with an error below 1e-9.

use std::f64::consts::PI;
use std::ops::{Add, Mul};

use crate::special::beta::Ladder;
use crate::special::beta_inverse::{Guess, Wanted};
use crate::wait::passage::Passage;

/// `e^-DAMPING` is the error of the method; e^(DAMPING/2) times the last digit, that of the arithmetic.
const DAMPING: f64 = 24.0;
/// `e^(DAMPING/2)`.
const SCALE: f64 = 162_754.791_419_003_92;
/// So many terms are summed plainly, at least, before the averages.
const PLAIN: f64 = 32.0;
/// Terms that are nothing end the sum.
const NOTHING: f64 = 1e-16;
/// The weights of Euler's averages: the binomial coefficients of 12 over 2^12, added up from the far end.
const AVERAGES: [f64; 12] = {
    let mut row = [0.0; 13];
    row[0] = 1.0;
    let mut n = 0;
    while n < 12 {
        let mut k = n + 1;
        while k > 0 {
            row[k] += row[k - 1];
            k -= 1;
        }
        n += 1;
    }
    let mut weights = [0.0; 12];
    let mut sum = 0.0;
    let mut k = 12;
    while k > 0 {
        sum += row[k] / 4096.0;
        weights[k - 1] = sum;
        k -= 1;
    }
    weights
};

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn size(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// `number / self`.
    fn under(self, number: f64) -> Self {
        let scale = number / self.size();
        Self { re: self.re * scale, im: -self.im * scale }
    }

    /// The root whose real part is not negative.
    fn root(self) -> Self {
        let size = self.size().sqrt();
        let half = 0.5 * (size + self.re.abs());
        let major = half.sqrt();
        let minor = if major > 0.0 { 0.5 * self.im / major } else { 0.0 };
        if self.re >= 0.0 {
            Self { re: major, im: minor }
        } else {
            Self { re: minor.abs(), im: if self.im < 0.0 { -major } else { major } }
        }
    }
}

impl Add<f64> for Complex {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        Self { re: self.re + other, im: self.im }
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// What the transform says about a time.
struct Found {
    below: f64,
    density: f64,
}

impl Passage {
    /// The transform of the wait.
    fn transform(&self, s: Complex, last: u32) -> Complex {
        let overtake = self.line().overtake_rate;
        let forward = self.forward(last);
        let (sum, gap) = (forward + overtake, forward - overtake);
        let root = (s * (s + 2.0 * sum) + gap * gap).root();
        let mut one = (s + sum + root).under(2.0 * forward);
        let mut all = Complex { re: 1.0, im: 0.0 };
        for k in (0..last).rev() {
            let forward = self.forward(k);
            let below = Complex { re: s.re + forward + overtake - overtake * one.re, im: s.im - overtake * one.im };
            one = below.under(forward);
            if k <= self.line().ahead {
                all = all * one;
            }
        }
        all
    }

    /// How many terms stand before the averages: until the transform has faded. The least spread part of the wait, that without
    /// overtaking, is the last to fade. Far behind its mean it hardly turns from term to term, which serves as well.
    fn plain_terms(&self, t: f64) -> f64 {
        const FADED: f64 = 2.5;
        const FAR: f64 = 13.0;
        let [mean, variance, _] =
            Ladder::new(self.line().ahead, self.line().start_rate, self.line().abandon_rate).cumulants();
        (PLAIN + FADED * t.min(FAR * mean) / variance.sqrt()).ceil()
    }

    /// The probability of at most `t`, and the density there, both weighted by `e^(-leave V)`.
    fn at(&self, t: f64, leave: f64, last: u32) -> Found {
        let plain = self.plain_terms(t);
        let re = 0.5 * DAMPING / t;
        let (mut below, mut density) = (0.0, 0.0);
        let (mut sign, mut term) = (1.0, 0.0);
        let mut averaged = 0;
        while averaged < AVERAGES.len() {
            let s = Complex { re, im: PI * term / t };
            let found = self.transform(s + leave, last);
            let mut weight = if term < 0.5 { 0.5 } else { sign };
            if term > plain {
                weight *= AVERAGES[averaged];
                averaged += 1;
            }
            below += weight * (found.re * s.re + found.im * s.im) / s.size();
            density += weight * found.re;
            if found.size() < NOTHING * NOTHING {
                break;
            }
            sign = -sign;
            term += 1.0;
        }
        let scale = SCALE / t;
        Found { below: (scale * below).clamp(0.0, 1.0), density: scale * density }
    }

    /// The probability of being answered within a time and before giving up.
    #[must_use]
    pub fn service_level(&self, answer_within_s: f64) -> f64 {
        if answer_within_s > 0.0 && answer_within_s < f64::INFINITY {
            return self.at(answer_within_s, self.line().abandon_rate, self.last_place()).below;
        }
        if answer_within_s > 0.0 { self.answer_probability() } else { 0.0 * answer_within_s }
    }

    /// The wait that is not exceeded with a probability: infinite where overtakers keep the contact waiting for ever.
    #[must_use]
    pub fn quantile(&self, wanted: Wanted) -> f64 {
        let line = self.line();
        let probability = wanted.probability();
        let ever = if line.abandon_rate > 0.0 { 1.0 } else { self.answer_probability() };
        if probability.is_nan() || probability <= 0.0 || probability >= ever {
            return if probability >= ever { f64::INFINITY } else { probability };
        }
        let moments = self.moments();
        let start = if moments.mean.is_finite() {
            let third = 2.0 * moments.variance * moments.variance / moments.mean;
            Guess::new([moments.mean, moments.variance, third]).at(wanted.normal()).max(1e-3 * moments.mean)
        } else {
            Ladder::new(line.ahead, line.start_rate, line.abandon_rate).quantile(wanted)
        };
        self.refined(probability, start)
    }

    fn refined(&self, probability: f64, start: f64) -> f64 {
        const CLOSE: f64 = 1e-9;
        let last = self.last_place();
        let (mut t, mut low, mut high) = (start, 0.0, f64::INFINITY);
        for _ in 0..100 {
            let found = self.at(t, 0.0, last);
            let off = found.below - probability;
            if off > 0.0 {
                high = t;
            } else {
                low = t;
            }
            let mut next = t - off / found.density;
            if !(next > low && next < high && next.is_finite()) {
                next = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * t };
            }
            let moved = (next - t).abs();
            t = next;
            if moved < CLOSE * t || t > 1e300 {
                break;
            }
        }
        t
    }
}
