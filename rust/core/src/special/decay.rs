//! `e^-y` and `1 - e^-y`.

/// What is left, and what is gone, after `y` mean lifetimes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// `e^-y`.
    pub kept: f64,
    /// `1 - e^-y`.
    pub gone: f64,
}

/// 1.5 * 2^52: what is added to it is rounded to a whole number, which its last bits hold.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has so few bits that its products with whole numbers are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Where numbers end.
const MOST: f64 = 708.0;
/// `1/1!, 1/2!, ...`
const RECIPROCALS: [f64; 13] = {
    let mut found = [1.0; 13];
    let (mut i, mut number) = (1, 2.0);
    while i < found.len() {
        found[i] = found[i - 1] / number;
        number += 1.0;
        i += 1;
    }
    found
};

impl Decay {
    /// Both to a unit or two in the last place, with neither a branch nor a call, for `y` from -709. Beyond 708 nothing is
    /// kept.
    #[expect(clippy::inline_always, reason = "two side by side become vector instructions")]
    #[inline(always)]
    #[must_use]
    pub fn of(y: f64) -> Self {
        let bounded = if y > MOST { MOST } else { y };
        let rounded = ROUNDER - bounded * std::f64::consts::LOG2_E;
        let twos = rounded - ROUNDER;
        let rest = (-bounded - twos * LN_2_HIGH) - twos * LN_2_LOW;
        let power = f64::from_bits(rounded.to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(1023) << 52);
        let grown = rest * series(rest);
        let kept = power + power * grown;
        let gone = (1.0 - power) - power * grown;
        if y > MOST { Self { kept: 0.0, gone: 1.0 } } else { Self { kept, gone } }
    }
}

/// `(e^r - 1) / r` for `r` up to ln(2)/2, in two chains that do not wait for each other.
#[expect(clippy::inline_always, reason = "as Decay::of")]
#[inline(always)]
fn series(r: f64) -> f64 {
    let square = r * r;
    let (mut even, mut odd) = (RECIPROCALS[12], RECIPROCALS[11]);
    let mut i = 10;
    while i >= 2 {
        even = even * square + RECIPROCALS[i];
        odd = odd * square + RECIPROCALS[i - 1];
        i -= 2;
    }
    (even * square + RECIPROCALS[0]) + r * odd
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_exact_to_the_last_digits() {
        let mut looked = 0;
        for whole in -700..=745_i32 {
            for part in [0.0, 1e-9, 0.17, 0.3465, 0.3466, 0.5, 0.69, 0.7, 0.999] {
                let y = f64::from(whole) + part;
                let Decay { kept, gone } = Decay::of(y);
                assert!((kept - (-y).exp()).abs() <= 4e-16 * (-y).exp() + 1e-307, "{y}: {kept:e}");
                assert!((gone + (-y).exp_m1()).abs() <= 4e-16 * (-y).exp_m1().abs(), "{y}: {gone:e}");
                looked += 1;
            }
        }
        assert!(looked > 10_000);
        for y in [1e-300, 1e-16, 1e-3, 0.1, 0.3] {
            assert!((Decay::of(y).gone / -(-y).exp_m1() - 1.0).abs() < 4e-16, "{y}");
        }
        assert_eq!(Decay::of(0.0), Decay { kept: 1.0, gone: 0.0 });
        assert_eq!(Decay::of(f64::INFINITY), Decay { kept: 0.0, gone: 1.0 });
        assert!(Decay::of(f64::NAN).kept.is_nan() && Decay::of(f64::NAN).gone.is_nan());
    }
}
