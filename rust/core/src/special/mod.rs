//! The incomplete gamma functions as queues need them: divided by the Poisson term.
//!
//! With p = x^s e^-x / Gamma(s+1), `upper` is U(s, x) = Q(s, x)/p and `lower` is L(s, x) = P(s, x)/p, so that
//! U + L = 1/p. For whole s, U is the sum of the Poisson terms below s over the term at s, and L the sum from s on.
//! Both are at least as well-conditioned as a queue asks: U to some 1e-15 of 1 + U, and L to as much of L.
//!
//! Nothing here calls the C library: its last digits differ from machine to machine. Vector instructions are chosen at run
//! time (`pulp`), and none of them rounds otherwise than the plain ones: no multiplication is fused with an addition.

#![allow(clippy::inline_always, reason = "loops over columns are to become vector instructions, in every copy of them")]

pub mod beta;
pub mod beta_inverse;
pub mod beta_lanes;
pub mod decay;
pub mod digamma;
mod elementary;
mod fraction;
mod incomplete;
mod many;
mod near;
mod places;
pub mod stirling;
mod tables;
mod temme;

pub use elementary::{drain, erfcx, excess, exp, ln};
pub use incomplete::{Lower, inverse, lower, upper};
pub(crate) use many::{LowerLanes, Scratch, lower_many, upper_many};
pub(crate) use places::{CHUNK, Lanes, Places};
pub(crate) use tables::{NODES, WEIGHTS};
