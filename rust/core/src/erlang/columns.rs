//! The same over columns: to the bit what each row gives alone, in a fraction of the time.

use super::batch::Task;
use super::column::{Check, Range, RowError, check_constants};
use super::input::{Argument, Definition, Queue, Threshold};
use super::metrics::ServiceMetrics;
use crate::column::Column;

/// The queues of many rows.
#[derive(Clone, Copy, Debug)]
pub struct QueueColumns<'a> {
    /// Contacts that arrive in the interval.
    pub arrivals: Column<'a>,
    /// Length of the interval.
    pub interval_s: Column<'a>,
    /// Average handle time.
    pub aht_s: Column<'a>,
    /// Mean patience, infinite where nobody leaves.
    pub patience_s: Column<'a>,
}

/// The thresholds of many rows.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdColumns<'a> {
    /// Answered within this time is good service.
    pub answer_within_s: Column<'a>,
    /// One for all rows, with its own time, if it has one.
    pub definition: Definition,
}

/// Where the measures go; those not asked for are not worked out.
#[derive(Debug, Default)]
pub struct MetricsColumns<'a> {
    /// Erlangs.
    pub offered_load: Option<&'a mut [f64]>,
    /// Whether there is a steady state.
    pub stable: Option<&'a mut [bool]>,
    /// Share of time that agents are busy.
    pub occupancy: Option<&'a mut [f64]>,
    /// Share that waits.
    pub wait_probability: Option<&'a mut [f64]>,
    /// Share that leaves.
    pub abandon_probability: Option<&'a mut [f64]>,
    /// By the definition of the threshold.
    pub service_level: Option<&'a mut [f64]>,
    /// Mean wait of all.
    pub asa_s: Option<&'a mut [f64]>,
    /// Mean wait of the answered; where contacts leave, it costs more than all others together.
    pub answered_asa_s: Option<&'a mut [f64]>,
    /// Contacts that wait.
    pub mean_queue_length: Option<&'a mut [f64]>,
}

/// The measures of many queues. NaN in, NaN out; an unstable queue is not an error.
///
/// # Errors
/// A number for all rows that is out of range, or else the first row with one.
///
/// # Panics
/// When columns differ in length.
pub fn service_metrics_columns(
    queues: &QueueColumns,
    agents: Column,
    thresholds: &ThresholdColumns,
    out: &mut MetricsColumns,
) -> Result<(), RowError> {
    let rows = out.rows();
    let [arrivals, interval_s, aht_s, patience_s] = queues.checks();
    let agents_check = Check::new(Argument::Agents, agents, Range::AtLeastZero);
    let checks = [arrivals, interval_s, aht_s, patience_s, agents_check, thresholds.check()];
    check_constants(&checks, rows)?;
    thresholds.check_definition()?;
    pulp::Arch::new().dispatch(Task { queues, agents, thresholds, checks, out, rows })
}

impl<'a> QueueColumns<'a> {
    /// The queue of one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Queue {
        Queue {
            arrivals: self.arrivals.at(row),
            interval_s: self.interval_s.at(row),
            aht_s: self.aht_s.at(row),
            patience_s: self.patience_s.at(row),
        }
    }

    pub(crate) fn checks(&self) -> [Check<'a>; 4] {
        [
            Check::new(Argument::Arrivals, self.arrivals, Range::AtLeastZero),
            Check::new(Argument::IntervalS, self.interval_s, Range::AboveZero),
            Check::new(Argument::AhtS, self.aht_s, Range::AtLeastZero),
            Check::new(Argument::PatienceS, self.patience_s, Range::Patience),
        ]
    }
}

impl<'a> ThresholdColumns<'a> {
    /// The threshold of one row.
    #[must_use]
    pub fn get(&self, row: usize) -> Threshold {
        Threshold { answer_within_s: self.answer_within_s.at(row), definition: self.definition }
    }

    pub(crate) fn check(&self) -> Check<'a> {
        Check::new(Argument::AnswerWithinS, self.answer_within_s, Range::AtLeastZero)
    }

    /// # Errors
    /// When the definition's own time is out of range.
    pub(crate) fn check_definition(&self) -> Result<(), RowError> {
        let own = Threshold { answer_within_s: 0.0, definition: self.definition };
        own.check().map_err(|error| RowError { row: None, error })
    }
}

impl MetricsColumns<'_> {
    /// # Panics
    /// When two of the columns differ in length.
    fn rows(&self) -> usize {
        let numbers = [
            &self.offered_load,
            &self.occupancy,
            &self.wait_probability,
            &self.abandon_probability,
            &self.service_level,
            &self.asa_s,
            &self.answered_asa_s,
            &self.mean_queue_length,
        ];
        let lengths = numbers.iter().filter_map(|column| column.as_ref().map(|values| values.len()));
        let mut lengths = lengths.chain(self.stable.as_ref().map(|values| values.len()));
        let rows = lengths.next().unwrap_or(0);
        assert!(lengths.all(|length| length == rows), "columns of measures of equal length");
        rows
    }

    pub(super) fn set(&mut self, row: usize, metrics: &ServiceMetrics) {
        let set = |column: &mut Option<&mut [f64]>, value: f64| {
            if let Some(values) = column {
                values[row] = value;
            }
        };
        set(&mut self.offered_load, metrics.offered_load);
        set(&mut self.occupancy, metrics.occupancy);
        set(&mut self.wait_probability, metrics.wait_probability);
        set(&mut self.abandon_probability, metrics.abandon_probability);
        set(&mut self.service_level, metrics.service_level);
        set(&mut self.asa_s, metrics.asa_s);
        set(&mut self.answered_asa_s, metrics.answered_asa_s);
        set(&mut self.mean_queue_length, metrics.mean_queue_length);
        if let Some(values) = &mut self.stable {
            values[row] = metrics.stable;
        }
    }
}
