//! Required agents: enough, not one too many, and the target named that decided.

use proptest::prelude::*;
use turnout_core::erlang::{Definition, Queue, ServiceMetrics, Threshold, service_metrics};
use turnout_core::staffing::{Binding, Requirement, Staffing, Targets, required_agents};

fn queue(load: f64, aht_s: f64, patience_s: f64) -> Queue {
    Queue { arrivals: load * 1800.0 / aht_s, interval_s: 1800.0, aht_s, patience_s }
}

fn staffing(targets: Targets, answer_within_s: f64, definition: Definition) -> Staffing {
    Staffing { targets, threshold: Threshold { answer_within_s, definition }, fractional: false, min_agents: 0.0 }
}

/// The last digit of a service level near 1.
const DIGIT: f64 = 2.3e-16;

/// The targets that `metrics` miss by more than `slack` of their bounds.
fn missed(targets: &Targets, metrics: &ServiceMetrics, slack: f64) -> Vec<Binding> {
    // A service level cannot say how far it is from 1 more exactly than its last digit.
    let digit = if slack > 0.0 { -DIGIT } else { DIGIT };
    let above = |bound: Option<f64>, value: f64| bound.is_some_and(|bound| value > bound * (1.0 + slack));
    let late = targets.service_level.map(|least| 1.0 - least);
    [
        (above(late, 1.0 - metrics.service_level + digit), Binding::ServiceLevel),
        (above(targets.asa_s, metrics.asa_s), Binding::Asa),
        (above(targets.max_occupancy, metrics.occupancy), Binding::MaxOccupancy),
        (above(targets.max_abandon, metrics.abandon_probability), Binding::MaxAbandon),
        (above(targets.max_wait_probability, metrics.wait_probability), Binding::MaxWaitProbability),
    ]
    .into_iter()
    .filter_map(|(missed, name)| missed.then_some(name))
    .collect()
}

/// Enough, and one agent less is not.
fn is_least(queue: &Queue, staffing: &Staffing, found: &Requirement) -> Result<(), TestCaseError> {
    let with = |agents: f64| service_metrics(queue, agents, &staffing.threshold).unwrap();
    let here = with(found.agents);
    prop_assert!(here.stable);
    let short = missed(&staffing.targets, &here, 1e-9);
    prop_assert!(short.is_empty(), "{found:?} misses {short:?}: {here:?}");
    let least = if queue.patience_s.is_infinite() { queue.offered_load().floor() + 1.0 } else { 1.0 };
    prop_assert!(found.agents >= least);
    if found.agents > least {
        let before = with(found.agents - 1.0);
        let short = missed(&staffing.targets, &before, 0.0);
        prop_assert!(short.contains(&found.binding), "one less than {found:?} misses {short:?}: {before:?}");
    }
    Ok(())
}

fn load() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (-3.0..3.0f64).prop_map(|power| 10f64.powf(power)), 1 => (3.0..6.0f64).prop_map(|p| 10f64.powf(p))]
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![0.01..0.99f64, (-12.0..-2.0f64).prop_map(|power| 10f64.powf(power)), Just(0.2), Just(0.05)]
}

fn definition() -> impl Strategy<Value = Definition> {
    prop_oneof![
        3 => Just(Definition::Offered),
        1 => Just(Definition::Answered),
        1 => Just(Definition::ExcludeAbandonsWithinTarget),
        1 => Just(Definition::CountAbandonsWithinTarget),
        1 => (0.0..30.0f64).prop_map(|short_abandon_s| Definition::ExcludeShortAbandons { short_abandon_s }),
        1 => Just(Definition::Virtual),
    ]
}

prop_compose! {
    fn targets()(
        late in proptest::option::weighted(0.7, share()),
        asa_s in proptest::option::weighted(0.3, 0.01..300.0f64),
        max_occupancy in proptest::option::weighted(0.3, 0.05..1.0f64),
        max_abandon in proptest::option::weighted(0.3, share()),
        max_wait_probability in proptest::option::weighted(0.3, share()),
    ) -> Targets {
        let service_level = late.map(|late| 1.0 - late);
        let none = late.is_none() && asa_s.is_none() && max_occupancy.is_none() && max_abandon.is_none();
        let max_wait_probability = if none { Some(max_wait_probability.unwrap_or(0.3)) } else { max_wait_probability };
        Targets { service_level, asa_s, max_occupancy, max_abandon, max_wait_probability }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn required_agents_are_the_least(
        load in load(), aht_s in 10.0..900.0f64, answer in prop_oneof![Just(0.0), 1.0..600.0f64], targets in targets(),
    ) {
        let queue = queue(load, aht_s, f64::INFINITY);
        let staffing = staffing(targets, answer, Definition::Offered);
        is_least(&queue, &staffing, &required_agents(&queue, &staffing).unwrap())?;
    }

    #[test]
    fn required_agents_are_the_least_where_contacts_leave(
        load in load(), aht_s in 10.0..900.0f64, answer in prop_oneof![Just(0.0), 1.0..600.0f64], targets in targets(),
        patience_s in prop_oneof![4 => 5.0..2000.0f64, 1 => Just(0.0), 1 => 0.01..1e6f64], definition in definition(),
    ) {
        let queue = queue(load, aht_s, patience_s);
        let staffing = staffing(targets, answer, definition);
        is_least(&queue, &staffing, &required_agents(&queue, &staffing).unwrap())?;
    }
}
