//! The pieces of Loader's saddle-point form of the binomial and the Poisson probabilities.
//!
//! C. Loader, "Fast and accurate computation of binomial probabilities", 2000. Nothing large is subtracted in it, so that
//! probabilities far from the mean and of large counts keep their digits.

/// `ln(G(z+1)) - ln(sqrt(2 pi z) (z/e)^z)`, the error of Stirling's formula, for `z` of 10 or more and infinity.
#[must_use]
pub fn stirling_error(z: f64) -> f64 {
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    let p = 1.0 / z;
    let p2 = p * p;
    TERMS.iter().rev().fold(0.0, |sum, term| sum * p2 + term) * p
}

/// `d - ln(1+d)` for `d` above -1, where `ln` gives the logarithm of `1+d` however the caller knows it best.
#[must_use]
pub fn deviance(d: f64, ln: impl FnOnce() -> f64) -> f64 {
    // The series is in v^2 with v = d/(2+d): ln(1+d) = 2 atanh(v), d - 2v = d v.
    const NEAR: f64 = 0.25;
    if d.abs() > NEAR {
        return d - ln();
    }
    let v = d / (2.0 + d);
    let v2 = v * v;
    let mut sum = 0.0;
    let mut odd = 25.0;
    while odd > 2.0 {
        sum = (sum + 1.0 / odd) * v2;
        odd -= 2.0;
    }
    v * (d - 2.0 * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_stirlings_formula_leads_from_factorial_to_factorial() {
        // ln((z+1)!) - ln(z!) = ln(z+1).
        for z in [10.0_f64, 10.5, 12.0, 40.0, 1e3, 1e8] {
            let stirling = |z: f64| 0.5 * (std::f64::consts::TAU * z).ln() + z * (z.ln() - 1.0) + stirling_error(z);
            let off = stirling(z + 1.0) - stirling(z) - (z + 1.0).ln();
            assert!(off.abs() < 4e-16 * z * (z + 1.0).ln(), "{z}: {off:e}");
        }
        assert!(stirling_error(f64::INFINITY).abs() < f64::MIN_POSITIVE);
        // From 50 digits.
        assert!((stirling_error(10.0) / 0.008_330_563_433_362_87 - 1.0).abs() < 1e-13);
    }

    #[test]
    fn the_deviance_is_smooth_where_its_two_forms_meet() {
        for d in [-0.999, -0.5, -0.250_000_1, -0.249_999_9, -0.1, 0.0, 0.1, 0.249_999_9, 0.250_000_1, 3.0] {
            let plain = d - f64::ln_1p(d);
            assert!((deviance(d, || d.ln_1p()) - plain).abs() < 2e-16 * (1.0 + plain), "{d}");
        }
        // d^2/2 - d^3/3 + d^4/4, far below what the plain form can tell.
        let d = 1e-6_f64;
        assert!((deviance(d, || d.ln_1p()) / (d * d * (0.5 - d / 3.0 + d * d / 4.0)) - 1.0).abs() < 1e-15);
    }
}
