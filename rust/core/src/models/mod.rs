//! Queues that the models of Erlang leave out, and the arithmetic of work and people.
//!
//! | module | what it knows | source |
//! |---|---|---|
//! | `retrials` | Erlang X: attempts that are made again, trunk lines | Cohen 1957; Garnett, Mandelbaum & Reiman 2002 |
//! | `forecast` | arrivals that are not known exactly: a Gamma mixture | Jongbloed & Koole 2001; Golub & Welsch 1969 |
//! | `concurrency` | chat: several contacts at once, each slower for it | birth-death chain |
//! | `varying` | arrivals that change: SIPP, lagged SIPP, modified offered load | Green, Kolesar & Soares 2001; Massey & Whitt 1994 |
//! | `carry` | a day in which each interval begins with what the one before has left | Jensen 1953 (uniformisation) |
//! | `deadline` | email and back office: what must be done by when | Horn 1974 |
//! | `smooth` | the most even agents for it | Yao, Demers & Shenker 1995 |
//! | `capacity` | full-time equivalents, coverage, the capacity trigger | |
//!
//! Targets are those of `staffing`. What has states is bounded: `MOST_STATES`, and so on; beyond, there is an error.
#![expect(clippy::cast_precision_loss, reason = "counts of states and intervals stay far below 2^52")]

mod capacity;
mod carry;
mod chain;
mod cloud;
mod concurrency;
mod deadline;
mod error;
mod forecast;
mod measures;
mod retrials;
mod search;
mod smooth;
mod varying;
mod waits;

pub use capacity::{CapacityTrigger, Coverage, capacity_triggers, coverage, workload_fte};
pub use carry::{CarriedInterval, CarriedRequirement, carried_metrics, carried_required_agents};
pub use chain::MOST_STATES;
pub use cloud::MOST_STEPS;
pub use concurrency::{ChatMetrics, ChatQueue, MOST_LEVELS, chat_metrics, chat_required_agents};
pub use deadline::{
    Completion, ConstantCapacity, DeadlineInterval, DeadlineWork, MOST_DEADLINE_INTERVALS, MOST_TASKS, Task,
    TaskOutcome, completion, constant_capacity,
};
pub use error::{Argument, ModelError};
pub use forecast::{Forecast, ForecastMetrics, USUAL_NODES, forecast_metrics, forecast_required_agents};
pub use retrials::{RetrialMetrics, RetrialQueue, retrial_metrics, retrial_required_agents};
pub use smooth::{MOST_SMOOTH_INTERVALS, smooth_capacity};
pub use varying::{
    IntervalLoad, LoadBasis, LoadMethod, MOST_INTERVALS, Series, interval_loads, interval_metrics,
    interval_required_agents,
};
