//! Work with a deadline against maximum flow, and the arithmetic of work and people.
#![allow(clippy::float_cmp, reason = "what is compared is to be the same")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use turnout_core::models::{
    Completion, ConstantCapacity, DeadlineWork, ModelError, Task, capacity_triggers, completion, constant_capacity,
    coverage, smooth_capacity, workload_fte,
};

const HOUR_S: f64 = 3600.0;

/// Whether these capacities can do all tasks in time: the maximum flow from tasks to intervals, one unit after the other.
fn flow_fits(tasks: &[(usize, usize, u32)], capacity: &[u32]) -> bool {
    let units: Vec<(usize, usize)> =
        tasks.iter().flat_map(|(arrives, due, work)| (0..*work).map(|_| (*arrives, *due))).collect();
    let mut taken: Vec<Vec<usize>> = vec![Vec::new(); capacity.len()];
    (0..units.len()).all(|unit| place(unit, &units, capacity, &mut taken, &mut vec![false; capacity.len()]))
}

/// Finds a place for a unit, if need be by moving others (an augmenting path).
fn place(unit: usize, units: &[(usize, usize)], capacity: &[u32], taken: &mut [Vec<usize>], seen: &mut [bool]) -> bool {
    let (arrives, due) = units[unit];
    for interval in arrives..=due {
        if std::mem::replace(&mut seen[interval], true) {
            continue;
        }
        if taken[interval].len() < capacity[interval] as usize {
            taken[interval].push(unit);
            return true;
        }
        for other in 0..taken[interval].len() {
            let moved = taken[interval][other];
            if place(moved, units, capacity, taken, seen) {
                taken[interval][other] = unit;
                return true;
            }
        }
    }
    false
}

fn tasks_of(tasks: &[(usize, usize, u32)]) -> Vec<Task> {
    tasks.iter().map(|(arrives, due, work)| Task { arrives: *arrives, due: *due, work_s: f64::from(*work) }).collect()
}

fn in_time(completion: &Completion) -> bool {
    completion.tasks.iter().all(|task| task.completed.is_some() && task.lateness == 0 && task.late_s == 0.0)
}

const INTERVALS: usize = 7;

fn some_tasks() -> impl Strategy<Value = Vec<(usize, usize, u32)>> {
    let task = (0..INTERVALS, 0..INTERVALS, 0_u32..9).prop_map(|(a, b, work)| (a.min(b), a.max(b), work));
    proptest::collection::vec(task, 0..7)
}

/// Hours of an interval that agents have: mostly one, sometimes two or none.
fn some_hours() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(prop_oneof![4 => Just(1_u32), 1 => Just(2), 1 => Just(0)], INTERVALS)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    /// The least constant capacity is where a maximum flow begins to fit, and just then everything is done in time.
    #[test]
    fn the_least_capacity_is_that_of_maximum_flow(tasks in some_tasks(), hours in some_hours()) {
        let all = tasks_of(&tasks);
        let open_s: Vec<f64> = hours.iter().map(|hours| f64::from(*hours)).collect();
        let work = DeadlineWork { tasks: &all, open_s: &open_s };
        let ConstantCapacity { agents, critical } = constant_capacity(&work).unwrap();
        let fits = |agents: u32| flow_fits(&tasks, &hours.iter().map(|hours| hours * agents).collect::<Vec<u32>>());
        if agents == f64::INFINITY {
            prop_assert!(!fits(100));
            return Ok(());
        }
        let enough = (0..=100).find(|agents| fits(*agents)).unwrap();
        prop_assert_eq!((agents - 1e-9).ceil(), f64::from(enough));
        prop_assert!(in_time(&completion(&work, &[agents; INTERVALS]).unwrap()));
        if let Some((first, last)) = critical {
            prop_assert!(!in_time(&completion(&work, &[agents * 0.999; INTERVALS]).unwrap()));
            let inside = all.iter().filter(|task| task.arrives >= first && task.due <= last);
            let (must_s, open): (f64, f64) = (inside.map(|task| task.work_s).sum(), open_s[first..=last].iter().sum());
            prop_assert!((must_s / open - agents).abs() < 1e-12 * agents);
        }
    }

    /// The even plan is in time and does all work, peaks where the constant one is, and cannot be made more even: moving
    /// a little from any interval to one that has less leaves work undone.
    #[test]
    fn the_even_plan_cannot_be_made_more_even(tasks in some_tasks(), hours in some_hours()) {
        let all = tasks_of(&tasks);
        let open_s: Vec<f64> = hours.iter().map(|hours| f64::from(*hours)).collect();
        let work = DeadlineWork { tasks: &all, open_s: &open_s };
        let plan = smooth_capacity(&work).unwrap();
        let constant = constant_capacity(&work).unwrap().agents;
        let peak = plan.iter().copied().fold(0.0, f64::max);
        prop_assert!(peak == constant || (peak - constant).abs() < 1e-12 * constant);
        if constant == f64::INFINITY {
            return Ok(());
        }
        let done = completion(&work, &plan).unwrap();
        prop_assert!(in_time(&done), "{:?} {:?}", plan, done);
        prop_assert!(done.intervals.iter().all(|interval| interval.idle_s < 1e-9));
        for from in 0..INTERVALS {
            for to in (0..INTERVALS).filter(|to| open_s[*to] > 0.0) {
                if open_s[from] > 0.0 && plan[from] > plan[to] + 0.02 {
                    let mut other = plan.clone();
                    other[from] -= 0.01 / open_s[from];
                    other[to] += 0.01 / open_s[to];
                    prop_assert!(!in_time(&completion(&work, &other).unwrap()), "{from} to {to} of {:?}", plan);
                }
            }
        }
    }

    /// Nothing is lost: what is done and what is left is what came, and more agents leave no more of it, nor later.
    #[test]
    fn work_is_kept_and_agents_help(
        tasks in some_tasks(),
        hours in some_hours(),
        agents in proptest::collection::vec(0_u32..6, INTERVALS),
        more in 0..INTERVALS,
    ) {
        let all = tasks_of(&tasks);
        let open_s: Vec<f64> = hours.iter().map(|hours| f64::from(*hours)).collect();
        let work = DeadlineWork { tasks: &all, open_s: &open_s };
        let agents: Vec<f64> = agents.iter().map(|agents| f64::from(*agents)).collect();
        let done = completion(&work, &agents).unwrap();
        let (mut came, mut finished) = (0.0, 0.0);
        for (now, interval) in done.intervals.iter().enumerate() {
            came += all.iter().filter(|task| task.arrives == now).map(|task| task.work_s).sum::<f64>();
            finished += interval.done_s;
            prop_assert!((came - finished - interval.backlog_s).abs() < 1e-9);
            prop_assert!(interval.overdue_s <= interval.backlog_s + 1e-9);
            prop_assert!((interval.done_s + interval.idle_s - agents[now] * open_s[now]).abs() < 1e-9);
            prop_assert!(interval.idle_s < 1e-9 || interval.backlog_s == 0.0);
        }
        let late: f64 = done.tasks.iter().map(|task| task.late_s).sum();
        let done_late: f64 = done.intervals.iter().map(|interval| interval.done_late_s).sum();
        let left = done.intervals.last().map_or(0.0, |interval| interval.overdue_s);
        prop_assert!((late - done_late - left).abs() < 1e-9);
        let mut helped = agents;
        helped[more] += 1.0;
        let better = completion(&work, &helped).unwrap();
        for (before, after) in done.intervals.iter().zip(&better.intervals) {
            prop_assert!(after.backlog_s <= before.backlog_s + 1e-9 && after.overdue_s <= before.overdue_s + 1e-9);
        }
    }
}

#[test]
fn an_email_queue() {
    // Ten hours of work at nine, due by noon, and six an hour later, due by then or by the end of the day.
    let tasks = [
        Task { arrives: 0, due: 2, work_s: 10.0 * HOUR_S },
        Task { arrives: 1, due: 1, work_s: 6.0 * HOUR_S },
        Task { arrives: 1, due: 3, work_s: 4.0 * HOUR_S },
    ];
    let work = DeadlineWork { tasks: &tasks, open_s: &[HOUR_S; 4] };
    let ConstantCapacity { agents, critical } = constant_capacity(&work).unwrap();
    assert_eq!((agents, critical), (6.0, Some((1, 1))));
    assert_eq!(smooth_capacity(&work).unwrap(), [5.0, 6.0, 5.0, 4.0]);
    let short = completion(&work, &[5.0, 5.0, 5.0, 5.0]).unwrap();
    assert_eq!(short.tasks[1].late_s, HOUR_S);
    assert_eq!((short.tasks[1].completed, short.tasks[1].lateness), (Some(2), 1));
    assert_eq!((short.intervals[1].overdue_s, short.intervals[2].done_late_s), (HOUR_S, HOUR_S));
    assert_eq!(short.tasks[0].late_s, HOUR_S);
    assert_eq!(short.intervals[3].backlog_s, 0.0);
    let none = completion(&work, &[0.0; 4]).unwrap();
    assert_eq!((none.tasks[1].completed, none.tasks[1].lateness), (None, 2));
    assert_eq!(none.intervals[3].overdue_s, 20.0 * HOUR_S);
}

#[test]
fn edges_of_deadline_work() {
    let nothing = DeadlineWork { tasks: &[], open_s: &[] };
    assert_eq!(constant_capacity(&nothing).unwrap(), ConstantCapacity { agents: 0.0, critical: None });
    assert!(smooth_capacity(&nothing).unwrap().is_empty() && completion(&nothing, &[]).unwrap().tasks.is_empty());
    let closed = [Task { arrives: 0, due: 0, work_s: 1.0 }, Task { arrives: 1, due: 1, work_s: 2.0 }];
    let work = DeadlineWork { tasks: &closed, open_s: &[0.0, 1.0] };
    assert_eq!(constant_capacity(&work).unwrap().agents, f64::INFINITY);
    assert_eq!(smooth_capacity(&work).unwrap(), [f64::INFINITY, 2.0]);
    let unknown = [Task { work_s: f64::NAN, ..closed[0] }];
    let work = DeadlineWork { tasks: &unknown, open_s: &[1.0] };
    assert!(constant_capacity(&work).unwrap().agents.is_nan() && smooth_capacity(&work).unwrap()[0].is_nan());
    assert!(completion(&work, &[1.0]).unwrap().intervals[0].backlog_s.is_nan());
}

fn refused<T: std::fmt::Debug>(result: Result<T, ModelError>) -> String {
    result.expect_err("it is out of range").to_string()
}

#[test]
fn deadline_work_that_is_refused() {
    let task = Task { arrives: 1, due: 1, work_s: 1.0 };
    let with = |task, open_s: &[f64]| refused(constant_capacity(&DeadlineWork { tasks: &[task], open_s }));
    assert_eq!(
        with(Task { due: 0, ..task }, &[1.0; 2]),
        "due must be an interval of the series, not before that of its arrival, not 0 (row 0)"
    );
    assert!(with(Task { due: 2, ..task }, &[1.0; 2]).ends_with("not 2 (row 0)"));
    assert_eq!(with(Task { work_s: -1.0, ..task }, &[1.0; 2]), "work_s must be 0 or more and finite, not -1 (row 0)");
    assert_eq!(with(task, &[1.0, f64::INFINITY]), "open_s must be 0 or more and finite, not inf (row 1)");
    assert_eq!(with(task, &vec![1.0; 10_001]), "the model would need more than 10000 intervals");
    let long = DeadlineWork { tasks: &[task], open_s: &[1.0; 2017] };
    assert_eq!(refused(smooth_capacity(&long)), "the model would need more than 2016 intervals");
    let work = DeadlineWork { tasks: &[task], open_s: &[1.0; 2] };
    assert_eq!(refused(completion(&work, &[1.0])), "agents has 1 values where 2 are needed");
    assert!(refused(completion(&work, &[1.0, -1.0])).ends_with("not -1 (row 1)"));
}

#[test]
fn work_in_people() {
    // 12,000 contacts of 12 minutes are 2,400 hours; 140 productive hours a month.
    assert!((workload_fte(12_000.0, 720.0, 140.0).unwrap() - 17.142_857_142_857_142).abs() < 1e-12);
    assert!(workload_fte(f64::NAN, 720.0, 140.0).unwrap().is_nan());
    assert_eq!(workload_fte(0.0, 720.0, 140.0).unwrap(), 0.0);
    assert_eq!(refused(workload_fte(1.0, 720.0, 0.0)), "productive_hours must be above 0 and finite, not 0");
    assert_eq!(refused(workload_fte(-1.0, 720.0, 1.0)), "volume must be 0 or more and finite, not -1");
}

#[test]
fn coverage_of_a_roster() {
    let covered = coverage(&[4.0, 6.0, 0.0, 5.0], &[5.0, 3.0, 0.0, f64::NAN]).unwrap();
    assert_eq!((covered.over, covered.under, covered.covered_share), (1.0, 3.0, 0.7));
    assert_eq!((&covered.difference[..3], &covered.covered[..3]), (&[1.0, -3.0, 0.0][..], &[1.0, 0.5, 1.0][..]));
    assert!(covered.difference[3].is_nan() && covered.covered[3].is_nan());
    assert!((covered.intervals_covered - 2.0 / 3.0).abs() < 1e-15);
    let empty = coverage(&[], &[]).unwrap();
    assert_eq!((empty.covered_share, empty.intervals_covered), (1.0, 1.0));
    assert_eq!(refused(coverage(&[1.0], &[])), "scheduled has 0 values where 1 are needed");
    assert!(refused(coverage(&[1.0, -1.0], &[1.0, 1.0])).starts_with("required must be"));
}

#[test]
fn work_beyond_the_hours_there_are() {
    let triggers = capacity_triggers(&[120.0, 120.0, f64::NAN], &[300.0; 3], &[10.0, 9.0, 9.0]).unwrap();
    assert_eq!((triggers[0].exceeded, triggers[0].shortfall_hours), (false, 0.0));
    assert_eq!((triggers[1].exceeded, triggers[1].shortfall_hours, triggers[1].work_hours), (true, 1.0, 10.0));
    assert!(!triggers[2].exceeded && triggers[2].shortfall_hours.is_nan() && triggers[2].work_hours.is_nan());
    assert!(refused(capacity_triggers(&[1.0], &[1.0], &[])).starts_with("available_hours has 0 values"));
    assert!(refused(capacity_triggers(&[1.0], &[-1.0], &[1.0])).starts_with("aht_s must be"));
}
