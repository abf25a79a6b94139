//! Required agents: enough, not one too many, and the target named that decided.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::float_cmp, reason = "these are exact")]

use proptest::prelude::*;
use turnout_core::erlang::{Argument, Definition, Queue, ServiceMetrics, Threshold, service_metrics};
use turnout_core::staffing::{
    Binding, Requirement, Staffing, Targets, combine_shrinkage, required_agents, schedule, square_root,
};

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

fn level(service_level: f64) -> Targets {
    Targets { service_level: Some(service_level), ..Targets::default() }
}

fn agents(queue: &Queue, targets: Targets, answer_within_s: f64) -> (f64, Binding) {
    let found = required_agents(queue, &staffing(targets, answer_within_s, Definition::Offered)).unwrap();
    (found.agents, found.binding)
}

#[test]
fn a_hundred_calls_in_half_an_hour_take_fourteen() {
    // callcentrehelper.com, "Erlang C Formula - Made Simple With an Easy Worked Example": 14 agents, 20 scheduled at 30 %.
    let queue = Queue { arrivals: 100.0, interval_s: 1800.0, aht_s: 180.0, patience_s: f64::INFINITY };
    assert_eq!(agents(&queue, level(0.8), 20.0), (14.0, Binding::ServiceLevel));
    assert_eq!(schedule(14.0, 0.3).unwrap().agents, 20.0);
}

#[test]
fn the_first_number_above_the_load_is_looked_at() {
    // Others say 12.
    assert_eq!(agents(&queue(10.6, 300.0, f64::INFINITY), level(0.1), 20.0).0, 11.0);
}

#[test]
fn where_contacts_leave_fewer_than_the_load_may_do() {
    // Others staff 480.
    assert_eq!(agents(&queue(480.0, 240.0, 30.0), level(0.8), 60.0).0, 385.0);
}

#[test]
fn rounding_up_forgives_the_last_digits() {
    // 35.7/0.85 is 42; its nearest double is above it, and others say 43.
    let busy = Targets { max_occupancy: Some(0.85), ..Targets::default() };
    assert_eq!(agents(&queue(35.7, 300.0, f64::INFINITY), busy, 20.0), (42.0, Binding::MaxOccupancy));
    assert_eq!(schedule(35.7, 0.15).unwrap().agents, 42.0);
}

#[test]
fn the_target_that_decides_is_named() {
    let queue = queue(50.0, 300.0, f64::INFINITY);
    let all = |asa_s: f64, busy: f64, wait: f64| Targets {
        service_level: Some(0.8),
        asa_s: Some(asa_s),
        max_occupancy: Some(busy),
        max_abandon: Some(0.5),
        max_wait_probability: Some(wait),
    };
    assert_eq!(agents(&queue, all(1e3, 1.0, 1.0), 20.0).1, Binding::ServiceLevel);
    assert_eq!(agents(&queue, all(0.1, 1.0, 1.0), 20.0).1, Binding::Asa);
    assert_eq!(agents(&queue, all(1e3, 0.5, 1.0), 20.0), (100.0, Binding::MaxOccupancy));
    assert_eq!(agents(&queue, all(1e3, 1.0, 1e-3), 20.0).1, Binding::MaxWaitProbability);
    let leaving = Queue { patience_s: 60.0, ..queue };
    let few = Targets { service_level: Some(0.5), max_abandon: Some(1e-4), ..Targets::default() };
    assert_eq!(agents(&leaving, few, 20.0).1, Binding::MaxAbandon);
    // Several that require the same: the first.
    assert_eq!(
        agents(&queue, Targets { service_level: Some(0.0), ..all(1e9, 1.0, 1.0) }, 20.0),
        (51.0, Binding::ServiceLevel)
    );
}

#[test]
fn without_load_nobody_is_required_but_the_fewest() {
    for (arrivals, aht_s) in [(0.0, 300.0), (10.0, 0.0)] {
        let queue = Queue { arrivals, interval_s: 1800.0, aht_s, patience_s: 60.0 };
        assert_eq!(agents(&queue, level(0.8), 20.0), (0.0, Binding::Nothing));
        let at_least = Staffing { min_agents: 1.5, ..staffing(level(0.8), 20.0, Definition::Offered) };
        let found = required_agents(&queue, &at_least).unwrap();
        assert_eq!((found.agents, found.binding), (2.0, Binding::MinAgents));
        let parts = Staffing { fractional: true, ..at_least };
        assert_eq!(required_agents(&queue, &parts).unwrap().agents, 1.5);
    }
}

#[test]
fn what_no_number_reaches_is_infinite() {
    let (endless, leaving) = (queue(20.0, 300.0, f64::INFINITY), queue(20.0, 300.0, 60.0));
    let none = Targets::default();
    let out_of_reach = [
        (level(1.0), Binding::ServiceLevel),
        (Targets { service_level: Some(0.8), asa_s: Some(0.0), ..none }, Binding::Asa),
        (Targets { service_level: Some(0.8), max_wait_probability: Some(0.0), ..none }, Binding::MaxWaitProbability),
    ];
    for (targets, binding) in out_of_reach {
        assert_eq!(agents(&endless, targets, 20.0), (f64::INFINITY, binding));
        assert_eq!(agents(&leaving, targets, 20.0), (f64::INFINITY, binding));
    }
    let nobody_leaves = Targets { max_abandon: Some(0.0), ..none };
    assert_eq!(agents(&leaving, nobody_leaves, 20.0), (f64::INFINITY, Binding::MaxAbandon));
    assert_eq!(agents(&endless, nobody_leaves, 20.0), (21.0, Binding::MaxAbandon));
    // Nobody waits who is blocked instead.
    assert_eq!(agents(&queue(20.0, 300.0, 0.0), Targets { asa_s: Some(0.0), ..none }, 20.0), (1.0, Binding::Asa));
    assert_eq!(schedule(f64::INFINITY, 0.3).unwrap().agents, f64::INFINITY);
}

#[test]
fn the_unknown_stays_unknown() {
    let nan = f64::NAN;
    for patience_s in [f64::INFINITY, 60.0, nan] {
        let queue = queue(if patience_s.is_nan() { 20.0 } else { nan }, 300.0, patience_s);
        assert!(agents(&queue, level(0.8), 20.0).0.is_nan());
    }
    let queue = queue(20.0, 300.0, f64::INFINITY);
    assert!(agents(&queue, level(nan), 20.0).0.is_nan() && agents(&queue, level(0.8), nan).0.is_nan());
    // A time that no target looks at does not matter.
    let busy = Targets { max_occupancy: Some(0.8), ..Targets::default() };
    assert_eq!(agents(&queue, busy, nan).0, 25.0);
    assert!(schedule(nan, 0.3).unwrap().agents.is_nan());
}

#[test]
fn targets_out_of_range_are_named() {
    let queue = queue(20.0, 300.0, f64::INFINITY);
    let argument =
        |targets: Targets| required_agents(&queue, &staffing(targets, 20.0, Definition::Offered)).unwrap_err().argument;
    let none = Targets::default();
    assert_eq!(argument(none), Argument::Targets);
    assert_eq!(argument(level(1.1)), Argument::ServiceLevel);
    assert_eq!(argument(Targets { asa_s: Some(-1.0), ..none }), Argument::AsaS);
    for occupancy in [0.0, 1.1, f64::INFINITY] {
        assert_eq!(argument(Targets { max_occupancy: Some(occupancy), ..none }), Argument::MaxOccupancy);
    }
    assert_eq!(argument(Targets { max_abandon: Some(-0.1), ..none }), Argument::MaxAbandon);
    assert_eq!(argument(Targets { max_wait_probability: Some(2.0), ..none }), Argument::MaxWaitProbability);
    for shrinkage in [1.0, -0.1, f64::INFINITY] {
        assert_eq!(schedule(10.0, shrinkage).unwrap_err().argument, Argument::Shrinkage);
    }
    assert_eq!(schedule(-1.0, 0.3).unwrap_err().argument, Argument::Agents);
}

#[test]
fn shrinkage_divides() {
    // 35 % away takes 54 % more, not 35 %.
    let found = schedule(100.0, 0.35).unwrap();
    assert!((found.unrounded - 153.846_153_846).abs() < 1e-6 && found.agents == 154.0);
    assert!((combine_shrinkage(&[0.2, 0.1], false).unwrap() - 0.3).abs() < 1e-15);
    assert!((combine_shrinkage(&[0.2, 0.1], true).unwrap() - 0.28).abs() < 1e-15);
    assert_eq!(combine_shrinkage(&[0.6, 0.4], false).unwrap_err().argument, Argument::Shrinkage);
    assert_eq!(combine_shrinkage(&[], true), Ok(0.0));
}

#[test]
fn square_roots_explain() {
    // Halfin & Whitt 1981, alpha(beta) = 1/(1 + beta Phi(beta)/phi(beta)): 0.2234 at 1.
    let found = square_root(100.0, 110.0);
    assert!((found.beta - 1.0).abs() < 1e-15 && (found.wait_probability - 0.2234).abs() < 5e-5, "{found:?}");
    assert_eq!(square_root(100.0, 90.0).wait_probability, 1.0);
    let large = square_root(1e8, 1e8 + 1e4);
    let exact = turnout_core::erlang::erlang_c(1e8, 1e8 + 1e4).unwrap();
    assert!((large.wait_probability / exact - 1.0).abs() < 1e-3, "{large:?} {exact}");
    assert!(square_root(0.0, 5.0).beta.is_nan());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn parts_of_agents_are_the_least_and_round_to_whole_ones(
        load in load(), aht_s in 10.0..900.0f64, targets in targets(),
        patience_s in prop_oneof![Just(f64::INFINITY), 5.0..2000.0f64, Just(0.0)],
    ) {
        let queue = queue(load, aht_s, patience_s);
        let whole = staffing(targets, 20.0, Definition::Offered);
        let parts = Staffing { fractional: true, ..whole };
        let (whole, found) = (required_agents(&queue, &whole).unwrap(), required_agents(&queue, &parts).unwrap());
        // Whole numbers begin at one, and above the load where nobody leaves.
        let least = if patience_s.is_infinite() { queue.offered_load().floor() + 1.0 } else { 1.0 };
        let (slack, digits) = (1e-9 * load.max(1.0), 1e-12 * load.max(1.0));
        let rounded = [found.agents - slack, found.agents + digits].map(|agents| agents.ceil().max(least));
        prop_assert!((rounded[0]..=rounded[1]).contains(&whole.agents), "{found:?}, whole {whole:?}");
        if found.agents > 1e-6 && found.agents > queue.offered_load() * (1.0 + 1e-9) {
            let with = |agents: f64| service_metrics(&queue, agents, &parts.threshold).unwrap();
            let enough = with(found.agents * (1.0 + 1e-9));
            prop_assert!(missed(&targets, &enough, 1e-6).is_empty(), "{found:?}: {enough:?}");
            let fewer = with(found.agents - 1e-6 * found.agents.max(1.0));
            if fewer.stable && found.agents > 1e-3 {
                prop_assert!(missed(&targets, &fewer, 0.0).contains(&found.binding), "{found:?}: {fewer:?}");
            }
        }
    }
}
