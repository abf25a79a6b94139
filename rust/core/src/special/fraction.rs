//! Continued fractions and a series, for where x is far from s. They end when they are exact, so they take one pair at a
//! time.

#![allow(clippy::many_single_char_names, reason = "the letters of the method")]

/// Terms after which they end in any case; none has been seen to need a third of it.
const MOST_TERMS: usize = 2_000;

/// L(s, x) = 1 + x/(s+1) + x^2/((s+1)(s+2)) + ...
pub(super) fn series(s: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut j) = (1.0, 1.0, s);
    for _ in 0..MOST_TERMS {
        j += 1.0;
        term *= x / j;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// U(s, x) = s/(x+1-s + (s-1)/(x+3-s + 2(s-2)/(x+5-s + ...))), Legendre's continued fraction by Lentz's method.
pub(super) fn upper_fraction(s: f64, x: f64) -> f64 {
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
pub(super) fn lower_rest(s: f64, x: f64) -> f64 {
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
