//! Erlang B, C and A: worked examples, edges where other packages stumble, and a chain solved state by state.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::float_cmp, reason = "these are exact")]
#![allow(clippy::cast_precision_loss, reason = "the numbers are small")]

use proptest::prelude::*;
use turnout_core::erlang::{
    Argument, Definition, Queue, ServiceMetrics, Threshold, erlang_a, erlang_b, erlang_c, service_metrics,
    wait_quantile,
};

const DEFINITIONS: [Definition; 6] = [
    Definition::Offered,
    Definition::Answered,
    Definition::ExcludeAbandonsWithinTarget,
    Definition::CountAbandonsWithinTarget,
    Definition::ExcludeShortAbandons { short_abandon_s: 5.0 },
    Definition::Virtual,
];

/// A queue of `load` erlangs whose contacts take a minute each.
fn minutes(load: f64, patience_s: f64) -> Queue {
    Queue { arrivals: load, interval_s: 60.0, aht_s: 60.0, patience_s }
}

fn offered(queue: &Queue, agents: f64, answer_within_s: f64) -> ServiceMetrics {
    by(queue, agents, answer_within_s, Definition::Offered)
}

fn by(queue: &Queue, agents: f64, answer_within_s: f64, definition: Definition) -> ServiceMetrics {
    service_metrics(queue, agents, &Threshold { answer_within_s, definition }).unwrap()
}

fn near(got: f64, known: f64, digit: f64) {
    assert!((got - known).abs() <= 0.5001 * digit, "{got}, known as {known}");
}

#[test]
fn the_table_of_erlang_b() {
    // Offered load at 1 % blocking, from any printed table of Erlang B.
    for (agents, load) in [(1.0, 0.0101), (5.0, 1.361), (10.0, 4.461), (20.0, 12.03), (50.0, 37.90), (100.0, 84.06)] {
        assert!((erlang_b(load, agents).unwrap() - 0.01).abs() < 5e-5, "{agents}");
    }
}

#[test]
fn a_hundred_calls_in_half_an_hour() {
    // callcentrehelper.com, "Erlang C Formula - Made Simple With an Easy Worked Example".
    let queue = Queue { arrivals: 100.0, interval_s: 1800.0, aht_s: 180.0, patience_s: f64::INFINITY };
    let found = offered(&queue, 14.0, 20.0);
    near(found.offered_load, 10.0, 1e-12);
    near(found.wait_probability, 0.174, 0.001);
    near(found.service_level, 0.888, 0.001);
    near(found.asa_s, 7.8, 0.1);
    near(found.occupancy, 0.714, 0.001);
}

#[test]
fn fifty_agents_with_and_without_patience() {
    // Gans, Koole & Mandelbaum, "Telephone call centers" (2003): 48 calls a minute of one minute, patience of two.
    let (endless, impatient) = (minutes(48.0, f64::INFINITY), minutes(48.0, 120.0));
    let (c, a) = (offered(&endless, 50.0, 20.0), offered(&impatient, 50.0, 20.0));
    near(a.abandon_probability, 0.031, 0.001);
    near(c.asa_s, 20.8, 0.1);
    near(a.asa_s, 3.7, 0.1);
    near(wait_quantile(&endless, 50.0, 0.9).unwrap(), 58.1, 0.1);
    near(c.mean_queue_length, 17.0, 1.0);
    near(a.mean_queue_length, 3.0, 1.0);
    near(c.occupancy, 0.96, 0.01);
    near(a.occupancy, 0.93, 0.01);
}

#[test]
fn without_load_all_is_well() {
    for (arrivals, aht_s) in [(0.0, 300.0), (100.0, 0.0), (0.0, 0.0)] {
        for patience_s in [f64::INFINITY, 60.0, 0.0] {
            for agents in [0.0, 3.0] {
                let queue = Queue { arrivals, interval_s: 1800.0, aht_s, patience_s };
                let found = offered(&queue, agents, 20.0);
                assert_eq!((found.service_level, found.asa_s, found.wait_probability), (1.0, 0.0, 0.0));
                assert_eq!((found.occupancy, found.mean_queue_length, found.abandon_probability), (0.0, 0.0, 0.0));
                assert!(found.stable);
                assert_eq!(wait_quantile(&queue, agents, 0.9), Ok(0.0));
            }
        }
    }
    assert_eq!((erlang_b(0.0, 5.0), erlang_c(0.0, 5.0), erlang_a(0.0, 5.0, 60.0, 60.0)), (Ok(0.0), Ok(0.0), Ok(0.0)));
}

#[test]
fn too_few_agents_are_unstable_where_nobody_leaves() {
    // Others print a P(wait) of 4.41 and a service level of -0.74, or raise in the middle of a batch.
    for agents in [0.0, 7.0, 9.99, 10.0] {
        let found = offered(&minutes(10.0, f64::INFINITY), agents, 20.0);
        assert!(!found.stable);
        assert_eq!((found.wait_probability, found.service_level, found.occupancy), (1.0, 0.0, 1.0));
        assert_eq!((found.asa_s, found.mean_queue_length), (f64::INFINITY, f64::INFINITY));
        assert_eq!(erlang_c(10.0, agents), Ok(1.0));
        assert_eq!(wait_quantile(&minutes(10.0, f64::INFINITY), agents, 0.5), Ok(f64::INFINITY));
    }
    assert!(offered(&minutes(10.0, f64::INFINITY), 10.000_001, 20.0).stable);
}

#[test]
fn without_agents_all_leave() {
    let found = offered(&minutes(10.0, 45.0), 0.0, 20.0);
    assert_eq!((found.abandon_probability, found.asa_s, found.wait_probability), (1.0, 45.0, 1.0));
    assert_eq!((found.service_level, found.stable), (0.0, true));
    for definition in DEFINITIONS {
        let level = by(&minutes(10.0, 45.0), 0.0, 20.0, definition).service_level;
        // Who leaves in time is counted as served well by one definition.
        let known =
            if definition == Definition::CountAbandonsWithinTarget { -(-20.0_f64 / 45.0).exp_m1() } else { 0.0 };
        assert!((level - known).abs() < 1e-15, "{definition:?}: {level}");
    }
}

#[test]
fn patience_runs_from_loss_to_endless() {
    for (load, agents) in [(3.0, 4.0), (48.0, 50.0), (480.0, 500.0), (7.3, 9.6)] {
        let b = erlang_b(load, agents).unwrap();
        let loss = offered(&minutes(load, 0.0), agents, 20.0);
        assert_eq!((loss.abandon_probability, loss.wait_probability, loss.asa_s), (b, b, 0.0));
        let nearly = offered(&minutes(load, 1e-9), agents, 20.0);
        assert!((nearly.abandon_probability / b - 1.0).abs() < 1e-7, "{nearly:?}");
        let c = offered(&minutes(load, f64::INFINITY), agents, 20.0);
        let nearly = offered(&minutes(load, 1e13), agents, 20.0);
        assert!((nearly.wait_probability / c.wait_probability - 1.0).abs() < 1e-7, "{nearly:?}");
        assert!((nearly.service_level - c.service_level).abs() < 1e-7);
        assert!((nearly.asa_s / c.asa_s - 1.0).abs() < 1e-7, "{nearly:?} {c:?}");
        assert!((nearly.mean_queue_length / c.mean_queue_length - 1.0).abs() < 1e-7);
    }
}

#[test]
fn long_times_do_not_underflow() {
    // At 50 handle times others divide 0 by 0.
    for (load, agents) in [(10.0, 12.0), (300.0, 250.0), (1000.0, 1100.0), (1e5, 9e4)] {
        for definition in DEFINITIONS {
            let level = by(&minutes(load, 90.0), agents, 3000.0, definition).service_level;
            assert!((0.0..=1.0).contains(&level), "{load} {agents} {definition:?}: {level}");
        }
        let all = by(&minutes(load, 90.0), agents, 3000.0, Definition::Virtual).service_level;
        assert_eq!(all, 1.0);
    }
}

#[test]
fn the_unknown_stays_unknown() {
    let good = [100.0, 1800.0, 300.0, 60.0, 20.0, 20.0];
    for place in 0..good.len() {
        let mut some = good;
        some[place] = f64::NAN;
        let [arrivals, interval_s, aht_s, patience_s, agents, answer_within_s] = some;
        let found = offered(&Queue { arrivals, interval_s, aht_s, patience_s }, agents, answer_within_s);
        assert!(found.service_level.is_nan() && found.asa_s.is_nan() && !found.stable, "{place}: {found:?}");
    }
    assert!(erlang_b(f64::NAN, 3.0).unwrap().is_nan() && erlang_c(2.0, f64::NAN).unwrap().is_nan());
    assert!(erlang_a(2.0, 3.0, 60.0, f64::NAN).unwrap().is_nan());
    assert!(wait_quantile(&minutes(2.0, 60.0), 3.0, f64::NAN).unwrap().is_nan());
    let short = Definition::ExcludeShortAbandons { short_abandon_s: f64::NAN };
    assert!(by(&minutes(2.0, 60.0), 3.0, 20.0, short).service_level.is_nan());
}

#[test]
fn what_no_queue_can_have_is_named() {
    let queue = |[arrivals, interval_s, aht_s, patience_s]: [f64; 4]| Queue { arrivals, interval_s, aht_s, patience_s };
    let threshold = Threshold { answer_within_s: 20.0, definition: Definition::Offered };
    let (good, inf) = ([100.0, 1800.0, 300.0, 60.0], f64::INFINITY);
    let wrong = [
        (0, -1.0, Argument::Arrivals),
        (0, inf, Argument::Arrivals),
        (1, 0.0, Argument::IntervalS),
        (1, inf, Argument::IntervalS),
        (2, -1.0, Argument::AhtS),
        (2, inf, Argument::AhtS),
        (3, -1.0, Argument::PatienceS),
        (1, 5e-324, Argument::OfferedLoad),
    ];
    for (place, value, argument) in wrong {
        let mut some = good;
        some[place] = value;
        assert_eq!(service_metrics(&queue(some), 20.0, &threshold).unwrap_err().argument, argument);
        assert_eq!(wait_quantile(&queue(some), 20.0, 0.5).unwrap_err().argument, argument);
    }
    for agents in [-1.0, inf] {
        assert_eq!(service_metrics(&queue(good), agents, &threshold).unwrap_err().argument, Argument::Agents);
        assert_eq!(erlang_b(3.0, agents).unwrap_err().argument, Argument::Agents);
    }
    assert_eq!(erlang_c(-3.0, 2.0).unwrap_err().to_string(), "offered_load must be 0 or more and finite, not -3");
    assert_eq!(wait_quantile(&queue(good), 20.0, 1.0).unwrap_err().argument, Argument::Probability);
}

/// The chain of the number of contacts, solved from state to state.
struct Chain {
    /// For each number of contacts ahead in the queue, the share of all arrivals that meet it.
    ahead: Vec<f64>,
    free: f64,
    serve: f64,
    leave: f64,
}

impl Chain {
    /// Per minute: `load` arrivals, handled in one minute, patience in minutes.
    fn new(load: f64, agents: u32, patience: f64) -> Self {
        let (mut states, mut term) = (vec![1.0], 1.0);
        for n in 1..=agents {
            term *= load / f64::from(n);
            states.push(term);
        }
        let (serve, leave) = (f64::from(agents), 1.0 / patience);
        let mut waiting = 0.0;
        while term > 1e-20 * states.iter().copied().fold(0.0, f64::max) {
            waiting += 1.0;
            term *= load / (serve + waiting * leave);
            states.push(term);
        }
        let total: f64 = states.iter().sum();
        let ahead = states.split_off(agents as usize).iter().map(|state| state / total).collect();
        Self { ahead, free: states.iter().sum::<f64>() / total, serve, leave }
    }

    /// Answered and abandoned by `time`, of those who wait; Kolmogorov's backward equations by Runge and Kutta.
    fn by(&self, time: f64) -> (f64, f64) {
        let count = self.ahead.len();
        let mut now = vec![[0.0; 2]; count];
        let fastest = self.serve + (count as f64 + 1.0) * self.leave;
        let steps = (time * fastest * 12.0).ceil().max(1.0);
        let slope = |now: &[[f64; 2]]| -> Vec<[f64; 2]> {
            (0..count)
                .map(|j| {
                    let rate = self.serve + j as f64 * self.leave;
                    let next = if j == 0 { [1.0, 0.0] } else { now[j - 1] };
                    let out = rate + self.leave;
                    [rate * next[0] - out * now[j][0], rate * next[1] + self.leave - out * now[j][1]]
                })
                .collect()
        };
        let moved = |from: &[[f64; 2]], by: &[[f64; 2]], step: f64| -> Vec<[f64; 2]> {
            from.iter().zip(by).map(|(a, b)| [a[0] + step * b[0], a[1] + step * b[1]]).collect()
        };
        let step = time / steps;
        let mut done = 0.0;
        while done < steps {
            done += 1.0;
            let first = slope(&now);
            let second = slope(&moved(&now, &first, step / 2.0));
            let third = slope(&moved(&now, &second, step / 2.0));
            let fourth = slope(&moved(&now, &third, step));
            for (slope, factor) in [(first, 1.0), (second, 2.0), (third, 2.0), (fourth, 1.0)] {
                now = moved(&now, &slope, factor * step / 6.0);
            }
        }
        let of = |place: usize| self.ahead.iter().zip(&now).map(|(share, by)| share * by[place]).sum::<f64>();
        (of(0), of(1))
    }

    /// Shares answered after a wait, and the sum of their waits.
    fn answered(&self) -> (f64, f64) {
        let (mut share, mut wait, mut places) = (0.0, 0.0, 0.0);
        for (j, met) in self.ahead.iter().enumerate() {
            let out = self.serve + (j as f64 + 1.0) * self.leave;
            places += 1.0 / out;
            share += met * self.serve / out;
            wait += met * self.serve / out * places;
        }
        (share, wait)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_chain_says_the_same(
        agents in 1..40u32, ratio in 0.05..1.6f64, patience in 0.1..8.0f64, time in 0.0..1.5f64, short in 0.0..0.5f64,
    ) {
        let load = ratio * f64::from(agents);
        let chain = Chain::new(load, agents, patience);
        let queue = minutes(load, patience * 60.0);
        let found = offered(&queue, f64::from(agents), time * 60.0);
        let same = |got: f64, known: f64, name: &str| {
            prop_assert!((got - known).abs() < 1e-9 * known.abs().max(1.0), "{name}: {got}, by the chain {known}");
            Ok(())
        };
        let waiting: f64 = chain.ahead.iter().sum();
        let length: f64 = chain.ahead.iter().enumerate().map(|(j, share)| j as f64 * share).sum();
        same(found.wait_probability, waiting, "P(wait)")?;
        same(found.mean_queue_length, length, "queue")?;
        let left = length / patience / load;
        same(found.abandon_probability, left, "P(abandon)")?;
        same(found.asa_s, length / load * 60.0, "ASA")?;
        let (answered_after, sum) = chain.answered();
        same(found.answered_asa_s, sum / (chain.free + answered_after) * 60.0, "ASA of the answered")?;
        same(found.occupancy, load * (chain.free + answered_after) / f64::from(agents), "occupancy")?;

        let ((answered, abandoned), (_, shortly)) = (chain.by(time), chain.by(short));
        let good = chain.free + answered;
        let levels = [
            (Definition::Offered, good),
            (Definition::Answered, good / (1.0 - left)),
            (Definition::ExcludeAbandonsWithinTarget, good / (1.0 - abandoned)),
            (Definition::CountAbandonsWithinTarget, good + abandoned),
            (Definition::ExcludeShortAbandons { short_abandon_s: short * 60.0 }, (good / (1.0 - shortly)).min(1.0)),
        ];
        for (definition, known) in levels {
            let level = by(&queue, f64::from(agents), time * 60.0, definition).service_level;
            prop_assert!((level - known).abs() < 1e-7, "{definition:?}: {level}, by the chain {known}");
        }
    }

    #[test]
    fn quantiles_are_where_they_say(
        load in 0.1..300.0f64, spread in -4.0..4.0f64, patience_s in prop_oneof![3 => 1.0..2000.0f64, 1 => Just(f64::INFINITY)],
        probability in 0.0..0.9999f64,
    ) {
        let agents = (load + spread * load.sqrt()).max(if patience_s.is_infinite() { load + 0.01 } else { 0.5 });
        let queue = minutes(load, patience_s);
        let wait_s = wait_quantile(&queue, agents, probability).unwrap();
        // Gone by then, answered or not.
        let gone = by(&queue, agents, wait_s, Definition::CountAbandonsWithinTarget);
        if wait_s > 0.0 {
            prop_assert!((gone.service_level - probability).abs() < 1e-10, "{wait_s}: {}", gone.service_level);
        } else {
            prop_assert!(1.0 - gone.wait_probability >= probability);
        }
    }

    #[test]
    fn all_measures_lie_where_they_must(
        load in (-12.0..9.0f64).prop_map(|power| 10f64.powf(power)), ratio in 0.0..4.0f64, many in 0.0..1e9f64,
        patience in (-12.0..12.0f64).prop_map(|power| 10f64.powf(power)), time in prop_oneof![0.0..5.0f64, 0.0..1e9f64],
        definition in (0..DEFINITIONS.len()).prop_map(|place| DEFINITIONS[place]),
    ) {
        for agents in [load * ratio, (load * ratio).ceil(), many, ratio] {
            for patience_s in [patience * 60.0, f64::INFINITY, 0.0, 1e300] {
                let found = by(&minutes(load, patience_s), agents, time * 60.0, definition);
                let shares = [found.service_level, found.wait_probability, found.abandon_probability, found.occupancy];
                let waits = [found.asa_s, found.answered_asa_s, found.mean_queue_length];
                prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{agents} {patience_s}: {found:?}");
                prop_assert!(waits.iter().all(|wait| *wait >= 0.0), "{agents} {patience_s}: {found:?}");
                prop_assert_eq!(found.stable, agents > load || patience_s < 1e300);
            }
        }
    }

    #[test]
    fn more_agents_never_make_it_worse(
        load in 0.01..2000.0f64, agents in 0.0..3000.0f64, more in 0.001..10.0f64, patience_s in 1.0..1000.0f64,
    ) {
        for queue in [minutes(load, patience_s), minutes(load, f64::INFINITY), minutes(load, 0.0)] {
            let (few, many) = (offered(&queue, agents, 20.0), offered(&queue, agents + more, 20.0));
            prop_assert!(many.service_level >= few.service_level - 1e-12);
            prop_assert!(many.wait_probability <= few.wait_probability * (1.0 + 1e-12));
            prop_assert!(many.abandon_probability <= few.abandon_probability * (1.0 + 1e-9) + 1e-14);
            prop_assert!(many.occupancy <= few.occupancy * (1.0 + 1e-12));
        }
    }
}
