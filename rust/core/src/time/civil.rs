//! Days and the civil calendar (proleptic Gregorian, as in ISO 8601).

use std::fmt;

use super::{TimeFault, quote};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

pub(super) const MICROS_PER_S: i64 = 1_000_000;
pub(super) const S_PER_DAY: i64 = 86_400;
/// Days in the 400 years after which the calendar repeats, weekdays included.
pub(super) const DAYS_PER_CYCLE: i64 = 146_097;
/// Days from 0000-03-01, where the leap day falls at the end of the year, to 1970-01-01.
const EPOCH_FROM_MARCH_0000: i64 = 719_468;

/// A day of the calendar, as days since 1970-01-01. It shows itself as ISO 8601, `2026-03-01`; a year outside
/// 0000-9999 has a sign and at least six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The instant at which this day begins in UTC; saturates for days that no [`Micros`] reaches.
    #[must_use]
    pub fn start_utc(self) -> Micros {
        i64::from(self.0).saturating_mul(S_PER_DAY * MICROS_PER_S)
    }

    /// The day with this year, month and day of the month, if there is one.
    pub(super) fn from_civil(year: i64, month: i64, day: i64) -> Option<Day> {
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        i32::try_from(days_from_civil(year, month, day)).ok().map(Day)
    }

    /// The day that holds this second since 1970-01-01T00:00:00 of the same clock.
    pub(super) fn of_second(second_s: i64) -> Day {
        let day = second_s.div_euclid(S_PER_DAY);
        Day(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Day of the week, Monday = 0.
    pub(super) fn weekday(self) -> i64 {
        (i64::from(self.0) + 3).rem_euclid(7) // 1970-01-01 was a Thursday
    }

    pub(super) fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Year, month and day of the month.
    pub(super) fn civil(self) -> (i64, i64, i64) {
        let from_march = i64::from(self.0) + EPOCH_FROM_MARCH_0000;
        let (cycle, day_of_cycle) = (from_march.div_euclid(DAYS_PER_CYCLE), from_march.rem_euclid(DAYS_PER_CYCLE));
        // Take out the leap days of 4, 100 and 400 years, then every year has 365 days.
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        (400 * cycle + year_of_cycle + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        match year {
            0..=9999 => write!(f, "{year:04}-{month:02}-{day:02}"),
            _ => write!(f, "{year:+07}-{month:02}-{day:02}"),
        }
    }
}

/// What a clock on the wall shows: a local day and time, to the minute. It shows itself as `Mon 2026-03-02 21:15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallClock {
    /// Seconds since 1970-01-01T00:00:00 of the local clock.
    pub(super) local_s: i64,
}

impl WallClock {
    /// The local day.
    #[must_use]
    pub fn day(self) -> Day {
        Day::of_second(self.local_s)
    }
}

impl fmt::Display for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day();
        let name = match day.weekday() {
            0 => "Mon",
            1 => "Tue",
            2 => "Wed",
            3 => "Thu",
            4 => "Fri",
            5 => "Sat",
            _ => "Sun",
        };
        let minute = self.local_s.rem_euclid(S_PER_DAY) / 60;
        write!(f, "{name} {day} {:02}:{:02}", minute / 60, minute % 60)
    }
}

/// Reads a date such as `2026-03-01`.
///
/// # Errors
/// When the text is not of that form, or the calendar has no such day.
pub fn parse_date(text: &str) -> Result<Day, TimeFault> {
    let Some((year, month, day)) = <&[u8; 10]>::try_from(text.as_bytes()).ok().and_then(date_digits) else {
        let message = format!("{} is not a date", quote(text));
        return Err(TimeFault::new(message, "write the year, month and day, such as 2026-03-01"));
    };
    Day::from_civil(year, month, day).ok_or_else(|| no_such_day(text))
}

/// What [`parse_date`] reads, or `None`: for values that are met while evaluating, where nobody reads the fault.
#[must_use]
#[inline]
pub fn read_date(text: &str) -> Option<Day> {
    let (year, month, day) = date_digits(text.as_bytes().try_into().ok()?)?;
    Day::from_civil(year, month, day)
}

pub(super) fn no_such_day(text: &str) -> TimeFault {
    TimeFault::new(format!("{} is not a day of the calendar", quote(text)), "correct the month or the day")
}

/// Year, month and day from `YYYY-MM-DD`, not yet checked against the calendar.
#[inline]
pub(super) fn date_digits(text: &[u8; 10]) -> Option<(i64, i64, i64)> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else {
        return None;
    };
    Some((two_digits(y0, y1)? * 100 + two_digits(y2, y3)?, two_digits(m0, m1)?, two_digits(d0, d1)?))
}

#[inline]
pub(super) fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a day that is known to exist.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Count years from March, so that the leap day is the last day of its year.
    let year = year - i64::from(month <= 2);
    let (cycle, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * DAYS_PER_CYCLE + day_of_cycle - EPOCH_FROM_MARCH_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jiff_date(day: i32) -> jiff::civil::Date {
        let span = jiff::Span::new().days(day);
        jiff::civil::date(1970, 1, 1).checked_add(span).unwrap()
    }

    #[test]
    fn known_days() {
        assert_eq!(parse_date("1970-01-01"), Ok(Day(0)));
        assert_eq!(parse_date("2000-02-29"), Ok(Day(11_016)));
        assert_eq!(parse_date("2026-03-01").unwrap().start_utc(), 1_772_323_200_000_000);
        assert_eq!(parse_date("0000-01-01").unwrap().to_string(), "0000-01-01");
        assert_eq!(Day(i32::MAX).to_string(), "+5881580-07-11");
        assert_eq!(Day(i32::MIN).to_string(), "-5877641-06-23");
        assert_eq!(Day(-719_529).to_string(), "-000001-12-31");
        assert_eq!((Day(i32::MAX).start_utc(), Day(i32::MIN).start_utc()), (i64::MAX, i64::MIN));
    }

    #[test]
    fn every_day_agrees_with_jiff() {
        for day in (-719_528..2_932_896).step_by(17).chain(-1000..30_000) {
            let date = jiff_date(day);
            let ours = Day(day);
            assert_eq!(ours.civil(), (date.year().into(), date.month().into(), date.day().into()));
            assert_eq!(ours.weekday(), i64::from(date.weekday().to_monday_zero_offset()));
            assert_eq!(parse_date(&ours.to_string()), Ok(ours));
        }
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let message = |text| parse_date(text).unwrap_err().to_string();
        let form = "write the year, month and day, such as 2026-03-01";
        for text in
            ["", "2026-3-1", "2026/03/01", "20260301", "2026-03-01T00:00:00Z", "+026-03-01", "2026-0a-01", "١٢٣"]
        {
            assert_eq!(message(text), format!("{text:?} is not a date; {form}"));
        }
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31"] {
            assert_eq!(message(text), format!("{text:?} is not a day of the calendar; correct the month or the day"));
        }
        assert!(message(&"9".repeat(1000)).len() < 150);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".*") {
            prop_assert_eq!(parse_date(&text).ok(), read_date(&text));
            if let Some(day) = read_date(&text) {
                prop_assert_eq!(day.to_string(), text);
            }
        }

        #[test]
        fn near_misses_are_answered(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            let theirs = text.parse::<jiff::civil::Date>();
            prop_assert_eq!(parse_date(&text).ok(), read_date(&text));
            prop_assert_eq!(parse_date(&text).map(|day| day.to_string()).ok(), theirs.map(|date| date.to_string()).ok());
        }
    }
}
