//! The live queue against what mpmath says at 50 digits: `tools/wait_vectors.py`.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::Value;
use turnout_core::column::Column;
use turnout_core::wait::{Given, Queues, Wait, Wanted, quantiles};

fn file() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/wait.json")).unwrap()
}

/// A number, infinite where the file has null.
fn number(row: &Value, name: &str) -> f64 {
    if row[name].is_null() { f64::INFINITY } else { row[name].as_f64().unwrap() }
}

/// The queue of a row.
fn given(row: &Value) -> Given<'static> {
    let one = |name: &str| Column::One(number(row, name));
    let plain = Given::new(one("contacts_ahead"));
    let overtaken = row.get("priority_arrivals_per_hour").is_some();
    Given {
        agents: Some(one("agents")),
        aht_s: Some(one("aht_s")),
        patience_s: one("patience_s"),
        priority_arrivals_per_hour: if overtaken { one("priority_arrivals_per_hour") } else { Column::One(0.0) },
        ..plain
    }
}

fn wait(row: &Value) -> Wait {
    Queues::new(given(row)).unwrap().at(0)
}

/// The largest differences, relative and absolute, under a name.
struct Worst(&'static str, f64);

impl Worst {
    fn relative(&mut self, found: f64, expected: f64, row: &Value) {
        self.absolute(found / expected, 1.0, row);
    }

    fn absolute(&mut self, found: f64, expected: f64, row: &Value) {
        let off = (found - expected).abs();
        assert!(off <= self.1, "{} of {row}: {found:e} for {expected:e}, off by {off:e}", self.0);
    }
}

#[test]
fn plain_queues() {
    let file = file();
    let probabilities: Vec<f64> = file["quantiles"].as_array().unwrap().iter().map(|q| q.as_f64().unwrap()).collect();
    let rows = file["queues"].as_array().unwrap();
    assert!(rows.len() > 250 && probabilities.len() > 4);
    for row in rows {
        let wait = wait(row);
        Worst("mean", 1e-14).relative(wait.mean(), number(row, "expected_wait_s"), row);
        Worst("variance", 1e-14).relative(wait.variance(), number(row, "wait_variance"), row);
        Worst("answer", 1e-15).relative(wait.answer_probability(), number(row, "answer_probability"), row);
        let level = wait.service_level(number(row, "answer_within_s"));
        Worst("service level", 1e-13).absolute(level, number(row, "service_level"), row);
        for (probability, expected) in probabilities.iter().zip(row["wait_quantiles_s"].as_array().unwrap()) {
            let found = wait.quantile(Wanted::new(*probability));
            Worst("quantile", 2e-12).relative(found, expected.as_f64().unwrap(), row);
        }
    }
}

#[test]
fn overtaken_queues() {
    let file = file();
    let rows = file["overtaken"].as_array().unwrap();
    assert!(rows.len() > 50);
    for row in rows {
        let wait = wait(row);
        Worst("mean", 1e-13).relative(wait.mean(), number(row, "expected_wait_s"), row);
        Worst("variance", 1e-12).relative(wait.variance(), number(row, "wait_variance"), row);
        Worst("answer", 1e-12).relative(wait.answer_probability(), number(row, "answer_probability"), row);
        let level = wait.service_level(number(row, "answer_within_s"));
        Worst("service level", 1e-9).absolute(level, number(row, "service_level"), row);
        let probabilities = row["probabilities"].as_array().unwrap();
        for (probability, expected) in probabilities.iter().zip(row["times_s"].as_array().unwrap()) {
            let probability = probability.as_f64().unwrap();
            if (1e-4..0.9999).contains(&probability) {
                let found = wait.quantile(Wanted::new(probability));
                Worst("quantile", 1e-6).relative(found, expected.as_f64().unwrap(), row);
            }
        }
    }
}

#[test]
fn columns_are_to_the_bit_what_rows_are() {
    let file = file();
    let rows = file["queues"].as_array().unwrap();
    let column = |name: &str| rows.iter().map(|row| number(row, name)).collect::<Vec<f64>>();
    let (ahead, agents, aht_s, patience_s) =
        (column("contacts_ahead"), column("agents"), column("aht_s"), column("patience_s"));
    let given = Given {
        agents: Some(Column::Each(&agents)),
        aht_s: Some(Column::Each(&aht_s)),
        patience_s: Column::Each(&patience_s),
        ..Given::new(Column::Each(&ahead))
    };
    let queues = Queues::new(given).unwrap();
    for probability in [0.0, 1e-9, 0.01, 0.5, 0.9, 0.999, 1.0 - 1e-12, 1.0] {
        let all = quantiles(&queues, Column::One(probability), rows.len());
        for (row, found) in all.iter().enumerate() {
            let alone = queues.at(row).quantile(Wanted::new(probability));
            assert_eq!(found.to_bits(), alone.to_bits(), "{probability} of {}", rows[row]);
        }
    }
}
