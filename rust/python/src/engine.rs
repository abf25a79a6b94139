//! The engine as Python sees it.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::batch::{Arguments, EvaluationBatch, evaluate as evaluate_batch};
use crate::clock::Clock;
use crate::consent::ConsentSource;
use crate::convert::instant;
use crate::evaluation::{Evaluation, Evaluations};
use crate::explanation::Explanation;
use crate::exposure::ExposureBuffer;
use crate::handle::Toggle;
use crate::installed::Installed;
use crate::policy::Policy;
use crate::ramp::{gates, positions};
use crate::refresh::Watched;
use crate::rows::Instants;

/// A policy in force, asked for every contact.
///
/// Parameters
/// ----------
/// policy : Policy
///     The policy.
/// clock : SystemClock, ManualClock or callable
///     Where the time comes from when a call does not bring it; a callable returns an aware datetime, and is called once
///     here, so that one that cannot work is found now.
/// gates : iterable of GateResult
///     Gates of ramps that have passed. A step that asks for samples holds without one.
/// consent : callable
///     ``(unit, purpose, at) -> bool``: asked for a contact that has a unit but no attribute ``consent.<purpose>``.
///     Anything but True refuses, an exception too; the first one is reported to `sys.unraisablehook`.
/// exposures : ExposureLog
///     Where `evaluate` and `is_enabled` log what they decide.
///
/// Raises
/// ------
/// ValueError
///     A gate result names no step that waits for samples, or the clock gives a datetime without a time zone.
/// TypeError
///     The clock is none, or gives something else than a datetime. What a callable raises passes through.
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
    pub current: ArcSwap<Installed>,
    pub clock: Clock,
    pub consent: Option<ConsentSource>,
    pub exposures: Option<Py<ExposureBuffer>>,
    pub watched: Watched,
}

impl Engine {
    #[inline]
    pub fn load(&self) -> Guard<Arc<Installed>> {
        self.current.load()
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (policy, *, clock, gates=None, consent=None, exposures=None))]
    fn new(
        policy: &Bound<'_, Policy>,
        clock: &Bound<'_, PyAny>,
        gates: Option<&Bound<'_, PyAny>>,
        consent: Option<&Bound<'_, PyAny>>,
        exposures: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let gates = self::gates(gates)?;
        let exposures = ExposureBuffer::from_object(exposures)?;
        let installed =
            Installed::new(policy, &gates, exposures.as_ref().map(Py::get)).map_err(PyValueError::new_err)?;
        let (clock, consent) = (Clock::from_object(clock)?, ConsentSource::from_object(consent)?);
        clock.probe(policy.py())?;
        let current = ArcSwap::from_pointee(installed);
        Ok(Self { current, clock, consent, exposures, watched: Watched::default() })
    }

    /// Evaluates a toggle for a contact. Never raises for a toggle that exists, whatever the contact brings: only a
    /// faulty call or a failing clock does.
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
    ///     `at` is not an instant, or the key is not text of valid Unicode.
    /// Exception
    ///     What a clock of the caller's own raises when it fails later, if the time is needed and `at` is left out.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate("phone", "customer-42").reason
    /// 'STATIC'
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
    /// key, unit, attributes
    ///     As of `evaluate`.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError, Exception
    ///     As `evaluate` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.is_enabled("phone"), engine.is_enabled("no-such-toggle")
    /// (True, False)
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
    /// Does not count as usage. The explanation's `str()` is a tree.
    ///
    /// Parameters
    /// ----------
    /// key, unit, attributes, default, at
    ///     As of `evaluate`.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError, Exception
    ///     As `evaluate` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> print(engine.explain("phone", "customer-42"))
    /// phone: True (STATIC)
    ///   state passed: enabled
    /// ...
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
        self.explanation(py, self.current.load_full(), key, unit, attributes, default, at)
    }

    /// Evaluates every toggle for one contact: a mapping from key to `Evaluation`.
    ///
    /// Parameters
    /// ----------
    /// unit, attributes, at
    ///     As of `evaluate`.
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError, Exception
    ///     As `evaluate` does.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate_all("customer-42", {"language": "fr"})["sms"].enabled
    /// False
    #[pyo3(signature = (unit=None, attributes=None, *, at=None))]
    fn evaluate_all(
        &self,
        py: Python<'_>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluations> {
        self.evaluations(py, self.current.load_full(), unit, attributes, at)
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
    /// Raises
    /// ------
    /// TypeError
    ///     An argument is no column, such as a whole frame as `units`, or a LazyFrame as `attributes`.
    /// ValueError
    ///     Columns differ in length, or an instant is missing; the message names which and where.
    /// Exception
    ///     What a clock of the caller's own raises when it fails later, if `at` is left out.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate_many("sms", ["c-1", "c-2"], {"language": ["en", "fr"]}).enabled
    /// array([ True, False])
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
        let instants = Instants::from_argument(py, at, &self.clock)?;
        let arguments = Arguments { units, attributes, instants, default, is_stale: self.is_stale(py)? };
        evaluate_batch(&self.outside(py, None), self.current.load_full(), key, arguments)
    }

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

    /// How often each toggle was evaluated, and came out on, since its policy was put in force: key to
    /// `{"evaluations": int, "enabled": int}`.
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

    /// How often each purpose of a toggle was refused for want of consent, since its policy was put in force: key to
    /// `{purpose: int}`, for the toggles that ask for consent.
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

    /// Where the ramps of a toggle stand, one position per rule with a ramp.
    ///
    /// Parameters
    /// ----------
    /// key, at
    ///     As of `evaluate`.
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

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Engine({})", self.load().policy.bind(py).repr()?))
    }
}
