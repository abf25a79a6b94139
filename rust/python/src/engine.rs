//! The engine as Python sees it.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyInt, PyString, PyTuple};
use turnout_core::toggle::{Recorder, Verdict, Visitor};

use crate::batch::{Arguments, EvaluationBatch, evaluate as evaluate_batch};
use crate::clock::Clock;
use crate::column::Column;
use crate::convert::instant;
use crate::decide::{Decide, DecideAll, IsOn, Watch};
use crate::evaluation::{Evaluation, Evaluations, INVALID_CONTEXT, NOT_FOUND};
use crate::explanation::Explanation;
use crate::handle::Toggle;
use crate::installed::Installed;
use crate::policy::Policy;
use crate::ramp::{RampPosition, gates};
use crate::rows::Instants;
use crate::subject::{Contact, Now};

/// A policy in force, asked for every contact.
///
/// Parameters
/// ----------
/// policy : Policy
///     The policy.
/// clock : SystemClock, ManualClock or callable
///     Where the time comes from when a call does not bring it; a callable returns an aware datetime.
/// gates : iterable of GateResult
///     Gates of ramps that have passed. A step that asks for samples holds without one.
///
/// Raises
/// ------
/// ValueError
///     A gate result names no step that waits for samples.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> policy = turnout.Policy.from_document({"turnout": 1, "toggles": {}})
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> engine.evaluate("no-such-toggle", "customer-42", default=False).code
/// 'FLAG_NOT_FOUND'
#[pyclass(frozen, weakref, module = "turnout")]
pub struct Engine {
    current: ArcSwap<Installed>,
    clock: Clock,
}

impl Engine {
    #[inline]
    pub fn load(&self) -> Guard<Arc<Installed>> {
        self.current.load()
    }

    /// Whether a toggle is on for one contact.
    #[inline]
    pub fn is_on(
        &self,
        py: Python<'_>,
        installed: &Installed,
        toggle: u32,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let now = Now::new(py, &self.clock, None);
        let on = Contact::from_arguments(unit, attributes).with(installed, &now, IsOn(installed, toggle));
        now.finish()?;
        Ok(on.unwrap_or(INVALID_CONTEXT.enabled()))
    }

    /// Decides and keeps what belongs to the result.
    #[expect(clippy::too_many_arguments, reason = "the arguments of evaluate, and what was looked up before")]
    pub fn evaluation(
        &self,
        py: Python<'_>,
        installed: Arc<Installed>,
        toggle: Option<u32>,
        key: &str,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluation> {
        let at = at.map(instant).transpose()?;
        let decision = match toggle {
            Some(toggle) => {
                let now = Now::new(py, &self.clock, at);
                let decide = Decide(&installed, toggle);
                let decision = Contact::from_arguments(unit, attributes).with(&installed, &now, decide);
                now.finish()?;
                decision.unwrap_or(INVALID_CONTEXT)
            }
            None => NOT_FOUND,
        };
        Ok(Evaluation::new(installed, toggle, key, decision, default))
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (policy, *, clock, gates=None))]
    fn new(policy: &Bound<'_, Policy>, clock: &Bound<'_, PyAny>, gates: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let installed = Installed::new(policy, &self::gates(gates)?).map_err(PyValueError::new_err)?;
        let current = ArcSwap::from_pointee(installed);
        Ok(Self { current, clock: Clock::from_object(clock)? })
    }

    /// The policy in force.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.load().policy.clone_ref(py)
    }

    /// Evaluates a toggle for a contact. Never raises for a toggle that exists, whatever the contact brings.
    ///
    /// Parameters
    /// ----------
    /// key : str
    ///     The toggle.
    /// unit : str, int, None or Context
    ///     Who is placed on ramps; with a `Context`, attributes are left out.
    /// attributes : mapping
    ///     What rules look at, by name. Read lazily: only what the rules need.
    /// default : object
    ///     The value when the toggle is switched off or unknown.
    /// at : datetime or int
    ///     The instant; the clock's when left out. Microseconds since the epoch if an int.
    ///
    /// Returns
    /// -------
    /// Evaluation
    ///     An unknown key gives the default with reason `ERROR` and code `FLAG_NOT_FOUND`.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError
    ///     `at` is not an instant, or the key is not text.
    #[pyo3(signature = (key, unit=None, attributes=None, default=None, *, at=None))]
    fn evaluate(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluation> {
        let installed = self.current.load_full();
        let key = key.to_str()?;
        let toggle = installed.engine.policy.find(key);
        self.evaluation(py, installed, toggle, key, unit, attributes, default, at)
    }

    /// Whether a toggle is on for a contact; False for an unknown one.
    ///
    /// Parameters
    /// ----------
    /// key : str
    ///     The toggle.
    /// unit : str, int, None or Context
    ///     Who is placed on ramps; with a `Context`, attributes are left out.
    /// attributes : mapping
    ///     What rules look at, by name.
    ///
    /// Returns
    /// -------
    /// bool
    #[pyo3(signature = (key, unit=None, attributes=None))]
    fn is_enabled(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let installed = self.load();
        let Some(toggle) = installed.engine.policy.find(key.to_str()?) else { return Ok(false) };
        self.is_on(py, &installed, toggle, unit, attributes)
    }

    /// Evaluates as `evaluate` does, through the same code, and says for each step what was looked at and how it went.
    /// Does not count as usage.
    ///
    /// Returns
    /// -------
    /// Explanation
    ///     Its `str()` is a tree.
    #[pyo3(signature = (key, unit=None, attributes=None, default=None, *, at=None))]
    fn explain(
        &self,
        py: Python<'_>,
        key: &str,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Explanation> {
        let installed = self.current.load_full();
        let now = Now::new(py, &self.clock, at.map(instant).transpose()?);
        let mut recorder = Recorder::default();
        let toggle = installed.engine.policy.find(key);
        let decision = match toggle {
            None => NOT_FOUND,
            Some(toggle) => {
                let watch = Watch(&installed, toggle, &mut recorder);
                let decided = Contact::from_arguments(unit, attributes).with(&installed, &now, watch);
                decided.unwrap_or_else(|| {
                    let why = "the attributes are no mapping from names to values, or stand beside a Context";
                    recorder.step("context", Verdict::Decided, || why.to_owned());
                    INVALID_CONTEXT
                })
            }
        };
        now.finish()?;
        Explanation::new(py, Evaluation::new(installed, toggle, key, decision, default), recorder.steps)
    }

    /// Evaluates every toggle for one contact.
    ///
    /// Returns
    /// -------
    /// Evaluations
    ///     A mapping from key to `Evaluation`.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError
    ///     `at` is not an instant.
    #[pyo3(signature = (unit=None, attributes=None, *, at=None))]
    fn evaluate_all(
        &self,
        py: Python<'_>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluations> {
        let installed = self.current.load_full();
        let now = Now::new(py, &self.clock, at.map(instant).transpose()?);
        let decisions = Contact::from_arguments(unit, attributes).with(&installed, &now, DecideAll(&installed));
        now.finish()?;
        let none = || vec![INVALID_CONTEXT; installed.engine.policy.toggles.len()].into_boxed_slice();
        let decisions = decisions.unwrap_or_else(none);
        Ok(Evaluations::new(installed, decisions))
    }

    /// Evaluates a toggle for many contacts at once, with the same answers as one by one.
    ///
    /// Parameters
    /// ----------
    /// key : str
    ///     The toggle.
    /// units : list, numpy array or Polars series of str or int
    ///     One unit per row; None for contacts without one.
    /// attributes : Polars frame, dict of columns or list of dicts
    ///     The attributes; anything else that `polars.DataFrame` takes will do too. A dotted name is a column of that
    ///     name, or a field of a struct column.
    /// at : column of instants, datetime or int
    ///     The instant of each row, or of all; the clock's when left out. Integers are microseconds since the epoch.
    /// default : object
    ///     The value when the toggle is switched off or unknown.
    ///
    /// Returns
    /// -------
    /// EvaluationBatch
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     Columns differ in length, or an instant is missing; the message names which and where.
    #[pyo3(signature = (key, units=None, attributes=None, *, at=None, default=None))]
    fn evaluate_many(
        &self,
        py: Python<'_>,
        key: &str,
        units: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
    ) -> PyResult<EvaluationBatch> {
        let instants = match at.filter(|at| !at.is_none()) {
            None => Instants::All(self.clock.now(py)?),
            Some(at) if at.is_instance_of::<PyDateTime>() || at.is_instance_of::<PyInt>() => {
                Instants::All(instant(at)?)
            }
            Some(column) => Instants::Each(Column::from_argument("at", column)?),
        };
        evaluate_batch(py, self.current.load_full(), key, Arguments { units, attributes, instants, default })
    }

    /// A handle on a toggle, without the look-up by name.
    ///
    /// Raises
    /// ------
    /// KeyError
    ///     The policy has no such toggle.
    fn toggle(slf: &Bound<'_, Self>, key: &str) -> PyResult<Toggle> {
        let installed = slf.get().load();
        if installed.engine.policy.find(key).is_none() {
            return Err(PyKeyError::new_err(key.to_owned()));
        }
        Ok(Toggle::new(slf.clone().unbind(), key, &installed))
    }

    /// Puts another policy in force, whole: an evaluation sees the old or the new one, never a mix. Usage counts anew.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     A gate result names no step that waits for samples; the old policy stays in force.
    #[pyo3(signature = (policy, *, gates=None))]
    fn swap(&self, policy: &Bound<'_, Policy>, gates: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let gates = self::gates(gates)?;
        let next = Installed::new(policy, &gates).map_err(PyValueError::new_err)?;
        self.current.store(Arc::new(next));
        Ok(())
    }

    /// How often each toggle was evaluated, and came out on, since its policy was put in force.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Key to `{"evaluations": int, "enabled": int}`.
    fn usage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let installed = self.load();
        let usage = PyDict::new(py);
        for (index, toggle) in (0_u32..).zip(&installed.engine.policy.toggles) {
            let counts = installed.engine.usage(index);
            let entry = PyDict::new(py);
            entry.set_item("evaluations", counts.evaluations)?;
            entry.set_item("enabled", counts.enabled)?;
            usage.set_item(&*toggle.key, entry)?;
        }
        Ok(usage)
    }

    /// Where the ramps of a toggle stand.
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
    #[pyo3(signature = (key, *, at=None))]
    fn ramp<'py>(&self, py: Python<'py>, key: &str, at: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyTuple>> {
        let installed = self.load();
        let policy = &installed.engine.policy;
        let toggle = policy.find(key).ok_or_else(|| PyKeyError::new_err(key.to_owned()))?;
        let now = at.map(instant).transpose()?.map_or_else(|| self.clock.now(py), Ok)?;
        let rules = &policy.toggles[toggle as usize].rules;
        let mut positions = Vec::new();
        for position in installed.engine.ramps(toggle, now) {
            let rule = &rules[usize::from(position.rule)];
            if let Some(ramp) = &rule.ramp {
                positions.push(RampPosition::new(py, &rule.id, ramp, &position));
            }
        }
        PyTuple::new(py, positions.into_iter().map(|p| Py::new(py, p)).collect::<PyResult<Vec<_>>>()?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Engine({})", self.load().policy.bind(py).repr()?))
    }
}
