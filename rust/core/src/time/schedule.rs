//! Schedules: opening hours in a zone, closed days, a first and a last instant.

use std::fmt;

use super::civil::{Day, MICROS_PER_S, Micros, S_PER_DAY, WallClock};
use super::hours::{MINUTES_PER_WEEK, WeekHours};
use super::{Calendar, TimeFault, Zone};

/// What a schedule is made of.
#[derive(Debug, Clone)]
pub struct ScheduleSpec<'a> {
    /// The zone whose wall clock the hours and the closed days go by.
    pub zone: Zone,
    /// Windows such as `mon-fri 08:00-20:00`, `sat,sun 10:00-14:00`, `daily 00:00-24:00` or `always`; they may
    /// overlap, and none at all mean always.
    ///
    /// Days may wrap (`sat-mon`). An end that is not after the start lies on the next day: `fri 22:00-06:00` is a
    /// window of Friday.
    pub open: &'a [&'a str],
    /// Closed days, local. A window is closed as a whole on the day on which it begins: with Friday closed,
    /// `fri 22:00-06:00` does not open, and with only Saturday closed it runs to Saturday 06:00.
    pub closed: &'a [Calendar],
    /// The first instant at which it can be open.
    pub from: Option<Micros>,
    /// The first instant at which it can no longer be open.
    pub until: Option<Micros>,
}

/// The part of a [`ScheduleSpec`] that a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleField {
    /// The window with this index.
    Open(usize),
    /// `until`.
    Until,
}

/// Whether a schedule is open, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Open.
    Open,
    /// Before `from`.
    BeforeStart,
    /// At or after `until`.
    AfterEnd,
    /// This day is closed: today, or the day before when only a window of that day would be open now.
    ClosedDay(Day),
    /// No window is open.
    OutsideHours {
        /// What the clock on the wall shows.
        local: WallClock,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Open => f.write_str("open"),
            Verdict::BeforeStart => f.write_str("before the schedule starts"),
            Verdict::AfterEnd => f.write_str("after the schedule ends"),
            Verdict::ClosedDay(day) => write!(f, "closed on {day}"),
            Verdict::OutsideHours { local } => write!(f, "outside hours: {local} local time"),
        }
    }
}

/// A compiled schedule. Hours go by the wall clock: see [the module](super).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    zone: Zone,
    hours: WeekHours,
    closed: Box<[Calendar]>,
    from: Micros,
    /// `None` for no end, since no number is after the last instant.
    until: Option<Micros>,
    /// Always open within `from` and `until`: the wall clock need not be read.
    unbroken: bool,
}

impl Schedule {
    /// Compiles a schedule.
    ///
    /// # Errors
    /// All faults, in the order of the fields: windows that cannot be read, an end that is not after the start.
    pub fn compile(spec: &ScheduleSpec<'_>) -> Result<Schedule, Vec<(ScheduleField, TimeFault)>> {
        let mut faults = Vec::new();
        let hours = WeekHours::read(spec.open).map_err(|wrong| {
            faults.extend(wrong.into_iter().map(|(index, fault)| (ScheduleField::Open(index), fault)));
        });
        if spec.from.zip(spec.until).is_some_and(|(from, until)| until <= from) {
            let fault = TimeFault::new("the schedule ends before it starts", "set until to an instant after from");
            faults.push((ScheduleField::Until, fault));
        }
        let Some(hours) = hours.ok().filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        let closed: Box<[Calendar]> = spec.closed.iter().filter(|days| !days.days().is_empty()).cloned().collect();
        let unbroken = hours.always() && closed.is_empty();
        let from = spec.from.unwrap_or(Micros::MIN);
        Ok(Schedule { zone: spec.zone.clone(), hours, closed, from, until: spec.until, unbroken })
    }

    /// Whether it is open.
    #[must_use]
    #[inline]
    pub fn is_open(&self, at: Micros) -> bool {
        matches!(self.verdict(at), Verdict::Open)
    }

    /// Whether it is open, and if not, why.
    #[must_use]
    #[inline]
    pub fn verdict(&self, at: Micros) -> Verdict {
        if at < self.from {
            return Verdict::BeforeStart;
        }
        if self.until.is_some_and(|until| at >= until) {
            return Verdict::AfterEnd;
        }
        if self.unbroken {
            return Verdict::Open;
        }
        let local = self.local(at);
        let (today, minute) = (local.day(), minute_of_week(local));
        if self.hours.open_today(minute) && !self.is_closed(today) {
            return Verdict::Open;
        }
        let since_yesterday = self.hours.open_since_yesterday(minute);
        if since_yesterday && !self.is_closed(today.plus(-1)) {
            return Verdict::Open;
        }
        if self.is_closed(today) {
            Verdict::ClosedDay(today)
        } else if since_yesterday {
            Verdict::ClosedDay(today.plus(-1))
        } else {
            Verdict::OutsideHours { local }
        }
    }

    /// The next instant at which [`Schedule::is_open`] gives another answer, or `None` when there is none within 400
    /// days, counted from the start of the schedule if that is still to come.
    #[must_use]
    pub fn next_change(&self, at: Micros) -> Option<Micros> {
        const SEARCHED_US: i64 = 400 * S_PER_DAY * MICROS_PER_S;
        let open = self.is_open(at);
        if at < self.from && self.is_open(self.from) {
            return Some(self.from);
        }
        let mut next = at.max(self.from);
        let last = next.saturating_add(SEARCHED_US);
        // Between two candidates nothing that the answer hangs on changes, so it is enough to look at those.
        loop {
            next = self.next_candidate(next)?;
            if next > last {
                return None;
            }
            if self.is_open(next) != open {
                return Some(next);
            }
        }
    }

    /// The next instant at which the schedule ends, the zone's offset changes, a day begins or a window has an edge.
    fn next_candidate(&self, after: Micros) -> Option<Micros> {
        let after_s = after.div_euclid(MICROS_PER_S);
        let local = self.local(after);
        let minute = minute_of_week(local);
        let minutes = i64::from(self.hours.next_edge(minute)) - i64::from(minute);
        let to_edge_s = minutes * 60 - local.local_s.rem_euclid(60);
        let next_s =
            self.zone.next_change_s(after_s).map_or(after_s + to_edge_s, |change| change.min(after_s + to_edge_s));
        let next = next_s.checked_mul(MICROS_PER_S);
        match self.until {
            Some(until) if until > after => Some(next.map_or(until, |next| next.min(until))),
            _ => next,
        }
    }

    #[inline]
    fn local(&self, at: Micros) -> WallClock {
        let at_s = at.div_euclid(MICROS_PER_S);
        WallClock { local_s: at_s + i64::from(self.zone.offset_at_s(at_s)) }
    }

    #[inline]
    fn is_closed(&self, day: Day) -> bool {
        self.closed.iter().any(|calendar| calendar.contains(day))
    }
}

#[inline]
fn minute_of_week(local: WallClock) -> u16 {
    const MONDAY: i64 = 3 * 1440; // 1970-01-01 was a Thursday
    let minute = (local.local_s.div_euclid(60) + MONDAY).rem_euclid(i64::from(MINUTES_PER_WEEK));
    u16::try_from(minute).unwrap_or(0) // below 10,080
}
