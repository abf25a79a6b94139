//! Arrivals that change from interval to interval, and the steady queue that stands for each of them.
//!
//! Three ways to a load per interval, from arrivals at a constant rate within each:
//!
//! | method | load | source |
//! |---|---|---|
//! | stationary, interval by interval (SIPP) | rate x handle time | Green, Kolesar & Soares 2001 |
//! | lagged SIPP | the same of the arrivals one mean handle time earlier | the same |
//! | modified offered load (MOL) | m(t) with m' = rate - m / handle time: those in service, were there agents for all | Jagerman 1975; Massey & Whitt 1994 |
//!
//! The first two forget what the intervals before have left in service, the second not quite. None knows of a queue that
//! an interval leaves to the next: `carry` does.

use super::error::{Argument, ModelError, at_least_zero, bounded, length};
use crate::erlang::{self, Queue, ServiceMetrics, Threshold, service_metrics};
use crate::special::{drain, exp};
use crate::staffing::{Requirement, Staffing, required_agents};

/// Intervals that a series may have: half hours of five years.
pub const MOST_INTERVALS: usize = 100_000;

/// Contacts by interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series<'a> {
    /// Contacts that arrive in each interval.
    pub arrivals: &'a [f64],
    /// Length of an interval.
    pub interval_s: f64,
    /// Average handle time.
    pub aht_s: f64,
    /// Mean patience; infinite: nobody leaves, 0: nobody waits.
    pub patience_s: f64,
    /// Contacts that arrived in each interval before the first one, for long enough; 0: the queue opens empty.
    pub arrivals_before: f64,
}

/// How an interval's load is worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadMethod {
    /// Stationary, interval by interval.
    #[default]
    Sipp,
    /// The same, one mean handle time later.
    LaggedSipp,
    /// Modified offered load.
    ModifiedOfferedLoad,
}

/// Which of an interval's loads stands for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadBasis {
    /// Its mean: measures of the interval as a whole.
    #[default]
    Mean,
    /// Its greatest: agents that suffice at every moment.
    Peak,
}

/// The load of one interval, in erlangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntervalLoad {
    /// Over the interval.
    pub mean: f64,
    /// The greatest in the interval.
    pub peak: f64,
    /// At its end.
    pub end: f64,
}

impl IntervalLoad {
    fn of(&self, basis: LoadBasis) -> f64 {
        match basis {
            LoadBasis::Mean => self.mean,
            LoadBasis::Peak => self.peak,
        }
    }
}

impl Series<'_> {
    /// # Errors
    /// The first argument that is out of range, with its row where it is one of many.
    pub fn check(&self) -> Result<(), ModelError> {
        bounded("intervals", self.arrivals.len(), MOST_INTERVALS)?;
        at_least_zero(Argument::ArrivalsBefore, self.arrivals_before)?;
        self.queue(self.arrivals_before).check()?;
        let mut rows = self.arrivals.iter().enumerate();
        rows.try_for_each(|(row, arrivals)| {
            self.queue(*arrivals).check().map_err(|error| ModelError::from(error).at(row))
        })
    }

    /// A queue with these arrivals in every interval.
    pub(super) fn queue(&self, arrivals: f64) -> Queue {
        Queue { arrivals, interval_s: self.interval_s, aht_s: self.aht_s, patience_s: self.patience_s }
    }

    /// The queue in its steady state that has so much load.
    fn with_load(&self, load: f64) -> Queue {
        self.queue(if load == 0.0 { 0.0 } else { load * self.interval_s / self.aht_s })
    }

    fn load(&self, arrivals: f64) -> f64 {
        self.queue(arrivals).offered_load()
    }

    /// The arrivals of the interval that lies `back` before number `row`.
    fn earlier(&self, row: usize, back: usize) -> f64 {
        row.checked_sub(back).map_or(self.arrivals_before, |row| self.arrivals[row])
    }
}

/// The load of each interval. What is not known stays so as long as it matters.
///
/// # Errors
/// Those of `Series::check`.
pub fn interval_loads(series: &Series<'_>, method: LoadMethod) -> Result<Vec<IntervalLoad>, ModelError> {
    series.check()?;
    Ok(match method {
        LoadMethod::Sipp => {
            let rows = series.arrivals.iter().map(|arrivals| series.load(*arrivals));
            rows.map(|load| IntervalLoad { mean: load, peak: load, end: load }).collect()
        }
        LoadMethod::LaggedSipp => lagged(series),
        LoadMethod::ModifiedOfferedLoad => modified(series),
    })
}

/// The measures of each interval with its agents, who need not be whole.
///
/// # Errors
/// Those of `Series::check`, of the threshold, and of the agents, with their row.
pub fn interval_metrics(
    series: &Series<'_>,
    method: LoadMethod,
    basis: LoadBasis,
    agents: &[f64],
    threshold: &Threshold,
) -> Result<Vec<ServiceMetrics>, ModelError> {
    let loads = interval_loads(series, method)?;
    length(Argument::Queue(erlang::Argument::Agents), agents.len(), loads.len())?;
    threshold.check()?;
    let rows = loads.iter().zip(agents).enumerate();
    rows.map(|(row, (load, agents))| {
        let queue = series.with_load(load.of(basis));
        service_metrics(&queue, *agents, threshold).map_err(|error| ModelError::from(error).at(row))
    })
    .collect()
}

/// The agents that each interval requires.
///
/// # Errors
/// Those of `Series::check`, and of the targets.
pub fn interval_required_agents(
    series: &Series<'_>,
    method: LoadMethod,
    basis: LoadBasis,
    staffing: &Staffing,
) -> Result<Vec<Requirement>, ModelError> {
    let loads = interval_loads(series, method)?;
    staffing.check(&series.queue(0.0))?;
    let rows = loads.iter().enumerate();
    rows.map(|(row, load)| {
        let queue = series.with_load(load.of(basis));
        required_agents(&queue, staffing).map_err(|error| ModelError::from(error).at(row))
    })
    .collect()
}

/// An interval's load is that of its arrivals, had they come one handle time later.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "beyond the first interval all is the same"
)]
fn lagged(series: &Series<'_>) -> Vec<IntervalLoad> {
    let lag = series.aht_s / series.interval_s;
    let whole = lag.floor();
    let (back, part) = (whole as usize, lag - whole);
    let row_load = |row: usize| {
        // The first part of the interval has the arrivals of the earlier of two, the rest those of the later.
        let first = if part > 0.0 { series.load(series.earlier(row, back.saturating_add(1))) } else { 0.0 };
        let then = series.load(series.earlier(row, back));
        let mean = if part > 0.0 { part * first + (1.0 - part) * then } else { then };
        IntervalLoad { mean, peak: if first > then { first } else { then + 0.0 * first }, end: then }
    };
    (0..series.arrivals.len()).map(row_load).collect()
}

/// m' = rate - m / handle time, solved exactly: within an interval m tends to the interval's own load.
fn modified(series: &Series<'_>) -> Vec<IntervalLoad> {
    let times = series.interval_s / series.aht_s;
    let (decay, drained) = if series.aht_s == 0.0 { (0.0, 1.0) } else { (exp(-times), drain(times, exp(-times))) };
    let mut load = series.load(series.arrivals_before);
    let rows = series.arrivals.iter().map(|arrivals| {
        let (start, own) = (load, series.load(*arrivals));
        load = own + (start - own) * decay;
        let mean = start + (own - start) * drained;
        IntervalLoad { mean, peak: if start > load { start } else { load }, end: load }
    });
    rows.collect()
}
