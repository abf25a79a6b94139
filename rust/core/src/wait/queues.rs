//! Many queues, as columns.

use crate::column::{Column, Fault, Range};
use crate::special::beta::Ladder;
use crate::special::beta_inverse::Wanted;
use crate::wait::line::Line;

/// More contacts are no queue.
pub const MOST_AHEAD: u32 = 1_000_000;
const SECONDS_PER_HOUR: f64 = 3600.0;
/// Starts per second beyond which a queue has no wait, or is closed: 1e90 times the age of the universe is no time to compute with.
const QUICKEST: f64 = 1e90;
const SLOWEST: f64 = 1e-90;

/// Queues as they are given. NaN is what is not known.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Contacts of the same class or a higher one who are ahead: whole numbers.
    pub contacts_ahead: Column<'a>,
    /// Eligible agents, or the sum of their shares of time on this queue; 0 is a closed queue.
    pub agents: Option<Column<'a>>,
    /// Average handle time in seconds.
    pub aht_s: Option<Column<'a>>,
    /// Starts per hour as they were measured; taken in place of `agents / aht_s` where there are any.
    pub starts_per_hour: Option<Measured<'a>>,
    /// Eligible agents who are free.
    pub idle_agents: Column<'a>,
    /// Mean patience of those ahead in seconds; infinite: nobody gives up.
    pub patience_s: Column<'a>,
    /// Arrivals per hour of higher classes, which overtake.
    pub priority_arrivals_per_hour: Column<'a>,
}

/// A column of measurements, and in which rows there is one; in all without.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// The measurements.
    pub column: Column<'a>,
    /// Where there is one.
    pub is_there: Option<&'a [bool]>,
}

impl<'a> Given<'a> {
    /// Lines in which nobody gives up, nobody overtakes and no agent is free.
    #[must_use]
    pub fn new(contacts_ahead: Column<'a>) -> Self {
        Self {
            contacts_ahead,
            agents: None,
            aht_s: None,
            starts_per_hour: None,
            idle_agents: Column::One(0.0),
            patience_s: Column::One(f64::INFINITY),
            priority_arrivals_per_hour: Column::One(0.0),
        }
    }
}

/// What a contact has to wait for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wait {
    /// Something about the queue is not known.
    Unknown,
    /// Nothing: an eligible agent is free.
    Nothing,
    /// For ever: the queue is closed.
    Closed,
    /// For those ahead.
    Line(Line),
}

impl Wait {
    /// The mean wait of a contact that stays, in seconds.
    #[inline]
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.or_line(0.0, f64::INFINITY, Line::mean)
    }

    /// The variance of that wait, in square seconds.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.or_line(0.0, f64::INFINITY, Line::variance)
    }

    /// The wait that is not exceeded with a probability.
    #[must_use]
    pub fn quantile(&self, wanted: Wanted) -> f64 {
        let found = self.or_line(0.0, f64::INFINITY, |line| line.quantile(wanted));
        if wanted.probability().is_nan() { f64::NAN } else { found }
    }

    /// The probability that the contact is answered before it gives up.
    #[inline]
    #[must_use]
    pub fn answer_probability(&self) -> f64 {
        self.or_line(1.0, 0.0, Line::answer_probability)
    }

    /// The probability that the contact is answered within a time and before it gives up.
    #[must_use]
    pub fn service_level(&self, answer_within_s: f64) -> f64 {
        let found = self.or_line(1.0, 0.0, |line| line.service_level(answer_within_s));
        if answer_within_s.is_nan() { f64::NAN } else { found }
    }

    /// The law of a line in which nobody overtakes.
    pub(super) fn ladder(&self) -> Option<Ladder> {
        if let Self::Line(line) = self { line.ladder() } else { None }
    }

    #[inline]
    fn or_line(&self, nothing: f64, closed: f64, of: impl FnOnce(&Line) -> f64) -> f64 {
        match self {
            Self::Unknown => f64::NAN,
            Self::Nothing => nothing,
            Self::Closed => closed,
            Self::Line(line) => of(line),
        }
    }
}

/// Queues that were checked.
#[derive(Clone, Copy, Debug)]
pub struct Queues<'a> {
    given: Given<'a>,
}

impl<'a> Queues<'a> {
    /// # Errors
    /// The first number that is out of range, column by column.
    pub fn new(given: Given<'a>) -> Result<Self, Fault> {
        given.contacts_ahead.check("contacts_ahead", Range::Count(MOST_AHEAD))?;
        let measured = given.starts_per_hour.map(|measured| measured.column);
        for (name, column) in [("agents", given.agents), ("aht_s", given.aht_s), ("starts_per_hour", measured)] {
            if let Some(column) = column {
                column.check(name, Range::NotNegative)?;
            }
        }
        given.idle_agents.check("idle_agents", Range::NotNegative)?;
        given.patience_s.check("patience_s", Range::NotNegativeOrInfinite)?;
        given.priority_arrivals_per_hour.check("priority_arrivals_per_hour", Range::NotNegative)?;
        Ok(Self { given })
    }

    /// What the next contact of a row has to wait for.
    #[inline]
    #[must_use]
    pub fn at(&self, row: usize) -> Wait {
        let given = &self.given;
        let ahead = given.contacts_ahead.at(row);
        let agents = given.agents.map(|agents| agents.at(row));
        let start_rate = self.start_rate(row, agents);
        let (idle, patience) = (given.idle_agents.at(row), given.patience_s.at(row));
        let overtake_rate = given.priority_arrivals_per_hour.at(row) / SECONDS_PER_HOUR;
        // One number that is not known makes the sum such a number.
        if (ahead + start_rate + idle + patience + overtake_rate + agents.unwrap_or(0.0)).is_nan() {
            return Wait::Unknown;
        }
        if agents == Some(0.0) {
            return Wait::Closed;
        }
        if idle > 0.0 || start_rate > QUICKEST {
            return Wait::Nothing;
        }
        if start_rate < SLOWEST {
            return Wait::Closed;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number, checked")]
        let ahead = ahead as u32;
        Wait::Line(Line { ahead, start_rate, abandon_rate: 1.0 / patience, overtake_rate })
    }

    /// Starts per second: as measured, or those of agents who are all busy. Handle times of 0 make it infinite.
    #[inline]
    fn start_rate(&self, row: usize, agents: Option<f64>) -> f64 {
        let aht_s = self.given.aht_s.map(|aht_s| aht_s.at(row));
        if self.is_measured(row) {
            // What is not known of the others is not known of the queue.
            let hour = if aht_s.is_some_and(f64::is_nan) { f64::NAN } else { SECONDS_PER_HOUR };
            return self.given.starts_per_hour.map_or(f64::NAN, |measured| measured.column.at(row) / hour);
        }
        match (agents, aht_s) {
            // Not 0 / 0: without agents nothing starts, however short the contacts.
            (Some(agents), Some(aht_s)) if agents <= 0.0 => agents * aht_s,
            (Some(agents), Some(aht_s)) => agents / aht_s,
            _ => f64::NAN,
        }
    }

    /// Whether the starts of a row were measured.
    pub(super) fn is_measured(&self, row: usize) -> bool {
        let is_there = |measured: Measured<'_>| measured.is_there.is_none_or(|is_there| is_there[row]);
        self.given.starts_per_hour.is_some_and(is_there)
    }

    /// How many eligible agents are at work on contacts, as a share: 1 where there are none.
    #[must_use]
    pub fn occupancy(&self, row: usize) -> f64 {
        let Some(agents) = self.given.agents else { return f64::NAN };
        let (agents, idle) = (agents.at(row), self.given.idle_agents.at(row));
        if agents > 0.0 { (1.0 - idle / agents).max(0.0) } else { 1.0 + agents * idle }
    }

    pub(super) fn given(&self) -> &Given<'a> {
        &self.given
    }
}
