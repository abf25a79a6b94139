//! U and L over their whole range: by Temme's expansion, by steps down to small s, or by a fraction far from both.

use super::elementary::{exp, is_whole, ln};
use super::fraction::{lower_rest, series, upper_fraction};
use super::near::{Steps, down, from_expansion, serves_near, start};
use super::tables::SMALLEST;
use super::temme::{Temme, phi, serves, stirling, temme};

/// Up to this many agents the recurrence from 0 is as quick as any expansion.
pub(super) const RECURRENCE: f64 = 24.0;
/// Beyond this exponent the share that leaves would be the difference of large numbers.
const SEPARATE: f64 = 20.0;

/// L(s, x), which may lie beyond the largest number.
#[derive(Clone, Copy, Debug)]
pub struct Lower {
    /// L itself where x <= s; L e^-`exponent` where x > s.
    pub value: f64,
    /// s (x/s - 1 - ln(x/s)), which is -ln p but for a factor that depends on s alone.
    pub exponent: f64,
    /// 1 - (s/x)(1 - 1/L), without cancellation: of those who wait in a queue with patience, the share that leaves.
    pub delay: f64,
}

/// 1/L, which is 0 when L is beyond the largest number.
#[inline(always)]
#[must_use]
pub fn inverse(s: f64, x: f64, value: f64, exponent: f64) -> f64 {
    let scaled = exp(-exponent) / value;
    if x > s { scaled } else { 1.0 / value }
}

/// U(s, x) for s >= 0 and x > 0; infinite beyond the largest number.
#[must_use]
pub fn upper(s: f64, x: f64) -> f64 {
    if s <= RECURRENCE && is_whole(s) {
        return upper_whole(&[s], &[x])[0];
    }
    if serves(s, x) { upper_central(s, x) } else { upper_far(s, x) }
}

/// L(s, x) for s >= 0 and x > 0.
#[must_use]
pub fn lower(s: f64, x: f64) -> Lower {
    if serves(s, x) {
        let found = lower_central(s, x);
        return if needs_rest(s, x, &found) { with_rest(s, x, found) } else { found };
    }
    if serves_near(s, x) {
        let first = if from_expansion(x) { start::<true>(s, x) } else { start::<false>(s, x) };
        let Steps { value: [value], next: [next] } = down(&[s], &[x], &[first]);
        return lower_near(s, x, value, next);
    }
    lower_far(s, x)
}

/// U(n, x) = (n/x)(1 + U(n-1, x)) from U(0, x) = 0, for whole n.
#[inline(always)]
pub(super) fn upper_whole<const W: usize>(n: &[f64; W], x: &[f64; W]) -> [f64; W] {
    let inverse: [f64; W] = std::array::from_fn(|i| 1.0 / x[i]);
    let most = n.iter().copied().fold(0.0, f64::max);
    let (mut sum, mut j) = ([0.0; W], 0.0);
    while j < most {
        j += 1.0;
        for i in 0..W {
            let next = (sum[i] + 1.0) * (j * inverse[i]);
            sum[i] = if j <= n[i] { next } else { sum[i] };
        }
    }
    sum
}

/// U where Temme's expansion serves.
#[inline(always)]
pub(super) fn upper_central(s: f64, x: f64) -> f64 {
    let Temme { k, exponent, small } = temme(s, x);
    let large = k * exp(exponent) - small;
    if x <= s { large } else { small }
}

/// U where it does not.
pub(super) fn upper_far(s: f64, x: f64) -> f64 {
    if x > if s >= SMALLEST { 2.0 * s } else { 1.3 * s + 3.0 } {
        return upper_fraction(s, x);
    }
    let exponent = exponent(s, x);
    let whole = k(s) * exp(exponent);
    // Beside such a sum L is nothing.
    if exponent > 50.0 { whole } else { whole - series(s, x) }
}

/// L where Temme's expansion serves; `delay` is not to be used where it `needs_rest`.
#[inline(always)]
pub(super) fn lower_central(s: f64, x: f64) -> Lower {
    let Temme { k, exponent, small } = temme(s, x);
    let fade = exp(-exponent);
    let above = x > s;
    let value = if above { k - small * fade } else { small };
    let inverse = (if above { fade } else { 1.0 }) / value;
    Lower { value, exponent, delay: ((x - s) + s * inverse) / x }
}

/// Whether `lower_central` leaves the delay to the fraction.
#[inline(always)]
pub(super) fn needs_rest(s: f64, x: f64, found: &Lower) -> bool {
    x <= s && found.exponent >= SEPARATE
}

pub(super) fn with_rest(s: f64, x: f64, found: Lower) -> Lower {
    let rest = lower_rest(s, x);
    Lower { delay: (1.0 + rest) / (s + 1.0 + rest), ..found }
}

/// L from the steps down.
#[inline(always)]
pub(super) fn lower_near(s: f64, x: f64, value: f64, next: f64) -> Lower {
    let exponent = exponent(s, x);
    let scaled = x > s;
    let delay_above = (x - s) / x + s / x / value;
    let delay_below = 1.0 - s / (s + 1.0) * (next / value);
    let faded = value * exp(-exponent);
    Lower { value: if scaled { faded } else { value }, exponent, delay: if scaled { delay_above } else { delay_below } }
}

/// L far from s.
pub(super) fn lower_far(s: f64, x: f64) -> Lower {
    let exponent = exponent(s, x);
    if x <= s {
        let places = s + 1.0 + lower_rest(s, x);
        return Lower { value: 1.0 / (1.0 - x / places), exponent, delay: (places - s) / places };
    }
    let fade = exp(-exponent);
    let value = k(s) - upper_fraction(s, x) * fade;
    Lower { value, exponent, delay: (x - s) / x + s / x * (fade / value) }
}

/// s (x/s - 1 - ln(x/s)).
#[inline(always)]
fn exponent(s: f64, x: f64) -> f64 {
    let mu = (x - s) / s;
    let central = (-0.5..=1.0).contains(&mu);
    let near = s * phi(if central { mu } else { 0.0 });
    let far = (x - s) - s * ln(x / s);
    let value = if central { near } else { far };
    // Next to nothing times a logarithm; x/s might be beyond the largest number.
    if s < 1e-250 { x } else { value }
}

/// Gamma(s+1) e^s s^-s.
fn k(s: f64) -> f64 {
    if s >= SMALLEST {
        return stirling(s);
    }
    libm::tgamma(s + 1.0) * if s > 0.0 { exp(s - s * ln(s)) } else { 1.0 }
}
