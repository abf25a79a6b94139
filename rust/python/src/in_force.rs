//! The engine's other methods: the policy in force, and what is known of it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::instant;
use crate::engine::Engine;
use crate::handle::Toggle;
use crate::installed::Installed;
use crate::policy::Policy;
use crate::ramp::{gates, positions};

#[pymethods]
impl Engine {
    /// The policy in force.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.load().policy.clone_ref(py)
    }

    /// A handle on a toggle, without the look-up by name.
    ///
    /// Raises
    /// ------
    /// KeyError
    ///     The policy has no such toggle.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.toggle("phone")
    /// Toggle("phone")
    fn toggle(slf: &Bound<'_, Self>, key: &str) -> PyResult<Toggle> {
        Toggle::new(slf.clone().unbind(), key, &slf.get().load())
    }

    /// Puts another policy in force, whole: an evaluation sees the old or the new one, never a mix. Usage counts anew.
    ///
    /// Parameters
    /// ----------
    /// policy, gates
    ///     As of `Engine`.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     A gate result names no step that waits for samples; the old policy stays in force.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.swap(turnout.Policy.from_document({"turnout": 1, "toggles": {}}))
    /// >>> engine.is_enabled("phone")
    /// False
    #[pyo3(signature = (policy, *, gates=None))]
    fn swap(&self, policy: &Bound<'_, Policy>, gates: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let gates = self::gates(gates)?;
        let next = Installed::new(policy, &gates, self.exposures()).map_err(PyValueError::new_err)?;
        self.install(next);
        Ok(())
    }

    /// How often each toggle was evaluated, and came out on, since its policy was put in force.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Key to `{"evaluations": int, "enabled": int}`.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate("phone").enabled, engine.usage()["phone"]
    /// (True, {'evaluations': 1, 'enabled': 1})
    fn usage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.counts(py)
    }

    /// How often each purpose of a toggle was refused for want of consent, since its policy was put in force.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Key to `{purpose: int}`, for the toggles that ask for consent.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.refusals()["billing-bot"]
    /// {'ai_chat': 0}
    fn refusals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.refused(py)
    }

    /// Where the ramps of a toggle stand.
    ///
    /// Parameters
    /// ----------
    /// key, at
    ///     As of `evaluate`.
    ///
    /// Returns
    /// -------
    /// tuple of RampPosition
    ///     One per rule with a ramp.
    ///
    /// Raises
    /// ------
    /// KeyError
    ///     The policy has no such toggle.
    /// TypeError, ValueError, Exception
    ///     As `evaluate` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> [position.steps for position in engine.ramp("billing-bot")]
    /// [4]
    #[pyo3(signature = (key, *, at=None))]
    fn ramp<'py>(&self, py: Python<'py>, key: &str, at: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyTuple>> {
        let installed = self.load();
        let toggle = installed.find(key)?;
        let now = at.map(instant).transpose()?.map_or_else(|| self.now(py), Ok)?;
        positions(py, &installed, toggle, now)
    }
}
