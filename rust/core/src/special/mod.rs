//! Special functions: what the models of queues are made of.

pub mod beta;
pub mod beta_inverse;
pub mod beta_lanes;
pub mod decay;
pub mod digamma;
pub mod stirling;
