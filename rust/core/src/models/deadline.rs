//! Work with a deadline: email, back office. It keeps, but it must be done by the end of some interval.
//!
//! Work that arrives in an interval can be done from that interval on, by any agent, in parts. It can all be done in
//! time if and only if for all i <= j the work that arrives from i on and is due by j is no more than the time that agents
//! have from i to j, and then doing what is due first does it (earliest deadline first: Horn 1974). So the fewest agents,
//! if they are to be the same number all the time, are the greatest quotient of the two.

use std::collections::BTreeMap;

use super::error::{Argument, ModelError, all_at_least_zero, at_least_zero, bounded, ensure, length};

/// Intervals that deadline work may span: half hours of half a year.
pub const MOST_DEADLINE_INTERVALS: usize = 10_000;
/// Tasks, each of one interval of arrival and one of the deadline.
pub const MOST_TASKS: usize = 1_000_000;
/// Less than this share of a task and of an interval's capacity is rounding.
const ROUNDING: f64 = 1e-12;

/// Work of one kind: all that arrives in one interval and is due by the end of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Task {
    /// Interval from which on it can be done; 0 for a backlog.
    pub arrives: usize,
    /// Interval by whose end it is due.
    pub due: usize,
    /// Volume x handle time.
    pub work_s: f64,
}

/// Tasks, and the time in which one agent works on them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeadlineWork<'a> {
    /// In any order.
    pub tasks: &'a [Task],
    /// Time that one agent works in each interval; 0 where nobody does.
    pub open_s: &'a [f64],
}

/// What happens in one interval when what is due first is done first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeadlineInterval {
    /// Work done.
    pub done_s: f64,
    /// Of that, work that was overdue.
    pub done_late_s: f64,
    /// Work left at the end, carried into the next interval.
    pub backlog_s: f64,
    /// Of that, work that is overdue.
    pub overdue_s: f64,
    /// Time of the agents that there was nothing to do for.
    pub idle_s: f64,
}

/// What becomes of one task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskOutcome {
    /// Interval in which its last part is done; none when that does not come.
    pub completed: Option<usize>,
    /// Of its work, what is not done by its deadline.
    pub late_s: f64,
    /// Intervals from the deadline to completion, or to the last interval; 0 in time.
    pub lateness: usize,
}

/// Intervals and tasks with a given capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// One for each interval.
    pub intervals: Vec<DeadlineInterval>,
    /// One for each task, in their order.
    pub tasks: Vec<TaskOutcome>,
}

impl DeadlineWork<'_> {
    /// # Errors
    /// The first argument that is out of range, with its row, and more intervals or tasks than there may be.
    pub fn check(&self) -> Result<(), ModelError> {
        bounded("intervals", self.open_s.len(), MOST_DEADLINE_INTERVALS)?;
        bounded("tasks", self.tasks.len(), MOST_TASKS)?;
        all_at_least_zero(Argument::OpenS, self.open_s)?;
        self.tasks.iter().enumerate().try_for_each(|(row, task)| {
            let inside = task.arrives <= task.due && task.due < self.open_s.len();
            ensure(inside, Argument::Due, task.due as f64)
                .and_then(|()| at_least_zero(Argument::WorkS, task.work_s))
                .map_err(|error| error.at(row))
        })
    }

    pub(super) fn is_known(&self) -> bool {
        !(self.open_s.iter().any(|time| time.is_nan()) || self.tasks.iter().any(|task| task.work_s.is_nan()))
    }

    /// The numbers of the tasks, by the interval in which they arrive.
    pub(super) fn by_arrival(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.open_s.len()];
        for (number, task) in self.tasks.iter().enumerate() {
            rows[task.arrives].push(number);
        }
        rows
    }
}

/// Where a constant number of agents has the least to spare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantCapacity {
    /// Agents, not rounded; infinite when work is due in intervals in which nobody works.
    pub agents: f64,
    /// First and last interval of the time that decides; none without work.
    pub critical: Option<(usize, usize)>,
}

/// The least constant number of agents, not rounded, that does all work in time. NaN in, NaN out.
///
/// # Errors
/// Those of `DeadlineWork::check`.
pub fn constant_capacity(work: &DeadlineWork<'_>) -> Result<ConstantCapacity, ModelError> {
    work.check()?;
    if !work.is_known() {
        return Ok(ConstantCapacity { agents: f64::NAN, critical: None });
    }
    let arriving = work.by_arrival();
    Ok(densest(work.open_s, |first| {
        arriving[first].iter().map(|number| (work.tasks[*number].due, work.tasks[*number].work_s))
    }))
}

/// The span of intervals with the most work that must be done within it, for the time there is. `arriving` gives the
/// deadline and the work of what arrives in an interval.
pub(super) fn densest<I: Iterator<Item = (usize, f64)>>(
    open_s: &[f64],
    arriving: impl Fn(usize) -> I,
) -> ConstantCapacity {
    let mut best = ConstantCapacity { agents: 0.0, critical: None };
    // Work that arrives from `first` on, by the interval in which it is due.
    let mut due = vec![0.0; open_s.len()];
    for first in (0..open_s.len()).rev() {
        for (place, work_s) in arriving(first) {
            due[place] += work_s;
        }
        let (mut must_s, mut open) = (0.0, 0.0);
        for last in first..open_s.len() {
            must_s += due[last];
            open += open_s[last];
            if due[last] > 0.0 && must_s > best.agents * open {
                best = ConstantCapacity { agents: must_s / open, critical: Some((first, last)) };
            }
        }
    }
    best
}

/// What the agents of each interval get done, and how late, when what is due first is done first. NaN in, NaN out.
///
/// # Errors
/// Those of `DeadlineWork::check`, and of the agents, with their row.
pub fn completion(work: &DeadlineWork<'_>, agents: &[f64]) -> Result<Completion, ModelError> {
    work.check()?;
    let argument = Argument::Queue(crate::erlang::Argument::Agents);
    length(argument, agents.len(), work.open_s.len())?;
    all_at_least_zero(argument, agents)?;
    if !work.is_known() || agents.iter().any(|agents| agents.is_nan()) {
        return Ok(unknown(work));
    }
    Ok(first_due_first(work, agents))
}

fn unknown(work: &DeadlineWork<'_>) -> Completion {
    let nan = f64::NAN;
    let interval = DeadlineInterval { done_s: nan, done_late_s: nan, backlog_s: nan, overdue_s: nan, idle_s: nan };
    let task = TaskOutcome { completed: None, late_s: nan, lateness: 0 };
    Completion { intervals: vec![interval; work.open_s.len()], tasks: vec![task; work.tasks.len()] }
}

fn first_due_first(work: &DeadlineWork<'_>, agents: &[f64]) -> Completion {
    let last = work.open_s.len().saturating_sub(1);
    let mut outcomes: Vec<TaskOutcome> =
        work.tasks.iter().map(|task| TaskOutcome { completed: None, late_s: 0.0, lateness: last - task.due }).collect();
    let mut intervals = Vec::with_capacity(agents.len());
    // What is open, by deadline and then by number: the task's remaining work.
    let mut open: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let (mut backlog_s, mut overdue_s) = (0.0, 0.0);
    let arriving = work.by_arrival();
    for (now, agents) in agents.iter().enumerate() {
        for (number, task) in arriving[now].iter().map(|number| (*number, work.tasks[*number])) {
            open.insert((task.due, number), task.work_s);
            backlog_s += task.work_s;
        }
        let capacity_s = agents * work.open_s[now];
        let (mut left_s, mut done_late_s) = (capacity_s, 0.0);
        while let Some(mut entry) = open.first_entry() {
            let (due, number) = *entry.key();
            let part_s = entry.get().min(left_s);
            left_s -= part_s;
            if due < now {
                done_late_s += part_s;
            }
            *entry.get_mut() -= part_s;
            // What is left of a task by rounding is done.
            if *entry.get() > ROUNDING * (capacity_s + work.tasks[number].work_s) {
                break;
            }
            entry.remove();
            outcomes[number].completed = Some(now);
            outcomes[number].lateness = now.saturating_sub(due);
        }
        for ((_, number), rest_s) in open.range((now, 0)..=(now, usize::MAX)) {
            outcomes[*number].late_s = *rest_s;
            overdue_s += rest_s;
        }
        let done_s = capacity_s - left_s;
        backlog_s = if open.is_empty() { 0.0 } else { f64::max(backlog_s - done_s, 0.0) };
        let first_due = open.first_key_value().map(|((due, _), _)| *due);
        overdue_s = if first_due.is_some_and(|due| due <= now) { f64::max(overdue_s - done_late_s, 0.0) } else { 0.0 };
        intervals.push(DeadlineInterval { done_s, done_late_s, backlog_s, overdue_s, idle_s: left_s });
    }
    Completion { intervals, tasks: outcomes }
}
