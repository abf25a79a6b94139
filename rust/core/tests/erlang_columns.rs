//! Columns give to the bit what each row gives alone.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::float_cmp, reason = "these are exact")]

use proptest::prelude::*;
use turnout_core::column::Column;
use turnout_core::erlang::{
    Argument, Definition, MetricsColumns, OutOfRange, Queue, QueueColumns, RowError, ServiceMetrics, Threshold,
    ThresholdColumns, erlang_a, erlang_a_columns, erlang_b, erlang_b_columns, erlang_c, erlang_c_columns,
    service_metrics, service_metrics_columns, wait_quantile, wait_quantile_columns,
};

/// One row: arrivals, handle time, patience, agents, time to answer within.
type Row = [f64; 5];

fn row() -> impl Strategy<Value = Row> {
    let load = prop_oneof![
        6 => (-1.0..3.0f64).prop_map(|power| 10f64.powf(power)),
        2 => (-6.0..6.0f64).prop_map(|power| 10f64.powf(power)),
    ];
    let spread = prop_oneof![6 => -2.0..4.0f64, 1 => -30.0..60.0f64];
    let patience = prop_oneof![3 => Just(f64::INFINITY), 5 => 10.0..2000.0f64, 1 => 1e-3..1e7f64, 1 => Just(0.0)];
    let odd = prop_oneof![30 => Just(None), 1 => (0..5usize, prop_oneof![Just(f64::NAN), Just(0.0)]).prop_map(Some)];
    (load, 5.0..2000.0f64, patience, spread, any::<bool>(), prop_oneof![4 => 0.0..120.0f64, 1 => 0.0..1e5f64], odd)
        .prop_map(|(load, aht_s, patience_s, spread, whole, within_s, odd)| {
            let agents = (load + spread * load.sqrt()).max(0.0);
            let mut row =
                [load * 1800.0 / aht_s, aht_s, patience_s, if whole { agents.ceil() } else { agents }, within_s];
            if let Some((place, value)) = odd {
                row[place] = value;
            }
            row
        })
}

fn definition() -> impl Strategy<Value = Definition> {
    prop_oneof![
        Just(Definition::Offered),
        Just(Definition::Answered),
        Just(Definition::ExcludeAbandonsWithinTarget),
        Just(Definition::CountAbandonsWithinTarget),
        (0.0..30.0f64).prop_map(|short_abandon_s| Definition::ExcludeShortAbandons { short_abandon_s }),
        Just(Definition::Virtual),
    ]
}

/// The numbers of a result, as bits; any NaN is the same.
fn bits(metrics: &ServiceMetrics) -> ([u64; 8], bool) {
    let numbers = [
        metrics.offered_load,
        metrics.occupancy,
        metrics.wait_probability,
        metrics.abandon_probability,
        metrics.service_level,
        metrics.asa_s,
        metrics.answered_asa_s,
        metrics.mean_queue_length,
    ];
    (numbers.map(|number| if number.is_nan() { 0 } else { number.to_bits() }), metrics.stable)
}

fn columns(rows: &[Row]) -> [Vec<f64>; 5] {
    std::array::from_fn(|place| rows.iter().map(|row| row[place]).collect())
}

fn by_columns(rows: &[Row], definition: Definition) -> Result<Vec<ServiceMetrics>, RowError> {
    let [arrivals, aht_s, patience_s, agents, within_s] = columns(rows);
    let queues = QueueColumns {
        arrivals: Column::Each(&arrivals),
        interval_s: Column::One(1800.0),
        aht_s: Column::Each(&aht_s),
        patience_s: Column::Each(&patience_s),
    };
    let thresholds = ThresholdColumns { answer_within_s: Column::Each(&within_s), definition };
    let mut numbers: [Vec<f64>; 8] = std::array::from_fn(|_| vec![-1.0; rows.len()]);
    let mut stable = vec![false; rows.len()];
    let [load, occupancy, wait, abandon, level, asa, answered, length] = &mut numbers;
    let mut out = MetricsColumns {
        offered_load: Some(load),
        stable: Some(&mut stable),
        occupancy: Some(occupancy),
        wait_probability: Some(wait),
        abandon_probability: Some(abandon),
        service_level: Some(level),
        asa_s: Some(asa),
        answered_asa_s: Some(answered),
        mean_queue_length: Some(length),
    };
    service_metrics_columns(&queues, Column::Each(&agents), &thresholds, &mut out)?;
    let metrics = (0..rows.len()).map(|row| ServiceMetrics {
        offered_load: numbers[0][row],
        stable: stable[row],
        occupancy: numbers[1][row],
        wait_probability: numbers[2][row],
        abandon_probability: numbers[3][row],
        service_level: numbers[4][row],
        asa_s: numbers[5][row],
        answered_asa_s: numbers[6][row],
        mean_queue_length: numbers[7][row],
    });
    Ok(metrics.collect())
}

fn alone(row: &Row, definition: Definition) -> ServiceMetrics {
    let [arrivals, aht_s, patience_s, agents, answer_within_s] = *row;
    let queue = Queue { arrivals, interval_s: 1800.0, aht_s, patience_s };
    service_metrics(&queue, agents, &Threshold { answer_within_s, definition }).unwrap()
}

/// The same as what each row gives alone, to the bit; NaN is NaN.
fn is_same(name: &str, together: &[f64], alone: impl Fn(usize) -> f64) -> Result<(), TestCaseError> {
    for (row, value) in together.iter().enumerate() {
        let known = alone(row);
        let same = value.to_bits() == known.to_bits() || value.is_nan() && known.is_nan();
        prop_assert!(same, "{name} of row {row}: {value}, alone {known}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn columns_are_rows_to_the_bit(rows in proptest::collection::vec(row(), 0..700), definition in definition()) {
        let together = by_columns(&rows, definition).unwrap();
        for (row, metrics) in rows.iter().zip(&together) {
            prop_assert_eq!(bits(metrics), bits(&alone(row, definition)), "{:?}: {:?}", row, metrics);
        }
        // Alone in a column, too: no row changes another.
        if let Some(first) = rows.first() {
            let single = by_columns(&rows[..1], definition).unwrap();
            prop_assert_eq!(bits(&single[0]), bits(&together[0]), "{:?}", first);
        }
    }

    #[test]
    fn probabilities_and_quantiles_are_too(rows in proptest::collection::vec(row(), 1..600), share in 0.0..1.0f64) {
        let [load, aht_s, patience_s, agents, _] = columns(&rows);
        let slices = [&load, &aht_s, &patience_s, &agents].map(|values| Column::Each(values));
        let mut out = vec![-1.0; rows.len()];
        erlang_b_columns(slices[0], slices[3], &mut out).unwrap();
        is_same("B", &out, |row| erlang_b(load[row], agents[row]).unwrap())?;
        erlang_c_columns(slices[0], slices[3], &mut out).unwrap();
        is_same("C", &out, |row| erlang_c(load[row], agents[row]).unwrap())?;
        erlang_c_columns(Column::One(25.0), slices[3], &mut out).unwrap();
        is_same("C of one load", &out, |row| erlang_c(25.0, agents[row]).unwrap())?;
        erlang_a_columns(slices[0], slices[3], slices[1], slices[2], &mut out).unwrap();
        is_same("A", &out, |row| erlang_a(load[row], agents[row], aht_s[row], patience_s[row]).unwrap())?;
        let interval_s = Column::One(1800.0);
        let queues = QueueColumns { arrivals: slices[0], interval_s, aht_s: slices[1], patience_s: slices[2] };
        wait_quantile_columns(&queues, slices[3], Column::One(share), &mut out).unwrap();
        is_same("quantile", &out, |row| wait_quantile(&queues.get(row), agents[row], share).unwrap())?;
    }
}

#[test]
fn the_first_row_that_is_out_of_range_is_named() {
    let good: Row = [100.0, 300.0, f64::INFINITY, 20.0, 20.0];
    let wrong = [
        (0, -1.0, Argument::Arrivals),
        (0, f64::INFINITY, Argument::Arrivals),
        (1, -0.5, Argument::AhtS),
        (1, f64::INFINITY, Argument::AhtS),
        (2, -1.0, Argument::PatienceS),
        (3, -2.0, Argument::Agents),
        (3, f64::INFINITY, Argument::Agents),
        (4, -1.0, Argument::AnswerWithinS),
        (4, f64::INFINITY, Argument::AnswerWithinS),
        (0, f64::MAX, Argument::OfferedLoad),
    ];
    for (place, value, argument) in wrong {
        let mut rows = vec![good; 600];
        rows[411][place] = value;
        rows[500][place] = value;
        let found = by_columns(&rows, Definition::Offered).unwrap_err();
        assert_eq!((found.row, found.error.argument), (Some(411), argument));
        let queue = Queue { arrivals: rows[411][0], interval_s: 1800.0, aht_s: rows[411][1], patience_s: rows[411][2] };
        let threshold = Threshold { answer_within_s: rows[411][4], definition: Definition::Offered };
        assert_eq!(service_metrics(&queue, rows[411][3], &threshold), Err(found.error));
    }
}

#[test]
fn a_number_for_all_rows_has_no_row() {
    let queues = QueueColumns {
        arrivals: Column::Each(&[1.0, 2.0]),
        interval_s: Column::One(0.0),
        aht_s: Column::One(300.0),
        patience_s: Column::One(f64::INFINITY),
    };
    let thresholds = ThresholdColumns { answer_within_s: Column::One(20.0), definition: Definition::Offered };
    let mut level = [0.0; 2];
    let mut out = MetricsColumns { service_level: Some(&mut level), ..MetricsColumns::default() };
    let found = service_metrics_columns(&queues, Column::One(3.0), &thresholds, &mut out);
    let error = OutOfRange { argument: Argument::IntervalS, value: 0.0 };
    assert_eq!(found, Err(RowError { row: None, error }));
    assert_eq!(found.unwrap_err().to_string(), "interval_s must be above 0 and finite, not 0");
}
