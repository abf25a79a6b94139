//! The fewest agents with whom a model's measures reach their targets.

use super::error::ModelError;
use crate::erlang::{Definition, Queue, ServiceMetrics};
use crate::staffing::{Binding, Requirement, Staffing, Targets};

/// Measures within this of their bounds, relatively, have reached them.
const SLACK: f64 = 1e-10;
/// A share whose bound is 1 less something has been rounded by this much.
const ROUNDING: f64 = 1e-15;
/// More agents than this are not looked for.
const MOST_AGENTS: f64 = 1e15;

/// Where to look for the fewest agents.
pub(super) struct Search {
    /// Too few, whatever the measures say.
    pub(super) too_few: f64,
    /// More than this change nothing.
    pub(super) most: f64,
    /// Where to begin.
    pub(super) start: f64,
}

/// Where nobody leaves, agents are more than the load.
pub(super) fn too_few(load: f64, fractional: bool) -> f64 {
    if fractional { load } else { load.floor() }
}

/// The fewest agents, whole or, with `fractional`, to nine digits; infinite when the targets cannot be reached.
/// The measures must become better with every agent.
///
/// # Errors
/// Those of `measure`.
pub(super) fn fewest(
    search: &Search,
    staffing: &Staffing,
    mut measure: impl FnMut(f64) -> Result<ServiceMetrics, ModelError>,
) -> Result<Requirement, ModelError> {
    let targets = &staffing.targets;
    let mut broken = |agents: f64| measure(agents).map(|metrics| first_broken(targets, &metrics));
    let most = search.most.min(MOST_AGENTS);
    let mut low = search.too_few;
    let mut high = search.start.ceil().clamp(low + 1.0, most.max(low + 1.0));
    // What the greatest number known to be too few misses.
    let mut missed = None;
    let mut step = 1.0;
    if let Some(binding) = broken(high)? {
        (low, missed) = (high, Some(binding));
        loop {
            if low >= most {
                return Ok(Requirement { agents: f64::INFINITY, binding: missed.unwrap_or(Binding::Nothing) });
            }
            high = (low + step).min(most);
            step *= 2.0;
            match broken(high)? {
                Some(binding) => (low, missed) = (high, Some(binding)),
                None => break,
            }
        }
    } else {
        while high - step > low {
            match broken(high - step)? {
                Some(binding) => {
                    (low, missed) = (high - step, Some(binding));
                    break;
                }
                None => high -= step,
            }
            step *= 2.0;
        }
    }
    let width = if staffing.fractional { 1e-9 } else { 1.0 };
    while high - low > width * if staffing.fractional { high } else { 1.0 } {
        let middle = if staffing.fractional { 0.5 * (low + high) } else { (0.5 * (low + high)).floor() };
        match broken(middle)? {
            Some(binding) => (low, missed) = (middle, Some(binding)),
            None => high = middle,
        }
    }
    Ok(Requirement { agents: high, binding: missed.unwrap_or_else(|| first_present(targets)) })
}

/// The measures as targets have them, with their bounds, in the order of `Targets`; the worse the greater.
fn measures(targets: &Targets, metrics: &ServiceMetrics) -> [(Option<f64>, f64, Binding); 5] {
    [
        (targets.service_level.map(|least| 1.0 - least), 1.0 - metrics.service_level, Binding::ServiceLevel),
        (targets.asa_s, metrics.asa_s, Binding::Asa),
        (targets.max_occupancy, metrics.occupancy, Binding::MaxOccupancy),
        (targets.max_abandon, metrics.abandon_probability, Binding::MaxAbandon),
        (targets.max_wait_probability, metrics.wait_probability, Binding::MaxWaitProbability),
    ]
}

fn first_broken(targets: &Targets, metrics: &ServiceMetrics) -> Option<Binding> {
    let broken = |bound: f64, measure: f64| measure > bound * (1.0 + SLACK) + ROUNDING;
    let mut found = measures(targets, metrics).into_iter();
    found.find(|(bound, measure, _)| bound.is_some_and(|bound| broken(bound, *measure))).map(|(_, _, binding)| binding)
}

fn first_present(targets: &Targets) -> Binding {
    let mut found = measures(targets, &super::measures::IDLE).into_iter();
    found.find(|(bound, _, _)| bound.is_some()).map_or(Binding::Nothing, |(_, _, binding)| binding)
}

/// What is required where nothing has to be looked for: nothing is known, nobody comes, or no number will do because
/// there is always some chance of a wait.
pub(super) fn without_search(queue: &Queue, staffing: &Staffing, known: bool) -> Option<Requirement> {
    let targets = &staffing.targets;
    let bounds = measures(targets, &super::measures::IDLE);
    let nan = bounds.iter().any(|(bound, _, _)| bound.is_some_and(f64::is_nan))
        || targets.service_level.is_some() && threshold_is_nan(staffing)
        || staffing.min_agents.is_nan();
    if nan || !known || queue.patience_s.is_nan() || queue.offered_load().is_nan() {
        return Some(Requirement { agents: f64::NAN, binding: Binding::Nothing });
    }
    if queue.offered_load() == 0.0 {
        return Some(with_min_agents(Requirement { agents: 0.0, binding: Binding::Nothing }, staffing));
    }
    let at_once = queue.patience_s == 0.0;
    let out_of_reach = |(bound, _, binding): &(Option<f64>, f64, Binding)| {
        let possible = match binding {
            Binding::ServiceLevel => at_once && !counts_all(staffing.threshold.definition),
            Binding::Asa => at_once,
            Binding::MaxAbandon => queue.patience_s == f64::INFINITY,
            _ => false,
        };
        bound.is_some_and(|bound| bound <= 0.0) && !possible
    };
    let first = bounds.iter().find(|bound| out_of_reach(bound));
    first.map(|(_, _, binding)| Requirement { agents: f64::INFINITY, binding: *binding })
}

/// Whether those who leave at once count as badly served.
fn counts_all(definition: Definition) -> bool {
    matches!(definition, Definition::Offered | Definition::Virtual)
}

fn threshold_is_nan(staffing: &Staffing) -> bool {
    let short = match staffing.threshold.definition {
        Definition::ExcludeShortAbandons { short_abandon_s } => short_abandon_s.is_nan(),
        _ => false,
    };
    short || staffing.threshold.answer_within_s.is_nan()
}

/// The requirement, but not below the fewest agents that were asked for.
pub(super) fn with_min_agents(found: Requirement, staffing: &Staffing) -> Requirement {
    let least = if staffing.fractional { staffing.min_agents } else { staffing.min_agents.ceil() };
    if least > found.agents { Requirement { agents: least, binding: Binding::MinAgents } } else { found }
}
