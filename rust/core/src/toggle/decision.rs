//! What an evaluation decides, and in which words.

use crate::hash::Percent;
use crate::policy::Served;

/// Why. The first six are those of the `OpenFeature` standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// On for all: the toggle has no rules.
    Static,
    /// No rule matched, or a gate before the rules sent the contact to the default.
    Default,
    /// An override or a rule.
    TargetingMatch,
    /// A ramp or a draw of variants.
    Split,
    /// Switched off.
    Disabled,
    /// Not evaluated.
    Error,
    /// Evaluated and logged; the old path is served.
    Shadow,
    /// A breaker is open.
    BreakerOpen,
    /// Consent is missing for a purpose.
    ConsentMissing,
}

/// What stood in the way, where a reason alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// No such toggle.
    FlagNotFound,
    /// The schedule is closed.
    OutsideSchedule,
    /// Another toggle does not stand as required.
    PrerequisiteFailed,
    /// A ramp or draw needs a unit and the contact has none.
    TargetingKeyMissing,
    /// The unit or the attributes have a type that cannot be used.
    InvalidContext,
    /// The toggle had faults in a policy that was loaded leniently.
    ParseError,
}

/// How far a toggle acts on a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The old path.
    Off,
    /// The old path, with the new one evaluated beside it.
    Shadow,
    /// The new path.
    Live,
}

/// The outcome of one evaluation. Small and `Copy`: names are looked up in the policy when somebody reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// What is served.
    pub served: Served,
    /// What the new path would have served, in a shadow step.
    pub shadow: Option<Served>,
    /// Why.
    pub reason: Reason,
    /// What stood in the way.
    pub code: Option<Code>,
    /// Index of the rule that matched.
    pub rule: Option<u16>,
    /// The unit's place on the ramp, in steps of a [`Percent`].
    pub bucket: Option<u32>,
    /// The share in force.
    pub percent: Option<Percent>,
    /// The purposes that the contact has not consented to: a bit for each of the toggle's, in its order.
    pub refused: u16,
}

impl Decision {
    /// A decision without a rule or ramp.
    #[must_use]
    pub fn plain(served: Served, reason: Reason, code: Option<Code>) -> Self {
        Self { served, shadow: None, reason, code, rule: None, bucket: None, percent: None, refused: 0 }
    }

    /// The decision for a contact that has not consented to some purposes.
    #[must_use]
    pub fn unconsented(refused: u16) -> Self {
        Self { refused, ..Self::plain(Served::Off, Reason::ConsentMissing, None) }
    }

    /// Whether the capability is on for the contact.
    #[inline]
    #[must_use]
    pub fn enabled(&self) -> bool {
        matches!(self.served, Served::On | Served::Variant(_))
    }

    /// How far the toggle acts.
    #[inline]
    #[must_use]
    pub fn mode(&self) -> Mode {
        match (self.enabled(), self.shadow) {
            (true, _) => Mode::Live,
            (false, Some(_)) => Mode::Shadow,
            (false, None) => Mode::Off,
        }
    }
}

impl Reason {
    /// The reason's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::Static => "STATIC",
            Reason::Default => "DEFAULT",
            Reason::TargetingMatch => "TARGETING_MATCH",
            Reason::Split => "SPLIT",
            Reason::Disabled => "DISABLED",
            Reason::Error => "ERROR",
            Reason::Shadow => "SHADOW",
            Reason::BreakerOpen => "BREAKER_OPEN",
            Reason::ConsentMissing => "CONSENT_MISSING",
        }
    }
}

impl Code {
    /// The code's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Code::FlagNotFound => "FLAG_NOT_FOUND",
            Code::OutsideSchedule => "OUTSIDE_SCHEDULE",
            Code::PrerequisiteFailed => "PREREQUISITE_FAILED",
            Code::TargetingKeyMissing => "TARGETING_KEY_MISSING",
            Code::InvalidContext => "INVALID_CONTEXT",
            Code::ParseError => "PARSE_ERROR",
        }
    }
}

impl Mode {
    /// The mode's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mode::Off => "off",
            Mode::Shadow => "shadow",
            Mode::Live => "live",
        }
    }
}
