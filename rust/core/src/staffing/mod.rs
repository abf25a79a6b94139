//! How many agents a queue needs, and how many to schedule for them to be there.
//!
//! Whatever the targets, each of them becomes easier with every agent, so the agents required for all of them are the
//! most that any of them requires, and that target binds.

#![allow(clippy::inline_always, reason = "loops over columns are to become vector instructions, in every copy of them")]

mod batch;
mod columns;
mod endless;
mod leaving;
mod leaving_many;
mod required;
mod root;
mod shrinkage;
mod square_root;
mod targets;

pub use columns::{RequirementColumns, StaffingColumns, TargetColumns, required_agents_columns};
pub use required::{Requirement, required_agents};
pub use shrinkage::{Scheduled, combine_shrinkage, schedule, schedule_columns};
pub use square_root::{SquareRoot, square_root};
pub use targets::{Binding, Staffing, Targets};
