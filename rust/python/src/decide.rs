//! What the engine does with one contact: decides, and keeps what belongs to the result.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::time::Micros;
use turnout_core::toggle::{Decision, Recorder, Subject, Verdict, Visitor};

use crate::convert::instant;
use crate::engine::Engine;
use crate::evaluation::{Evaluation, Evaluations, INVALID_CONTEXT, NOT_FOUND};
use crate::explanation::Explanation;
use crate::exposure::{DecideAndLog, ExposureBuffer};
use crate::installed::Installed;
use crate::result::purpose;
use crate::subject::{Contact, Use};

struct Decide<'a>(&'a Installed, u32);

impl Use<Decision> for Decide<'_> {
    #[inline]
    fn call(self, subject: &impl Subject) -> Decision {
        self.0.engine.decide(self.1, subject)
    }
}

struct IsOn<'a>(&'a Installed, u32);

impl Use<bool> for IsOn<'_> {
    // Apart from `Decide`, so that what nobody reads of the decision is never written down.
    #[inline]
    fn call(self, subject: &impl Subject) -> bool {
        self.0.engine.decide(self.1, subject).enabled()
    }
}

struct DecideAll<'a>(&'a Installed);

impl Use<Box<[Decision]>> for DecideAll<'_> {
    fn call(self, subject: &impl Subject) -> Box<[Decision]> {
        self.0.engine.decide_all(subject)
    }
}

struct Watch<'a>(&'a Installed, u32, &'a mut Recorder);

impl Use<Decision> for Watch<'_> {
    fn call(self, subject: &impl Subject) -> Decision {
        self.0.engine.peek(self.1, subject, self.2)
    }
}

impl Engine {
    /// Whether a toggle is on for one contact.
    #[inline]
    pub fn is_on(
        &self,
        py: Python<'_>,
        installed: &Arc<Installed>,
        toggle: u32,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        if let Some(buffer) = self.exposures() {
            let logged = self.logged(py, buffer, installed, toggle, unit, attributes, None);
            return logged.map(|decision| decision.enabled());
        }
        let outside = self.outside(py, None);
        let on = Contact::from_arguments(unit, attributes).with(installed, &outside, IsOn(installed, toggle));
        outside.finish()?;
        Ok(on.unwrap_or(INVALID_CONTEXT.enabled()))
    }

    /// Decides, and logs the exposure. Apart, so that those who log nothing do not pay for it.
    #[inline(never)]
    #[expect(clippy::too_many_arguments, reason = "the arguments of evaluate, and what was looked up before")]
    fn logged(
        &self,
        py: Python<'_>,
        buffer: &ExposureBuffer,
        installed: &Arc<Installed>,
        toggle: u32,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        at: Option<Micros>,
    ) -> PyResult<Decision> {
        let outside = self.outside(py, at);
        let log = DecideAndLog { buffer, outside: &outside, installed, toggle, is_stale: self.is_stale(py)? };
        let decision = Contact::from_arguments(unit, attributes).with(installed, &outside, log);
        outside.finish()?;
        Ok(decision.unwrap_or(INVALID_CONTEXT))
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
        let decision = match (toggle, self.exposures()) {
            (Some(toggle), None) => {
                let outside = self.outside(py, at);
                let decide = Decide(&installed, toggle);
                let decision = Contact::from_arguments(unit, attributes).with(&installed, &outside, decide);
                outside.finish()?;
                decision.unwrap_or(INVALID_CONTEXT)
            }
            (Some(toggle), Some(buffer)) => self.logged(py, buffer, &installed, toggle, unit, attributes, at)?,
            (None, _) => NOT_FOUND,
        };
        Ok(Evaluation::new(installed, toggle, key, decision, default, self.is_stale(py)?))
    }

    /// Decides as `evaluation` does, and keeps what was looked at.
    #[expect(clippy::too_many_arguments, reason = "the arguments of explain, and the policy in force")]
    pub fn explanation(
        &self,
        py: Python<'_>,
        installed: Arc<Installed>,
        key: &str,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        default: Option<Py<PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Explanation> {
        let outside = self.outside(py, at.map(instant).transpose()?);
        let mut recorder = Recorder::default();
        let is_stale = self.is_stale(py)?;
        if is_stale {
            let why = "the policy may be old: its source has not been read for longer than the limit";
            recorder.step("freshness", Verdict::Missed, || why.to_owned());
        }
        let toggle = installed.engine.policy.find(key);
        let decision = match toggle {
            None => NOT_FOUND,
            Some(toggle) => {
                let watch = Watch(&installed, toggle, &mut recorder);
                let decided = Contact::from_arguments(unit, attributes).with(&installed, &outside, watch);
                decided.unwrap_or_else(|| {
                    let why = "the attributes are no mapping from names to values, or stand beside a Context";
                    recorder.step("context", Verdict::Decided, || why.to_owned());
                    INVALID_CONTEXT
                })
            }
        };
        outside.finish()?;
        let evaluation = Evaluation::new(installed, toggle, key, decision, default, is_stale);
        Explanation::new(py, evaluation, recorder.steps)
    }

    /// Decides for every toggle.
    pub fn evaluations(
        &self,
        py: Python<'_>,
        installed: Arc<Installed>,
        unit: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluations> {
        let outside = self.outside(py, at.map(instant).transpose()?);
        let decisions = Contact::from_arguments(unit, attributes).with(&installed, &outside, DecideAll(&installed));
        outside.finish()?;
        let none = || vec![INVALID_CONTEXT; installed.engine.policy.toggles.len()].into_boxed_slice();
        let decisions = decisions.unwrap_or_else(none);
        Ok(Evaluations::new(installed, decisions, self.is_stale(py)?))
    }

    /// How often each toggle was asked, and came out on.
    pub fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
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

    /// How often each purpose of each toggle was refused.
    pub fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let installed = self.load();
        let (engine, policy) = (&installed.engine, &installed.engine.policy);
        let refusals = PyDict::new(py);
        for (index, toggle) in (0_u32..).zip(&policy.toggles).filter(|(_, toggle)| !toggle.consent.is_empty()) {
            let entry = PyDict::new(py);
            for (test, count) in toggle.consent.iter().zip(engine.refusals(index)) {
                entry.set_item(purpose(policy, *test), count)?;
            }
            refusals.set_item(&*toggle.key, entry)?;
        }
        Ok(refusals)
    }
}

/// Which of the policies that were ever put in force in this process an engine has: counts of use begin anew with each.
#[pyfunction]
#[pyo3(name = "_generation")]
pub fn generation(engine: &Bound<'_, Engine>) -> u32 {
    engine.get().load().generation
}
