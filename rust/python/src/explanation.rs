//! Explanations: an evaluation with every step that led to it.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use turnout_core::toggle::Step;

use crate::evaluation::Evaluation;

/// One step of an explanation.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> engine.explain("sms", "customer-42", {"language": "en"}, at=monday).steps[0]
/// ExplanationStep(state passed: enabled)
#[pyclass(frozen, module = "turnout")]
pub struct ExplanationStep(Step);

#[pymethods]
impl ExplanationStep {
    /// How deep the step lies: 0 for the toggle itself.
    #[getter]
    fn depth(&self) -> u32 {
        self.0.depth
    }

    /// What was looked at: `state`, `schedule`, `requires`, `breaker`, `consent`, `override`, `rule`, `condition`,
    /// `ramp`, `variant` or `default`; before them `freshness` where the policy is stale.
    #[getter]
    fn stage(&self) -> &'static str {
        self.0.stage
    }

    /// How it went: `passed`, `missed` or `decided`.
    #[getter]
    fn verdict(&self) -> &'static str {
        self.0.verdict.name()
    }

    /// What was seen.
    #[getter]
    fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The step as a dictionary.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.explain("phone").steps[0].to_dict()
    /// {'depth': 0, 'stage': 'state', 'verdict': 'passed', 'detail': 'enabled'}
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("depth", self.depth())?;
        dict.set_item("stage", self.stage())?;
        dict.set_item("verdict", self.verdict())?;
        dict.set_item("detail", self.detail())?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        format!("ExplanationStep({} {}: {})", self.0.stage, self.0.verdict.name(), self.0.detail)
    }
}

/// An evaluation with every step that led to it. Its text is a tree.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> print(engine.explain("sms", "customer-42", {"language": "fr"}, at=monday))
/// sms: False (DEFAULT)
///   state passed: enabled
///   breaker passed: closed
///   rule missed: we-write-it
///     condition missed: language in ["en", "es"]; it is "fr"
///   default decided: no rule matched
#[pyclass(frozen, module = "turnout")]
pub struct Explanation {
    evaluation: Py<Evaluation>,
    steps: Py<PyTuple>,
}

impl Explanation {
    pub fn new(py: Python<'_>, evaluation: Evaluation, steps: Vec<Step>) -> PyResult<Self> {
        let steps = steps.into_iter().map(|step| Py::new(py, ExplanationStep(step)));
        let steps = PyTuple::new(py, steps.collect::<PyResult<Vec<_>>>()?)?;
        Ok(Self { evaluation: Py::new(py, evaluation)?, steps: steps.unbind() })
    }
}

#[pymethods]
impl Explanation {
    /// The evaluation.
    #[getter]
    fn evaluation(&self, py: Python<'_>) -> Py<Evaluation> {
        self.evaluation.clone_ref(py)
    }

    /// The steps in their order: a tuple of `ExplanationStep`.
    #[getter]
    fn steps(&self, py: Python<'_>) -> Py<PyTuple> {
        self.steps.clone_ref(py)
    }

    /// The explanation as a dictionary.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> list(engine.explain("phone").to_dict())
    /// ['evaluation', 'steps']
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("evaluation", self.evaluation.bind(py).call_method0("to_dict")?)?;
        let steps = self.steps.bind(py).iter().map(|step| step.call_method0("to_dict"));
        dict.set_item("steps", PyList::new(py, steps.collect::<PyResult<Vec<_>>>()?)?)?;
        Ok(dict)
    }

    fn __str__(&self, py: Python<'_>) -> PyResult<String> {
        let evaluation = self.evaluation.get();
        let mut text = format!("{}: {}", evaluation.key(), evaluation.value(py).bind(py).str()?);
        text.push_str(&format!(" ({}", evaluation.reason()));
        evaluation.code().into_iter().for_each(|code| text.push_str(&format!(", {code}")));
        text.push(')');
        for step in self.steps.bind(py) {
            let Step { depth, stage, verdict, detail } = &step.cast::<ExplanationStep>()?.get().0;
            let indent = "  ".repeat(*depth as usize + 1);
            text.push_str(&format!("\n{indent}{stage} {}: {detail}", verdict.name()));
        }
        Ok(text)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Explanation({}, {} steps)", self.evaluation.bind(py).repr()?, self.steps.bind(py).len()))
    }
}
