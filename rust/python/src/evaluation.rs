//! Results of single evaluations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList};
use turnout_core::hash::Percent;
use turnout_core::policy::{Served, Toggle};
use turnout_core::toggle::{Code, Decision, Reason};

use crate::installed::Installed;
use crate::refresh;
use crate::result;

/// The answer for a key that no toggle has.
pub const NOT_FOUND: Decision = unusable(Code::FlagNotFound);
/// The answer for attributes that are no mapping.
pub const INVALID_CONTEXT: Decision = unusable(Code::InvalidContext);

const fn unusable(code: Code) -> Decision {
    Decision {
        served: Served::Caller,
        shadow: None,
        reason: Reason::Error,
        code: Some(code),
        rule: None,
        bucket: None,
        percent: None,
        refused: 0,
    }
}

/// The outcome of one evaluation, and why.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> found = engine.evaluate("chat", "customer-42", at=monday)
/// >>> found.enabled, found.value, found.mode, found.reason
/// (True, True, 'live', 'STATIC')
#[pyclass(frozen, module = "turnout")]
pub struct Evaluation {
    installed: Arc<Installed>,
    toggle: Option<u32>,
    decision: Decision,
    /// The key that was asked for, when no toggle has it.
    unknown: Option<Box<str>>,
    default: Option<Py<PyAny>>,
    is_stale: bool,
}

impl Evaluation {
    #[inline]
    pub fn new(
        installed: Arc<Installed>,
        toggle: Option<u32>,
        key: &str,
        decision: Decision,
        default: Option<Py<PyAny>>,
        is_stale: bool,
    ) -> Self {
        let unknown = if toggle.is_none() { Some(key.into()) } else { None };
        Self { installed, toggle, decision, unknown, default, is_stale }
    }

    fn toggle(&self) -> Option<&Toggle> {
        self.toggle.map(|index| &self.installed.engine.policy.toggles[index as usize])
    }
}

#[pymethods]
impl Evaluation {
    /// The toggle's key.
    #[getter]
    pub fn key(&self) -> &str {
        self.toggle().map_or_else(|| self.unknown.as_deref().unwrap_or_default(), |toggle| &toggle.key)
    }

    /// Whether the capability is on for the contact.
    #[getter]
    pub fn enabled(&self) -> bool {
        self.decision.enabled()
    }

    /// What is served: a truth value, a variant's name, or the default.
    #[getter]
    pub fn value(&self, py: Python<'_>) -> Py<PyAny> {
        result::value(py, self.toggle(), self.decision.served, self.default.as_ref())
    }

    /// The variant that is served, if one is.
    #[getter]
    pub fn variant(&self) -> Option<&str> {
        self.toggle().and_then(|toggle| result::variant(toggle, self.decision.served))
    }

    /// `off`, `shadow` or `live`.
    #[getter]
    pub fn mode(&self) -> &'static str {
        self.decision.mode().name()
    }

    /// Why: one of `STATIC DEFAULT TARGETING_MATCH SPLIT DISABLED STALE ERROR SHADOW BREAKER_OPEN CONSENT_MISSING`.
    #[getter]
    pub fn reason(&self) -> &'static str {
        refresh::reason(&self.decision, self.is_stale)
    }

    /// Whether the policy was older than its `PolicyWatch` allows. The reason is then `STALE` in place of the first four,
    /// where no code says more.
    #[getter]
    fn stale(&self) -> bool {
        self.is_stale
    }

    /// What stood in the way, where the reason alone does not say it: `FLAG_NOT_FOUND`, `OUTSIDE_SCHEDULE`,
    /// `PREREQUISITE_FAILED`, `TARGETING_KEY_MISSING`, `INVALID_CONTEXT` or `PARSE_ERROR`.
    #[getter]
    pub fn code(&self) -> Option<&'static str> {
        self.decision.code.map(Code::name)
    }

    /// The id of the rule that matched, if one did.
    #[getter]
    pub fn rule(&self) -> Option<&str> {
        let rule = self.decision.rule?;
        self.toggle().map(|toggle| &*toggle.rules[usize::from(rule)].id)
    }

    /// Where the unit stands on the ramp, in percent; in iff below `percent`.
    #[getter]
    fn bucket(&self) -> Option<f64> {
        self.decision.bucket.map(|bucket| f64::from(bucket) / f64::from(Percent::STEPS))
    }

    /// The ramp's share in force, in percent.
    #[getter]
    fn percent(&self) -> Option<f64> {
        self.decision.percent.map(Percent::as_f64)
    }

    /// What the new path would have served, in a shadow step.
    #[getter]
    pub fn shadow(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.decision.shadow.map(|served| result::value(py, self.toggle(), served, self.default.as_ref()))
    }

    /// The purposes that the contact has not consented to, if they decided.
    #[getter]
    pub fn refused(&self) -> Vec<&str> {
        let purposes = self.toggle().map(|toggle| {
            let policy = &self.installed.engine.policy;
            result::refused(policy, toggle, &self.decision).collect()
        });
        purposes.unwrap_or_default()
    }

    /// The digest of the policy that decided.
    #[getter]
    fn policy_digest(&self) -> &str {
        &self.installed.engine.policy.digest
    }

    /// The evaluation as a dictionary that JSON can hold, as far as the caller's default can.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate("phone").to_dict()["reason"]
    /// 'STATIC'
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("key", self.key())?;
        dict.set_item("enabled", self.enabled())?;
        dict.set_item("value", self.value(py))?;
        dict.set_item("variant", self.variant())?;
        dict.set_item("mode", self.mode())?;
        dict.set_item("reason", self.reason())?;
        dict.set_item("code", self.code())?;
        dict.set_item("rule", self.rule())?;
        dict.set_item("bucket", self.bucket())?;
        dict.set_item("percent", self.percent())?;
        dict.set_item("shadow", self.shadow(py))?;
        dict.set_item("refused", self.refused())?;
        dict.set_item("policy_digest", self.policy_digest())?;
        dict.set_item("stale", self.is_stale)?;
        Ok(dict)
    }

    fn __bool__(&self) -> bool {
        self.enabled()
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Evaluation>() else { return Ok(false) };
        let other = other.get();
        let same = self.decision == other.decision && self.is_stale == other.is_stale && self.key() == other.key();
        Ok(same && self.policy_digest() == other.policy_digest() && self.value(py).bind(py).eq(other.value(py))?)
    }

    // Of what equal evaluations share, but for the value: that may be any object of the caller's.
    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.key(), self.decision, self.policy_digest()).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let value = self.value(py).bind(py).repr()?.to_string();
        let code = self.code().map(|code| format!(", code={code}")).unwrap_or_default();
        let rule = self.rule().map(|rule| format!(", rule={rule:?}")).unwrap_or_default();
        let (key, enabled) = (self.key(), if self.enabled() { "on" } else { "off" });
        Ok(format!("Evaluation({key:?}: {enabled}, value={value}, reason={}{code}{rule})", self.reason()))
    }
}

/// The evaluations of every toggle for one contact: a mapping from key to `Evaluation`, made as they are asked for.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> found = engine.evaluate_all("customer-42", {"language": "en"}, at=monday)
/// >>> found.enabled
/// ['chat', 'email', 'phone', 'sms']
/// >>> found["billing-bot"].reason
/// 'CONSENT_MISSING'
#[pyclass(frozen, module = "turnout")]
pub struct Evaluations {
    installed: Arc<Installed>,
    decisions: Box<[Decision]>,
    is_stale: bool,
}

impl Evaluations {
    pub fn new(installed: Arc<Installed>, decisions: Box<[Decision]>, is_stale: bool) -> Self {
        Self { installed, decisions, is_stale }
    }
}

#[pymethods]
impl Evaluations {
    fn __len__(&self) -> usize {
        self.decisions.len()
    }

    fn __contains__(&self, key: &str) -> bool {
        self.installed.engine.policy.find(key).is_some()
    }

    fn __getitem__(&self, key: &str) -> PyResult<Evaluation> {
        let toggle = self.installed.engine.policy.find(key);
        let toggle = toggle.ok_or_else(|| PyKeyError::new_err(key.to_owned()))?;
        let decision = self.decisions[toggle as usize];
        Ok(Evaluation::new(Arc::clone(&self.installed), Some(toggle), key, decision, None, self.is_stale))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.keys(py)?.try_iter()
    }

    /// The keys, in the policy's order.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> found = engine.evaluate_all("customer-42")
    /// >>> sorted(found.keys()) == sorted(policy.toggles)
    /// True
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.installed.engine.policy.toggles.iter().map(|toggle| &*toggle.key))
    }

    /// The evaluations, in the order of the keys.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> found = engine.evaluate_all("customer-42")
    /// >>> len(found.values()) == len(policy)
    /// True
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let toggles = self.installed.engine.policy.toggles.iter();
        let values = toggles.map(|toggle| self.__getitem__(&toggle.key).and_then(|value| Py::new(py, value)));
        PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)
    }

    /// Pairs of key and evaluation, in the order of the keys.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> found = engine.evaluate_all("customer-42")
    /// >>> [key for key, evaluation in found.items() if evaluation.enabled] == found.enabled
    /// True
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.keys(py)?.iter().zip(self.values(py)?.iter()).collect::<Vec<_>>())
    }

    /// The evaluation of a key, or the default.
    ///
    /// Parameters
    /// ----------
    /// key : str
    ///     The toggle.
    /// default : object
    ///     What is returned when the policy has no such toggle.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.evaluate_all("customer-42").get("no-such-toggle", "none")
    /// 'none'
    #[pyo3(signature = (key, default=None))]
    fn get(&self, py: Python<'_>, key: &str, default: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        match self.__getitem__(key) {
            Ok(found) => Ok(Py::new(py, found)?.into_any()),
            Err(_) => Ok(default.unwrap_or_else(|| py.None())),
        }
    }

    /// The keys of the toggles that are on, in the policy's order.
    #[getter]
    fn enabled<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let toggles = self.installed.engine.policy.toggles.iter().zip(&self.decisions);
        let enabled: Vec<&str> = toggles.filter(|(_, d)| d.enabled()).map(|(toggle, _)| &*toggle.key).collect();
        PyList::new(py, enabled)
    }

    fn __repr__(&self) -> String {
        let enabled = self.decisions.iter().filter(|decision| decision.enabled()).count();
        format!("Evaluations({} toggles, {enabled} on)", self.decisions.len())
    }
}
