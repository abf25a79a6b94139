//! Arrivals that are not known exactly: a mixture over their rate, which follows a Gamma law.
//!
//! With coefficient of variation c the rate is the forecast times a Gamma variate of shape 1/c^2 and mean 1. The mixture
//! is taken at the nodes of the generalised Gauss-Laguerre rule: the eigenvalues of the Jacobi matrix of its orthogonal
//! polynomials, with c^2 (2 i + 1/c^2) on the diagonal and c^2 sqrt(i (i - 1 + 1/c^2)) beside it (Golub & Welsch 1969).
//! A rule of m nodes is exact for polynomials of degree 2 m - 1. Where agents are many and c is far above 1/sqrt(load),
//! service is nearly a step of the rate, and more than the usual 5 to 9 nodes are worth their time.

use super::error::{Argument, ModelError, at_least_zero, ensure};
use super::measures::UNKNOWN;
use super::search::{Search, fewest, too_few, with_min_agents, without_search};
use crate::erlang::{self, Definition, Queue, ServiceMetrics, Threshold, service_metrics};
use crate::staffing::{Requirement, Staffing};

/// Nodes that serve most forecasts.
pub const USUAL_NODES: usize = 9;
const FEWEST_NODES: usize = 5;
const MOST_NODES: usize = 65;

/// A queue whose arrivals are forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// The contacts; `arrivals` is their mean.
    pub queue: Queue,
    /// Standard deviation of the arrivals' rate over its mean; 0: it is known.
    pub arrivals_cv: f64,
    /// Points at which the mixture is evaluated.
    pub nodes: usize,
}

/// The measures over many intervals with the same forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForecastMetrics {
    /// Of the contacts of all intervals: busy intervals count by their contacts. Occupancy and queue length are means over
    /// time. Not stable when some node is not.
    pub service: ServiceMetrics,
    /// The mean of the intervals' service levels, whatever their contacts.
    pub interval_service_level: f64,
}

impl Forecast {
    /// # Errors
    /// The first argument that is out of range.
    pub fn check(&self) -> Result<(), ModelError> {
        self.queue.check()?;
        ensure((0.0..=10.0).contains(&self.arrivals_cv), Argument::ArrivalsCv, self.arrivals_cv)?;
        ensure((FEWEST_NODES..=MOST_NODES).contains(&self.nodes), Argument::Nodes, self.nodes as f64)
    }

    fn is_known(&self) -> bool {
        !(self.queue.offered_load().is_nan() || self.queue.patience_s.is_nan() || self.arrivals_cv.is_nan())
    }

    /// The rates of the mixture, as multiples of the forecast, and their weights.
    fn mixture(&self) -> Vec<Node> {
        if self.arrivals_cv == 0.0 {
            vec![Node { at: 1.0, weight: 1.0 }]
        } else {
            gamma_nodes(self.arrivals_cv, self.nodes)
        }
    }
}

/// The measures of a forecast queue with so many `agents`. NaN in, NaN out.
///
/// # Errors
/// The first argument that is out of range.
pub fn forecast_metrics(
    forecast: &Forecast,
    agents: f64,
    threshold: &Threshold,
) -> Result<ForecastMetrics, ModelError> {
    forecast.check()?;
    at_least_zero(Argument::Queue(erlang::Argument::Agents), agents)?;
    threshold.check()?;
    if !forecast.is_known() || agents.is_nan() || threshold.is_nan() {
        return Ok(ForecastMetrics { service: UNKNOWN, interval_service_level: f64::NAN });
    }
    mix(&forecast.queue, &forecast.mixture(), agents, threshold)
}

/// The fewest agents with whom the contacts of many such intervals together are served as `staffing` asks; infinite when
/// no number will do.
///
/// # Errors
/// Those of `forecast_metrics`, and of the targets.
pub fn forecast_required_agents(forecast: &Forecast, staffing: &Staffing) -> Result<Requirement, ModelError> {
    forecast.check()?;
    let queue = forecast.queue;
    staffing.check(&queue)?;
    if let Some(known) = without_search(&queue, staffing, forecast.is_known()) {
        return Ok(known);
    }
    let mixture = forecast.mixture();
    let load = queue.offered_load();
    let endless = queue.patience_s == f64::INFINITY;
    let search = Search {
        too_few: if endless { too_few(load, staffing.fractional) } else { 0.0 },
        most: f64::INFINITY,
        start: load,
    };
    let found = fewest(&search, staffing, |agents| {
        mix(&queue, &mixture, agents, &staffing.threshold).map(|metrics| metrics.service)
    })?;
    Ok(with_min_agents(found, staffing))
}

fn mix(queue: &Queue, mixture: &[Node], agents: f64, threshold: &Threshold) -> Result<ForecastMetrics, ModelError> {
    if let [_] = mixture {
        let service = service_metrics(queue, agents, threshold)?;
        return Ok(ForecastMetrics { service, interval_service_level: service.service_level });
    }
    let mut sum = ServiceMetrics { stable: true, ..super::measures::IDLE };
    let (mut good, mut counted, mut answered, mut level) = (0.0, 0.0, 0.0, 0.0);
    let (mut answered_asa_s, mut answered_here) = (0.0, 0.0);
    for Node { at, weight } in mixture {
        let here = Queue { arrivals: queue.arrivals * at, ..*queue };
        let metrics = service_metrics(&here, agents, threshold)?;
        let share = weight * at;
        let counts = counted_share(&here, agents, threshold, &metrics)?;
        good += share * counts * metrics.service_level;
        counted += share * counts;
        level += weight * metrics.service_level;
        answered_here += share * (1.0 - metrics.abandon_probability) * metrics.answered_asa_s;
        answered += share * (1.0 - metrics.abandon_probability);
        answered_asa_s += share * metrics.answered_asa_s;
        sum.stable &= metrics.stable;
        sum.offered_load += weight * metrics.offered_load;
        sum.occupancy += weight * metrics.occupancy;
        sum.mean_queue_length += weight * metrics.mean_queue_length;
        sum.wait_probability += share * metrics.wait_probability;
        sum.abandon_probability += share * metrics.abandon_probability;
        sum.asa_s += share * metrics.asa_s;
    }
    sum.answered_asa_s = if answered > 0.0 { answered_here / answered } else { answered_asa_s };
    sum.service_level = if counted > 0.0 { good / counted } else { 0.0 };
    if queue.offered_load() == 0.0 {
        sum = super::measures::IDLE;
    }
    Ok(ForecastMetrics { service: sum, interval_service_level: level })
}

/// The share of contacts that the service level is a share of.
fn counted_share(
    queue: &Queue,
    agents: f64,
    threshold: &Threshold,
    metrics: &ServiceMetrics,
) -> Result<f64, ModelError> {
    let abandoned_within = |answer_within_s: f64| -> Result<f64, ModelError> {
        let by = |definition| service_metrics(queue, agents, &Threshold { answer_within_s, definition });
        let counted = by(Definition::CountAbandonsWithinTarget)?.service_level;
        Ok(counted - by(Definition::Offered)?.service_level)
    };
    Ok(match threshold.definition {
        Definition::Answered => 1.0 - metrics.abandon_probability,
        Definition::ExcludeAbandonsWithinTarget => 1.0 - abandoned_within(threshold.answer_within_s)?,
        Definition::ExcludeShortAbandons { short_abandon_s } => 1.0 - abandoned_within(short_abandon_s)?,
        Definition::Offered | Definition::CountAbandonsWithinTarget | Definition::Virtual => 1.0,
    })
}

/// A point of a mixture.
#[derive(Clone, Copy, Debug)]
struct Node {
    at: f64,
    weight: f64,
}

/// The rule of `count` nodes for a Gamma variate of mean 1 and coefficient of variation `cv`.
///
/// The matrix's eigenvalues by cyclic Jacobi rotations, which keep small ones and weights as exact as large ones; a
/// weight is the square of an eigenvector's first entry.
fn gamma_nodes(cv: f64, count: usize) -> Vec<Node> {
    let square = cv * cv;
    let mut matrix = vec![vec![0.0; count]; count];
    for i in 0..count {
        let step = i as f64;
        matrix[i][i] = 1.0 + 2.0 * step * square;
        if i > 0 {
            let beside = (step * ((step - 1.0) * square + 1.0)).sqrt() * cv;
            matrix[i][i - 1] = beside;
            matrix[i - 1][i] = beside;
        }
    }
    let mut first = vec![0.0; count];
    first[0] = 1.0;
    for _ in 0..MOST_SWEEPS {
        let mut turned = false;
        for p in 0..count {
            for q in p + 1..count {
                turned |= rotate(&mut matrix, &mut first, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    let node = |i: usize| Node { at: f64::max(matrix[i][i], 0.0), weight: first[i] * first[i] };
    (0..count).map(node).collect()
}

/// Sweeps after which the rotations stop in any case; they converge quadratically, in ten or so.
const MOST_SWEEPS: usize = 60;

/// Turns the plane of rows `p` and `q` so that what is beside the diagonal becomes 0; whether there was anything to turn.
fn rotate(matrix: &mut [Vec<f64>], first: &mut [f64], p: usize, q: usize) -> bool {
    let beside = matrix[p][q];
    if beside.abs() <= 1e-17 * (matrix[p][p] * matrix[q][q]).abs().sqrt() || beside == 0.0 {
        return false;
    }
    let cotangent = (matrix[q][q] - matrix[p][p]) / (2.0 * beside);
    let root = (1.0 + cotangent * cotangent).sqrt();
    let tangent = if cotangent >= 0.0 { 1.0 / (cotangent + root) } else { 1.0 / (cotangent - root) };
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = tangent * cosine;
    matrix[p][p] -= tangent * beside;
    matrix[q][q] += tangent * beside;
    matrix[p][q] = 0.0;
    matrix[q][p] = 0.0;
    for k in (0..first.len()).filter(|k| *k != p && *k != q) {
        let (with_p, with_q) = (matrix[k][p], matrix[k][q]);
        matrix[k][p] = cosine * with_p - sine * with_q;
        matrix[k][q] = sine * with_p + cosine * with_q;
        matrix[p][k] = matrix[k][p];
        matrix[q][k] = matrix[k][q];
    }
    (first[p], first[q]) = (cosine * first[p] - sine * first[q], sine * first[p] + cosine * first[q]);
    true
}
