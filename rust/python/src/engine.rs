//! The engine as Python sees it.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::batch::{Arguments, EvaluationBatch, evaluate as evaluate_batch};
use turnout_core::time::Micros;

use crate::clock::Clock;
use crate::consent::ConsentSource;
use crate::evaluation::{Evaluation, Evaluations};
use crate::explanation::Explanation;
use crate::exposure::ExposureBuffer;
use crate::installed::Installed;
use crate::outside::Outside;
use crate::policy::Policy;
use crate::ramp::gates;
use crate::refresh::Watched;
use crate::rows::Instants;

/// A policy in force, asked for every contact.
///
/// Parameters
/// ----------
/// policy : Policy
///     The policy.
/// clock : SystemClock, ManualClock or callable
///     Where the time comes from when a call does not bring it; a callable returns an aware datetime. It is called
///     once here, so that one that cannot work is found now and not by a contact.
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
    clock: Clock,
    consent: Option<ConsentSource>,
    exposures: Option<Py<ExposureBuffer>>,
    pub watched: Watched,
}

impl Engine {
    #[inline]
    pub fn load(&self) -> Guard<Arc<Installed>> {
        self.current.load()
    }

    /// Puts a policy in force.
    pub fn install(&self, next: Installed) {
        self.current.store(Arc::new(next));
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
    /// Returns
    /// -------
    /// bool
    ///
    /// Raises
    /// ------
    /// TypeError, ValueError
    ///     The key is not text of valid Unicode.
    /// Exception
    ///     What a clock of the caller's own raises when it fails later, if the time is needed.
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
    /// Does not count as usage.
    ///
    /// Parameters
    /// ----------
    /// key, unit, attributes, default, at
    ///     As of `evaluate`.
    ///
    /// Returns
    /// -------
    /// Explanation
    ///     Its `str()` is a tree.
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

    /// Evaluates every toggle for one contact.
    ///
    /// Parameters
    /// ----------
    /// unit, attributes, at
    ///     As of `evaluate`.
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
    /// Exception
    ///     What a clock of the caller's own raises when it fails later, if the time is needed and `at` is left out.
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
    /// Returns
    /// -------
    /// EvaluationBatch
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

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Engine({})", self.load().policy.bind(py).repr()?))
    }
}
