//! What a queue is asked about, and what of it is out of range.

use std::fmt;

/// The contacts of one queue in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// Contacts that arrive in the interval.
    pub arrivals: f64,
    /// Length of the interval.
    pub interval_s: f64,
    /// Average handle time.
    pub aht_s: f64,
    /// Mean patience; infinite, or above 1e100 handle times: nobody leaves (Erlang C), 0: nobody waits (Erlang B).
    pub patience_s: f64,
}

impl Queue {
    /// arrivals x handle time / interval, in erlangs.
    #[inline(always)]
    #[must_use]
    pub fn offered_load(&self) -> f64 {
        self.arrivals * self.aht_s / self.interval_s
    }

    /// # Errors
    /// The first argument that is out of range. NaN is in range: it means that nothing is known.
    pub fn check(&self) -> Result<(), OutOfRange> {
        at_least_zero(Argument::Arrivals, self.arrivals)?;
        above_zero(Argument::IntervalS, self.interval_s)?;
        at_least_zero(Argument::AhtS, self.aht_s)?;
        if self.patience_s < 0.0 {
            return Err(OutOfRange { argument: Argument::PatienceS, value: self.patience_s });
        }
        at_least_zero(Argument::OfferedLoad, self.offered_load())
    }
}

/// Patience in handle times; so long that numbers no longer can hold what it makes, it is endless.
#[inline(always)]
pub(crate) fn patience(patience_s: f64, aht_s: f64) -> f64 {
    let patience = patience_s / aht_s;
    if patience > LONGEST { f64::INFINITY } else { patience }
}

/// The longest patience that ends, in handle times.
const LONGEST: f64 = 1e100;

/// What counts as good service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Answered within this time is good service.
    pub answer_within_s: f64,
    /// What the answered are divided by.
    pub definition: Definition,
}

impl Threshold {
    /// Whether a time of it is not known.
    pub(crate) fn is_nan(&self) -> bool {
        match self.definition {
            Definition::ExcludeShortAbandons { short_abandon_s } => {
                self.answer_within_s.is_nan() || short_abandon_s.is_nan()
            }
            _ => self.answer_within_s.is_nan(),
        }
    }

    /// # Errors
    /// When a time is negative or infinite.
    pub fn check(&self) -> Result<(), OutOfRange> {
        at_least_zero(Argument::AnswerWithinS, self.answer_within_s)?;
        match self.definition {
            Definition::ExcludeShortAbandons { short_abandon_s } => {
                at_least_zero(Argument::ShortAbandonS, short_abandon_s)
            }
            _ => Ok(()),
        }
    }
}

/// The definitions of service level in use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Definition {
    /// Answered in time / offered.
    #[default]
    Offered,
    /// Answered in time / answered.
    Answered,
    /// Answered in time / (offered - abandoned in time).
    ExcludeAbandonsWithinTarget,
    /// (Answered in time + abandoned in time) / offered.
    CountAbandonsWithinTarget,
    /// Answered in time / (offered - abandoned within a time of its own).
    ExcludeShortAbandons {
        /// Who leaves within this time is not counted.
        short_abandon_s: f64,
    },
    /// The share whose wait would have been short enough, had their patience been endless.
    Virtual,
}

/// An argument, by its name in the public face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Contacts per interval.
    Arrivals,
    /// Length of the interval.
    IntervalS,
    /// Average handle time.
    AhtS,
    /// Mean patience.
    PatienceS,
    /// Erlangs.
    OfferedLoad,
    /// Agents at work.
    Agents,
    /// Time within which an answer is good service.
    AnswerWithinS,
    /// Time within which an abandon is not counted.
    ShortAbandonS,
    /// A quantile's probability.
    Probability,
    /// Target of the service level.
    ServiceLevel,
    /// Target of the average speed of answer.
    AsaS,
    /// Greatest occupancy.
    MaxOccupancy,
    /// Greatest share of abandons.
    MaxAbandon,
    /// Greatest share of contacts that wait.
    MaxWaitProbability,
    /// Share of paid time away from the queue.
    Shrinkage,
    /// Fewest agents.
    MinAgents,
    /// The targets as a whole.
    Targets,
}

impl Argument {
    /// The name in the public face.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Arrivals => "arrivals",
            Self::IntervalS => "interval_s",
            Self::AhtS => "aht_s",
            Self::PatienceS => "patience_s",
            Self::OfferedLoad => "offered_load",
            Self::Agents => "agents",
            Self::AnswerWithinS => "answer_within_s",
            Self::ShortAbandonS => "short_abandon_s",
            Self::Probability => "quantile",
            Self::ServiceLevel => "service_level",
            Self::AsaS => "asa_s",
            Self::MaxOccupancy => "max_occupancy",
            Self::MaxAbandon => "max_abandon",
            Self::MaxWaitProbability => "max_wait_probability",
            Self::Shrinkage => "shrinkage",
            Self::MinAgents => "min_agents",
            Self::Targets => "targets",
        }
    }

    /// What the argument may be.
    #[must_use]
    pub fn range(self) -> &'static str {
        match self {
            Self::IntervalS => "above 0 and finite",
            Self::PatienceS => "0 or more (infinite: nobody leaves)",
            Self::Probability | Self::Shrinkage => "from 0 to below 1",
            Self::ServiceLevel | Self::MaxAbandon | Self::MaxWaitProbability => "from 0 to 1",
            Self::Targets => "one or more of service_level, asa_s, max_occupancy, max_abandon, max_wait_probability",
            Self::MaxOccupancy => "above 0 and at most 1",
            _ => "0 or more and finite",
        }
    }
}

/// An argument and its value that no queue can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutOfRange {
    /// Which argument.
    pub argument: Argument,
    /// What it was.
    pub value: f64,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.argument.name(), self.argument.range())?;
        if self.value.is_nan() { Ok(()) } else { write!(f, ", not {}", self.value) }
    }
}

impl std::error::Error for OutOfRange {}

/// # Errors
/// When `value` is negative or infinite.
pub(crate) fn at_least_zero(argument: Argument, value: f64) -> Result<(), OutOfRange> {
    if value < 0.0 || value == f64::INFINITY { Err(OutOfRange { argument, value }) } else { Ok(()) }
}

fn above_zero(argument: Argument, value: f64) -> Result<(), OutOfRange> {
    if value <= 0.0 || value == f64::INFINITY { Err(OutOfRange { argument, value }) } else { Ok(()) }
}
