//! The models of Erlang and Palm: B (no waiting), C (endless patience) and A (patience that ends).
//!
//! Contacts arrive at random (Poisson), handle times and patience are exponential, agents work alike. Offered load is
//! arrivals x handle time / interval, in erlangs. Agents need not be whole. One pair of functions, U and L of `special`,
//! solves all three, with a = offered load, n = agents, x = n patience/aht and y = a patience/aht:
//!
//! | model | formula | source |
//! |---|---|---|
//! | B | 1/B = 1 + U(n, a) | Erlang 1917; Jagerman 1974 for real n |
//! | C | 1/C = 1 + (1 - a/n) U(n, a) | Erlang 1917 |
//! | A | P(wait) = L(x, y)/(L(x, y) + U(n, a)) | Palm 1957; Garnett, Mandelbaum & Reiman 2002 |

#![allow(clippy::inline_always, reason = "loops over columns are to become vector instructions, in every copy of them")]

mod abandon;
mod answered;
mod batch;
mod column;
mod columns;
mod impatient;
mod input;
mod metrics;
mod probabilities;
mod probability;

pub(crate) use abandon::Abandon;
pub use column::RowError;
pub(crate) use column::{Check, Range, check_constants, check_rows};
pub use columns::{MetricsColumns, QueueColumns, ThresholdColumns, service_metrics_columns};
pub(crate) use impatient::{Impatient, Part};
pub use input::{Argument, Definition, OutOfRange, Queue, Threshold};
pub(crate) use input::{at_least_zero, patience};
pub use metrics::{ServiceMetrics, service_metrics, wait_quantile};
pub(crate) use metrics::{late, late_in_loss};
pub use probabilities::{erlang_a_columns, erlang_b_columns, erlang_c_columns, wait_quantile_columns};
pub(crate) use probability::blocking_probability;
pub use probability::{erlang_a, erlang_b, erlang_c};
