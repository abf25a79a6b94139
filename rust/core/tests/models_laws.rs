//! Laws of the extended models over many inputs: what more agents, lines, retrials, doubt and concurrency do.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use turnout_core::erlang::{Definition, Queue, ServiceMetrics, Threshold};
use turnout_core::models::{
    ChatQueue, Forecast, LoadMethod, RetrialQueue, Series, carried_metrics, chat_metrics, chat_required_agents,
    forecast_metrics, forecast_required_agents, interval_loads, retrial_metrics, retrial_required_agents,
};
use turnout_core::staffing::{Requirement, Staffing, Targets};

fn threshold() -> Threshold {
    Threshold { answer_within_s: 20.0, definition: Definition::Offered }
}

fn queues() -> impl Strategy<Value = Queue> {
    let patience = prop_oneof![4 => 5.0..2000.0, 1 => Just(f64::INFINITY), 1 => Just(0.0)];
    (0.1..400.0, 30.0..900.0, patience).prop_map(|(arrivals, aht_s, patience_s)| Queue {
        arrivals,
        interval_s: 1800.0,
        aht_s,
        patience_s,
    })
}

/// Any targets that can be reached, one of them at least.
fn staffings() -> impl Strategy<Value = Staffing> {
    let target = |range: std::ops::Range<f64>| proptest::option::of(range);
    (0.3..0.97, target(5.0..120.0), target(0.4..0.95), target(0.01..0.2), target(0.05..0.5)).prop_map(
        |(level, asa_s, max_occupancy, max_abandon, max_wait_probability)| {
            let targets =
                Targets { service_level: Some(level), asa_s, max_occupancy, max_abandon, max_wait_probability };
            Staffing { targets, threshold: threshold(), fractional: false, min_agents: 0.0 }
        },
    )
}

fn sane(metrics: &ServiceMetrics) -> Result<(), TestCaseError> {
    for share in [metrics.occupancy, metrics.wait_probability, metrics.abandon_probability, metrics.service_level] {
        prop_assert!((0.0..=1.0 + 1e-12).contains(&share), "{metrics:?}");
    }
    prop_assert!(metrics.asa_s >= 0.0 && metrics.answered_asa_s >= 0.0 && metrics.mean_queue_length >= 0.0);
    Ok(())
}

/// Every measure of `more` is at least as good.
fn better(less: &ServiceMetrics, more: &ServiceMetrics) -> Result<(), TestCaseError> {
    sane(less)?;
    sane(more)?;
    let slack = 1e-9;
    prop_assert!(more.service_level >= less.service_level - slack, "{less:?} {more:?}");
    prop_assert!(more.wait_probability <= less.wait_probability + slack, "{less:?} {more:?}");
    prop_assert!(more.abandon_probability <= less.abandon_probability + slack, "{less:?} {more:?}");
    prop_assert!(more.asa_s <= less.asa_s * (1.0 + slack) + slack, "{less:?} {more:?}");
    prop_assert!(more.occupancy <= less.occupancy + slack, "{less:?} {more:?}");
    Ok(())
}

/// Where nobody leaves, agents are more than the load whatever the targets; and one at least where somebody comes.
fn fewest(queue: &Queue, load: f64) -> f64 {
    if queue.patience_s == f64::INFINITY { load.floor() + 1.0 } else { 1.0 }
}

/// The required number reaches the targets, and one less does not.
fn minimal(
    required: Requirement,
    staffing: &Staffing,
    fewest: f64,
    measure: impl Fn(f64) -> ServiceMetrics,
) -> Result<(), TestCaseError> {
    let Targets { service_level, asa_s, max_occupancy, max_abandon, max_wait_probability } = staffing.targets;
    let fits = |agents: f64, slack: f64| {
        let metrics = measure(agents);
        service_level.is_none_or(|least| metrics.service_level >= least - slack)
            && asa_s.is_none_or(|most| metrics.asa_s <= most * (1.0 + slack))
            && max_occupancy.is_none_or(|most| metrics.occupancy <= most + slack)
            && max_abandon.is_none_or(|most| metrics.abandon_probability <= most + slack)
            && max_wait_probability.is_none_or(|most| metrics.wait_probability <= most + slack)
    };
    prop_assert!(fits(required.agents, 1e-9), "{required:?}");
    prop_assert!(required.agents >= fewest);
    prop_assert!(required.agents <= fewest || !fits(required.agents - 1.0, -1e-9), "{required:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn agents_help_and_retrials_do_not(
        queue in queues(), agents in 0_u32..60, lines in 1_u32..120, again in 0.0..0.95,
        blocked in prop_oneof![Just(0.0), 0.0..0.95],
    ) {
        let retrials = RetrialQueue {
            queue,
            retry_probability: again,
            blocked_retry_probability: blocked,
            lines: f64::from(lines),
        };
        let at = |retrials: &RetrialQueue, agents: u32| {
            retrial_metrics(retrials, f64::from(agents), &threshold()).unwrap()
        };
        // Agents beyond the lines change nothing but their own occupancy. (More agents may block more: a contact that is
        // answered keeps its line for longer than one that leaves.)
        let (less, more) = (at(&retrials, agents), at(&retrials, agents + 1));
        if agents < lines && blocked == 0.0 {
            better(&less.service, &more.service)?;
        }
        let left = (1.0 - less.blocking_probability) * less.service.abandon_probability;
        let first = less.attempts * (1.0 - again * left - blocked * less.blocking_probability);
        prop_assert!((first / queue.arrivals - 1.0).abs() < 1e-11, "{first} of {}", queue.arrivals);
        let more_again = RetrialQueue { retry_probability: again + 0.04, ..retrials };
        prop_assert!(at(&more_again, agents).attempts >= less.attempts * (1.0 - 1e-12));
        let more_lines = RetrialQueue { lines: f64::from(lines) + 1.0, retry_probability: 0.0,
            blocked_retry_probability: 0.0, ..retrials };
        let same_lines = RetrialQueue { lines: f64::from(lines), ..more_lines };
        prop_assert!(at(&more_lines, agents).blocking_probability <= at(&same_lines, agents).blocking_probability);
    }

    #[test]
    fn the_fewest_agents_under_retrials(queue in queues(), staffing in staffings(), again in 0.0..0.9) {
        let retrials = RetrialQueue {
            queue,
            retry_probability: again,
            blocked_retry_probability: 0.0,
            lines: f64::INFINITY,
        };
        let required = retrial_required_agents(&retrials, &staffing).unwrap();
        minimal(required, &staffing, fewest(&queue, queue.offered_load()), |agents| retrial_metrics(&retrials, agents, &threshold()).unwrap().service)?;
        let limited = RetrialQueue { lines: 60.0, ..retrials };
        let required = retrial_required_agents(&limited, &staffing).unwrap();
        if required.agents < f64::INFINITY {
            minimal(required, &staffing, 1.0, |agents| retrial_metrics(&limited, agents, &threshold()).unwrap().service)?;
        }
    }

    #[test]
    fn agents_help_in_doubt(queue in queues(), agents in 0.0..80.0, cv in prop_oneof![3 => 0.0..0.8, 1 => 0.8..10.0], nodes in 5_usize..=65) {
        let forecast = Forecast { queue, arrivals_cv: cv, nodes };
        let at = |agents| forecast_metrics(&forecast, agents, &threshold()).unwrap();
        let (less, more) = (at(agents), at(agents + 0.5));
        better(&less.service, &more.service)?;
        prop_assert!(more.interval_service_level >= less.interval_service_level - 1e-9);
        prop_assert!((less.service.offered_load / queue.offered_load() - 1.0).abs() < 1e-11);
    }

    #[test]
    fn the_fewest_agents_in_doubt(queue in queues(), staffing in staffings(), cv in 0.0..0.5) {
        let forecast = Forecast { queue, arrivals_cv: cv, nodes: 9 };
        let required = forecast_required_agents(&forecast, &staffing).unwrap();
        minimal(required, &staffing, fewest(&queue, queue.offered_load()), |agents| forecast_metrics(&forecast, agents, &threshold()).unwrap().service)?;
        let real = forecast_required_agents(&forecast, &Staffing { fractional: true, ..staffing }).unwrap().agents;
        prop_assert!(real <= required.agents * (1.0 + 1e-8));
        prop_assert!(real > required.agents - 1.0 - 1e-6 || required.agents <= 1.0, "{real} {required:?}");
        prop_assert!(real >= queue.offered_load() || queue.patience_s < f64::INFINITY);
    }

    #[test]
    fn agents_and_speed_help_chats(
        queue in queues(), agents in 1_u32..20, slower in proptest::collection::vec(1.0..1.5, 0..4), staffing in staffings(),
    ) {
        let mut aht_s = vec![queue.aht_s];
        for factor in slower {
            aht_s.push(aht_s[aht_s.len() - 1] * factor);
        }
        let Queue { arrivals, interval_s, patience_s, .. } = queue;
        let chats = ChatQueue { arrivals, interval_s, aht_by_level_s: &aht_s, patience_s };
        let at = |chats: &ChatQueue<'_>, agents| chat_metrics(chats, agents, &threshold()).unwrap();
        let (less, more) = (at(&chats, f64::from(agents)), at(&chats, f64::from(agents + 1)));
        better(&less.service, &more.service)?;
        // Where chats leave, more agents let in more chats.
        prop_assert!(patience_s < f64::INFINITY || more.aht_s <= less.aht_s * (1.0 + 1e-9));
        prop_assert!(less.aht_s >= aht_s[0] * (1.0 - 1e-12) && less.aht_s <= aht_s[aht_s.len() - 1] * (1.0 + 1e-12));
        let (longest, levels) = (aht_s[aht_s.len() - 1], f64::from(u32::try_from(aht_s.len()).unwrap()));
        let mut slow = aht_s.clone();
        *slow.last_mut().unwrap() *= 1.2;
        let slow = at(&ChatQueue { aht_by_level_s: &slow, ..chats }, f64::from(agents));
        prop_assert!(slow.service.wait_probability >= less.service.wait_probability - 1e-9);
        let required = chat_required_agents(&chats, &staffing).unwrap();
        minimal(required, &staffing, fewest(&queue, arrivals / interval_s * longest / levels), |agents| at(&chats, agents).service)?;
    }

    /// The load lies within those of the intervals so far, and what a constant factor makes of arrivals it makes of it.
    #[test]
    fn loads_are_means_of_what_came(
        arrivals in proptest::collection::vec(0.0..200.0, 1..30), before in 0.0..200.0, aht_s in 1.0..9000.0,
    ) {
        let series = Series { arrivals: &arrivals, interval_s: 1800.0, aht_s, patience_s: 60.0, arrivals_before: before };
        let double: Vec<f64> = arrivals.iter().map(|arrivals| 2.0 * arrivals).collect();
        let twice = Series { arrivals: &double, arrivals_before: 2.0 * before, ..series };
        for method in [LoadMethod::Sipp, LoadMethod::LaggedSipp, LoadMethod::ModifiedOfferedLoad] {
            let (loads, doubled) = (interval_loads(&series, method).unwrap(), interval_loads(&twice, method).unwrap());
            for (row, (load, doubled)) in loads.iter().zip(&doubled).enumerate() {
                let so_far = arrivals[..=row].iter().chain([&before]).map(|arrivals| arrivals * aht_s / 1800.0);
                let (low, high) = so_far.fold((f64::INFINITY, 0.0), |(low, high), load| (load.min(low), load.max(high)));
                let slack = 1e-9 * high;
                prop_assert!(load.mean >= low - slack && load.peak <= high + slack && load.mean <= load.peak + slack);
                prop_assert!((doubled.mean - 2.0 * load.mean).abs() <= slack);
            }
        }
    }

    /// Contacts are kept, and an agent more in one interval makes that one better, and none after it worse.
    #[test]
    fn agents_help_the_rest_of_the_day(
        arrivals in proptest::collection::vec(prop_oneof![3 => 0.0..60.0, 1 => Just(0.0)], 4),
        agents in proptest::collection::vec(0_u32..12, 4),
        more in 0_usize..4,
        patience_s in prop_oneof![3 => 20.0..2000.0, 1 => Just(f64::INFINITY), 1 => Just(0.0)],
        backlog in 0_u32..10,
        before in 0.0..40.0,
    ) {
        let series = Series { arrivals: &arrivals, interval_s: 1800.0, aht_s: 300.0, patience_s, arrivals_before: before };
        let mut agents: Vec<f64> = agents.into_iter().map(f64::from).collect();
        let at = |agents: &[f64]| carried_metrics(&series, agents, f64::from(backlog), &threshold()).unwrap();
        let day = at(&agents);
        let mut present = before * 300.0 / 1800.0 + f64::from(backlog);
        for (interval, arrivals) in day.iter().zip(&arrivals) {
            present += arrivals - interval.completed - interval.abandoned;
            let after = interval.in_service_after + interval.waiting_after;
            prop_assert!((after - present).abs() < 1e-9 * (1.0 + present), "{after} {present}");
        }
        agents[more] += 1.0;
        // Who is answered stays for longer than who leaves, where patience is short: then the intervals after may be worse.
        let reach = if patience_s >= 300.0 { 4 } else { more + 1 };
        for (less, more) in day.iter().zip(&at(&agents)).take(reach) {
            prop_assert!(more.waiting_after <= less.waiting_after + 1e-9);
            better(&ServiceMetrics { occupancy: 1.0, ..less.service }, &more.service)?;
        }
    }
}
