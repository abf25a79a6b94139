//! Schedules: verdicts, faults and the next change.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;

use turnout_core::time::{
    Calendar, Micros, Schedule, ScheduleField, ScheduleSpec, Verdict, Zone, parse_date, parse_instant,
};

fn at(text: &str) -> Micros {
    parse_instant(text).unwrap()
}

fn days(texts: &[&str]) -> Calendar {
    Calendar::from_days(texts.iter().map(|text| parse_date(text).unwrap()))
}

fn schedule(zone: &str, open: &[&str], closed: &[Calendar]) -> Schedule {
    let spec = ScheduleSpec { zone: Zone::load(zone).unwrap(), open, closed, from: None, until: None };
    Schedule::compile(&spec).unwrap()
}

#[test]
fn verdicts_say_why() {
    let zone = Zone::load("America/New_York").unwrap();
    let (from, until) = (Some(at("2026-01-02T00:00:00-05:00")), Some(at("2027-01-01T00:00:00-05:00")));
    let closed = [Calendar::builtin("us-holidays").unwrap()];
    let spec = ScheduleSpec { zone, open: &["mon-fri 08:00-20:00"], closed: &closed, from, until };
    let schedule = Schedule::compile(&spec).unwrap();
    let cases = [
        ("2026-01-01T23:59:59.999999-05:00", "before the schedule starts"),
        ("2026-01-02T08:00:00-05:00", "open"),
        ("2026-03-02T07:59:59.999999-05:00", "outside hours: Mon 2026-03-02 07:59 local time"),
        ("2026-03-02T08:00:00-05:00", "open"),
        ("2026-03-02T19:59:59.999999-05:00", "open"),
        ("2026-03-02T20:00:00-05:00", "outside hours: Mon 2026-03-02 20:00 local time"),
        ("2026-03-07T12:00:00-05:00", "outside hours: Sat 2026-03-07 12:00 local time"),
        ("2026-07-03T12:00:00-04:00", "closed on 2026-07-03"),
        ("2026-07-03T03:00:00-04:00", "closed on 2026-07-03"),
        ("2026-12-31T19:59:59-05:00", "open"),
        ("2027-01-01T00:00:00-05:00", "after the schedule ends"),
    ];
    for (instant, verdict) in cases {
        assert_eq!(schedule.verdict(at(instant)).to_string(), verdict, "{instant}");
        assert_eq!(schedule.is_open(at(instant)), verdict == "open");
    }
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_begins_on() {
    let friday = schedule("UTC", &["fri 22:00-06:00"], &[days(&["2026-03-06"])]);
    assert_eq!(friday.verdict(at("2026-03-06T23:00:00Z")), Verdict::ClosedDay(parse_date("2026-03-06").unwrap()));
    assert_eq!(friday.verdict(at("2026-03-07T05:59:00Z")), Verdict::ClosedDay(parse_date("2026-03-06").unwrap()));
    assert!(friday.is_open(at("2026-03-14T05:59:00Z")) && !friday.is_open(at("2026-03-14T06:00:00Z")));
    let saturday = schedule("UTC", &["fri 22:00-06:00"], &[days(&["2026-03-07"])]);
    assert!(saturday.is_open(at("2026-03-06T23:00:00Z")) && saturday.is_open(at("2026-03-07T05:59:00Z")));
    let sunday = schedule("UTC", &["sun 22:00-06:00"], &[]);
    assert!(sunday.is_open(at("2026-03-09T05:59:00Z")) && !sunday.is_open(at("2026-03-09T06:00:00Z")));
}

#[test]
fn faults_name_their_field() {
    let zone = Zone::load("UTC").unwrap();
    let spec = ScheduleSpec { zone, open: &["x", "always", "mon"], closed: &[], from: Some(5), until: Some(5) };
    let fields: Vec<_> = Schedule::compile(&spec).unwrap_err().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, [ScheduleField::Open(0), ScheduleField::Open(2), ScheduleField::Until]);
}

#[test]
fn changes_are_found() {
    let closed = [Calendar::builtin("us-holidays").unwrap()];
    let hours = schedule("America/New_York", &["mon-fri 08:00-20:00"], &closed);
    let change = |text| hours.next_change(at(text)).unwrap();
    assert_eq!(change("2026-07-02T12:00:00-04:00"), at("2026-07-02T20:00:00-04:00"));
    assert_eq!(change("2026-07-02T20:00:00-04:00"), at("2026-07-06T08:00:00-04:00"), "over the holiday");
    assert_eq!(change("2026-03-06T21:00:00-05:00"), at("2026-03-09T08:00:00-04:00"), "over the change of clocks");
    let gap = schedule("America/New_York", &["daily 02:15-02:45"], &[]);
    let before = at("2026-03-07T12:00:00-05:00");
    assert_eq!(gap.next_change(before), Some(at("2026-03-09T02:15:00-04:00")), "Sunday has no such half hour");
    let fold = schedule("America/New_York", &["sun 00:00-01:30"], &[]);
    let changes = [
        at("2026-11-01T00:00:00-04:00"),
        at("2026-11-01T01:30:00-04:00"),
        at("2026-11-01T01:00:00-05:00"),
        at("2026-11-01T01:30:00-05:00"),
    ];
    let mut last = at("2026-10-31T12:00:00-04:00");
    for change in changes {
        assert_eq!(fold.next_change(last), Some(change), "both passes of the repeated hour count");
        last = change;
    }
}

#[test]
fn the_search_for_a_change_ends() {
    assert_eq!(schedule("America/New_York", &[], &[]).next_change(0), None);
    let zone = Zone::load("UTC").unwrap();
    let (from, until) = (Some(at("2030-01-01T00:00:00.5Z")), Some(at("2030-01-01T00:00:00.75Z")));
    let short = ScheduleSpec { zone, open: &[], closed: &[], from, until };
    let short = Schedule::compile(&short).unwrap();
    assert_eq!(short.next_change(0), from, "a start counts however far it is");
    assert_eq!((short.next_change(from.unwrap()), short.next_change(until.unwrap())), (until, None));
    for at in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
        let hours = schedule("America/New_York", &["mon 22:00-06:00"], &[days(&["2026-01-01"])]);
        assert!(hours.next_change(at).is_none_or(|next| next > at));
    }
}

proptest! {
    #[test]
    fn any_instant_is_answered(at: i64, from: Option<i64>, until: Option<i64>) {
        let zone = Zone::load("Europe/London").unwrap();
        let closed = [Calendar::builtin("us-holidays").unwrap()];
        let spec = ScheduleSpec { zone, open: &["sat-mon,wed 21:30-04:10"], closed: &closed, from, until };
        let Ok(schedule) = Schedule::compile(&spec) else { return Ok(()) };
        if let Some(next) = schedule.next_change(at) {
            prop_assert!(next > at && schedule.is_open(next) != schedule.is_open(at));
            prop_assert_eq!(schedule.is_open(next - 1), schedule.is_open(at));
        }
    }
}
