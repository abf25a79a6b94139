//! Who watches an evaluation. The silent watcher compiles away, so there is one code path for answers and reasons.

/// How a step of an evaluation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It let the contact on, or it matched.
    Passed,
    /// It did not match.
    Missed,
    /// It decided.
    Decided,
}

impl Verdict {
    /// The verdict's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Missed => "missed",
            Verdict::Decided => "decided",
        }
    }
}

/// One step of an evaluation, as `explain` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How deep it lies under the toggle that was asked for.
    pub depth: u32,
    /// What was looked at: `context`, `state`, `schedule`, `requires`, `breaker`, `consent`, `override`, `rule`, `condition`, `ramp`,
    /// `variant` or `default`.
    pub stage: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What was seen.
    pub detail: String,
}

/// A watcher.
pub trait Visitor {
    /// Takes note of a step; the detail is only put into words by those who keep it.
    fn step(&mut self, stage: &'static str, verdict: Verdict, detail: impl FnOnce() -> String);
    /// Takes note of a step that others lie below; how it went is said by [`Visitor::leave`].
    fn enter(&mut self, stage: &'static str, detail: impl FnOnce() -> String);
    /// Ends the step entered last, with what is to be added to its detail.
    fn leave(&mut self, verdict: Verdict, more: impl FnOnce() -> String);
}

/// Watches nothing.
#[derive(Debug)]
pub struct Silent;

impl Visitor for Silent {
    #[inline]
    fn step(&mut self, _: &'static str, _: Verdict, _: impl FnOnce() -> String) {}
    #[inline]
    fn enter(&mut self, _: &'static str, _: impl FnOnce() -> String) {}
    #[inline]
    fn leave(&mut self, _: Verdict, _: impl FnOnce() -> String) {}
}

/// Keeps every step, up to [`Recorder::KEPT`].
#[derive(Debug, Default)]
pub struct Recorder {
    /// The steps in their order.
    pub steps: Vec<Step>,
    /// The places of the steps that are entered and not yet left.
    open: Vec<usize>,
}

impl Recorder {
    /// The most steps that an explanation holds.
    pub const KEPT: usize = 10_000;
}

impl Visitor for Recorder {
    fn step(&mut self, stage: &'static str, verdict: Verdict, detail: impl FnOnce() -> String) {
        if self.steps.len() < Self::KEPT {
            let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
            self.steps.push(Step { depth, stage, verdict, detail: detail() });
        }
    }

    fn enter(&mut self, stage: &'static str, detail: impl FnOnce() -> String) {
        let place = self.steps.len();
        self.step(stage, Verdict::Missed, detail);
        self.open.push(place);
    }

    fn leave(&mut self, verdict: Verdict, more: impl FnOnce() -> String) {
        // A step beyond the last that is kept has no place.
        if let Some(step) = self.open.pop().and_then(|place| self.steps.get_mut(place)) {
            step.verdict = verdict;
            step.detail.push_str(&more());
        }
    }
}
