//! Elementary functions without branches, so that loops over them become vector instructions.

use super::tables::{DRAIN, ERFCX, EXP, PHI};

/// 1.5 * 2^52: added to a small number it leaves the nearest whole one in the last bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;
const WHOLE_BITS: u64 = WHOLE.to_bits();
/// Bits of the square root of 1/2.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const MANTISSA: u64 = (1 << 52) - 1;
const TWO_54: f64 = 18_014_398_509_481_984.0;
/// ln 2 in two parts; the first has so few bits that its products with whole numbers are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Below this the result would be smaller than the smallest normal number: it is 0.
const UNDERFLOW: f64 = -708.0;
const OVERFLOW: f64 = 710.0;

/// The polynomial of rising powers `c` at `x`, in two chains: that halves the wait for each other's results.
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

/// Whether a number below 2^51 is whole.
#[inline(always)]
pub(super) fn is_whole(x: f64) -> bool {
    ((x + WHOLE) - WHOLE) - x == 0.0
}

/// e^x to one unit in the last place; 0 below -708 and infinite above 709.78.
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

/// The natural logarithm to one unit in the last place; -infinity at 0 and NaN below.
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    // The smallest numbers have no exponent of their own.
    let small = x < f64::MIN_POSITIVE;
    let bits = (if small { x * TWO_54 } else { x }).to_bits();
    // x = 2^twos (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
    let shifted = bits.wrapping_sub(SQRT_HALF);
    let high = f64::from_bits((shifted >> 52).wrapping_add(WHOLE_BITS));
    // A negative number of twos is a large one here, as its twelve bits alone are left.
    let twos = high - WHOLE;
    let twos = if twos >= 2048.0 { twos - 4096.0 } else { twos };
    let f = f64::from_bits((shifted & MANTISSA).wrapping_add(SQRT_HALF)) - 1.0;
    let twos = if small { twos - 54.0 } else { twos };
    let w = f / (2.0 + f);
    let half = 0.5 * f * f;
    let square = w * w;
    let rest = w * (half + square * polynomial(&PHI, square));
    let value = twos * LN_2_HIGH - ((half - (rest + twos * LN_2_LOW)) - f);
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// The scaled complementary error function e^(z^2) erfc(z), for z >= 0.
#[inline(always)]
#[must_use]
pub fn erfcx(z: f64) -> f64 {
    polynomial(&ERFCX, (z - 4.0) / (z + 4.0)) / (1.0 + 2.0 * z)
}

/// 1 - (1 - e^-v)/v for v >= 0, without cancellation; `decay` is e^-v.
#[inline(always)]
#[must_use]
pub fn drain(v: f64, decay: f64) -> f64 {
    let near = v * polynomial(&DRAIN, if v < 1.0 { v } else { 1.0 });
    let far = 1.0 - (1.0 - decay) / v;
    if v < 1.0 { near } else { far }
}

/// e^-v - 1 + v, without cancellation.
#[inline(always)]
#[must_use]
pub fn excess(v: f64) -> f64 {
    let small = v.abs() < 1.0;
    let near = v * v * polynomial(&DRAIN, if small { v } else { 1.0 });
    if small { near } else { exp(-v) - 1.0 + v }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "these are exact")]

    use super::*;

    /// Units in the last place between `got` and `known`.
    fn units(got: f64, known: f64) -> f64 {
        if got == known { 0.0 } else { (got - known).abs() / (known.abs() * f64::EPSILON) }
    }

    /// Numbers between, by the golden ratio: the same in every run.
    fn spread(low: f64, high: f64) -> impl Iterator<Item = f64> {
        (0..100_000).map(move |i| low + (high - low) * (f64::from(i) * 0.618_033_988_749_894_9).fract())
    }

    #[test]
    fn exponentials_agree_with_a_library_for_one() {
        for x in spread(-707.9, 709.7).chain(spread(-1.0, 1.0)) {
            assert!(units(exp(x), libm::exp(x)) <= 2.0, "{x}: {} {}", exp(x), libm::exp(x));
        }
        assert_eq!((exp(0.0), exp(-709.0), exp(f64::NEG_INFINITY)), (1.0, 0.0, 0.0));
        assert_eq!((exp(709.8), exp(f64::INFINITY)), (f64::INFINITY, f64::INFINITY));
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_agree_with_a_library_for_one() {
        let near = spread(0.5, 2.0).chain(spread(0.999, 1.001));
        for x in near.chain(spread(-700.0, 700.0).map(libm::exp)).chain([5e-324, 1e-310, f64::MAX, 0.1, 1.0]) {
            assert!(units(ln(x), libm::log(x)) <= 1.0, "{x:e}: {} {}", ln(x), libm::log(x));
        }
        assert_eq!((ln(0.0), ln(f64::INFINITY)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
    }

    #[test]
    fn the_error_function_agrees_with_a_library_for_one() {
        for z in spread(0.0, 5.0) {
            let known = libm::erfc(z) * libm::exp(z * z);
            assert!(units(erfcx(z), known) <= 4.0 + 4.0 * z * z, "{z}: {} {known}", erfcx(z));
        }
        // Far out, 1/(z sqrt(pi)) (1 - 1/(2 z^2) + 3/(4 z^4) - ...).
        for z in spread(500.0, 1e6) {
            let square = 1.0 / (2.0 * z * z);
            let known =
                (1.0 - square * (1.0 - 3.0 * square * (1.0 - 5.0 * square))) / (z * std::f64::consts::PI.sqrt());
            assert!(units(erfcx(z), known) <= 4.0, "{z}: {} {known}", erfcx(z));
        }
    }

    #[test]
    fn the_drain_has_no_seam() {
        for v in spread(0.9, 1.1) {
            let known = (v + libm::expm1(-v)) / v;
            assert!(units(drain(v, exp(-v)), known) <= 6.0, "{v}");
        }
        assert_eq!((drain(0.0, 1.0), drain(f64::INFINITY, 0.0)), (0.0, 1.0));
        for v in spread(-3.0, -0.7).chain(spread(0.7, 3.0)) {
            assert!(units(excess(v), v + libm::expm1(-v)) <= 6.0, "{v}");
        }
        assert!(units(excess(1e-9), 5e-19 * (1.0 - 1e-9 / 3.0)) <= 1.0);
    }
}
