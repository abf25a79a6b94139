//! The extended models against chains solved state by state: `tools/models_vectors.py`.

use serde_json::Value;
use turnout_core::erlang::{Definition, Queue, ServiceMetrics, Threshold};
use turnout_core::models::{
    ChatQueue, Forecast, LoadMethod, RetrialQueue, Series, carried_metrics, chat_metrics, forecast_metrics,
    interval_loads, retrial_metrics,
};

/// The rows of a section; null is infinite.
fn rows(section: &str, first: &str, at_least: usize) -> Vec<Vec<f64>> {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/models.json")).expect("the file is JSON");
    assert_eq!(file[section]["columns"][0].as_str(), Some(first));
    let columns = file[section]["columns"].as_array().expect("a section has columns").len();
    let rows: Vec<Vec<f64>> = file[section]["rows"]
        .as_array()
        .expect("a section has rows")
        .iter()
        .map(|row| {
            row.as_array()
                .expect("a row is a list")
                .iter()
                .map(|number| number.as_f64().unwrap_or(f64::INFINITY))
                .collect()
        })
        .collect();
    assert!(rows.len() >= at_least && rows.iter().all(|row| row.len() == columns));
    rows
}

fn close(got: f64, known: f64, bound: f64, what: &str, row: &[f64]) {
    let error = (got - known).abs() / known.abs().max(1.0);
    assert!(error <= bound, "{what}: {got} where {known} is right, {error:e} off, at {row:?}");
}

const DEFINITIONS: [Definition; 3] = [Definition::Offered, Definition::Virtual, Definition::CountAbandonsWithinTarget];

/// Measures by each of `DEFINITIONS` against the eight numbers of the vectors.
fn same_service(metrics: &[ServiceMetrics; 3], known: &[f64], bound: f64, row: &[f64]) {
    let [wait, abandon, answered, in_time, left, asa, answered_asa, queue_length] =
        known.try_into().expect("the vectors have eight measures");
    let [offered, by_virtual, counted] = metrics;
    close(offered.wait_probability, wait, bound, "wait", row);
    close(offered.abandon_probability, abandon, bound, "abandon", row);
    close(offered.service_level, answered, bound, "answered within", row);
    close(by_virtual.service_level, in_time, bound, "virtual within", row);
    close(counted.service_level, answered + left, bound, "abandons counted", row);
    close(offered.asa_s, asa, bound, "asa", row);
    close(offered.answered_asa_s, answered_asa, bound, "asa of the answered", row);
    close(offered.mean_queue_length, queue_length, bound, "queue length", row);
}

#[test]
fn retrials_and_lines() {
    for row in rows("retrials", "arrival_rate", 20) {
        let [rate, aht_s, patience_s, agents, lines, retry, blocked_retry, time, attempts, blocking] = row[..10] else {
            panic!("ten columns and the measures")
        };
        let retrials = RetrialQueue {
            queue: Queue { arrivals: rate, interval_s: 1.0, aht_s, patience_s },
            retry_probability: retry,
            blocked_retry_probability: blocked_retry,
            lines,
        };
        let by = DEFINITIONS.map(|definition| {
            retrial_metrics(&retrials, agents, &Threshold { answer_within_s: time, definition }).unwrap()
        });
        close(by[0].attempts / rate, attempts / rate, 1e-12, "attempts", &row);
        close(by[0].blocking_probability, blocking, 1e-12, "blocking", &row);
        same_service(&by.map(|metrics| metrics.service), &row[10..], 1e-11, &row);
    }
}

#[test]
fn chats() {
    for row in rows("chats", "arrival_rate", 15) {
        let [arrivals, patience_s, agents, time] = row[..4] else { panic!("four columns and more") };
        let chats = ChatQueue { arrivals, interval_s: 1.0, aht_by_level_s: &row[4..7], patience_s };
        let by = DEFINITIONS
            .map(|definition| chat_metrics(&chats, agents, &Threshold { answer_within_s: time, definition }).unwrap());
        same_service(&by.map(|metrics| metrics.service), &row[7..15], 1e-11, &row);
        close(by[0].aht_s, row[15], 1e-12, "handle time", &row);
        close(by[0].busy_share, row[16], 1e-12, "busy", &row);
    }
}

/// The mixture is exact but for its nodes: nine of them are good to 1e-4 here, and more to more.
#[test]
fn forecasts() {
    for (nodes, bound) in [(5, 2e-3), (9, 1e-4), (25, 1e-8), (65, 1e-12)] {
        let mut worst = 0.0_f64;
        for row in rows("forecasts", "load", 5) {
            let [load, agents, patience_s, time, arrivals_cv, abandon, within, level, wait] = row[..] else {
                panic!("nine columns")
            };
            let queue = Queue { arrivals: load, interval_s: 1.0, aht_s: 1.0, patience_s };
            let forecast = Forecast { queue, arrivals_cv, nodes };
            let threshold = Threshold { answer_within_s: time, definition: Definition::Offered };
            let metrics = forecast_metrics(&forecast, agents, &threshold).unwrap();
            let service = metrics.service;
            let errors = [
                service.abandon_probability - abandon,
                service.service_level - within,
                metrics.interval_service_level - level,
                service.wait_probability - wait,
            ];
            worst = errors.iter().fold(worst, |worst, error| worst.max(error.abs()));
            assert!((service.offered_load / load - 1.0).abs() < 1e-12);
        }
        println!("{nodes} nodes: {worst:.1e}");
        assert!(worst <= bound, "{nodes} nodes: {worst:e}");
    }
}

#[test]
fn modified_offered_load() {
    for row in rows("loads", "aht", 8) {
        let series = Series {
            arrivals: &row[2..6],
            interval_s: 1800.0,
            aht_s: row[0],
            patience_s: f64::INFINITY,
            arrivals_before: row[1],
        };
        let loads = interval_loads(&series, LoadMethod::ModifiedOfferedLoad).unwrap();
        for (load, known) in loads.iter().zip(row[6..].chunks(2)) {
            close(load.mean, known[0], 1e-13, "mean", &row);
            close(load.end, known[1], 1e-13, "end", &row);
            assert!(load.peak >= load.end && load.peak >= load.mean);
        }
    }
}

#[test]
fn carried_days() {
    for row in rows("days", "patience", 6) {
        let [patience_s, time, backlog, before] = row[..4] else { panic!("four columns and more") };
        let (arrivals, agents): (Vec<f64>, Vec<f64>) = row[4..10].chunks(2).map(|pair| (pair[0], pair[1])).unzip();
        let series =
            Series { arrivals: &arrivals, interval_s: 2.0, aht_s: 1.0, patience_s, arrivals_before: 2.0 * before };
        let by = DEFINITIONS.map(|definition| {
            carried_metrics(&series, &agents, backlog, &Threshold { answer_within_s: time, definition }).unwrap()
        });
        for (place, known) in row[10..].chunks(10).enumerate() {
            let interval = by[0][place];
            same_service(&[0, 1, 2].map(|by_one| by[by_one][place].service), &known[..8], 1e-11, &row);
            close(interval.completed, known[8], 1e-11, "completed", &row);
            close(interval.waiting_after, known[9], 1e-11, "waiting", &row);
        }
    }
}
