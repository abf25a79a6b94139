//! The regularised incomplete beta function `I_z(x, n+1)` for whole `n`, and its inverse.
//!
//! Its arguments come as `x = r/h` and `z = e^(-h t)`, so that it is the probability that a sum of `n+1` exponentials with
//! the rates `r, r+h, ..., r+nh` is above `t`. As `h` goes to 0 it goes over to `Q(n+1, r t)`, the incomplete gamma
//! function; no digit is lost on the way, and there is no other case for it.
//!
//! `I_z(x, n+1) = z^x (1 + x w + x(x+1) w^2/2! + ... )` up to `w^n`, with `w = 1-z`: all terms are positive. Long sums are
//! added from their last term, which Loader's saddle-point form gives, or are a continued fraction.
//!
//! The inverse is in `beta_inverse`.

use std::f64::consts::TAU;

use libm::{log, log1p};

use crate::special::decay::Decay;
use crate::special::digamma::reciprocal_sums;
use crate::special::stirling::{deviance, stirling_error};

/// Sums of up to so many terms are added from their first.
pub(super) const ADDED: u32 = 512;
/// `1/1, 1/2, ...`
pub(super) static RECIPROCALS: [f64; ADDED as usize] = {
    let mut reciprocals = [1.0; ADDED as usize];
    let (mut i, mut number) = (0, 1.0);
    while i < reciprocals.len() {
        reciprocals[i] /= number;
        number += 1.0;
        i += 1;
    }
    reciprocals
};
/// Beyond it `e^(-rt)` is no longer a number of full precision.
pub(super) const FADED: f64 = 700.0;
/// Stirling's formula serves from this number on.
const SADDLED: u32 = 10;
/// What is left out of a sum.
const NEGLIGIBLE: f64 = 1e-17;
/// A limit for loops that always end before.
const ROUNDS: u32 = 100_000;

/// A sum of `count + 1` independent exponentials with the rates `rate`, `rate + step`, up to `rate + count * step`.
///
/// `rate` is above 0 and finite; `step` is 0 or more and finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ladder {
    /// How many rates there are after the first.
    pub count: u32,
    /// The first rate, per second.
    pub rate: f64,
    /// What each rate is above the one before.
    pub step: f64,
}

/// What the law of a ladder says about a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// The probability of at most this time.
    pub below: f64,
    /// The probability of more.
    pub above: f64,
    /// The probability density, per second.
    pub density: f64,
}

/// The parts of the law at a time: `z = e^(-h t)`, `w = 1 - z`, `u = w/h`.
pub(super) struct At {
    pub t: f64,
    pub z: f64,
    pub w: f64,
    pub u: f64,
}

impl At {
    pub fn new(t: f64, step: f64) -> Self {
        let Decay { kept, gone } = Decay::of(step * t);
        // `gone / step`, where that has digits.
        let u = if step * t < 1e-280 { t } else { gone / step };
        Self { t, z: kept, w: gone, u }
    }
}

impl Ladder {
    /// A ladder; a step that no sum of its rates could tell from 0 is 0.
    #[must_use]
    pub fn new(count: u32, rate: f64, step: f64) -> Self {
        let height = step * (f64::from(count) + 1.0);
        Self { count, rate, step: if height < 1e-19 * rate { 0.0 } else { step } }
    }

    /// The last rate.
    pub(super) fn top(&self) -> f64 {
        self.rate + f64::from(self.count) * self.step
    }

    /// The mean.
    #[inline]
    #[must_use]
    pub fn mean(&self) -> f64 {
        let [mean] = reciprocal_sums(self.rate, self.step, self.count + 1);
        mean
    }

    /// Its first three cumulants: mean, variance, and the third central moment.
    #[must_use]
    pub fn cumulants(&self) -> [f64; 3] {
        let [first, second, third] = reciprocal_sums(self.rate, self.step, self.count + 1);
        [first, second, 2.0 * third]
    }

    /// The probabilities on both sides of `t`, and the density there.
    #[must_use]
    pub fn tails(&self, t: f64) -> Tails {
        if t <= 0.0 {
            let density = if self.count == 0 { self.rate } else { 0.0 };
            return Tails { below: 0.0, above: 1.0, density };
        }
        if t == f64::INFINITY {
            return Tails { below: 1.0, above: 0.0, density: 0.0 };
        }
        self.tails_at(&At::new(t, self.step))
    }

    /// As [`Ladder::tails`], for a time above 0 and finite.
    pub(super) fn tails_at(&self, at: &At) -> Tails {
        let faded = self.rate * at.t > FADED;
        if self.count <= ADDED && !faded {
            return self.added(at);
        }
        if self.count < SADDLED {
            // At most the Poisson probability of no more than 10 where 700 are expected.
            return Tails { below: 1.0, above: 0.0, density: 0.0 };
        }
        let last = self.last_term(at);
        let density = last * self.top();
        if self.step > 0.0 && self.rate < 0.25 * f64::from(self.count) * self.step {
            return self.fraction(at, last, density);
        }
        if self.rate * at.u > f64::from(self.count) * at.z {
            let above = (last * self.downward(at.u)).min(1.0);
            Tails { below: 1.0 - above, above, density }
        } else {
            let below = (last * self.upward(at.u)).min(1.0);
            Tails { below, above: 1.0 - below, density }
        }
    }

    /// All terms, from the first.
    fn added(&self, at: &At) -> Tails {
        let (mut term, mut sum) = (1.0, 1.0);
        let (first, rise) = (self.rate * at.u, self.step * at.u);
        let mut i = 0.0;
        for reciprocal in &RECIPROCALS[..self.count as usize] {
            term *= (first + i * rise) * reciprocal;
            sum += term;
            i += 1.0;
        }
        let faded = Decay::of(self.rate * at.t).kept;
        let (above, last) = ((faded * sum).min(1.0), faded * term);
        let next = self.top() * at.u / (f64::from(self.count) + 1.0);
        let density = last * self.top();
        // What is far below 1 is added up by itself.
        if above > 0.9 && next.max(at.w) < 0.95 {
            let below = last * self.upward(at.u);
            return Tails { below, above: 1.0 - below, density };
        }
        Tails { below: 1.0 - above, above, density }
    }

    /// The terms up to the last in units of the last, from it downward.
    fn downward(&self, u: f64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for i in (0..self.count).rev() {
            term *= (f64::from(i) + 1.0) / ((self.rate + f64::from(i) * self.step) * u);
            sum += term;
            if term < NEGLIGIBLE * sum {
                break;
            }
        }
        sum
    }

    /// What follows the last term in units of it.
    fn upward(&self, u: f64) -> f64 {
        let (mut sum, mut term, mut i) = (0.0, 1.0, f64::from(self.count));
        for _ in 0..ROUNDS {
            term *= (self.rate + i * self.step) * u / (i + 1.0);
            sum += term;
            i += 1.0;
            if term < NEGLIGIBLE * sum {
                break;
            }
        }
        sum
    }

    /// The last term, `z^x w^n x(x+1)...(x+n-1) / n!`, for `n` of 10 or more.
    fn last_term(&self, at: &At) -> f64 {
        let n = f64::from(self.count);
        let missing = if self.step > 0.0 { f64::from(SADDLED) - self.rate / self.step } else { 0.0 };
        if missing > 0.0 {
            return self.last_of_steep(at, missing.ceil());
        }
        let top = self.top();
        let off = self.rate * at.u - n * at.z;
        let mut exponent = -n * deviance(off / n, || log(at.u * top / n)) - stirling_error(n);
        if self.step > 0.0 {
            let x = self.rate / self.step;
            let ratio = || log1p(n / x) - self.step * at.t;
            exponent += stirling_error(x + n) - stirling_error(x) - x * deviance(-off / x, ratio);
        }
        (self.rate / (TAU * n * top)).sqrt() * Decay::of(-exponent).kept
    }

    /// The same where `x` is below 10, for which Stirling's formula is not made: that of `x + missing`, and back by the
    /// ratio of the gamma functions. What there is of `z` and `w` is put together by itself.
    fn last_of_steep(&self, at: &At, missing: f64) -> f64 {
        let (x, n) = (self.rate / self.step, f64::from(self.count));
        let (mut back, mut i) = (1.0, 0.0);
        while i < missing {
            back *= (x + i) / (x + i + n);
            i += 1.0;
        }
        let y = x + missing;
        let gammas = n * log1p(y / n) + y * log1p(n / y);
        let errors = stirling_error(y + n) - stirling_error(y) - stirling_error(n);
        let powers = n * log1p(-at.z) - self.rate * at.t;
        back * (y / (TAU * n * (y + n))).sqrt() * Decay::of(-(gammas + errors + powers)).kept
    }

    /// Both sides by the continued fraction of the side that is the smaller.
    fn fraction(&self, at: &At, last: f64, density: f64) -> Tails {
        let (x, n) = (self.rate / self.step, f64::from(self.count));
        if at.z < (x + 1.0) / (x + n + 3.0) {
            let above = (last * at.w * (x + n) / x * beta_fraction(x, n + 1.0, at.z)).min(1.0);
            Tails { below: 1.0 - above, above, density }
        } else {
            let below = (last * at.w * (x + n) / (n + 1.0) * beta_fraction(n + 1.0, x, at.w)).min(1.0);
            Tails { below, above: 1.0 - below, density }
        }
    }
}

/// The continued fraction of `I_z(a, b)` over `z^a (1-z)^b / (a B(a, b))`, for `z < (a+1)/(a+b+2)`, by Lentz's method.
fn beta_fraction(a: f64, b: f64, z: f64) -> f64 {
    const TINY: f64 = 1e-290;
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut under = 1.0 / not_zero(1.0 - (a + b) * z / (a + 1.0));
    let (mut over, mut found) = (1.0, under);
    for round in 1..ROUNDS {
        let round = f64::from(round);
        let place = a + 2.0 * round;
        let even = round * (b - round) / ((place - 1.0) * place);
        let odd = -(a + round) * (a + b + round) / (place * (place + 1.0));
        for part in [even * z, odd * z] {
            under = 1.0 / not_zero(1.0 + part * under);
            over = not_zero(1.0 + part / over);
            found *= over * under;
        }
        if (over * under - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    found
}
