//! Required agents over columns are those of each row alone.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::float_cmp, reason = "these are exact")]

use proptest::prelude::*;
use turnout_core::column::Column;
use turnout_core::erlang::{Argument, Definition, Queue, QueueColumns, Threshold, ThresholdColumns};
use turnout_core::staffing::{
    Binding, Requirement, RequirementColumns, Staffing, StaffingColumns, TargetColumns, Targets, required_agents,
    required_agents_columns,
};

/// The numbers of one row.
#[derive(Clone, Debug)]
struct Row {
    queue: Queue,
    answer_within_s: f64,
    targets: [f64; 5],
    min_agents: f64,
}

/// Which columns there are, and whether agents may be parts.
#[derive(Clone, Debug)]
struct Shape {
    targets: [bool; 5],
    fractional: bool,
}

fn row() -> impl Strategy<Value = Row> {
    let load = prop_oneof![
        8 => (-1.0..2.5f64).prop_map(|power| 10f64.powf(power)),
        2 => (-6.0..6.0f64).prop_map(|power| 10f64.powf(power)),
        1 => Just(0.0),
    ];
    let patience = prop_oneof![4 => Just(f64::INFINITY), 4 => 1.0..2000.0f64, 1 => Just(0.0)];
    let share = || prop_oneof![8 => 0.01..0.99f64, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(f64::NAN)];
    let shares = (share(), 0.0..100.0f64, 0.05..1.0f64, share(), share());
    let odd = prop_oneof![15 => Just(0.0), 1 => Just(f64::NAN)];
    (load, 5.0..2000.0f64, patience, 0.0..60.0f64, shares, prop_oneof![3 => Just(0.0), 1 => 0.0..60.0f64], odd)
        .prop_map(|(load, aht_s, patience_s, answer_within_s, (level, asa, busy, left, wait), min_agents, odd)| Row {
            queue: Queue { arrivals: load * 1800.0 / aht_s + odd, interval_s: 1800.0, aht_s, patience_s },
            answer_within_s,
            targets: [level, asa, busy, left, wait],
            min_agents,
        })
}

fn shape() -> impl Strategy<Value = Shape> {
    let some = prop_oneof![
        3 => Just([true, false, false, false, false]),
        5 => any::<[bool; 5]>().prop_map(|some| if some.contains(&true) { some } else { [true; 5] }),
    ];
    (some, prop::bool::weighted(0.2)).prop_map(|(targets, fractional)| Shape { targets, fractional })
}

fn alone(row: &Row, shape: &Shape) -> Requirement {
    let target = |place: usize| shape.targets[place].then_some(row.targets[place]);
    let staffing = Staffing {
        targets: Targets {
            service_level: target(0),
            asa_s: target(1),
            max_occupancy: target(2),
            max_abandon: target(3),
            max_wait_probability: target(4),
        },
        threshold: Threshold { answer_within_s: row.answer_within_s, definition: Definition::Offered },
        fractional: shape.fractional,
        min_agents: row.min_agents,
    };
    required_agents(&row.queue, &staffing).unwrap()
}

fn together(rows: &[Row], shape: &Shape) -> Vec<Requirement> {
    let column = |of: fn(&Row) -> f64| -> Vec<f64> { rows.iter().map(of).collect() };
    let (arrivals, aht_s, patience_s) =
        (column(|row| row.queue.arrivals), column(|row| row.queue.aht_s), column(|row| row.queue.patience_s));
    let (within_s, fewest) = (column(|row| row.answer_within_s), column(|row| row.min_agents));
    let targets: [Vec<f64>; 5] = std::array::from_fn(|place| rows.iter().map(|row| row.targets[place]).collect());
    let target = |place: usize| shape.targets[place].then_some(Column::Each(&targets[place]));
    let queues = QueueColumns {
        arrivals: Column::Each(&arrivals),
        interval_s: Column::One(1800.0),
        aht_s: Column::Each(&aht_s),
        patience_s: Column::Each(&patience_s),
    };
    let staffing = StaffingColumns {
        targets: TargetColumns {
            service_level: target(0),
            asa_s: target(1),
            max_occupancy: target(2),
            max_abandon: target(3),
            max_wait_probability: target(4),
        },
        thresholds: ThresholdColumns { answer_within_s: Column::Each(&within_s), definition: Definition::Offered },
        fractional: shape.fractional,
        min_agents: Column::Each(&fewest),
    };
    let (mut agents, mut binding) = (vec![-1.0; rows.len()], vec![Binding::Nothing; rows.len()]);
    let mut out = RequirementColumns { agents: &mut agents, binding: Some(&mut binding) };
    required_agents_columns(&queues, &staffing, &mut out).unwrap();
    agents.into_iter().zip(binding).map(|(agents, binding)| Requirement { agents, binding }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn columns_are_rows(rows in proptest::collection::vec(row(), 0..600), shape in shape()) {
        for (row, found) in rows.iter().zip(together(&rows, &shape)) {
            let known = alone(row, &shape);
            let same = found.agents.to_bits() == known.agents.to_bits() || found.agents.is_nan() && known.agents.is_nan();
            prop_assert!(same && found.binding == known.binding, "{:?}: {:?}, alone {:?}", row, found, known);
        }
    }
}

#[test]
fn the_first_row_that_is_out_of_range_is_named() {
    let queues = QueueColumns {
        arrivals: Column::One(100.0),
        interval_s: Column::One(1800.0),
        aht_s: Column::One(300.0),
        patience_s: Column::One(f64::INFINITY),
    };
    let thresholds = ThresholdColumns { answer_within_s: Column::One(20.0), definition: Definition::Offered };
    let good = [0.5; 300];
    let mut bad = good;
    bad[287] = 1.5;
    let (good, bad) = (Some(Column::Each(&good)), Some(Column::Each(&bad)));
    let none = TargetColumns::default();
    let wrong = [
        (TargetColumns { service_level: bad, ..none }, Argument::ServiceLevel),
        (TargetColumns { service_level: good, max_occupancy: bad, ..none }, Argument::MaxOccupancy),
        (TargetColumns { service_level: good, max_abandon: bad, ..none }, Argument::MaxAbandon),
        (TargetColumns { service_level: good, max_wait_probability: bad, ..none }, Argument::MaxWaitProbability),
    ];
    let mut agents = [0.0; 300];
    for (targets, argument) in wrong {
        let staffing = StaffingColumns { targets, thresholds, fractional: false, min_agents: Column::One(0.0) };
        let mut out = RequirementColumns { agents: &mut agents, binding: None };
        let found = required_agents_columns(&queues, &staffing, &mut out).unwrap_err();
        assert_eq!((found.row, found.error.argument, found.error.value), (Some(287), argument, 1.5));
    }
    let nothing = StaffingColumns { targets: none, thresholds, fractional: false, min_agents: Column::One(0.0) };
    let mut out = RequirementColumns { agents: &mut agents, binding: None };
    let found = required_agents_columns(&queues, &nothing, &mut out).unwrap_err();
    assert_eq!((found.row, found.error.argument), (None, Argument::Targets));
}
