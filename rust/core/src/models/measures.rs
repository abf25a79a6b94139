//! What the models' answers have in common.

use crate::erlang::{Definition, ServiceMetrics};

/// Nothing is known.
pub(super) const UNKNOWN: ServiceMetrics = ServiceMetrics {
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

/// Nobody comes.
pub(super) const IDLE: ServiceMetrics = ServiceMetrics {
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

/// More comes than can be answered, and nobody leaves: what the queue tends to.
pub(super) fn swamped(offered_load: f64) -> ServiceMetrics {
    ServiceMetrics {
        offered_load,
        stable: false,
        occupancy: 1.0,
        wait_probability: 1.0,
        abandon_probability: 0.0,
        service_level: 0.0,
        asa_s: f64::INFINITY,
        answered_asa_s: f64::INFINITY,
        mean_queue_length: f64::INFINITY,
    }
}

/// Shares of all contacts that decide the service level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    /// Leave unanswered.
    pub(super) abandoned: f64,
    /// Are answered after the target time.
    pub(super) answered_late: f64,
    /// Still wait at the target time.
    pub(super) still_waiting: f64,
    /// Would still wait, had their patience been endless.
    pub(super) virtual_late: f64,
    /// Leave within the target time.
    pub(super) abandoned_within: f64,
    /// Leave within the time in which abandons do not count.
    pub(super) short: f64,
}

impl Shares {
    /// The service level; 0 where nobody counts, for there is load.
    pub(super) fn level(&self, definition: Definition) -> f64 {
        let (bad, of) = match definition {
            Definition::Offered => (self.abandoned + self.answered_late, 1.0),
            Definition::Answered => (self.answered_late, 1.0 - self.abandoned),
            Definition::ExcludeAbandonsWithinTarget => (self.still_waiting, 1.0 - self.abandoned_within),
            Definition::CountAbandonsWithinTarget => (self.still_waiting, 1.0),
            Definition::ExcludeShortAbandons { .. } => {
                (self.abandoned - self.short + self.answered_late, 1.0 - self.short)
            }
            Definition::Virtual => (self.virtual_late, 1.0),
        };
        if of > 0.0 { (1.0 - bad / of).clamp(0.0, 1.0) } else { 0.0 }
    }
}
