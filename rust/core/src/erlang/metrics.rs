//! Every measure of a queue in its steady state.

use super::abandon::Abandon;
use super::answered::asa_of_answered;
use super::input::{Argument, Definition, OutOfRange, Queue, Threshold, at_least_zero, patience};
use super::probability::{blocking_probability, wait_probability};
use crate::special::{exp, ln, upper};

/// The measures of a queue in its steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceMetrics {
    /// Work that arrives, in erlangs.
    pub offered_load: f64,
    /// Whether a steady state exists. Where it does not, the measures are those that the queue tends to.
    pub stable: bool,
    /// Share of their time that agents spend on contacts.
    pub occupancy: f64,
    /// Share of contacts that find all agents busy.
    pub wait_probability: f64,
    /// Share of contacts that leave unanswered.
    pub abandon_probability: f64,
    /// By the definition asked for.
    pub service_level: f64,
    /// Mean wait of all contacts, answered or not.
    pub asa_s: f64,
    /// Mean wait of those that are answered.
    pub answered_asa_s: f64,
    /// Contacts that wait, on average over time.
    pub mean_queue_length: f64,
}

impl ServiceMetrics {
    const UNKNOWN: Self = Self {
        offered_load: f64::NAN,
        stable: false,
        occupancy: f64::NAN,
        wait_probability: f64::NAN,
        abandon_probability: f64::NAN,
        service_level: f64::NAN,
        asa_s: f64::NAN,
        answered_asa_s: f64::NAN,
        mean_queue_length: f64::NAN,
    };

    const IDLE: Self = Self {
        offered_load: 0.0,
        stable: true,
        occupancy: 0.0,
        wait_probability: 0.0,
        abandon_probability: 0.0,
        service_level: 1.0,
        asa_s: 0.0,
        answered_asa_s: 0.0,
        mean_queue_length: 0.0,
    };
}

/// The measures of `queue` with so many `agents`, which need not be whole. NaN in, NaN out.
///
/// # Errors
/// The first argument that is out of range; an unstable queue is not an error.
pub fn service_metrics(queue: &Queue, agents: f64, threshold: &Threshold) -> Result<ServiceMetrics, OutOfRange> {
    queue.check()?;
    at_least_zero(Argument::Agents, agents)?;
    threshold.check()?;
    Ok(measure(queue, agents, threshold))
}

/// The wait that a contact does not exceed with `probability`: of all contacts, in a queue where patience ends too.
///
/// # Errors
/// The first argument that is out of range.
pub fn wait_quantile(queue: &Queue, agents: f64, probability: f64) -> Result<f64, OutOfRange> {
    queue.check()?;
    at_least_zero(Argument::Agents, agents)?;
    if !(probability.is_nan() || (0.0..1.0).contains(&probability)) {
        return Err(OutOfRange { argument: Argument::Probability, value: probability });
    }
    Ok(quantile(queue, agents, probability))
}

/// The quantile for arguments in range.
pub(super) fn quantile(queue: &Queue, agents: f64, probability: f64) -> f64 {
    let (load, beyond) = (queue.offered_load(), 1.0 - probability);
    if load.is_nan() || agents.is_nan() || beyond.is_nan() || queue.patience_s.is_nan() {
        return f64::NAN;
    }
    let patience = patience(queue.patience_s, queue.aht_s);
    if load == 0.0 || patience == 0.0 {
        return 0.0;
    }
    if patience == f64::INFINITY {
        let wait = wait_probability(load, agents);
        return match () {
            () if wait <= beyond => 0.0,
            () if agents <= load => f64::INFINITY,
            () => queue.aht_s / (agents - load) * ln(wait / beyond),
        };
    }
    let model = Abandon::new(load, agents, patience);
    if model.wait_probability <= beyond { 0.0 } else { model.wait_beyond(beyond) * queue.aht_s }
}

/// The measures for arguments in range.
pub(crate) fn measure(queue: &Queue, agents: f64, threshold: &Threshold) -> ServiceMetrics {
    let load = queue.offered_load();
    if load.is_nan() || agents.is_nan() || queue.patience_s.is_nan() || threshold.is_nan() {
        return ServiceMetrics::UNKNOWN;
    }
    if load == 0.0 {
        return ServiceMetrics::IDLE;
    }
    let patience = patience(queue.patience_s, queue.aht_s);
    if patience == f64::INFINITY {
        let sum = if agents > load { upper(agents, load) } else { 0.0 };
        endless(load, agents, queue.aht_s, threshold.answer_within_s, sum)
    } else if patience == 0.0 {
        loss(load, agents, threshold)
    } else {
        impatient(load, agents, queue, threshold)
    }
}

/// Erlang C from U(agents, load), which does not matter where agents do not exceed the load. Nobody leaves, so that every
/// definition of the service level gives the same.
#[inline(always)]
pub(super) fn endless(load: f64, agents: f64, aht_s: f64, answer_within_s: f64, sum: f64) -> ServiceMetrics {
    let stable = agents > load;
    let spare = if stable { agents - load } else { 0.0 };
    let wait_probability = if stable { 1.0 / (1.0 + spare / agents * sum) } else { 1.0 };
    let late = if stable { exp(-(spare * answer_within_s / aht_s)) } else { 1.0 };
    let asa_s = wait_probability * aht_s / spare;
    ServiceMetrics {
        offered_load: load,
        stable,
        occupancy: if stable { load / agents } else { 1.0 },
        wait_probability,
        abandon_probability: 0.0,
        service_level: 1.0 - wait_probability * late,
        asa_s,
        answered_asa_s: asa_s,
        mean_queue_length: wait_probability * load / spare,
    }
}

/// Erlang B: who finds all agents busy leaves at once.
fn loss(load: f64, agents: f64, threshold: &Threshold) -> ServiceMetrics {
    let blocked = blocking_probability(load, agents);
    ServiceMetrics {
        offered_load: load,
        stable: true,
        occupancy: busy(load, agents, blocked),
        wait_probability: blocked,
        abandon_probability: blocked,
        service_level: 1.0 - late_in_loss(blocked, threshold.definition),
        asa_s: 0.0,
        answered_asa_s: 0.0,
        mean_queue_length: 0.0,
    }
}

#[inline(always)]
/// The share of their time that agents are busy when a share of contacts leaves; the last digit may lie above 1.
pub(crate) fn busy(load: f64, agents: f64, leave: f64) -> f64 {
    if agents > 0.0 { (load * (1.0 - leave) / agents).min(1.0) } else { 1.0 }
}

/// What the service level lacks to 1 where nobody waits.
pub(crate) fn late_in_loss(blocked: f64, definition: Definition) -> f64 {
    match definition {
        Definition::Offered | Definition::Virtual => blocked,
        Definition::CountAbandonsWithinTarget => 0.0,
        // Those who left do not count. Where nobody counts, nobody was served well: there is load.
        _ if blocked < 1.0 => 0.0,
        _ => 1.0,
    }
}

/// Erlang A.
fn impatient(load: f64, agents: f64, queue: &Queue, threshold: &Threshold) -> ServiceMetrics {
    let patience = patience(queue.patience_s, queue.aht_s);
    let model = Abandon::new(load, agents, patience);
    let late = late(&model, queue.aht_s, threshold);
    let metrics = impatient_with(load, agents, queue.patience_s, patience, &model, late);
    ServiceMetrics { answered_asa_s: asa_of_answered(&model, load, agents, patience) * queue.aht_s, ..metrics }
}

/// Erlang A but for the mean wait of the answered.
#[inline(always)]
pub(super) fn impatient_with(
    load: f64,
    agents: f64,
    patience_s: f64,
    patience: f64,
    model: &Abandon,
    late: f64,
) -> ServiceMetrics {
    let abandoned = model.abandon_probability();
    ServiceMetrics {
        offered_load: load,
        stable: true,
        occupancy: busy(load, agents, abandoned),
        wait_probability: model.wait_probability,
        abandon_probability: abandoned,
        service_level: 1.0 - late,
        asa_s: abandoned * patience_s,
        answered_asa_s: f64::NAN,
        mean_queue_length: load * (abandoned * patience),
    }
}

/// What the service level lacks to 1 in a queue that people leave.
pub(crate) fn late(model: &Abandon, aht_s: f64, threshold: &Threshold) -> f64 {
    let short = match threshold.definition {
        Definition::ExcludeShortAbandons { short_abandon_s } => model.by_time(short_abandon_s / aht_s).abandoned_within,
        _ => 0.0,
    };
    model.by_time(threshold.answer_within_s / aht_s).late(threshold.definition, short)
}
