//! The mean wait of those who are answered, in a queue that people leave.
//!
//! It has no closed form. Those answered after a wait of t have the density exp(y (1 - e^-t) - (x + 1) t), t in units of
//! the patience: its exponent is concave, so that Gauss's rule on both sides of the peak gives all digits.

use super::abandon::Abandon;
use crate::special::{NODES, WEIGHTS, excess, exp, ln};

/// Below the peak by this much, the density adds nothing.
const DEPTH: f64 = 40.0;

/// In units of the handle time, as is `patience`.
pub(crate) fn asa_of_answered(model: &Abandon, load: f64, agents: f64, patience: f64) -> f64 {
    let mean = mean_wait(agents * patience, load * patience) * patience;
    if agents == 0.0 {
        return mean;
    }
    let answered = 1.0 - model.abandon_probability();
    model.wait_probability * (1.0 - model.leave_probability()) / answered * mean
}

/// The mean of the density, in units of the patience.
fn mean_wait(x: f64, y: f64) -> f64 {
    let density = Density { x, y, peak: if y > x + 1.0 { ln(y / (x + 1.0)) } else { 0.0 } };
    let (mut weight, mut moment) = (0.0, 0.0);
    let after = density.end(1.0);
    let before = if density.peak > 0.0 { density.end(-1.0).max(-density.peak) } else { 0.0 };
    // After the peak the density falls more slowly, at first like a bell and then like a straight exponential.
    for (from, to) in [(before, 0.0), (0.0, 0.25 * after), (0.25 * after, after)] {
        let offset = |node: f64| from + (to - from) * node;
        let mut heights = [0.0; NODES.len()];
        for (height, node) in heights.iter_mut().zip(&NODES) {
            *height = exp(density.fall(offset(*node)));
        }
        for ((height, share), node) in heights.iter().zip(&WEIGHTS).zip(&NODES) {
            let part = share * (to - from) * height;
            weight += part;
            moment += part * (density.peak + offset(*node));
        }
    }
    moment / weight
}

/// The density around its greatest value.
struct Density {
    x: f64,
    y: f64,
    /// Where it is greatest.
    peak: f64,
}

impl Density {
    /// The slope's two parts at the peak: what arrives, and what is served.
    fn rates(&self) -> (f64, f64) {
        if self.peak > 0.0 { (self.x + 1.0, self.x + 1.0) } else { (self.y, self.x + 1.0) }
    }

    /// The exponent at `peak + offset`, less that at the peak.
    #[inline(always)]
    fn fall(&self, offset: f64) -> f64 {
        let (arrive, serve) = self.rates();
        (arrive - serve) * offset - arrive * excess(offset)
    }

    /// The offset on one side (`side` is 1 or -1) where the exponent has fallen by `DEPTH`.
    fn end(&self, side: f64) -> f64 {
        let (arrive, serve) = self.rates();
        // The fall is concave: Newton's steps overshoot once at most.
        let mut offset = side * (2.0 * DEPTH / arrive).sqrt().min(1.0);
        if serve > arrive {
            offset = offset.min(DEPTH / (serve - arrive));
        }
        for _ in 0..60 {
            let slope = (arrive - serve) + arrive * (exp(-offset) - 1.0);
            let step = (self.fall(offset) + DEPTH) / slope;
            offset -= step;
            if step.abs() < 0.01 * offset.abs() {
                break;
            }
        }
        offset
    }
}
