//! What one evaluation may ask of the world outside: the time, and who has consented.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use turnout_core::time::Micros;

use crate::clock::Clock;
use crate::consent::ConsentSource;
use crate::engine::Engine;
use crate::exposure::ExposureBuffer;
use crate::installed::Installed;

/// The world outside, for one call. The instant is asked once at the most, so that all of the call sees the same.
pub struct Outside<'a, 'py> {
    pub py: Python<'py>,
    pub consent: Option<&'a ConsentSource>,
    clock: &'a Clock,
    known: Cell<Option<Micros>>,
    failure: RefCell<Option<PyErr>>,
}

impl<'a, 'py> Outside<'a, 'py> {
    #[inline]
    pub fn new(py: Python<'py>, clock: &'a Clock, consent: Option<&'a ConsentSource>, at: Option<Micros>) -> Self {
        Self { py, consent, clock, known: Cell::new(at), failure: RefCell::new(None) }
    }

    #[inline]
    pub fn now(&self) -> Micros {
        if let Some(at) = self.known.get() {
            return at;
        }
        let at = self.clock.now(self.py).unwrap_or_else(|failure| {
            self.fail(failure);
            0
        });
        self.known.set(Some(at));
        at
    }

    /// Keeps what went wrong; the first failure is the one to tell.
    #[cold]
    pub fn fail(&self, failure: PyErr) {
        self.failure.borrow_mut().get_or_insert(failure);
    }

    #[inline]
    pub fn has_failed(&self) -> bool {
        self.failure.borrow().is_some()
    }

    /// What has gone wrong so far.
    pub fn failed(&self) -> PyResult<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// What went wrong.
    #[inline]
    pub fn finish(self) -> PyResult<()> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }
}

impl Engine {
    /// Puts a policy in force.
    pub fn install(&self, next: Installed) {
        self.current.store(std::sync::Arc::new(next));
    }

    pub fn now(&self, py: Python<'_>) -> PyResult<Micros> {
        self.clock.now(py)
    }

    /// What one call may ask of the world outside.
    #[inline]
    pub fn outside<'a, 'py>(&'a self, py: Python<'py>, at: Option<Micros>) -> Outside<'a, 'py> {
        Outside::new(py, &self.clock, self.consent.as_ref(), at)
    }

    #[inline]
    pub fn exposures(&self) -> Option<&ExposureBuffer> {
        self.exposures.as_ref().map(Py::get)
    }
}
