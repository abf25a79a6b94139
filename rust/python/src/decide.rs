//! What can be done with a contact.

use turnout_core::toggle::{Decision, Recorder, Subject};

use crate::installed::Installed;
use crate::subject::Use;

/// Decides for one toggle, and counts.
pub struct Decide<'a>(pub &'a Installed, pub u32);

impl Use<Decision> for Decide<'_> {
    #[inline]
    fn call(self, subject: &impl Subject) -> Decision {
        self.0.engine.decide(self.1, subject)
    }
}

/// Whether one toggle is on; counts.
pub struct IsOn<'a>(pub &'a Installed, pub u32);

impl Use<bool> for IsOn<'_> {
    // Apart from `Decide`, so that what nobody reads of the decision is never written down.
    #[inline]
    fn call(self, subject: &impl Subject) -> bool {
        self.0.engine.decide(self.1, subject).enabled()
    }
}

/// Decides for all toggles, and counts.
pub struct DecideAll<'a>(pub &'a Installed);

impl Use<Box<[Decision]>> for DecideAll<'_> {
    fn call(self, subject: &impl Subject) -> Box<[Decision]> {
        self.0.engine.decide_all(subject)
    }
}

/// Decides for one toggle under somebody's eyes; does not count.
pub struct Watch<'a>(pub &'a Installed, pub u32, pub &'a mut Recorder);

impl Use<Decision> for Watch<'_> {
    fn call(self, subject: &impl Subject) -> Decision {
        self.0.engine.peek(self.1, subject, self.2)
    }
}
