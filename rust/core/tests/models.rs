//! Limit cases of the extended models, their edges, and what they refuse.
#![allow(clippy::float_cmp, reason = "what is compared is to be the same")]

use turnout_core::erlang::{Definition, Queue, ServiceMetrics, Threshold, service_metrics};
use turnout_core::models::{
    Argument, ChatQueue, Forecast, LoadBasis, LoadMethod, ModelError, RetrialQueue, Series, carried_metrics,
    carried_required_agents, chat_metrics, chat_required_agents, forecast_metrics, forecast_required_agents,
    interval_loads, interval_metrics, interval_required_agents, retrial_metrics, retrial_required_agents,
};
use turnout_core::staffing::{Binding, Requirement, Staffing, Targets, required_agents};

const WITHIN_20_S: Threshold = Threshold { answer_within_s: 20.0, definition: Definition::Offered };
const INFINITE: f64 = f64::INFINITY;

fn queue(arrivals: f64, patience_s: f64) -> Queue {
    Queue { arrivals, interval_s: 1800.0, aht_s: 240.0, patience_s }
}

fn staffing(service_level: f64) -> Staffing {
    let targets = Targets { service_level: Some(service_level), ..Targets::default() };
    Staffing { targets, threshold: WITHIN_20_S, fractional: false, min_agents: 0.0 }
}

fn plain(queue: Queue) -> RetrialQueue {
    RetrialQueue { queue, retry_probability: 0.0, blocked_retry_probability: 0.0, lines: INFINITE }
}

fn same(left: &ServiceMetrics, right: &ServiceMetrics, bound: f64) {
    let numbers = |m: &ServiceMetrics| {
        [
            m.offered_load,
            m.occupancy,
            m.wait_probability,
            m.abandon_probability,
            m.service_level,
            m.asa_s,
            m.answered_asa_s,
            m.mean_queue_length,
        ]
    };
    for (place, (a, b)) in numbers(left).into_iter().zip(numbers(right)).enumerate() {
        let same = a.to_bits() == b.to_bits() || a == b || (a - b).abs() <= bound * b.abs().max(1.0);
        assert!(same, "measure {place}: {a} and {b}: {left:?} {right:?}");
    }
    assert_eq!(left.stable, right.stable);
}

#[test]
fn without_retrials_and_lines_it_is_erlang() {
    for patience_s in [0.0, 90.0, INFINITE] {
        for (arrivals, agents) in [(0.0, 3.0), (100.0, 15.5), (100.0, 12.0), (100.0, 0.0)] {
            let metrics = retrial_metrics(&plain(queue(arrivals, patience_s)), agents, &WITHIN_20_S).unwrap();
            let erlang = service_metrics(&queue(arrivals, patience_s), agents, &WITHIN_20_S).unwrap();
            same(&metrics.service, &erlang, 0.0);
            assert_eq!((metrics.attempts, metrics.blocking_probability), (arrivals, 0.0));
        }
        let required = retrial_required_agents(&plain(queue(100.0, patience_s)), &staffing(0.8)).unwrap();
        assert_eq!(required, required_agents(&queue(100.0, patience_s), &staffing(0.8)).unwrap());
    }
}

#[test]
fn many_lines_are_no_limit_and_as_many_as_agents_leave_no_room() {
    for (patience_s, agents) in [(90.0, 12.0), (90.0, 9.0), (0.0, 12.0), (INFINITE, 16.0)] {
        for definition in [
            Definition::Offered,
            Definition::Answered,
            Definition::ExcludeAbandonsWithinTarget,
            Definition::CountAbandonsWithinTarget,
            Definition::ExcludeShortAbandons { short_abandon_s: 5.0 },
            Definition::Virtual,
        ] {
            let threshold = Threshold { answer_within_s: 20.0, definition };
            let retrials = RetrialQueue { lines: 400.0, ..plain(queue(100.0, patience_s)) };
            let metrics = retrial_metrics(&retrials, agents, &threshold).unwrap();
            let erlang = service_metrics(&queue(100.0, patience_s), agents, &threshold).unwrap();
            same(&metrics.service, &erlang, 1e-11);
            assert!(metrics.blocking_probability < 1e-15);
        }
        let full = RetrialQueue { lines: agents, ..plain(queue(100.0, patience_s)) };
        let metrics = retrial_metrics(&full, agents, &WITHIN_20_S).unwrap();
        let blocked = turnout_core::erlang::erlang_b(100.0 * 240.0 / 1800.0, agents).unwrap();
        assert!((metrics.blocking_probability / blocked - 1.0).abs() < 1e-12);
        assert_eq!((metrics.service.wait_probability, metrics.service.service_level), (0.0, 1.0));
    }
}

#[test]
fn nobody_to_answer_the_lines() {
    let lines = RetrialQueue { lines: 5.0, ..plain(queue(100.0, INFINITE)) };
    let metrics = retrial_metrics(&lines, 0.0, &WITHIN_20_S).unwrap();
    assert_eq!((metrics.blocking_probability, metrics.service.service_level), (1.0, 0.0));
    assert_eq!((metrics.service.asa_s, metrics.service.mean_queue_length), (INFINITE, 5.0));
    let leaving = RetrialQueue { queue: queue(100.0, 90.0), ..lines };
    let service = retrial_metrics(&leaving, 0.0, &WITHIN_20_S).unwrap().service;
    assert!((service.abandon_probability - 1.0).abs() < 1e-14 && service.service_level < 1e-14);
}

#[test]
fn retrials_need_more_agents_and_too_few_lines_cannot_do() {
    let again = RetrialQueue { retry_probability: 0.5, ..plain(queue(100.0, 60.0)) };
    let metrics = retrial_metrics(&again, 12.0, &WITHIN_20_S).unwrap();
    let left = metrics.service.abandon_probability;
    assert!((metrics.attempts * (1.0 - 0.5 * left) / 100.0 - 1.0).abs() < 1e-13);
    let Requirement { agents, binding } = retrial_required_agents(&again, &staffing(0.9)).unwrap();
    assert_eq!(binding, Binding::ServiceLevel);
    assert!(agents >= required_agents(&again.queue, &staffing(0.9)).unwrap().agents);
    let enough = |agents| retrial_metrics(&again, agents, &WITHIN_20_S).unwrap().service.service_level >= 0.9;
    assert!(enough(agents) && !enough(agents - 1.0));
    // Attempts that find a line of 8 are answered at once by 8, whatever the rest meets; an occupancy is out of reach.
    let few = RetrialQueue { lines: 8.0, ..again };
    assert!(retrial_required_agents(&few, &staffing(1.0)).unwrap().agents <= 8.0);
    let targets = Targets { max_occupancy: Some(0.5), ..Targets::default() };
    let required = retrial_required_agents(&few, &Staffing { targets, ..staffing(0.8) }).unwrap();
    assert_eq!(required, Requirement { agents: INFINITE, binding: Binding::MaxOccupancy });
}

#[test]
fn a_forecast_without_doubt_is_plain() {
    for patience_s in [0.0, 90.0, INFINITE] {
        let forecast = Forecast { queue: queue(100.0, patience_s), arrivals_cv: 0.0, nodes: 9 };
        let metrics = forecast_metrics(&forecast, 15.0, &WITHIN_20_S).unwrap();
        let erlang = service_metrics(&forecast.queue, 15.0, &WITHIN_20_S).unwrap();
        same(&metrics.service, &erlang, 0.0);
        let little = Forecast { arrivals_cv: 1e-9, ..forecast };
        same(&forecast_metrics(&little, 15.0, &WITHIN_20_S).unwrap().service, &erlang, 1e-9);
        for fractional in [false, true] {
            let staffing = Staffing { fractional, ..staffing(0.8) };
            let required = forecast_required_agents(&forecast, &staffing).unwrap();
            let known = required_agents(&forecast.queue, &staffing).unwrap();
            assert!((required.agents / known.agents - 1.0).abs() < 1e-8, "{required:?} {known:?}");
        }
    }
}

#[test]
fn doubt_costs_agents_and_every_definition_is_a_share_of_its_contacts() {
    let forecast = Forecast { queue: queue(100.0, 90.0), arrivals_cv: 0.25, nodes: 9 };
    let doubtful = forecast_required_agents(&forecast, &staffing(0.8)).unwrap().agents;
    assert!(doubtful > required_agents(&forecast.queue, &staffing(0.8)).unwrap().agents);
    let by = |definition| {
        let threshold = Threshold { answer_within_s: 20.0, definition };
        forecast_metrics(&forecast, 14.0, &threshold).unwrap().service
    };
    let offered = by(Definition::Offered);
    let (within, left) = (offered.service_level, offered.abandon_probability);
    let left_within = by(Definition::CountAbandonsWithinTarget).service_level - within;
    assert!((by(Definition::Answered).service_level - within / (1.0 - left)).abs() < 1e-12);
    let excluded = by(Definition::ExcludeAbandonsWithinTarget).service_level;
    assert!((excluded - within / (1.0 - left_within)).abs() < 1e-12);
    let short = by(Definition::ExcludeShortAbandons { short_abandon_s: 20.0 }).service_level;
    assert!((short - excluded).abs() < 1e-12);
}

#[test]
fn one_chat_at_a_time_is_erlang() {
    for (patience_s, agents) in [(0.0, 14.0), (90.0, 14.0), (90.0, 0.0), (INFINITE, 16.0), (INFINITE, 13.0)] {
        let chats = ChatQueue { arrivals: 100.0, interval_s: 1800.0, aht_by_level_s: &[240.0], patience_s };
        let metrics = chat_metrics(&chats, agents, &WITHIN_20_S).unwrap();
        same(&metrics.service, &service_metrics(&queue(100.0, patience_s), agents, &WITHIN_20_S).unwrap(), 1e-11);
        assert!((metrics.concurrency - 1.0).abs() < 1e-12 && (metrics.aht_s / 240.0 - 1.0).abs() < 1e-12);
        let required = chat_required_agents(&chats, &staffing(0.8)).unwrap();
        assert_eq!(required, required_agents(&queue(100.0, patience_s), &staffing(0.8)).unwrap());
    }
}

#[test]
fn chats_that_cost_nothing_are_places_and_chats_that_share_an_agent_are_single() {
    let chats = |aht_by_level_s| ChatQueue { arrivals: 300.0, interval_s: 1800.0, aht_by_level_s, patience_s: 90.0 };
    let free = chat_metrics(&chats(&[240.0, 240.0, 240.0]), 13.0, &WITHIN_20_S).unwrap();
    let places = service_metrics(&queue(300.0, 90.0), 39.0, &WITHIN_20_S).unwrap();
    same(&free.service, &places, 1e-11);
    // Twice as long with two: no more is finished than with one.
    let shared = chats(&[240.0, 480.0]);
    let required = chat_required_agents(&shared, &staffing(0.8)).unwrap().agents;
    let enough = |agents| chat_metrics(&shared, agents, &WITHIN_20_S).unwrap().service.service_level >= 0.8;
    assert!(enough(required) && !enough(required - 1.0));
    assert!(required > chat_required_agents(&chats(&[240.0, 300.0]), &staffing(0.8)).unwrap().agents);
}

const STEADY: [f64; 40] = [100.0; 40];

fn day(arrivals: &[f64], arrivals_before: f64) -> Series<'_> {
    Series { arrivals, interval_s: 1800.0, aht_s: 240.0, patience_s: 90.0, arrivals_before }
}

#[test]
fn constant_arrivals_are_one_queue_by_every_method() {
    let steady = service_metrics(&queue(100.0, 90.0), 14.0, &WITHIN_20_S).unwrap();
    for arrivals_before in [0.0, 100.0] {
        let series = day(&STEADY, arrivals_before);
        for method in [LoadMethod::Sipp, LoadMethod::LaggedSipp, LoadMethod::ModifiedOfferedLoad] {
            for basis in [LoadBasis::Mean, LoadBasis::Peak] {
                let metrics = interval_metrics(&series, method, basis, &[14.0; 40], &WITHIN_20_S).unwrap();
                same(&metrics[39], &steady, 1e-12);
                let required = interval_required_agents(&series, method, basis, &staffing(0.8)).unwrap();
                assert_eq!(required[39], required_agents(&queue(100.0, 90.0), &staffing(0.8)).unwrap());
                let at_once = (metrics[0].asa_s / metrics[39].asa_s - 1.0).abs() < 1e-12;
                // The greatest load of an interval of lagged arrivals may be that of its end.
                let ends = method == LoadMethod::LaggedSipp && basis == LoadBasis::Peak;
                assert_eq!(method == LoadMethod::Sipp || arrivals_before > 0.0 || ends, at_once);
            }
        }
        let carried = carried_metrics(&series, &[14.0; 40], 0.0, &WITHIN_20_S).unwrap();
        same(&carried[39].service, &steady, 1e-11);
    }
}

#[test]
fn lags_reach_over_several_intervals() {
    let series = Series { aht_s: 2.25 * 1800.0, ..day(&[10.0, 20.0, 30.0, 40.0], 4.0) };
    let loads = interval_loads(&series, LoadMethod::LaggedSipp).unwrap();
    let means: Vec<f64> = loads.iter().map(|load| load.mean / 2.25).collect();
    assert_eq!(means, [4.0, 4.0, 0.25 * 4.0 + 0.75 * 10.0, 0.25 * 10.0 + 0.75 * 20.0]);
    assert_eq!(loads[3].peak, 20.0 * 2.25);
    let before = Series { aht_s: 1e30, ..series };
    assert!(interval_loads(&before, LoadMethod::LaggedSipp).unwrap().iter().all(|load| load.mean == 4e30 / 1800.0));
    let at_once = Series { aht_s: 0.0, ..series };
    for method in [LoadMethod::LaggedSipp, LoadMethod::ModifiedOfferedLoad] {
        assert!(interval_loads(&at_once, method).unwrap().iter().all(|load| load.mean == 0.0));
    }
}

#[test]
fn an_overload_leaves_its_backlog() {
    let series = Series { patience_s: INFINITE, ..day(&[100.0, 160.0, 100.0, 100.0, 0.0], 100.0) };
    let agents = [16.0, 16.0, 16.0, 16.0, 16.0];
    let carried = carried_metrics(&series, &agents, 0.0, &WITHIN_20_S).unwrap();
    let mut present = 100.0 * 240.0 / 1800.0;
    for (interval, arrivals) in carried.iter().zip(series.arrivals) {
        present += arrivals - interval.completed - interval.abandoned;
        assert!((interval.in_service_after + interval.waiting_after - present).abs() < 1e-9);
    }
    // 21.3 erlangs on 16 agents leave some 40 contacts, whose service takes most of the next interval.
    assert!(carried[1].waiting_after > 35.0 && carried[1].waiting_after < 45.0);
    assert!(carried[2].service.service_level < 0.25 && carried[0].service.service_level > 0.6);
    assert!(carried[3].waiting_after > 1.0 && carried[4].waiting_after < 1e-3);
    let steady = service_metrics(&queue(100.0, INFINITE), 16.0, &WITHIN_20_S).unwrap();
    assert!(steady.service_level > 0.6 && !carried[1].service.stable && carried[2].service.stable);
}

#[test]
fn who_finds_nobody_leaves_unanswered() {
    let series = day(&[0.0, 0.0], 30.0);
    let carried = carried_metrics(&series, &[0.0; 2], 2.0, &WITHIN_20_S).unwrap();
    assert!((carried[0].abandoned - 6.0).abs() < 1e-6 && carried[0].completed == 0.0);
    let left: f64 = carried.iter().map(|interval| interval.abandoned + interval.waiting_after).sum();
    assert!((left - 6.0 - carried[0].waiting_after).abs() < 1e-12);
    let service =
        carried_metrics(&Series { patience_s: INFINITE, ..series }, &[0.0; 2], 2.0, &WITHIN_20_S).unwrap()[1].service;
    assert!(service.service_level < 1e-14 && service.asa_s == INFINITE);
    let none = carried_metrics(&Series { patience_s: 0.0, ..series }, &[0.0; 2], 2.0, &WITHIN_20_S).unwrap();
    assert!((none[0].abandoned - 6.0).abs() < 1e-12 && none[1].abandoned == 0.0);
}

#[test]
fn what_cannot_be_had_is_missed_in_the_next_interval_too() {
    let series = Series { patience_s: 1200.0, ..day(&[100.0, 160.0, 100.0, 0.0], 100.0) };
    let free = carried_required_agents(&series, &[INFINITE; 4], 0.0, &staffing(0.8)).unwrap();
    let capped = carried_required_agents(&series, &[INFINITE, 16.0, INFINITE, 0.0], 0.0, &staffing(0.8)).unwrap();
    assert_eq!(free[0], capped[0]);
    assert_eq!((free[1].requirement, capped[1].agents), (capped[1].requirement, 16.0));
    assert!(capped[2].requirement.agents > free[2].requirement.agents);
    let agents: Vec<f64> = free.iter().map(|interval| interval.agents).collect();
    let metrics = carried_metrics(&series, &agents, 0.0, &WITHIN_20_S).unwrap();
    for (place, interval) in free.iter().enumerate() {
        assert_eq!(interval.interval, metrics[place]);
        assert!(interval.interval.service.service_level >= 0.8);
        let mut fewer = agents.clone();
        fewer[place] -= 1.0;
        let worse = carried_metrics(&series, &fewer, 0.0, &WITHIN_20_S).unwrap();
        assert!(worse[place].service.service_level < 0.8, "{place}");
    }
}

#[test]
fn extreme_numbers_are_answered() {
    for (arrivals, aht_s, patience_s) in
        [(1e-300, 1e-5, 1.0), (1e-9, 1e9, 1e-9), (3.0, 1e-9, 1e9), (5e4, 300.0, 0.01), (2e9, 1e6, 60.0)]
    {
        let queue = Queue { arrivals, interval_s: 1800.0, aht_s, patience_s };
        let again = RetrialQueue { retry_probability: 0.9, ..plain(queue) };
        let lines = RetrialQueue { lines: 30.0, blocked_retry_probability: 0.9, ..again };
        let chats = ChatQueue { arrivals, interval_s: 1800.0, aht_by_level_s: &[aht_s, aht_s], patience_s };
        let doubtful = Forecast { queue, arrivals_cv: 3.0, nodes: 9 };
        for agents in [0.0, 1.0, 40.0] {
            let mut measured = vec![
                retrial_metrics(&again, agents, &WITHIN_20_S).unwrap().service,
                retrial_metrics(&lines, agents, &WITHIN_20_S).unwrap().service,
                forecast_metrics(&doubtful, agents, &WITHIN_20_S).unwrap().service,
            ];
            // So many chats may be beyond the limit.
            measured.extend(chat_metrics(&chats, agents, &WITHIN_20_S).map(|chats| chats.service));
            for metrics in measured {
                assert!((0.0..=1.0).contains(&metrics.service_level), "{queue:?} {agents} {metrics:?}");
                assert!((0.0..=1.0 + 1e-12).contains(&metrics.occupancy), "{queue:?} {agents} {metrics:?}");
                assert!(metrics.asa_s >= 0.0 && metrics.answered_asa_s >= 0.0, "{queue:?} {agents} {metrics:?}");
            }
        }
        for required in [
            retrial_required_agents(&again, &staffing(0.8)).unwrap(),
            retrial_required_agents(&lines, &staffing(0.8)).unwrap(),
            forecast_required_agents(&doubtful, &staffing(0.8)).unwrap(),
        ] {
            assert!(required.agents >= 1.0, "{queue:?} {required:?}");
        }
    }
}

#[test]
fn nan_in_nan_out() {
    let nan = f64::NAN;
    assert!(retrial_metrics(&plain(queue(nan, 90.0)), 3.0, &WITHIN_20_S).unwrap().service.asa_s.is_nan());
    let retrials = RetrialQueue { retry_probability: nan, ..plain(queue(9.0, 90.0)) };
    assert!(retrial_metrics(&retrials, 3.0, &WITHIN_20_S).unwrap().attempts.is_nan());
    assert!(retrial_required_agents(&retrials, &staffing(0.8)).unwrap().agents.is_nan());
    let forecast = Forecast { queue: queue(9.0, nan), arrivals_cv: 0.1, nodes: 9 };
    assert!(forecast_metrics(&forecast, 3.0, &WITHIN_20_S).unwrap().interval_service_level.is_nan());
    assert!(forecast_required_agents(&forecast, &staffing(0.8)).unwrap().agents.is_nan());
    let chats = ChatQueue { arrivals: 9.0, interval_s: 1800.0, aht_by_level_s: &[100.0, nan], patience_s: 9.0 };
    assert!(chat_metrics(&chats, 3.0, &WITHIN_20_S).unwrap().aht_s.is_nan());
    assert!(chat_required_agents(&chats, &staffing(0.8)).unwrap().agents.is_nan());
    assert!(
        chat_required_agents(&ChatQueue { aht_by_level_s: &[9.0], ..chats }, &staffing(nan)).unwrap().agents.is_nan()
    );
    let arrivals = [10.0, nan, 10.0];
    let series = day(&arrivals, 10.0);
    for (method, known) in [
        (LoadMethod::Sipp, [true, false, true]),
        (LoadMethod::LaggedSipp, [true, false, false]),
        (LoadMethod::ModifiedOfferedLoad, [true, false, false]),
    ] {
        let loads = interval_loads(&series, method).unwrap();
        assert_eq!([0, 1, 2].map(|row| !loads[row].mean.is_nan() && !loads[row].peak.is_nan()), known, "{method:?}");
    }
    let carried = carried_metrics(&series, &[3.0; 3], 0.0, &WITHIN_20_S).unwrap();
    assert_eq!([0, 1, 2].map(|row| carried[row].completed.is_nan()), [false, true, true]);
    let required = carried_required_agents(&series, &[9.0; 3], 0.0, &staffing(0.8)).unwrap();
    assert_eq!([0, 1, 2].map(|row| required[row].requirement.agents.is_nan()), [false, true, true]);
}

fn refused<T: std::fmt::Debug>(result: Result<T, ModelError>) -> String {
    result.expect_err("it is out of range").to_string()
}

#[test]
fn what_is_refused_says_why_and_where() {
    let short = plain(queue(9.0, 90.0));
    let with = |change: fn(&mut RetrialQueue)| {
        let mut retrials = short;
        change(&mut retrials);
        refused(retrial_metrics(&retrials, 3.0, &WITHIN_20_S))
    };
    assert_eq!(with(|q| q.retry_probability = 1.0), "retry_probability must be from 0 to below 1, not 1");
    assert_eq!(with(|q| q.lines = 2.5), "lines must be a whole number from 1 (infinite: without limit), not 2.5");
    assert_eq!(with(|q| q.queue.aht_s = -1.0), "aht_s must be 0 or more and finite, not -1");
    assert_eq!(with(|q| q.lines = 1e7), "the model would need more than 1000000 lines");
    let lines = RetrialQueue { lines: 9.0, ..short };
    assert!(
        refused(retrial_metrics(&lines, 2.5, &WITHIN_20_S)).starts_with("agents must be 0 or more, finite, and whole")
    );
    let forecast = Forecast { queue: queue(9.0, 90.0), arrivals_cv: 0.1, nodes: 4 };
    assert_eq!(refused(forecast_metrics(&forecast, 3.0, &WITHIN_20_S)), "nodes must be from 5 to 65, not 4");
    let chats = |aht_by_level_s| ChatQueue { arrivals: 9.0, interval_s: 1800.0, aht_by_level_s, patience_s: 9.0 };
    assert_eq!(
        refused(chat_metrics(&chats(&[90.0, 80.0]), 3.0, &WITHIN_20_S)),
        "aht_by_level_s must be above 0, finite, and not falling from one level to the next, not 80 (row 1)"
    );
    assert_eq!(refused(chat_metrics(&chats(&[]), 3.0, &WITHIN_20_S)), "aht_by_level_s has 0 values where 1 are needed");
    assert!(refused(chat_metrics(&chats(&[9.0; 101]), 3.0, &WITHIN_20_S)).ends_with("100 levels of concurrency"));
    assert!(refused(chat_metrics(&chats(&[9.0; 2]), 1e6, &WITHIN_20_S)).ends_with("1000000 states"));
    let series = day(&[1.0, -1.0], 0.0);
    assert_eq!(
        interval_loads(&series, LoadMethod::Sipp).unwrap_err(),
        ModelError::OutOfRange {
            argument: Argument::Queue(turnout_core::erlang::Argument::Arrivals),
            row: Some(1),
            value: -1.0
        }
    );
    let series = day(&[1e6; 3], 0.0);
    assert!(refused(carried_metrics(&series, &[5.0; 2], 0.0, &WITHIN_20_S)).contains("agents has 2 values where 3"));
    assert!(refused(carried_metrics(&series, &[5.0, 0.5, 5.0], 0.0, &WITHIN_20_S)).contains("not 0.5 (row 1)"));
    let most = carried_required_agents(&series, &[0.5; 3], 0.0, &staffing(0.8));
    assert!(refused(most).starts_with("most_agents must be a whole number"));
    assert!(refused(carried_metrics(&series, &[1.0; 3], 2e6, &WITHIN_20_S)).starts_with("backlog must be"));
    let endless = Series { patience_s: INFINITE, ..day(&[1e9; 3], 0.0) };
    assert!(
        refused(carried_metrics(&endless, &[1.0; 3], 0.0, &WITHIN_20_S)).starts_with("the model would need more than")
    );
}
