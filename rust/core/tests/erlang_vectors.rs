//! Erlang B, C and A against 50-digit arithmetic: `tools/erlang_vectors.py`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::float_cmp, reason = "these are exact")]

use serde_json::Value;
use turnout_core::erlang::{
    Definition, Queue, ServiceMetrics, Threshold, erlang_a, erlang_b, erlang_c, service_metrics,
};

/// The named columns of a section, row by row.
fn rows<const N: usize>(section: &str, names: [&str; N], at_least: usize) -> Vec<[f64; N]> {
    let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/erlang.json")).unwrap();
    let columns: Vec<&str> =
        file[section]["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(columns, names);
    let rows: Vec<[f64; N]> = file[section]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| std::array::from_fn(|place| row[place].as_f64().unwrap()))
        .collect();
    assert!(rows.len() >= at_least, "{} rows in {section}", rows.len());
    rows
}

/// The greatest error of a measure, and where it was met.
#[derive(Default)]
struct Worst {
    error: f64,
    row: String,
}

impl Worst {
    fn see(&mut self, error: f64, row: &[f64]) {
        assert!(!error.is_nan(), "{row:?}");
        if error > self.error {
            *self = Self { error, row: format!("{row:?}") };
        }
    }

    fn at_most(&self, bound: f64, name: &str) {
        println!("{name}: {:.1e} at {}", self.error, self.row);
        assert!(self.error <= bound, "{name}: {:e} at {}", self.error, self.row);
    }
}

fn relative(got: f64, known: f64) -> f64 {
    if known == 0.0 { got.abs() } else { (got / known - 1.0).abs() }
}

fn metrics(row: &[f64], definition: Definition) -> ServiceMetrics {
    let queue = Queue { arrivals: row[0], interval_s: 1.0, aht_s: 1.0, patience_s: row[2] };
    service_metrics(&queue, row[1], &Threshold { answer_within_s: row[3], definition }).unwrap()
}

#[test]
fn blocking_and_waiting() {
    let (mut blocking, mut waiting, mut usual) = (Worst::default(), Worst::default(), Worst::default());
    for row in rows("b_c", ["offered_load", "agents", "blocking", "wait"], 1000) {
        let [load, agents, b, c] = row;
        blocking.see(relative(erlang_b(load, agents).unwrap(), b), &row);
        waiting.see(relative(erlang_c(load, agents).unwrap(), c), &row);
        if b > 1e-60 {
            usual.see(relative(erlang_b(load, agents).unwrap(), b), &row);
        }
    }
    usual.at_most(1e-13, "B above 1e-60");
    blocking.at_most(1e-12, "B");
    waiting.at_most(1e-12, "C");
}

#[test]
fn impatience() {
    let names = [
        "offered_load",
        "agents",
        "patience",
        "time",
        "wait",
        "abandon",
        "answered_within",
        "virtual_within",
        "abandoned_within",
        "asa_answered",
    ];
    let mut worst: [Worst; 7] = Default::default();
    for row in rows("a", names, 1000) {
        let [load, agents, patience, _, wait, abandon, answered, in_time, left, asa] = row;
        let offered = metrics(&row, Definition::Offered);
        assert_eq!(erlang_a(load, agents, 1.0, patience).unwrap().to_bits(), offered.wait_probability.to_bits());
        worst[0].see(relative(offered.wait_probability, wait), &row);
        worst[1].see((offered.abandon_probability - abandon).abs(), &row);
        worst[2].see((offered.service_level - answered).abs(), &row);
        worst[3].see((metrics(&row, Definition::Virtual).service_level - in_time).abs(), &row);
        let counted = metrics(&row, Definition::CountAbandonsWithinTarget).service_level;
        worst[4].see((counted - answered - left).abs(), &row);
        worst[5].see(relative(offered.answered_asa_s, asa), &row);
        worst[6].see(relative(offered.asa_s, abandon * patience), &row);
    }
    worst[0].at_most(1e-12, "P(wait)");
    worst[1].at_most(1e-10, "P(abandon)");
    worst[2].at_most(1e-10, "service level");
    worst[3].at_most(1e-10, "virtual service level");
    worst[4].at_most(1e-10, "abandons counted");
    worst[5].at_most(1e-9, "ASA of the answered");
    worst[6].at_most(1e-10, "ASA");
}
