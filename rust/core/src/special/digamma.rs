//! Differences of the digamma function and of its derivatives, as sums of reciprocals.
//!
//! `1/r + 1/(r+h) + ... + 1/(r+(m-1)h) = (psi(x+m) - psi(x)) / h` with `x = r/h`, and likewise for the powers. Written as
//! sums they go over to `m/r` as `h` goes to 0; as differences of `psi` they would lose every digit there.

/// So many terms are added one by one.
const ADDED: u32 = 16;
/// The expansion is used from so many steps on; there its last term is below 1e-15 of the sum.
const FAR: f64 = 12.0;
/// `B_2k`, the Bernoulli numbers, from k = 1.
const BERNOULLI: [f64; 7] = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0];
/// What stands beside the odd powers of `h/r` in the expansions of the sums of the three powers: `B_2k` over `2k`, over 1, and
/// over `2 / (2k+1)`.
const COEFFICIENTS: [[f64; 7]; 3] = {
    let mut found = [BERNOULLI; 3];
    let (mut k, mut twice) = (0, 2.0);
    while k < 7 {
        found[0][k] /= twice;
        found[2][k] *= 0.5 * (twice + 1.0);
        twice += 2.0;
        k += 1;
    }
    found
};

/// The sums of the powers 1 to `P`, at most 3, of `1 / (first + i * step)` over `i = 0 .. count`.
///
/// `first` is above 0, `step` is 0 or more.
#[inline]
#[must_use]
pub fn reciprocal_sums<const P: usize>(first: f64, step: f64, count: u32) -> [f64; P] {
    let added = if count <= ADDED { count } else { near(first, step) };
    let mut sums = [0.0; P];
    for i in 0..added {
        let p = 1.0 / (first + f64::from(i) * step);
        let mut power = 1.0;
        for sum in &mut sums {
            power *= p;
            *sum += power;
        }
    }
    if count > added {
        let from = first + f64::from(added) * step;
        let rest: [f64; P] = expansion(from, first + f64::from(count) * step, step, f64::from(count - added));
        sums.iter_mut().zip(rest).for_each(|(sum, rest)| *sum += rest);
    }
    sums
}

/// How many terms stand before the expansion holds.
fn near(first: f64, step: f64) -> u32 {
    let missing = FAR - first / step;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and FAR")]
    if missing > 0.0 { missing.ceil() as u32 } else { 0 }
}

/// The sums over `count` terms from `1/from` to just before `1/to`, by Euler and Maclaurin.
#[inline]
fn expansion<const P: usize>(from: f64, to: f64, step: f64, count: f64) -> [f64; P] {
    let (p, q) = (1.0 / from, 1.0 / to);
    let rise = count * step * p;
    // The integrals; each without the difference that it is in books.
    let slope = if rise < 1e-300 { 1.0 } else { libm::log1p(rise) / rise };
    let integrals = [count * p * slope, count * p * q, 0.5 * count * p * q * (p + q)];
    // Of each power: half of the first term less half of the one after the last, and then the derivatives.
    let (hp, hq) = (step * p, step * q);
    let (hp2, hq2) = (hp * hp, hq * hq);
    let (mut p_power, mut q_power) = (p, q);
    std::array::from_fn(|power| {
        let coefficients = &COEFFICIENTS[power];
        let series = |square: f64| coefficients.iter().rev().fold(0.0, |sum, term| sum * square + term);
        let ends = p_power * (0.5 + hp * series(hp2)) - q_power * (0.5 + hq * series(hq2));
        p_power *= p;
        q_power *= q;
        integrals[power] + ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Term by term, small ones first.
    fn added(first: f64, step: f64, count: u32) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for i in (0..count).rev() {
            let p = 1.0 / (first + f64::from(i) * step);
            sums[0] += p;
            sums[1] += p * p;
            sums[2] += p * p * p;
        }
        sums
    }

    #[test]
    fn the_expansion_is_the_sum() {
        for first in [1e-6, 0.01, 0.3, 1.0, 7.7, 100.0, 1e7] {
            for step in [0.0, 1e-320, 1e-12, 1e-3, 0.25, 1.0, 40.0] {
                for count in [1, 2, 15, 16, 17, 18, 40, 1000] {
                    let (found, summed) = (reciprocal_sums::<3>(first, step, count), added(first, step, count));
                    for (power, (found, summed)) in found.iter().zip(summed).enumerate() {
                        let off = (found / summed - 1.0).abs();
                        assert!(off < [6e-14, 2e-13, 6e-13][power], "{first} {step} {count} {power}: {off:e}");
                    }
                }
            }
        }
    }
}
