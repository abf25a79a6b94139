//! L(s, x) for small s and moderate x, by L(s-1) = 1 + (x/s) L(s) down from a larger s.
//!
//! Several pairs go down together. Numerator and denominator are kept apart, so that a step costs no division.

use super::elementary::exp;
use super::tables::SMALLEST;
use super::temme::{serves, temme};

/// From this x on Temme's expansion serves at the s from which the steps begin, and up to the other.
const EXPANSION_FROM: f64 = 8.5;
pub(super) const MOST: f64 = 32.0;
/// Below, so many steps more forget any beginning: x^32 is nothing beside 17 * 18 * ... * 48.
const MORE_STEPS: f64 = 32.0;

/// Where the steps begin.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    s: f64,
    value: f64,
}

impl Start {
    pub(super) const NONE: Self = Self { s: 0.0, value: 1.0 };
}

/// L(s, x) and L(s+1, x).
#[derive(Clone, Copy)]
pub(super) struct Steps<const W: usize> {
    pub(super) value: [f64; W],
    pub(super) next: [f64; W],
}

/// Whether s is small and x moderate.
#[inline(always)]
pub(super) fn serves_near(s: f64, x: f64) -> bool {
    s < SMALLEST && x <= MOST
}

/// Whether the steps begin at the expansion.
#[inline(always)]
pub(super) fn from_expansion(x: f64) -> bool {
    x >= EXPANSION_FROM
}

/// The beginning, for x on this side of `from_expansion`.
#[inline(always)]
pub(super) fn start<const EXPANSION: bool>(s: f64, x: f64) -> Start {
    let first = s + (SMALLEST - s).ceil();
    if !EXPANSION {
        return Start { s: first + MORE_STEPS, value: 1.0 };
    }
    debug_assert!(serves(first, x));
    let parts = temme(first, x);
    let large = parts.k * exp(parts.exponent) - parts.small;
    Start { s: first, value: if x <= first { parts.small } else { large } }
}

/// Down to `s`.
#[inline(always)]
pub(super) fn down<const W: usize>(s: &[f64; W], x: &[f64; W], start: &[Start; W]) -> Steps<W> {
    let mut at: [f64; W] = std::array::from_fn(|i| start[i].s);
    let mut above: [f64; W] = std::array::from_fn(|i| start[i].value);
    let (mut below, mut above_next, mut below_next) = ([1.0; W], above, [1.0; W]);
    let most = (0..W).map(|i| at[i] - s[i]).fold(0.0, f64::max);
    let mut left = most.round();
    while left > 0.0 {
        for i in 0..W {
            let active = at[i] > s[i] + 0.5;
            let common = at[i] * below[i];
            let sum = common + x[i] * above[i];
            above_next[i] = if active { above[i] } else { above_next[i] };
            below_next[i] = if active { below[i] } else { below_next[i] };
            above[i] = if active { sum } else { above[i] };
            below[i] = if active { common } else { below[i] };
            at[i] -= 1.0;
        }
        left -= 1.0;
    }
    Steps {
        value: std::array::from_fn(|i| above[i] / below[i]),
        next: std::array::from_fn(|i| above_next[i] / below_next[i]),
    }
}
