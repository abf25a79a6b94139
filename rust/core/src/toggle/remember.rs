//! A contact asked by many toggles at once.

use std::cell::Cell;

use crate::policy::{Slot, Test};
use crate::time::Micros;

use super::attribute::Attribute;
use super::evaluate::{Subject, Unit};

/// A contact of whom each test of a policy is asked once, however many toggles ask it.
pub struct Remembering<'s, S> {
    subject: &'s S,
    answers: Box<[Cell<Option<bool>>]>,
}

impl<'s, S: Subject> Remembering<'s, S> {
    /// A contact of whom nothing was asked yet, for a policy of so many tests.
    pub fn new(subject: &'s S, tests: usize) -> Self {
        Self { subject, answers: vec![Cell::new(None); tests].into_boxed_slice() }
    }
}

impl<S: Subject> Subject for Remembering<'_, S> {
    #[inline]
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        self.subject.attribute(slot, then)
    }

    #[inline]
    fn test(&self, test: &Test) -> bool {
        let known = &self.answers[test.id as usize];
        known.get().unwrap_or_else(|| {
            let answer = self.subject.test(test);
            known.set(Some(answer));
            answer
        })
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        self.subject.unit(slot, then)
    }

    #[inline]
    fn now(&self) -> Micros {
        self.subject.now()
    }
}
