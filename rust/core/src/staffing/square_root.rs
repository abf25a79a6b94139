//! Square-root staffing: the rule of thumb that explains an answer, and the place where large searches start.
//!
//! n = a + beta sqrt(a): the load, and a safety that grows with its square root. Halfin & Whitt, "Heavy-traffic limits
//! for queues with many exponential servers", Operations Research 29 (1981).

use crate::special::{erfcx, exp, ln};

/// How far a number of agents lies from the load, and what that alone says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquareRoot {
    /// (agents - load)/sqrt(load): quality above 1, efficiency below.
    pub beta: f64,
    /// alpha(beta) = 1/(1 + beta Phi(beta)/phi(beta)), about the share that waits where nobody leaves; 1 for beta <= 0.
    pub wait_probability: f64,
}

/// The figures of square-root staffing for arguments in range; NaN where there is no load.
#[must_use]
pub fn square_root(offered_load: f64, agents: f64) -> SquareRoot {
    if offered_load <= 0.0 {
        return SquareRoot { beta: f64::NAN, wait_probability: f64::NAN };
    }
    let beta = (agents - offered_load) / offered_load.sqrt();
    let wait_probability = if beta <= 0.0 { 1.0 } else { 1.0 / Normal::at(beta).inverse };
    SquareRoot { beta, wait_probability }
}

/// Newton's steps for a guess.
const ITERATIONS: usize = 5;

/// The normal distribution at one beta >= 0.
struct Normal {
    /// Phi/phi.
    ratio: f64,
    /// 1/alpha = 1 + beta Phi/phi.
    inverse: f64,
}

impl Normal {
    #[inline(always)]
    fn at(beta: f64) -> Self {
        let tail = (0.5 * std::f64::consts::PI).sqrt() * erfcx(beta * std::f64::consts::FRAC_1_SQRT_2);
        let ratio = std::f64::consts::TAU.sqrt() * exp(0.5 * beta * beta) - tail;
        Self { ratio, inverse: 1.0 + beta * ratio }
    }
}

/// About the beta at which alpha(beta) e^(-`decay` beta), or with `MEAN` alpha(beta)/beta, falls to `bound`: within a
/// hundredth or so, which is the rule's own error too.
#[inline(always)]
pub(super) fn beta_for<const W: usize, const MEAN: bool>(bound: &[f64; W], decay: &[f64; W]) -> [f64; W] {
    let power = if MEAN { 1.0 } else { 0.0 };
    let (mut target, mut beta) = ([0.0; W], [0.0; W]);
    for i in 0..W {
        target[i] = ln(bound[i]);
        // ln alpha lies below 0 and below -beta^2/2: the root is not beyond either of these.
        let size = (2.0 * target[i].abs()).sqrt() + 2.0 * power;
        let other = if MEAN { 1.0 / bound[i] } else { -target[i] / decay[i] };
        beta[i] = if other < size { other } else { size };
    }
    for _ in 0..ITERATIONS {
        for i in 0..W {
            let normal = Normal::at(beta[i]);
            let of_beta = if MEAN { ln(beta[i]) } else { 0.0 };
            let value = -ln(normal.inverse) - decay[i] * beta[i] - of_beta - target[i];
            let slope = beta[i] + normal.ratio / normal.inverse + decay[i] + power / beta[i];
            let next = beta[i] + value / slope;
            beta[i] = if next > 0.25 * beta[i] { next } else { 0.25 * beta[i] };
        }
    }
    beta
}
