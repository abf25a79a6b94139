//! Elementary functions without branches, so that loops over them become vector instructions.

use super::tables::{DRAIN, ERFCX, EXP};

/// 1.5 * 2^52: added to a small number it leaves the nearest whole one in the last bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has so few bits that its products with whole numbers are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Below this the result would be smaller than the smallest normal number: it is 0.
const UNDERFLOW: f64 = -708.0;
const OVERFLOW: f64 = 710.0;

/// The polynomial of rising powers `c` at `x`, in two chains: that halves the wait for each other's results.
#[expect(clippy::inline_always, reason = "loops over it are to become vector instructions")]
#[inline(always)]
pub(super) fn polynomial<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let (mut first, mut second) = (c[N - 1], c[N - 2]);
    let mut left = N - 2;
    while left >= 2 {
        first = first * square + c[left - 1];
        second = second * square + c[left - 2];
        left -= 2;
    }
    if left == 1 { (first * square + c[0]) + x * second } else { second + x * first }
}

/// e^x to one unit in the last place; 0 below -708 and infinite above 709.78.
#[expect(clippy::inline_always, reason = "loops over it are to become vector instructions")]
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    let bounded = if x < UNDERFLOW { UNDERFLOW } else { x };
    let bounded = if bounded > OVERFLOW { OVERFLOW } else { bounded };
    let shifted = bounded * std::f64::consts::LOG2_E + WHOLE;
    let twos = shifted - WHOLE;
    let rest = (bounded - twos * LN_2_HIGH) - twos * LN_2_LOW;
    // One power of two less in the exponent and a factor 2 in front: 2^1024 has no bits of its own.
    let exponent = shifted.to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(1022) << 52;
    let power = (2.0 * polynomial(&EXP, rest)) * f64::from_bits(exponent);
    let power = if x < UNDERFLOW { 0.0 } else { power };
    if x.is_nan() { x } else { power }
}

/// The natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The scaled complementary error function e^(z^2) erfc(z), for z >= 0.
#[expect(clippy::inline_always, reason = "loops over it are to become vector instructions")]
#[inline(always)]
#[must_use]
pub fn erfcx(z: f64) -> f64 {
    polynomial(&ERFCX, (z - 4.0) / (z + 4.0)) / (1.0 + 2.0 * z)
}

/// 1 - (1 - e^-v)/v for v >= 0, without cancellation; `decay` is e^-v.
#[expect(clippy::inline_always, reason = "loops over it are to become vector instructions")]
#[inline(always)]
#[must_use]
pub fn drain(v: f64, decay: f64) -> f64 {
    let near = v * polynomial(&DRAIN, if v < 1.0 { v } else { 1.0 });
    let far = 1.0 - (1.0 - decay) / v;
    if v < 1.0 { near } else { far }
}
