//! Temme's uniform expansion: one formula for U and L where x is near s, however large both are.
//!
//! N. M. Temme, "The asymptotic expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10 (1979); DLMF 8.12.

use super::elementary::{erfcx, polynomial};
use super::tables::{PHI, SMALLEST, STIRLING, TEMME_0, TEMME_1, TEMME_2, TEMME_3, TEMME_4, TEMME_5, TEMME_6, TEMME_7};

/// What U and L are made of, for one (s, x).
pub(super) struct Temme {
    /// sqrt(2 pi s) Gamma*(s) = Gamma(s+1) e^s s^-s, so that 1/p = `k` e^`exponent`.
    pub(super) k: f64,
    /// s (x/s - 1 - ln(x/s)).
    pub(super) exponent: f64,
    /// U where x > s, and L where x <= s: the one that is not large.
    pub(super) small: f64,
}

/// Whether the expansion serves.
#[inline(always)]
pub(super) fn serves(s: f64, x: f64) -> bool {
    s >= SMALLEST && x >= 0.5 * s && x <= 2.0 * s
}

/// mu - ln(1 + mu) for -0.5 <= mu <= 1, without cancellation.
#[inline(always)]
pub(super) fn phi(mu: f64) -> f64 {
    let w = mu / (2.0 + mu);
    let square = w * w;
    mu * w - w * square * polynomial(&PHI, square)
}

/// sqrt(2 pi s) Gamma*(s) for s >= 16.
#[inline(always)]
pub(super) fn stirling(s: f64) -> f64 {
    (std::f64::consts::TAU * s).sqrt() * polynomial(&STIRLING, SMALLEST / s)
}

/// The expansion; only where it `serves`.
#[inline(always)]
pub(super) fn temme(s: f64, x: f64) -> Temme {
    let mu = (x - s) / s;
    let phi = phi(mu);
    let exponent = s * phi;
    let size = (2.0 * phi).sqrt();
    let eta = if mu < 0.0 { -size } else { size };
    let w = SMALLEST / s;
    let (low, high) = (
        [polynomial(&TEMME_0, eta), polynomial(&TEMME_1, eta), polynomial(&TEMME_2, eta), polynomial(&TEMME_3, eta)],
        [polynomial(&TEMME_4, eta), polynomial(&TEMME_5, eta), polynomial(&TEMME_6, eta), polynomial(&TEMME_7, eta)],
    );
    let square = w * w;
    let correction = polynomial(&low, w) + square * square * polynomial(&high, w);
    let k = stirling(s);
    let half = 0.5 * k * erfcx(exponent.sqrt());
    let small = if mu > 0.0 { half + correction } else { half - correction };
    Temme { k, exponent, small }
}
