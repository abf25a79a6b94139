//! What a watch of the policy's source does with an engine: puts policies in force, and says until when they are fresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwapOption;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use turnout_core::policy::Policy as Core;
use turnout_core::time::Micros;
use turnout_core::toggle::{Decision, Reason};

use crate::engine::Engine;
use crate::installed::{Gate, Installed};
use crate::policy::Policy;
use crate::ramp::gates;

/// What an engine keeps for its watch.
pub struct Watched {
    /// Until when the policy in force counts as fresh; `Micros::MAX` for always. An instant and no flag, so that a watch
    /// that has died or hangs need not say so.
    fresh_until: AtomicI64,
    /// The policy that was in force before. Letting go of a large one takes a millisecond, which whoever holds its last
    /// evaluation would pay; the watch pays it later.
    retired: ArcSwapOption<Core>,
}

impl Default for Watched {
    fn default() -> Self {
        Self { fresh_until: AtomicI64::new(Micros::MAX), retired: ArcSwapOption::empty() }
    }
}

impl Engine {
    /// Whether the policy in force is older than its watch allows. Asks the clock only where there is a limit.
    #[inline]
    pub fn is_stale(&self, py: Python<'_>) -> PyResult<bool> {
        let until = self.watched.fresh_until.load(Ordering::Relaxed);
        Ok(until != Micros::MAX && self.now(py)? > until)
    }
}

/// The reason of an evaluation. One of a stale policy says so, but where it stood in the way of something itself.
pub fn reason(decision: &Decision, is_stale: bool) -> &'static str {
    let served = matches!(decision.reason, Reason::Static | Reason::Default | Reason::TargetingMatch | Reason::Split);
    if is_stale && served && decision.code.is_none() { "STALE" } else { decision.reason.name() }
}

/// Puts another policy in force. Without `gates`, the engine's gate results stay, and apply where a ramp has not changed.
/// Returns those that apply nowhere, in words.
#[pyfunction]
#[pyo3(name = "_exchange", signature = (engine, policy, gates=None))]
pub fn exchange<'py>(
    engine: &Bound<'py, Engine>,
    policy: &Bound<'py, Policy>,
    gates: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<String>> {
    let core = policy.get().core();
    let this = engine.get();
    let kept: Vec<Gate> = match gates {
        Some(given) => self::gates(Some(given))?.into_iter().map(|result| Gate::new(result, core)).collect(),
        None => this.load().gates.to_vec(),
    };
    let (next, idle) = Installed::keeping(policy, kept, this.exposures()).map_err(PyValueError::new_err)?;
    let old = this.current.swap(Arc::new(next));
    this.watched.retired.store(Some(Arc::clone(&old.engine.policy)));
    Ok(idle)
}

/// Lets go of the policy that was in force before, beside the threads that evaluate.
#[pyfunction]
#[pyo3(name = "_let_go")]
pub fn let_go(engine: &Bound<'_, Engine>) {
    if let Some(last) = engine.get().watched.retired.swap(None).and_then(Arc::into_inner) {
        engine.py().detach(|| drop(last));
    }
}

/// Says until when the policy in force counts as fresh, in microseconds since the epoch.
#[pyfunction]
#[pyo3(name = "_keep_fresh")]
pub fn keep_fresh(engine: &Bound<'_, Engine>, until_us: Micros) {
    engine.get().watched.fresh_until.store(until_us, Ordering::Relaxed);
}

/// The engine's time, in microseconds since the epoch.
#[pyfunction]
#[pyo3(name = "_now_us")]
pub fn now_us(engine: &Bound<'_, Engine>) -> PyResult<Micros> {
    engine.get().now(engine.py())
}

/// A policy's document as the bytes of its JSON, made without the dictionaries of `Policy.document`.
#[pyfunction]
#[pyo3(name = "_document_json")]
pub fn document_json<'py>(policy: &Bound<'py, Policy>) -> Bound<'py, PyBytes> {
    PyBytes::new(policy.py(), policy.get().core().document().as_bytes())
}
