//! Ramps: gates that have passed, and positions.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyTuple};
use turnout_core::engine::{GateResult as Core, RampPosition as CorePosition};
use turnout_core::policy::{Ramp, StepMode, Waits};
use turnout_core::time::Micros;

use crate::convert::{datetime_from_micros, instant};
use crate::installed::Installed;

/// A gate that has passed: a ramp's step had `n` samples at an instant.
///
/// Parameters
/// ----------
/// toggle : str
///     Key of the toggle.
/// rule : str
///     Id of the rule that ramps.
/// step : int
///     Index of the step, counted from 0.
/// n : int
///     Samples seen.
/// at : datetime or int
///     When that many had been seen; microseconds since the epoch if an int.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> passed = datetime.datetime(2026, 3, 5, tzinfo=datetime.UTC)
/// >>> turnout.GateResult("billing-bot", "ramp", 0, 40, passed)
/// GateResult("billing-bot", "ramp", step=0, n=40)
#[pyclass(frozen, module = "turnout")]
pub struct GateResult(Core);

impl GateResult {
    pub fn core(&self) -> &Core {
        &self.0
    }
}

#[pymethods]
impl GateResult {
    #[new]
    fn new(toggle: String, rule: String, step: i64, n: i64, at: &Bound<'_, PyAny>) -> PyResult<Self> {
        let whole = |name: &str| PyValueError::new_err(format!("{name} must be a whole number from 0"));
        let step = usize::try_from(step).map_err(|_| whole("step"))?;
        let n = u64::try_from(n).map_err(|_| whole("n"))?;
        Ok(Self(Core { toggle, rule, step, n, at: instant(at)? }))
    }

    fn __repr__(&self) -> String {
        let Core { toggle, rule, step, n, .. } = &self.0;
        format!("GateResult({toggle:?}, {rule:?}, step={step}, n={n})")
    }
}

/// The gate results of an argument.
pub fn gates(argument: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Core>> {
    let Some(argument) = argument else { return Ok(Vec::new()) };
    argument
        .try_iter()?
        .map(|item| {
            let item = item?;
            let gate = item.cast::<GateResult>();
            gate.map(|gate| gate.get().core().clone())
                .map_err(|_| PyTypeError::new_err("gates must be turnout.GateResult objects"))
        })
        .collect()
}

/// Where a ramp stands.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> engine.ramp("billing-bot", at=monday)
/// (RampPosition("ramp": step 0 of 4, 0 %, shadow),)
/// >>> engine.ramp("billing-bot", at=monday)[0].waits_for
/// 'a person: 40 samples did not come in time'
#[pyclass(frozen, get_all, module = "turnout")]
pub struct RampPosition {
    /// Id of the rule that ramps.
    rule: String,
    /// Index of the step in force, counted from 0; None before the start.
    step: Option<u16>,
    /// How many steps there are.
    steps: usize,
    /// The share in force, in percent.
    percent: f64,
    /// `off` before the start, then `shadow` or `live`.
    mode: &'static str,
    /// When the step began.
    entered_at: Option<Py<PyDateTime>>,
    /// When the next begins, when that is known.
    next_at: Option<Py<PyDateTime>>,
    /// What the ramp waits for, in words; None on its last step.
    waits_for: Option<String>,
}

impl RampPosition {
    fn new(py: Python<'_>, rule: &str, ramp: &Ramp, position: &CorePosition) -> Self {
        // An instant beyond the year 9999 cannot be shown.
        let when = |at: Option<i64>| at.and_then(|at| datetime_from_micros(py, at).ok()).map(Bound::unbind);
        let step = position.step.and_then(|step| ramp.plan.steps.get(usize::from(step)));
        let next = position.step.map_or(0, |step| usize::from(step) + 1);
        let role = ramp.plan.steps.get(next).and_then(|step| step.approval.as_deref()).unwrap_or("nobody");
        let waits_for = match position.waits {
            Waits::Start => Some("its start".to_owned()),
            Waits::Hold => Some("its time to pass".to_owned()),
            Waits::Samples(n) => Some(format!("{n} samples")),
            Waits::Overdue(n) => Some(format!("a person: {n} samples did not come in time")),
            Waits::Approval => Some(format!("approval by {role}")),
            Waits::Pause => Some("the end of a pause".to_owned()),
            Waits::Done => None,
        };
        Self {
            rule: rule.to_owned(),
            step: position.step,
            steps: ramp.plan.steps.len(),
            percent: step.map_or(0.0, |step| step.percent.as_f64()),
            mode: match step.map(|step| step.mode) {
                None => "off",
                Some(StepMode::Live) => "live",
                Some(StepMode::Shadow) => "shadow",
            },
            entered_at: when(position.entered_at),
            next_at: when(position.next_at),
            waits_for,
        }
    }
}

/// Where the ramps of a toggle stand.
pub fn positions<'py>(
    py: Python<'py>,
    installed: &Installed,
    toggle: u32,
    now: Micros,
) -> PyResult<Bound<'py, PyTuple>> {
    let rules = &installed.engine.policy.toggles[toggle as usize].rules;
    let mut positions = Vec::new();
    for position in installed.engine.ramps(toggle, now) {
        let rule = &rules[usize::from(position.rule)];
        if let Some(ramp) = &rule.ramp {
            positions.push(Py::new(py, RampPosition::new(py, &rule.id, ramp, &position))?);
        }
    }
    PyTuple::new(py, positions)
}

#[pymethods]
impl RampPosition {
    /// The position as a dictionary; instants are RFC 3339 texts.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> engine.ramp("billing-bot")[0].to_dict()["rule"]
    /// 'ramp'
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let iso = |at: &Option<Py<PyDateTime>>| at.as_ref().map(|at| at.bind(py).call_method0("isoformat")).transpose();
        let dict = PyDict::new(py);
        dict.set_item("rule", &self.rule)?;
        dict.set_item("step", self.step)?;
        dict.set_item("steps", self.steps)?;
        dict.set_item("percent", self.percent)?;
        dict.set_item("mode", self.mode)?;
        dict.set_item("entered_at", iso(&self.entered_at)?)?;
        dict.set_item("next_at", iso(&self.next_at)?)?;
        dict.set_item("waits_for", &self.waits_for)?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        let step = self.step.map_or_else(|| "not begun".to_owned(), |step| format!("step {step} of {}", self.steps));
        format!("RampPosition({:?}: {step}, {} %, {})", self.rule, self.percent, self.mode)
    }
}
