//! Laws of the live queue over any queues, and its edges.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use turnout_core::column::{Column, Fault, Range};
use turnout_core::special::beta::Ladder;
use turnout_core::wait::{Asked, Given, Line, MOST_AHEAD, Measured, Passage, Queues, RankBy, Wait, Wanted, score};

fn line() -> impl Strategy<Value = Line> {
    let leave = prop_oneof![Just(0.0), (-9.0..2.0_f64).prop_map(|power| 10.0_f64.powf(power))];
    (0..1500_u32, -5.0..2.0_f64, leave).prop_map(|(ahead, power, abandon_rate)| Line {
        ahead,
        start_rate: 10.0_f64.powf(power),
        abandon_rate,
        overtake_rate: 0.0,
    })
}

/// Not longer, but for rounding.
fn at_most(less: f64, more: f64) -> bool {
    less <= more * (1.0 + 1e-12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_ahead_more_wait(line in line(), probability in 0.001..0.999_f64, within in 0.0..2000.0_f64) {
        let more = Line { ahead: line.ahead + 1, ..line };
        let wanted = Wanted::new(probability);
        prop_assert!(line.mean() < more.mean());
        prop_assert!(line.variance() <= more.variance());
        prop_assert!(at_most(line.quantile(wanted), more.quantile(wanted)));
        prop_assert!(line.answer_probability() >= more.answer_probability());
        prop_assert!(line.service_level(within) >= more.service_level(within) - 1e-12);
    }

    #[test]
    fn starts_and_leavers_shorten_the_wait(line in line(), factor in 1.01..3.0_f64, probability in 0.001..0.999_f64) {
        let wanted = Wanted::new(probability);
        let quicker = Line { start_rate: line.start_rate * factor, ..line };
        let leaving = Line { abandon_rate: line.abandon_rate * factor + 1e-9, ..line };
        for less in [quicker, leaving] {
            prop_assert!(at_most(less.mean(), line.mean()));
            prop_assert!(at_most(less.quantile(wanted), line.quantile(wanted)));
        }
        prop_assert!(quicker.answer_probability() >= line.answer_probability());
        prop_assert!(leaving.answer_probability() <= line.answer_probability());
    }

    #[test]
    fn quantiles_invert_the_law(line in line(), probability in 1e-6..0.999_999_f64) {
        let ladder = Ladder::new(line.ahead, line.start_rate, line.abandon_rate);
        let tails = ladder.tails(ladder.quantile(Wanted::new(probability)));
        prop_assert!((tails.below - probability).abs() < 1e-12, "{tails:?}");
        prop_assert!((tails.below + tails.above - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_density_is_the_slope(line in line(), share in 0.2..3.0_f64) {
        let ladder = Ladder::new(line.ahead, line.start_rate, line.abandon_rate);
        let (t, scale) = (share * line.mean(), line.variance().sqrt());
        let step = 1e-4 * scale.min(t);
        let slope = (ladder.tails(t + step).below - ladder.tails(t - step).below) / (2.0 * step);
        prop_assert!((slope - ladder.tails(t).density).abs() * scale < 1e-5);
    }

    #[test]
    fn the_law_is_smooth_where_its_ways_meet(rate in -3.0..1.0_f64, x in -2.0..5.0_f64, share in 0.3..2.0_f64) {
        // One contact more, from the last sum that is added from its first term to the first that is not.
        let start_rate = 10.0_f64.powf(rate);
        let at = |ahead: u32| {
            let ladder = Ladder::new(ahead, start_rate, start_rate / 10.0_f64.powf(x));
            let t = share * ladder.mean();
            (ladder.tails(t), ladder.tails(t).below - Ladder::new(ahead + 1, ladder.rate, ladder.step).tails(t).below)
        };
        let (tails, step) = at(512);
        // P(V_n <= t) - P(V_(n+1) <= t) is the term that follows: the density over its rate.
        let ladder = Ladder::new(513, start_rate, start_rate / 10.0_f64.powf(x));
        let term = ladder.tails(share * Ladder { count: 512, ..ladder }.mean()).density
            / (ladder.rate + 513.0 * ladder.step);
        prop_assert!((step - term).abs() < 1e-12, "{tails:?} {step:e} {term:e}");
    }

    #[test]
    fn overtaking_begins_smoothly_and_only_delays(line in line(), share in 0.0..0.9_f64, within in 1.0..2000.0_f64) {
        let line = Line { ahead: line.ahead % 40, ..line };
        let nearly = Line { overtake_rate: 1e-13 * line.start_rate, ..line };
        prop_assert!((nearly.mean() / line.mean() - 1.0).abs() < 1e-9);
        prop_assert!((nearly.answer_probability() - line.answer_probability()).abs() < 1e-9);
        prop_assert!((nearly.service_level(within) - line.service_level(within)).abs() < 2e-9);
        let overtaken = Line { overtake_rate: share * line.start_rate, ..line };
        prop_assert!(at_most(line.mean(), overtaken.mean()));
        prop_assert!(overtaken.service_level(within) <= line.service_level(within) + 2e-9);
        if overtaken.overtake_rate > 0.0 {
            let moments = Passage::new(overtaken).moments();
            prop_assert!(moments.error < 1e-15, "{moments:?}");
        }
    }

    #[test]
    fn any_numbers_have_an_answer(
        ahead in 0..MOST_AHEAD,
        powers in prop::array::uniform3(-320.0..308.0_f64),
        probability in 0.0..=1.0_f64,
    ) {
        let [agents, aht_s, patience_s] = powers.map(|power| 10.0_f64.powf(power));
        let given = Given {
            agents: Some(Column::One(agents)),
            aht_s: Some(Column::One(aht_s)),
            patience_s: Column::One(patience_s),
            ..Given::new(Column::One(f64::from(ahead % 3000)))
        };
        let wait = Queues::new(given).unwrap().at(0);
        prop_assert!(wait.mean() >= 0.0 && wait.variance() >= 0.0, "{wait:?}");
        prop_assert!((0.0..=1.0).contains(&wait.answer_probability()));
        prop_assert!(wait.quantile(Wanted::new(probability)) >= 0.0, "{wait:?}");
        prop_assert!((0.0..=1.0).contains(&wait.service_level(aht_s)), "{wait:?} {}", wait.service_level(aht_s));
    }
}

/// Ten agents with calls of 300 s.
fn given(ahead: Column<'_>) -> Given<'_> {
    Given { agents: Some(Column::One(10.0)), aht_s: Some(Column::One(300.0)), ..Given::new(ahead) }
}

fn at(given: Given<'_>) -> Wait {
    Queues::new(given).unwrap().at(0)
}

#[test]
fn queues_that_need_no_law() {
    let busy = given(Column::One(4.0));
    let agents = |agents: f64| Given { agents: Some(Column::One(agents)), ..busy };
    let aht = |aht_s: f64| Given { aht_s: Some(Column::One(aht_s)), ..busy };
    let idle = |idle: f64| Given { idle_agents: Column::One(idle), ..busy };
    let starts =
        |rate: f64| Given { starts_per_hour: Some(Measured { column: Column::One(rate), is_there: None }), ..busy };
    assert_eq!(at(agents(0.0)), Wait::Closed);
    assert_eq!(at(Given { agents: Some(Column::One(0.0)), ..idle(1.0) }), Wait::Closed);
    assert_eq!(at(Given { agents: Some(Column::One(0.0)), ..aht(0.0) }), Wait::Closed);
    assert_eq!(at(Given { agents: Some(Column::One(0.0)), ..starts(60.0) }), Wait::Closed);
    assert_eq!(at(starts(0.0)), Wait::Closed);
    assert_eq!(at(idle(1.0)), Wait::Nothing);
    assert_eq!(at(Given { idle_agents: Column::One(1.0), ..starts(0.0) }), Wait::Nothing);
    assert_eq!(at(aht(0.0)), Wait::Nothing);
    let nan = f64::NAN;
    for unknown in [agents(nan), aht(nan), idle(nan), starts(nan), given(Column::One(nan))] {
        assert_eq!(at(unknown), Wait::Unknown);
    }
    assert_eq!(at(Given { patience_s: Column::One(nan), ..busy }), Wait::Unknown);
    assert_eq!(at(Given { aht_s: Some(Column::One(nan)), ..starts(60.0) }), Wait::Unknown);
    assert_eq!(at(Given { agents: None, ..busy }), Wait::Unknown);
    assert!(Wait::Closed.quantile(Wanted::new(0.0)).is_infinite() && Wait::Closed.mean().is_infinite());
    assert!(Wait::Nothing.quantile(Wanted::new(nan)).is_nan() && Wait::Nothing.service_level(nan).is_nan());
}

#[test]
fn measured_starts_stand_for_agents_where_there_are_any() {
    let is_there = [true, false];
    let rates = [60.0, f64::NAN];
    let starts = Measured { column: Column::Each(&rates), is_there: Some(&is_there) };
    let queues = Queues::new(Given { starts_per_hour: Some(starts), ..given(Column::One(4.0)) }).unwrap();
    assert!((queues.at(0).mean() - 300.0).abs() < 1e-9, "five starts at one a minute");
    assert!((queues.at(1).mean() - 150.0).abs() < 1e-9, "five starts at one in 30 s");
}

#[test]
fn patience_of_nothing_leaves_the_next_start() {
    let line = Line { ahead: 9, start_rate: 0.1, abandon_rate: f64::INFINITY, overtake_rate: 0.05 };
    assert!((line.mean() - 10.0).abs() < 1e-12);
    assert!((line.quantile(Wanted::new(0.5)) - 10.0 * 2.0_f64.ln()).abs() < 1e-12);
    assert!(line.answer_probability() == 0.0 && line.service_level(60.0) == 0.0);
    let nearly = Line { abandon_rate: 1e9, overtake_rate: 0.0, ..line };
    assert!((nearly.mean() - 10.0).abs() < 1e-6 && nearly.answer_probability() < 1e-10);
}

#[test]
fn overtakers_who_are_not_outrun_make_the_wait_endless() {
    let line = Line { ahead: 4, start_rate: 0.5, abandon_rate: 0.0, overtake_rate: 0.25 };
    assert!((line.mean() - 5.0 / 0.25).abs() < 1e-12);
    let endless = Line { overtake_rate: 1.0, ..line };
    assert!(endless.mean().is_infinite() && endless.variance().is_infinite());
    // With each start against two arrivals, a place is ever passed with probability 1/2.
    assert!((endless.answer_probability() - 0.5_f64.powi(5)).abs() < 1e-15);
    assert!(endless.quantile(Wanted::new(0.04)).is_infinite());
    assert!(endless.quantile(Wanted::new(0.03)).is_finite());
    assert!((endless.service_level(1e7) - 0.5_f64.powi(5)).abs() < 1e-9);
    let balanced = Line { overtake_rate: 0.5, ..line };
    assert!(balanced.mean().is_infinite() && (balanced.answer_probability() - 1.0).abs() < 1e-12);
}

#[test]
fn the_recursion_says_where_it_was_cut() {
    // Overtakers as quick as starts, and hardly anybody who gives up: the way would be millions of places long.
    let line = Line { ahead: 5, start_rate: 1.0, abandon_rate: 1e-11, overtake_rate: 1.0 };
    let moments = Passage::new(line).moments();
    // The mean of the diffusion that it is: sqrt(pi / (2 o h)) for each of six places.
    let diffusion = 6.0 * (std::f64::consts::PI / 2e-11).sqrt();
    assert!(moments.error > 0.01 && (moments.mean / diffusion - 1.0).abs() < moments.error, "{moments:?}");
    let outrun = Line { start_rate: 0.9, ..line };
    assert!(Passage::new(outrun).moments().mean.is_infinite());
}

#[test]
fn faults_name_column_and_row() {
    let ahead = [1.0, f64::NAN, 2.5];
    let fault = Queues::new(given(Column::Each(&ahead))).unwrap_err();
    let range = Range::Count(MOST_AHEAD);
    assert_eq!(fault, Fault { column: "contacts_ahead", row: Some(2), value: 2.5, range });
    let busy = given(Column::One(1.0));
    let faulty: [(&str, Given<'_>); 6] = [
        ("agents", Given { agents: Some(Column::One(-1.0)), ..busy }),
        ("aht_s", Given { aht_s: Some(Column::One(f64::INFINITY)), ..busy }),
        ("idle_agents", Given { idle_agents: Column::One(-1.0), ..busy }),
        ("patience_s", Given { patience_s: Column::One(-1.0), ..busy }),
        ("priority_arrivals_per_hour", Given { priority_arrivals_per_hour: Column::One(f64::INFINITY), ..busy }),
        (
            "starts_per_hour",
            Given { starts_per_hour: Some(Measured { column: Column::One(-1.0), is_there: None }), ..busy },
        ),
    ];
    for (column, given) in faulty {
        let fault = Queues::new(given).unwrap_err();
        assert_eq!((fault.column, fault.row), (column, None));
    }
    assert!(Queues::new(Given { patience_s: Column::One(f64::INFINITY), ..busy }).is_ok());
}

#[test]
fn scores_are_those_of_each_queue_and_ranks_share_the_best_place() {
    let (ahead, agents) = ([4.0, 0.0, 4.0, 9.0, f64::NAN, 2.0], [10.0, 0.0, 10.0, 30.0, 5.0, 3.0]);
    let idle = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    let given = Given {
        agents: Some(Column::Each(&agents)),
        aht_s: Some(Column::One(300.0)),
        idle_agents: Column::Each(&idle),
        patience_s: Column::One(600.0),
        ..Given::new(Column::Each(&ahead))
    };
    let queues = Queues::new(given).unwrap();
    let wanted = [Wanted::new(0.5), Wanted::new(0.9), Wanted::new(0.99)];
    let asked = Asked {
        quantiles: &wanted,
        answer_within_s: Some(Column::One(90.0)),
        samples: Some(Column::Each(&[29.0, 100.0, 99.0, f64::NAN, 400.0, 30.0])),
        aht_sd_s: None,
        rank_by: RankBy::ExpectedWait,
    };
    let scores = score(&queues, &asked, 6).unwrap();
    for row in [0, 1, 2, 3, 5] {
        let wait = queues.at(row);
        let pairs = [
            (scores.expected_wait_s[row], wait.mean()),
            (scores.answer_probability[row], wait.answer_probability()),
            (scores.service_level.as_ref().unwrap()[row], wait.service_level(90.0)),
            (scores.slack_s.as_ref().unwrap()[row], 90.0 - wait.mean()),
            (scores.quantiles[0][row], wait.quantile(wanted[0])),
            (scores.quantiles[1][row], wait.quantile(wanted[1])),
            (scores.quantiles[2][row], wait.quantile(wanted[2])),
        ];
        for (found, alone) in pairs {
            assert_eq!(found.to_bits(), alone.to_bits(), "row {row}");
        }
    }
    assert!(scores.expected_wait_s[4].is_nan() && scores.quantiles[1][4].is_nan());
    assert_eq!(scores.rank, [Some(3), Some(5), Some(3), Some(2), None, Some(1)]);
    let occupancy: Vec<f64> = scores.occupancy.unwrap();
    assert!((occupancy[5] - 2.0 / 3.0).abs() < 1e-15 && occupancy[..5] == [1.0; 5]);
    let confident = [Some(false), Some(true), Some(false), None, Some(true), Some(false)];
    assert_eq!(scores.confident.unwrap(), confident);
    let by = |rank_by| score(&queues, &Asked { rank_by, ..asked }, 6).unwrap().rank;
    assert_eq!(by(RankBy::AnswerProbability), [Some(3), Some(5), Some(3), Some(2), None, Some(1)]);
    assert_eq!(by(RankBy::ServiceLevel), by(RankBy::Slack));
}

#[test]
fn confidence_is_in_the_variation_of_handle_times() {
    let queues = Queues::new(given(Column::One(1.0))).unwrap();
    let asked = Asked {
        quantiles: &[],
        answer_within_s: None,
        samples: Some(Column::Each(&[36.0, 36.0, 29.0])),
        aht_sd_s: Some(Column::Each(&[180.0, 181.0, 1.0])),
        rank_by: RankBy::ExpectedWait,
    };
    // A standard error of 30 s is a tenth of 300 s.
    assert_eq!(score(&queues, &asked, 3).unwrap().confident.unwrap(), [Some(true), Some(false), Some(false)]);
}
