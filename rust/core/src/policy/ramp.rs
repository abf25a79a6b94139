//! Ramps: a schedule of shares, and the position on it as a pure function of the document, gate results and time.

use std::sync::Arc;

use crate::hash::{Percent, position};
use crate::time::Micros;

use super::model::Slot;

/// A compiled ramp.
#[derive(Debug)]
pub struct Ramp {
    /// Number of the ramp in its policy; gate results are kept by it.
    pub id: u32,
    /// The attribute that holds the unit, when the contact has it; otherwise the targeting key is the unit.
    pub unit: Slot,
    /// Seed of the exposure.
    pub ramp_seed: u64,
    /// Seed of the variant.
    pub variant_seed: u64,
    /// What the schedule says. Ramps with equal plans share one.
    pub plan: Arc<Plan>,
    /// The plan's stages when no gate has passed, shared in the same way.
    pub timeline: Timeline,
}

/// The schedule as the document gives it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// When the first step begins.
    pub started_at: Micros,
    /// The steps.
    pub steps: Box<[Step]>,
    /// Times in which the plan does not advance, sorted and merged; an open end is `Micros::MAX`.
    pub pauses: Box<[(Micros, Micros)]>,
    /// When each step's approval was given.
    pub approvals: Box<[Option<Micros>]>,
}

/// Whether an exposed unit is served, or only watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepMode {
    /// The new path is served.
    Live,
    /// The new path is evaluated and logged; the old one is served.
    Shadow,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// The share.
    pub percent: Percent,
    /// Served or watched.
    pub mode: StepMode,
    /// Least time in the step; `None` on a last step.
    pub hold: Option<Micros>,
    /// Most time to wait for `min_n`; past it the ramp pauses.
    pub max: Option<Micros>,
    /// Samples that leaving the step waits for.
    pub min_n: Option<u64>,
    /// Role whose approval entering the step waits for.
    pub approval: Option<Box<str>>,
}

/// What the plan waits for next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// For `started_at`.
    Start,
    /// For the step's time to pass.
    Hold,
    /// For samples.
    Samples(u64),
    /// For samples, but the step's longest time is over: a person must look.
    Overdue(u64),
    /// For the approval of the next step.
    Approval,
    /// For the end of a pause.
    Pause,
    /// For nothing: this is the last step.
    Done,
}

/// A stage of a ramp: from an instant on, this step is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// When it begins.
    pub from: Micros,
    /// Index of the step; `None` before the start.
    pub step: Option<u16>,
    /// The share.
    pub percent: Percent,
    /// The share that is exposed: that one, but in a shadow step of 0 % everybody is watched.
    pub exposed: Percent,
    /// Served or watched.
    pub mode: StepMode,
}

impl Stage {
    /// Whether a unit with this hash is exposed.
    #[inline]
    #[must_use]
    pub fn exposes(&self, hash: u64) -> bool {
        self.exposed.holds(position(hash))
    }
}

/// The stages of a ramp over all time, sorted; each lasts until the next begins. A copy shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline(Arc<[Stage]>);

impl Timeline {
    /// The stage in force.
    #[inline]
    #[must_use]
    pub fn at(&self, now: Micros) -> &Stage {
        // Ramps have a handful of stages, and live ones are usually past most of them.
        let last = self.0.iter().rposition(|stage| stage.from <= now);
        &self.0[last.unwrap_or(0)]
    }

    /// The stage after the one in force.
    #[must_use]
    pub fn after(&self, now: Micros) -> Option<&Stage> {
        self.0.iter().find(|stage| stage.from > now)
    }
}

impl Plan {
    /// Adds a span in which the plan advances to an instant, skipping pauses.
    fn advance(&self, from: Micros, span: Micros) -> Micros {
        let mut at = from;
        let mut left = span;
        for &(start, end) in &self.pauses {
            if end <= at {
                continue;
            }
            let run = start.saturating_sub(at).max(0);
            if run >= left {
                break;
            }
            left -= run;
            at = end;
        }
        at.saturating_add(left)
    }

    /// The first instant at or after `at` that lies in no pause.
    fn outside_pause(&self, at: Micros) -> Micros {
        self.pauses.iter().find(|&&(start, end)| start <= at && at < end).map_or(at, |&(_, end)| end)
    }

    /// When step `index`, entered at `entered`, is left; `Micros::MAX` for not yet known. `gate` says when the step's
    /// samples were complete.
    fn leaves(&self, index: usize, entered: Micros, gate: Option<Micros>) -> Micros {
        let step = &self.steps[index];
        let (Some(hold), Some(next)) = (step.hold, self.steps.get(index + 1)) else { return Micros::MAX };
        let mut leaves = self.advance(entered, hold);
        if step.min_n.is_some() {
            let latest = step.max.map_or(Micros::MAX, |max| self.advance(entered, max));
            match gate {
                Some(passed) if passed <= latest => leaves = leaves.max(passed),
                _ => return Micros::MAX,
            }
        }
        if next.approval.is_some() {
            match self.approvals[index + 1] {
                Some(approved) => leaves = leaves.max(approved),
                None => return Micros::MAX,
            }
        }
        self.outside_pause(leaves)
    }

    /// The stages, given when each step's gate passed (an entry per step; missing data is `None` and holds).
    #[must_use]
    pub fn timeline(&self, gates: &[Option<Micros>]) -> Timeline {
        let nobody = Percent::NONE;
        let before = Stage { from: Micros::MIN, step: None, percent: nobody, exposed: nobody, mode: StepMode::Live };
        let mut stages = vec![before];
        let mut entered = self.entry();
        for (index, step) in self.steps.iter().enumerate() {
            if entered == Micros::MAX {
                break;
            }
            let watched_by_all = step.mode == StepMode::Shadow && step.percent == Percent::NONE;
            let exposed = if watched_by_all { Percent::ALL } else { step.percent };
            let index16 = u16::try_from(index).ok();
            stages.push(Stage { from: entered, step: index16, percent: step.percent, exposed, mode: step.mode });
            entered = self.leaves(index, entered, gates.get(index).copied().flatten());
        }
        Timeline(stages.into())
    }

    fn entry(&self) -> Micros {
        let start = self.outside_pause(self.started_at);
        match (&self.steps[0].approval, self.approvals[0]) {
            (Some(_), Some(approved)) => self.outside_pause(start.max(approved)),
            (Some(_), None) => Micros::MAX,
            (None, _) => start,
        }
    }

    /// What the plan waits for in the stage in force.
    #[must_use]
    pub fn waits(&self, timeline: &Timeline, gates: &[Option<Micros>], now: Micros) -> Waits {
        let stage = timeline.at(now);
        if stage.step.is_some_and(|step| usize::from(step) + 1 == self.steps.len()) {
            return Waits::Done;
        }
        if self.pauses.iter().any(|&(start, end)| start <= now && now < end) {
            return Waits::Pause;
        }
        let Some(index) = stage.step.map(usize::from) else {
            let waits_for_approval = self.steps[0].approval.is_some() && now >= self.started_at;
            return if waits_for_approval { Waits::Approval } else { Waits::Start };
        };
        let step = &self.steps[index];
        let Some(hold) = step.hold else { return Waits::Hold };
        if now < self.advance(stage.from, hold) {
            return Waits::Hold;
        }
        if let Some(n) = step.min_n {
            let latest = step.max.map_or(Micros::MAX, |max| self.advance(stage.from, max));
            match gates.get(index).copied().flatten() {
                Some(passed) if passed <= latest && passed <= now => {}
                _ if now < latest => return Waits::Samples(n),
                _ => return Waits::Overdue(n),
            }
        }
        Waits::Approval
    }
}
