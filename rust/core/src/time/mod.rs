//! Instants, days, durations, zones and schedules. No clock is read: every function takes the time it works on.
//!
//! **Wall clock.** A schedule speaks of local time as a clock on the wall shows it. `08:00-20:00` is open exactly
//! while that clock shows a time from 08:00 to just before 20:00. In an hour that is repeated (clocks set back) both
//! passes count; an hour or a day that is skipped does not exist.

mod calendar;
mod civil;
mod duration;
mod holidays;
mod hours;
mod instant;
mod schedule;
mod zone;

use std::fmt;

pub use calendar::Calendar;
pub use civil::{Day, Micros, WallClock, parse_date, read_date};
pub use duration::{format_duration, parse_duration};
pub use instant::{format_instant, parse_instant, read_instant};
pub use schedule::{Schedule, ScheduleField, ScheduleSpec, Verdict};
pub use zone::{TZDB_VERSION, Zone, Zones};

/// What is wrong with a piece of text that should be a time, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFault {
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

impl TimeFault {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for TimeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.hint)
    }
}

impl std::error::Error for TimeFault {}

/// `text` in quotes and escaped, cut short so that a hostile document cannot make a report larger than itself.
fn quote(text: &str) -> String {
    const SHOWN_CHARS: usize = 60;
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((cut, _)) => format!("{:?}...", &text[..cut]),
        None => format!("{text:?}"),
    }
}
