//! The deterministic core of turnout.
//!
//! It reads no clock, entropy, environment or file: time is an argument and randomness a seed, so the same policy and
//! the same events give the same bits everywhere.

pub mod column;
pub mod engine;
pub mod erlang;
pub mod hash;
pub mod models;
pub mod policy;
pub mod special;
pub mod staffing;
pub mod time;
pub mod toggle;
pub mod wait;
