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

/// The normal distribution at one beta >= 0.
struct Normal {
    /// Phi/phi.
    ratio: f64,
    /// 1/alpha = 1 + beta Phi/phi.
    inverse: f64,
}

impl Normal {
    fn at(beta: f64) -> Self {
        let tail = (0.5 * std::f64::consts::PI).sqrt() * erfcx(beta * std::f64::consts::FRAC_1_SQRT_2);
        let ratio = std::f64::consts::TAU.sqrt() * exp(0.5 * beta * beta) - tail;
        Self { ratio, inverse: 1.0 + beta * ratio }
    }
}

/// The beta at which alpha(beta) e^(-`decay` beta) beta^-`power` falls to `bound`; `power` is 0, or 1 for a mean wait.
pub(super) fn beta_for(bound: f64, decay: f64, power: f64) -> f64 {
    let target = ln(bound);
    // ln alpha lies below 0 and below -beta^2/2: the root is not beyond either of these.
    let mut beta = if power > 0.0 {
        (1.0 / bound).min(2.0 + (2.0 * -target).max(0.0).sqrt())
    } else {
        (-target / decay).min((-2.0 * target).sqrt())
    };
    for _ in 0..8 {
        let normal = Normal::at(beta);
        let value = -ln(normal.inverse) - decay * beta - power * ln(beta) - target;
        let slope = beta + normal.ratio / normal.inverse + decay + power / beta;
        let next = (beta + value / slope).max(0.25 * beta);
        if (next - beta).abs() < 1e-3 * beta {
            return next;
        }
        beta = next;
    }
    beta
}
