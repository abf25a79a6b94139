//! How long the next contact of a live queue will wait, and which queue serves it best.
//!
//! With `n` contacts ahead, starts at the rate `r`, and each of those ahead giving up at the rate `h`, the wait `V` is a sum
//! of exponentials with the rates `r, r+h, ..., r+nh`; `e^(-hV)` follows the Beta law with `r/h` and `n+1`. Arrivals of higher
//! classes, which overtake, make each of these times a first passage.

mod line;
mod passage;
mod queues;
mod score;
mod transform;

pub use crate::special::beta_inverse::Wanted;
pub use line::Line;
pub use passage::{Moments, Passage};
pub use queues::{Given, MOST_AHEAD, Measured, Queues, Wait};
pub use score::{Asked, RankBy, Scores, quantiles, score};
