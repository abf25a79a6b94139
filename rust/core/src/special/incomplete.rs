//! U and L over their whole range: where Temme's expansion does not serve, a series or a continued fraction does.

use super::elementary::{exp, ln};
use super::tables::SMALLEST;
use super::temme::{phi, serves, stirling, temme};

/// Up to this many agents the recurrence from 0 is as quick as any expansion.
const RECURRENCE: f64 = 24.0;
/// Relative error at which series and fractions stop.
const PRECISION: f64 = 1e-17;
/// Terms after which they stop in any case; none has been seen to need a third of it.
const MOST_TERMS: usize = 2_000;

/// L(s, x), which may lie beyond the largest number.
#[derive(Clone, Copy, Debug)]
pub struct Lower {
    /// L itself where x <= s; L e^-`exponent` where x > s.
    pub value: f64,
    /// s (x/s - 1 - ln(x/s)), which is -ln p but for a factor that depends on s alone.
    pub exponent: f64,
    /// Whether x > s, so that `value` is scaled.
    pub scaled: bool,
}

impl Lower {
    /// 1/L, which is 0 when L is beyond the largest number.
    #[must_use]
    pub fn inverse(&self) -> f64 {
        if self.scaled { exp(-self.exponent) / self.value } else { 1.0 / self.value }
    }
}

/// U(s, x) for s >= 0 and x > 0; infinite beyond the largest number.
#[must_use]
pub fn upper(s: f64, x: f64) -> f64 {
    if s <= RECURRENCE && s.fract() == 0.0 {
        return recurrence(s, x);
    }
    if serves(s, x) {
        let parts = temme(s, x);
        return if x <= s { parts.k * exp(parts.exponent) - parts.small } else { parts.small };
    }
    if x > fraction_from(s) {
        return upper_fraction(s, x);
    }
    let exponent = exponent(s, x);
    let whole = k(s) * exp(exponent);
    // Beside such a sum L is nothing.
    if exponent > 50.0 { whole } else { whole - series(s, x) }
}

/// L(s, x) for s >= 0 and x >= 0.
#[must_use]
pub fn lower(s: f64, x: f64) -> Lower {
    let scaled = x > s;
    if serves(s, x) {
        let parts = temme(s, x);
        let value = if scaled { parts.k - parts.small * exp(-parts.exponent) } else { parts.small };
        return Lower { value, exponent: parts.exponent, scaled };
    }
    let exponent = exponent(s, x);
    let value = if x > fraction_from(s) {
        k(s) - upper_fraction(s, x) * exp(-exponent)
    } else if s >= SMALLEST {
        1.0 / (1.0 - x / (s + 1.0 + lower_rest(s, x)))
    } else {
        let sum = downward(s, x);
        if scaled { sum * exp(-exponent) } else { sum }
    };
    Lower { value, exponent, scaled }
}

/// 1 - (s/x)(1 - 1/L), without cancellation: of those who wait in a queue with patience, the share that leaves.
/// `lower` is L(s, x), and x > 0.
#[must_use]
pub fn delay_ratio(s: f64, x: f64, lower: &Lower) -> f64 {
    if lower.scaled {
        return (x - s) / x + s / x * lower.inverse();
    }
    if s < SMALLEST {
        return 1.0 - s / (s + 1.0) * downward(s + 1.0, x) / lower.value;
    }
    if lower.exponent < 20.0 && serves(s, x) {
        return ((x - s) + s * lower.inverse()) / x;
    }
    let rest = lower_rest(s, x);
    (1.0 + rest) / (s + 1.0 + rest)
}

/// From this x on the continued fraction of U is short.
fn fraction_from(s: f64) -> f64 {
    if s >= SMALLEST { 2.0 * s } else { 1.3 * s + 3.0 }
}

/// s (x/s - 1 - ln(x/s)).
fn exponent(s: f64, x: f64) -> f64 {
    // Next to nothing times a logarithm; x/s might be beyond the largest number.
    if s < 1e-250 {
        return x;
    }
    let mu = (x - s) / s;
    if (-0.5..=1.0).contains(&mu) { s * phi(mu) } else { (x - s) - s * ln(x / s) }
}

/// Gamma(s+1) e^s s^-s.
fn k(s: f64) -> f64 {
    if s >= SMALLEST {
        return stirling(s);
    }
    libm::tgamma(s + 1.0) * if s > 0.0 { exp(s - s * ln(s)) } else { 1.0 }
}

/// U(n, x) = (n/x)(1 + U(n-1, x)) from U(0, x) = 0, for whole n.
fn recurrence(n: f64, x: f64) -> f64 {
    let inverse = 1.0 / x;
    let (mut sum, mut j) = (0.0, 0.0);
    while j < n {
        j += 1.0;
        sum = (sum + 1.0) * (j * inverse);
    }
    sum
}

/// L(s, x) = 1 + x/(s+1) + x^2/((s+1)(s+2)) + ...
fn series(s: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut j) = (1.0, 1.0, s);
    for _ in 0..MOST_TERMS {
        j += 1.0;
        term *= x / j;
        sum += term;
        if term < sum * PRECISION {
            break;
        }
    }
    sum
}

/// L(s, x) for small s and moderate x, by L(s-1) = 1 + (x/s) L(s) from where the expansion serves.
fn downward(s: f64, x: f64) -> f64 {
    let steps = (SMALLEST - s).ceil().max(0.0);
    let start = s + steps;
    if !serves(start, x) {
        return series(s, x);
    }
    let parts = temme(start, x);
    let mut sum = if x <= start { parts.small } else { parts.k * exp(parts.exponent) - parts.small };
    let mut j = start;
    while j > s + 0.5 {
        sum = 1.0 + x / j * sum;
        j -= 1.0;
    }
    sum
}

/// U(s, x) = s/(x+1-s + (s-1)/(x+3-s + 2(s-2)/(x+5-s + ...))), Legendre's continued fraction by Lentz's method.
fn upper_fraction(s: f64, x: f64) -> f64 {
    let first = x + 1.0 - s;
    let (mut value, mut c, mut d, mut b, mut j) = (first, first, 0.0, first, 0.0);
    for _ in 0..MOST_TERMS {
        j += 1.0;
        let a = j * (s - j);
        b += 2.0;
        d = 1.0 / (b + a * d);
        c = b + a / c;
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    s / value
}

/// r of 1/L = 1 - x/(s+1+r): r = x/(s+2 - (s+1)x/(s+3 + 2x/(s+4 - (s+2)x/(s+5 + 3x/(s+6 - ...))))), by Lentz's method.
fn lower_rest(s: f64, x: f64) -> f64 {
    let first = s + 2.0;
    let (mut value, mut c, mut d, mut b, mut j) = (first, first, 0.0, first, 0.0);
    for _ in 0..MOST_TERMS {
        j += 1.0;
        let mut change = 1.0;
        for a in [-(s + j) * x, (j + 1.0) * x] {
            b += 1.0;
            d = 1.0 / (b + a * d);
            c = b + a / c;
            change *= c * d;
        }
        value *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    x / value
}
