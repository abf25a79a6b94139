//! A toggle looked up once and asked often.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;

use crate::engine::Engine;
use crate::evaluation::Evaluation;
use crate::installed::Installed;

/// One toggle of an engine, without the look-up by name. It follows the engine through swaps.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> phone = turnout.Engine(policy, clock=turnout.SystemClock()).toggle("phone")
/// >>> phone.is_enabled("customer-42")
/// True
#[pyclass(frozen, module = "turnout")]
pub struct Toggle {
    engine: Py<Engine>,
    key: Box<str>,
    /// The generation and the index found in it, in one word so that they are read together.
    found: AtomicU64,
}

const ABSENT: u32 = u32::MAX;

impl Toggle {
    pub fn new(engine: Py<Engine>, key: &str, installed: &Installed) -> PyResult<Self> {
        installed.find(key)?;
        let toggle = Self { engine, key: key.into(), found: AtomicU64::new(0) };
        toggle.look_up(installed);
        Ok(toggle)
    }

    #[inline]
    fn index(&self, installed: &Installed) -> Option<u32> {
        let found = self.found.load(Ordering::Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "two halves of one word")]
        let (generation, index) = ((found >> 32) as u32, found as u32);
        let index = if generation == installed.generation { index } else { self.look_up(installed) };
        (index != ABSENT).then_some(index)
    }

    #[cold]
    fn look_up(&self, installed: &Installed) -> u32 {
        let index = installed.engine.policy.find(&self.key).unwrap_or(ABSENT);
        self.found.store((u64::from(installed.generation) << 32) | u64::from(index), Ordering::Relaxed);
        index
    }
}

#[pymethods]
impl Toggle {
    /// The toggle's key.
    #[getter]
    fn key(&self) -> &str {
        &self.key
    }

    /// As `Engine.is_enabled`, without the key.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError, Exception
    ///     As `Engine.is_enabled` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> phone = engine.toggle("phone")
    /// >>> phone.is_enabled("customer-42")
    /// True
    #[pyo3(signature = (unit=None, attributes=None))]
    fn is_enabled(
        &self,
        py: Python<'_>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let engine = self.engine.get();
        let installed = engine.load();
        let Some(index) = self.index(&installed) else { return Ok(false) };
        engine.is_on(py, &installed, index, unit, attributes)
    }

    /// As `Engine.evaluate`, without the key.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError, Exception
    ///     As `Engine.evaluate` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> phone = engine.toggle("phone")
    /// >>> phone.evaluate("customer-42").value
    /// True
    #[pyo3(signature = (unit=None, attributes=None, default=None, *, at=None))]
    fn evaluate(
        &self,
        py: Python<'_>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluation> {
        let engine = self.engine.get();
        let installed = engine.load();
        let index = self.index(&installed);
        engine.evaluation(py, arc_swap::Guard::into_inner(installed), index, &self.key, unit, attributes, default, at)
    }

    fn __repr__(&self) -> String {
        format!("Toggle({:?})", self.key)
    }
}
