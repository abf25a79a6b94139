//! A day interval by interval, where each begins with what the one before has left: contacts in service, and a queue.
//!
//! Arrivals and agents are constant within an interval and change between two. The states' probabilities are carried
//! exactly from one moment to the next, so that an overloaded interval leaves its backlog, and a queue that opens empty is
//! not yet as busy as its steady state. Who arrives is measured by what they find, as if the agents of that
//! interval stayed until they are answered. When agents go, contacts they have in service wait again.

use super::cloud::{Cloud, Passage, Regime, pass};
use super::error::{Argument, ModelError, ensure, length};
use super::measures::{IDLE, Shares, UNKNOWN};
use super::search::{Search, fewest, with_min_agents, without_search};
use super::varying::Series;
use super::waits::Waits;
use crate::erlang::{self, ServiceMetrics, Threshold};
use crate::staffing::{Binding, Requirement, Staffing};

/// An interval without arrivals in which fewer contacts than this are left requires nobody.
const HARDLY_ANYBODY: f64 = 1e-3;
/// Agents that may be at work.
const MOST_AGENTS: f64 = 1e9;

/// One interval, and what it leaves to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CarriedInterval {
    /// Of those who arrive in the interval; where nobody does, of one who would. Queue length and occupancy are means over
    /// the interval.
    pub service: ServiceMetrics,
    /// Contacts finished in the interval, whenever they arrived.
    pub completed: f64,
    /// Contacts that leave in the interval, whenever they arrived.
    pub abandoned: f64,
    /// Contacts in service at the end, on average.
    pub in_service_after: f64,
    /// Contacts that wait at the end, on average: the backlog.
    pub waiting_after: f64,
}

const UNKNOWN_INTERVAL: CarriedInterval = CarriedInterval {
    service: UNKNOWN,
    completed: f64::NAN,
    abandoned: f64::NAN,
    in_service_after: f64::NAN,
    waiting_after: f64::NAN,
};

/// What an interval requires, and how it goes with those who can be had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CarriedRequirement {
    /// The fewest agents that reach the targets, given what the interval before has left.
    pub requirement: Requirement,
    /// Agents at work: as many, but no more than can be had.
    pub agents: f64,
    /// The interval with them.
    pub interval: CarriedInterval,
}

/// The measures of each interval with its agents, whole numbers. `backlog` contacts are there when the first begins,
/// beside those of `arrivals_before`. After a number that is not known nothing is.
///
/// # Errors
/// The first argument that is out of range, with its row, and more states or steps than there may be.
pub fn carried_metrics(
    series: &Series<'_>,
    agents: &[f64],
    backlog: f64,
    threshold: &Threshold,
) -> Result<Vec<CarriedInterval>, ModelError> {
    series.check()?;
    threshold.check()?;
    let argument = Argument::Queue(erlang::Argument::Agents);
    length(argument, agents.len(), series.arrivals.len())?;
    for (row, agents) in agents.iter().enumerate() {
        let whole = (0.0..=MOST_AGENTS).contains(agents) && agents.fract() == 0.0;
        ensure(whole, argument, *agents).map_err(|error| error.at(row))?;
    }
    let mut day = Day::open(series, backlog)?;
    let rows = series.arrivals.iter().zip(agents);
    rows.map(|(arrivals, agents)| {
        if day.is_lost(*arrivals) || agents.is_nan() || threshold.is_nan() {
            day.cloud = None;
            return Ok(UNKNOWN_INTERVAL);
        }
        let (interval, end) = day.interval(*arrivals, *agents, threshold)?;
        day.go_on(end);
        Ok(interval)
    })
    .collect()
}

/// The agents that each interval requires, when each before it had as many as it required, or as many of them as could be
/// had: `most_agents`, whole numbers, infinite without limit.
///
/// # Errors
/// Those of `carried_metrics`, and of the targets.
pub fn carried_required_agents(
    series: &Series<'_>,
    most_agents: &[f64],
    backlog: f64,
    staffing: &Staffing,
) -> Result<Vec<CarriedRequirement>, ModelError> {
    series.check()?;
    let staffing = Staffing { fractional: false, ..*staffing };
    staffing.check(&series.queue(0.0))?;
    length(Argument::MostAgents, most_agents.len(), series.arrivals.len())?;
    for (row, most) in most_agents.iter().enumerate() {
        let whole = *most >= 0.0 && (most.fract() == 0.0 || *most == f64::INFINITY);
        ensure(whole, Argument::MostAgents, *most).map_err(|error| error.at(row))?;
    }
    let mut day = Day::open(series, backlog)?;
    let rows = series.arrivals.iter().zip(most_agents);
    rows.map(|(arrivals, most)| {
        let requirement = day.require(*arrivals, &staffing)?;
        let agents = if most.is_nan() { f64::NAN } else { requirement.agents.min(*most) };
        if day.is_lost(*arrivals) || agents.is_nan() || requirement.agents.is_nan() || staffing.threshold.is_nan() {
            day.cloud = None;
            return Ok(CarriedRequirement { requirement, agents: f64::NAN, interval: UNKNOWN_INTERVAL });
        }
        let (interval, end) = day.interval(*arrivals, agents.min(MOST_AGENTS), &staffing.threshold)?;
        day.go_on(end);
        Ok(CarriedRequirement { requirement, agents, interval })
    })
    .collect()
}

/// The queue on its way through the day.
struct Day<'a> {
    series: &'a Series<'a>,
    /// Where it may be now; none when that is not known.
    cloud: Option<Cloud>,
    /// What this interval has taken so far.
    steps: usize,
}

impl<'a> Day<'a> {
    fn open(series: &'a Series<'a>, backlog: f64) -> Result<Self, ModelError> {
        let whole = (0.0..=super::chain::MOST_STATES as f64).contains(&backlog) && backlog.fract() == 0.0;
        ensure(whole, Argument::Backlog, backlog)?;
        let before = series.queue(series.arrivals_before).offered_load();
        let known = !(before.is_nan() || backlog.is_nan() || series.patience_s.is_nan());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, and bounded")]
        let cloud = if known { Some(Cloud::poisson(before, backlog as usize)?) } else { None };
        Ok(Self { series, cloud, steps: 0 })
    }

    fn go_on(&mut self, end: Cloud) {
        self.cloud = Some(end);
        self.steps = 0;
    }

    fn is_lost(&self, arrivals: f64) -> bool {
        self.cloud.is_none() || arrivals.is_nan()
    }

    fn require(&mut self, arrivals: f64, staffing: &Staffing) -> Result<Requirement, ModelError> {
        let Some(cloud) = self.cloud.as_ref().filter(|_| !arrivals.is_nan()) else {
            return Ok(Requirement { agents: f64::NAN, binding: Binding::Nothing });
        };
        let present = cloud.mean(|k| k as f64);
        let queue = self.series.queue(arrivals);
        // What is left needs somebody, although nobody comes.
        let leftover = arrivals == 0.0 && present >= HARDLY_ANYBODY;
        let asked = if leftover { self.series.queue(1.0) } else { queue };
        if let Some(known) = without_search(&asked, staffing, true) {
            return Ok(known);
        }
        let search = Search { too_few: 0.0, most: f64::INFINITY, start: queue.offered_load() };
        let threshold = staffing.threshold;
        let found = fewest(&search, staffing, |agents| {
            self.interval(arrivals, agents, &threshold).map(|(interval, _)| interval.service)
        })?;
        Ok(with_min_agents(found, staffing))
    }

    /// The interval with these agents, and where the queue may be at its end.
    fn interval(
        &mut self,
        arrivals: f64,
        agents: f64,
        threshold: &Threshold,
    ) -> Result<(CarriedInterval, Cloud), ModelError> {
        let Series { interval_s, aht_s, patience_s, .. } = *self.series;
        let cloud = self.cloud.as_ref().ok_or(ModelError::TooLarge { what: "states", most: 0 })?;
        if aht_s == 0.0 {
            return Ok((at_once(arrivals + cloud.mean(|k| k as f64)), Cloud { low: 0, weights: vec![1.0] }));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, and bounded")]
        let count = agents as usize;
        let regime = Regime {
            arrival_rate: arrivals / interval_s,
            service_rate: 1.0 / aht_s,
            leave_rate: 1.0 / patience_s,
            agents: count,
        };
        let Passage { end, average, gone } = pass(cloud, &regime, interval_s, &mut self.steps)?;
        let busy = average.mean(|k| k.min(count) as f64);
        let waiting = average.mean(|k| k.saturating_sub(count) as f64);
        let mut service = found_on_arrival(&average, &regime, threshold);
        service.offered_load = self.series.queue(arrivals).offered_load();
        service.stable = patience_s < f64::INFINITY || agents > service.offered_load;
        service.occupancy = if agents > 0.0 { busy / agents } else { 1.0 };
        service.mean_queue_length = waiting;
        let turned_away = if patience_s == 0.0 { arrivals * service.wait_probability + gone } else { 0.0 };
        let left = if waiting > 0.0 { waiting * interval_s / patience_s } else { 0.0 };
        let interval = CarriedInterval {
            service,
            completed: busy * interval_s / aht_s,
            abandoned: if patience_s == 0.0 { turned_away } else { left },
            in_service_after: end.mean(|k| k.min(count) as f64),
            waiting_after: end.mean(|k| k.saturating_sub(count) as f64),
        };
        Ok((interval, end))
    }
}

/// An interval of contacts that take no time.
fn at_once(completed: f64) -> CarriedInterval {
    CarriedInterval { service: IDLE, completed, abandoned: 0.0, in_service_after: 0.0, waiting_after: 0.0 }
}

/// The measures of those who arrive while the queue is as the average says.
fn found_on_arrival(average: &Cloud, regime: &Regime, threshold: &Threshold) -> ServiceMetrics {
    let nobody_waits = regime.leave_rate == f64::INFINITY;
    let skipped = regime.agents.saturating_sub(average.low).min(average.weights.len());
    let mut found = vec![0.0; average.low.saturating_sub(regime.agents)];
    found.extend_from_slice(&average.weights[skipped..]);
    let waits = Waits {
        found,
        full_rate: regime.agents as f64 * regime.service_rate,
        leave_rate: if nobody_waits { 0.0 } else { regime.leave_rate },
    };
    let wait_probability = waits.probability().min(1.0);
    let loss = Shares {
        abandoned: wait_probability,
        answered_late: 0.0,
        still_waiting: 0.0,
        virtual_late: wait_probability,
        abandoned_within: wait_probability,
        short: wait_probability,
    };
    let abandoned = if nobody_waits { wait_probability } else { waits.abandoned() };
    let shares = if nobody_waits { loss } else { waits.shares(abandoned, threshold) };
    ServiceMetrics {
        wait_probability,
        abandon_probability: abandoned,
        service_level: shares.level(threshold.definition),
        asa_s: if nobody_waits { 0.0 } else { waits.mean_s() },
        answered_asa_s: if nobody_waits { 0.0 } else { waits.answered_mean_s(1.0 - wait_probability) },
        ..IDLE
    }
}
