//! Erlang X: contacts that leave try again, and there are so many trunk lines.
//!
//! Attempts arrive at the rate that feeds itself: `lambda_eff = lambda + lambda_eff (r P(ab) + b P(blocked))`, where of those
//! who leave a share r tries again, and of those who find no line a share b. Attempts are taken for Poisson, as they
//! are when people let some handle times pass between two of them. What `lambda_eff (1 - r P(ab) - b P(blocked))` amounts
//! to grows with `lambda_eff`, by at least 1 - max(r, b) and at most 1 for each: the root is the only one, lies between
//! lambda and lambda / (1 - max(r, b)), and a bracketed secant reaches it to 1e-14 of itself, each step of which that
//! does not halve the bracket is followed by one that does.
//!
//! With K lines, who finds all of them taken is turned away: the chain of Erlang A, cut off at K contacts.

use super::chain::Chain;
use super::error::{Argument, ModelError, ensure};
use super::measures::{UNKNOWN, swamped};
use super::search::{Search, fewest, too_few, with_min_agents, without_search};
use crate::erlang::{self, Queue, ServiceMetrics, Threshold, service_metrics};
use crate::staffing::{Requirement, Staffing};

/// Steps of the root's search; its bracket has long been one number wide.
const MOST_STEPS: usize = 200;

/// A queue whose contacts try again, with a limited number of lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetrialQueue {
    /// The contacts; `arrivals` counts first attempts.
    pub queue: Queue,
    /// Share of those who abandon that try again.
    pub retry_probability: f64,
    /// Share of those who find no line that try again.
    pub blocked_retry_probability: f64,
    /// Contacts that can be there at once, in service or waiting; infinite: without limit.
    pub lines: f64,
}

/// The measures of attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetrialMetrics {
    /// Attempts in the interval, first and further ones.
    pub attempts: f64,
    /// Share of attempts that find no line.
    pub blocking_probability: f64,
    /// Of the attempts that find a line.
    pub service: ServiceMetrics,
}

impl RetrialQueue {
    /// # Errors
    /// The first argument that is out of range.
    pub fn check(&self) -> Result<(), ModelError> {
        self.queue.check()?;
        for (argument, share) in [
            (Argument::RetryProbability, self.retry_probability),
            (Argument::BlockedRetryProbability, self.blocked_retry_probability),
        ] {
            ensure((0.0..1.0).contains(&share), argument, share)?;
        }
        let whole = self.lines >= 1.0 && (self.lines.fract() == 0.0 || self.lines == f64::INFINITY);
        ensure(whole, Argument::Lines, self.lines)
    }

    fn is_known(&self) -> bool {
        let Queue { patience_s, .. } = self.queue;
        let sum = self.retry_probability + self.blocked_retry_probability;
        !(self.queue.offered_load().is_nan() || patience_s.is_nan() || sum.is_nan() || self.lines.is_nan())
    }
}

/// The measures of a queue with retrials and `agents`, who are whole where lines are limited. NaN in, NaN out.
///
/// # Errors
/// The first argument that is out of range, and more lines than a chain may have states.
pub fn retrial_metrics(
    retrials: &RetrialQueue,
    agents: f64,
    threshold: &Threshold,
) -> Result<RetrialMetrics, ModelError> {
    retrials.check()?;
    super::error::at_least_zero(Argument::Queue(erlang::Argument::Agents), agents)?;
    threshold.check()?;
    let limited = retrials.lines < f64::INFINITY;
    ensure(!limited || agents.fract() == 0.0, Argument::Queue(erlang::Argument::Agents), agents)?;
    if !retrials.is_known() || agents.is_nan() || threshold.is_nan() {
        return Ok(RetrialMetrics { attempts: f64::NAN, blocking_probability: f64::NAN, service: UNKNOWN });
    }
    settle(retrials, agents, threshold)
}

/// The fewest agents with whom the attempts that find a line are served as `staffing` asks; infinite when no number will
/// do. They are whole where lines are limited. Where those who find no line try again and contacts leave sooner than they
/// are served, more agents can mean more attempts: then it is a number that will do where one less will not.
///
/// # Errors
/// Those of `retrial_metrics`, and of the targets.
pub fn retrial_required_agents(retrials: &RetrialQueue, staffing: &Staffing) -> Result<Requirement, ModelError> {
    retrials.check()?;
    staffing.check(&retrials.queue)?;
    let limited = retrials.lines < f64::INFINITY;
    let staffing = Staffing { fractional: staffing.fractional && !limited, ..*staffing };
    let queue = retrials.queue;
    if let Some(known) = without_search(&queue, &staffing, retrials.is_known())
        && !(known.agents == f64::INFINITY && limited)
    {
        return Ok(known);
    }
    let endless = queue.patience_s == f64::INFINITY && !limited;
    let search = Search {
        too_few: if endless { too_few(queue.offered_load(), staffing.fractional) } else { 0.0 },
        most: retrials.lines,
        start: queue.offered_load(),
    };
    let found = fewest(&search, &staffing, |agents| {
        settle(retrials, agents, &staffing.threshold).map(|metrics| metrics.service)
    })?;
    Ok(with_min_agents(found, &staffing))
}

/// The measures at the rate of attempts that feeds itself.
fn settle(retrials: &RetrialQueue, agents: f64, threshold: &Threshold) -> Result<RetrialMetrics, ModelError> {
    let first = retrials.queue.arrivals;
    let (again, again_blocked) = (retrials.retry_probability, retrials.blocked_retry_probability);
    let at = |attempts: f64| measure(retrials, attempts, agents, threshold);
    // First attempts among so many attempts, less those that there are.
    let excess = |metrics: &RetrialMetrics| {
        let blocked = metrics.blocking_probability;
        let left = (1.0 - blocked) * metrics.service.abandon_probability;
        metrics.attempts * (1.0 - again * left - again_blocked * blocked) - first
    };
    let most = again.max(again_blocked);
    let mut low = at(first)?;
    let mut low_value = excess(&low);
    if most == 0.0 || first == 0.0 || low_value >= 0.0 {
        return Ok(low);
    }
    let mut high = at(first / (1.0 - most))?;
    let mut high_value = excess(&high);
    for step in 0..MOST_STEPS {
        let width = high.attempts - low.attempts;
        if high_value <= 0.0 || width <= 1e-14 * high.attempts {
            break;
        }
        let secant = low.attempts + width * (low_value / (low_value - high_value));
        let inside = secant > low.attempts && secant < high.attempts && step % 3 != 2;
        let middle = at(if inside { secant } else { low.attempts + 0.5 * width })?;
        let value = excess(&middle);
        if value.abs() <= 1e-14 * first {
            return Ok(middle);
        }
        if value < 0.0 {
            (low, low_value) = (middle, value);
        } else {
            (high, high_value) = (middle, value);
        }
    }
    Ok(high)
}

/// The measures when so many attempts arrive, whatever their origin.
fn measure(
    retrials: &RetrialQueue,
    attempts: f64,
    agents: f64,
    threshold: &Threshold,
) -> Result<RetrialMetrics, ModelError> {
    let queue = Queue { arrivals: attempts, ..retrials.queue };
    let lines = retrials.lines;
    if lines == f64::INFINITY || queue.offered_load() == 0.0 {
        let service = service_metrics(&queue, agents, threshold)?;
        return Ok(RetrialMetrics { attempts, blocking_probability: 0.0, service });
    }
    if agents == 0.0 && queue.patience_s == f64::INFINITY {
        // The first contacts take the lines for ever.
        let service = ServiceMetrics { mean_queue_length: lines, stable: true, ..swamped(queue.offered_load()) };
        return Ok(RetrialMetrics { attempts, blocking_probability: 1.0, service });
    }
    let places = count(lines)?;
    let slots = count(agents.min(lines))?;
    let rates: Vec<f64> = (1..=slots).map(|busy| busy as f64 / queue.aht_s).collect();
    let chain = Chain {
        arrival_rate: attempts / queue.interval_s,
        rates: &rates,
        leave_rate: 1.0 / queue.patience_s,
        room: Some(places - slots),
    };
    let (mut service, blocking_probability, _) = chain.measure(agents, |busy| busy as f64, threshold)?;
    service.offered_load = queue.offered_load();
    Ok(RetrialMetrics { attempts, blocking_probability, service })
}

/// A whole number of states.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative, and bounded")]
fn count(number: f64) -> Result<usize, ModelError> {
    if number > super::chain::MOST_STATES as f64 {
        return Err(ModelError::TooLarge { what: "lines", most: super::chain::MOST_STATES });
    }
    Ok(number as usize)
}
