//! What a queue's service must reach.

use crate::erlang::{Argument, OutOfRange, Queue, Threshold, at_least_zero};

/// Measures within this of their bounds, relatively, have reached them: 35.7 erlangs at an occupancy of 0.85 need 42
/// agents, although 35.7/42 is more than 0.85 in its last digit.
pub(super) const SLACK: f64 = 1e-10;

/// Any of these, together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Targets {
    /// Least service level, by the definition of the threshold.
    pub service_level: Option<f64>,
    /// Greatest mean wait of all contacts.
    pub asa_s: Option<f64>,
    /// Greatest occupancy of the agents.
    pub max_occupancy: Option<f64>,
    /// Greatest share of contacts that leave unanswered.
    pub max_abandon: Option<f64>,
    /// Greatest share of contacts that wait.
    pub max_wait_probability: Option<f64>,
}

/// How many agents are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staffing {
    /// What they must reach.
    pub targets: Targets,
    /// What counts towards the service level.
    pub threshold: Threshold,
    /// Whether agents may be parts of agents.
    pub fractional: bool,
    /// Fewest agents, also where there is no load.
    pub min_agents: f64,
}

/// What decided how many agents are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// There is no load and nobody is required.
    Nothing,
    /// The fewest agents that were asked for.
    MinAgents,
    /// The service level.
    ServiceLevel,
    /// The mean wait.
    Asa,
    /// The occupancy.
    MaxOccupancy,
    /// The share that leaves.
    MaxAbandon,
    /// The share that waits.
    MaxWaitProbability,
}

impl Binding {
    /// The name of the argument that decided, in the public face.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::MinAgents => Some("min_agents"),
            Self::ServiceLevel => Some("service_level"),
            Self::Asa => Some("asa_s"),
            Self::MaxOccupancy => Some("max_occupancy"),
            Self::MaxAbandon => Some("max_abandon"),
            Self::MaxWaitProbability => Some("max_wait_probability"),
        }
    }
}

/// The targets in the order in which they are named when several require the same.
pub(super) const ORDER: [Binding; 5] =
    [Binding::ServiceLevel, Binding::Asa, Binding::MaxOccupancy, Binding::MaxAbandon, Binding::MaxWaitProbability];

impl Targets {
    /// # Errors
    /// The first target that is out of range, or that there is none.
    pub fn check(&self) -> Result<(), OutOfRange> {
        share(Argument::ServiceLevel, self.service_level)?;
        self.asa_s.map_or(Ok(()), |value| at_least_zero(Argument::AsaS, value))?;
        share(Argument::MaxOccupancy, self.max_occupancy)?;
        if let Some(value) = self.max_occupancy.filter(|value| *value == 0.0) {
            return Err(OutOfRange { argument: Argument::MaxOccupancy, value });
        }
        share(Argument::MaxAbandon, self.max_abandon)?;
        share(Argument::MaxWaitProbability, self.max_wait_probability)?;
        if self.in_order().iter().all(Option::is_none) {
            return Err(OutOfRange { argument: Argument::Targets, value: f64::NAN });
        }
        Ok(())
    }

    /// The greatest value of each measure that is the worse the greater it is, as in `ORDER`.
    pub(super) fn in_order(&self) -> [Option<f64>; 5] {
        let late = self.service_level.map(|least| 1.0 - least);
        [late, self.asa_s, self.max_occupancy, self.max_abandon, self.max_wait_probability]
    }
}

impl Staffing {
    /// # Errors
    /// The first argument that is out of range.
    pub fn check(&self, queue: &Queue) -> Result<(), OutOfRange> {
        queue.check()?;
        self.targets.check()?;
        self.threshold.check()?;
        at_least_zero(Argument::MinAgents, self.min_agents)
    }
}

fn share(argument: Argument, value: Option<f64>) -> Result<(), OutOfRange> {
    match value {
        Some(value) if !(value.is_nan() || (0.0..=1.0).contains(&value)) => Err(OutOfRange { argument, value }),
        _ => Ok(()),
    }
}
