//! Agents for work with a deadline, interval by interval, as even as the deadlines allow.
//!
//! The span of intervals that needs the most agents gets just as many; it and its work are taken out, what else arrives
//! or is due in it is moved to its edges, and so on with the rest (Yao, Demers & Shenker 1995). No other plan that is in
//! time has a lower peak, a smaller variance, or less of any other convex cost.

use super::deadline::{ConstantCapacity, DeadlineWork, densest};
use super::error::{ModelError, bounded};

/// Intervals that a smooth plan may span: half hours of six weeks.
pub const MOST_SMOOTH_INTERVALS: usize = 2_016;

/// The least varying agents, not rounded, that do all work in time, one number an interval. Where nobody works there are
/// none. NaN in, NaN out; infinite where work is due in intervals in which nobody works.
///
/// # Errors
/// Those of `DeadlineWork::check`, and more intervals than a smooth plan may span.
pub fn smooth_capacity(work: &DeadlineWork<'_>) -> Result<Vec<f64>, ModelError> {
    work.check()?;
    bounded("intervals", work.open_s.len(), MOST_SMOOTH_INTERVALS)?;
    if !work.is_known() {
        return Ok(vec![f64::NAN; work.open_s.len()]);
    }
    let mut agents = vec![0.0; work.open_s.len()];
    let mut rest = Rest::of(work);
    while let ConstantCapacity { agents: least, critical: Some((first, last)) } = rest.densest() {
        for place in &rest.places[first..=last] {
            agents[*place] = if work.open_s[*place] > 0.0 || least == f64::INFINITY { least } else { 0.0 };
        }
        rest.take_out(first, last);
    }
    Ok(agents)
}

/// What has no agents yet.
struct Rest {
    /// The remaining intervals by their numbers in the whole.
    places: Vec<usize>,
    open_s: Vec<f64>,
    /// Work by the intervals in which it arrives and is due, among those that remain.
    work: Vec<Vec<(usize, f64)>>,
}

impl Rest {
    fn of(work: &DeadlineWork<'_>) -> Self {
        let gather = |numbers: Vec<usize>| {
            let mut due: Vec<(usize, f64)> =
                numbers.into_iter().map(|number| (work.tasks[number].due, work.tasks[number].work_s)).collect();
            merge(&mut due);
            due
        };
        Self {
            places: (0..work.open_s.len()).collect(),
            open_s: work.open_s.to_vec(),
            work: work.by_arrival().into_iter().map(gather).collect(),
        }
    }

    fn densest(&self) -> ConstantCapacity {
        densest(&self.open_s, |first| self.work[first].iter().copied())
    }

    /// Takes out the intervals from `first` to `last` with the work that must be done within them.
    fn take_out(&mut self, first: usize, last: usize) {
        let count = last - first + 1;
        let mut moved = Vec::new();
        for arrives in 0..=last {
            let inside = arrives >= first;
            self.work[arrives].retain_mut(|(due, work_s)| {
                if inside && *due <= last {
                    return false;
                }
                if *due > last {
                    *due -= count;
                } else if *due >= first {
                    // It arrived before: it must be done before.
                    *due = first - 1;
                }
                if inside {
                    moved.push((*due, *work_s));
                }
                !inside
            });
            merge(&mut self.work[arrives]);
        }
        for later in &mut self.work[last + 1..] {
            for (due, _) in later {
                *due -= count;
            }
        }
        // What arrived inside and is due after can be done from the first interval after.
        if let Some(after) = self.work.get_mut(last + 1) {
            after.append(&mut moved);
            merge(after);
        }
        self.work.drain(first..=last);
        self.places.drain(first..=last);
        self.open_s.drain(first..=last);
    }
}

/// Adds up what is due in the same interval.
fn merge(due: &mut Vec<(usize, f64)>) {
    due.sort_by_key(|(place, _)| *place);
    due.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}
