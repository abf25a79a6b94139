//! The fixed order of an evaluation: state, schedule, prerequisites, breaker, consent, overrides, rules with their
//! ramps, default. It never fails for a toggle that exists.

use crate::hash::{hash_unit, part, position};
use crate::policy::{
    Expr, Policy, Ramp, Rule, Serve, Served, Slot, Stage, State, StepMode, Test, TestId, Timeline, Toggle, Variants,
    Want,
};
use crate::time::Micros;

use super::attribute::Attribute;
use super::decision::{Code, Decision, Reason};
use super::describe;
use super::visitor::{Silent, Verdict, Visitor};

/// The unit by which a contact is placed on a ramp.
#[derive(Clone, Copy)]
pub enum Unit<'v> {
    /// The contact has none.
    Missing,
    /// It has one of a type that cannot be used.
    Unusable,
    /// Its text; that of an integer is its decimal form.
    Key(&'v str),
}

impl<'v> Unit<'v> {
    /// Its text.
    ///
    /// # Errors
    /// Why there is none.
    #[inline]
    pub fn key(self) -> Result<&'v str, Code> {
        match self {
            Unit::Missing => Err(Code::TargetingKeyMissing),
            Unit::Unusable => Err(Code::InvalidContext),
            Unit::Key(key) => Ok(key),
        }
    }
}

/// One contact at one instant.
pub trait Subject {
    /// Hands over the attribute in a slot.
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R;
    /// Whether a test holds.
    #[inline]
    fn test(&self, test: &Test) -> bool {
        self.attribute(test.slot, |attribute| attribute.ask(&test.op) == Some(true))
    }
    /// Hands over the unit: the attribute in `slot` when the contact has it, otherwise the targeting key.
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R;
    /// The instant; the same however often it is asked.
    fn now(&self) -> Micros;
}

/// What lies over the policy at run time.
pub trait Overlay {
    /// Whether the toggle's breaker is open.
    fn breaker_open(&self, toggle: u32) -> bool;
    /// The ramp's stages, with the gates that have passed.
    fn timeline<'t>(&'t self, ramp: &'t Ramp) -> &'t Timeline;
}

/// Evaluates one toggle for one contact.
#[inline]
pub fn evaluate<S: Subject, O: Overlay, V: Visitor>(
    policy: &Policy,
    overlay: &O,
    subject: &S,
    visitor: &mut V,
    toggle: u32,
) -> Decision {
    Evaluation { policy, overlay, subject, visitor }.toggle(toggle)
}

/// Whether a condition holds for a contact.
pub fn holds<S: Subject, O: Overlay>(policy: &Policy, overlay: &O, subject: &S, expr: &Expr) -> bool {
    Evaluation { policy, overlay, subject, visitor: &mut Silent }.expr(expr)
}

struct Evaluation<'e, S, O, V> {
    policy: &'e Policy,
    overlay: &'e O,
    subject: &'e S,
    visitor: &'e mut V,
}

impl<S: Subject, O: Overlay, V: Visitor> Evaluation<'_, S, O, V> {
    #[inline]
    fn toggle(&mut self, index: u32) -> Decision {
        let toggle = &self.policy.toggles[index as usize];
        if let Some(stopped) = self.gates(toggle, index) {
            return stopped;
        }
        if let Some(overrides) = &toggle.overrides {
            let subject = self.subject;
            let serve = subject.unit(None, |unit| match unit {
                Unit::Key(key) => overrides.get(key).copied(),
                _ => None,
            });
            let verdict = if serve.is_some() { Verdict::Decided } else { Verdict::Missed };
            self.visitor.step("override", verdict, || format!("overridden units: {}", overrides.len()));
            if let Some(serve) = serve {
                return self.outright(toggle, serve, Reason::TargetingMatch, None);
            }
        }
        if toggle.rules.is_empty() {
            let reason = if toggle.variants.is_some() { Reason::Split } else { Reason::Static };
            self.visitor.step("default", Verdict::Decided, || "on for all: the toggle has no rules".to_owned());
            return self.outright(toggle, Serve::On, reason, None);
        }
        for (index, rule) in (0_u16..).zip(&toggle.rules) {
            if self.matches(rule) {
                return self.rule(toggle, index, rule);
            }
        }
        self.visitor.step("default", Verdict::Decided, || "no rule matched".to_owned());
        Decision::plain(Served::Off, Reason::Default, None)
    }

    /// All that stands before the rules. Cheap to skip: most toggles have none of it.
    #[inline]
    fn gates(&mut self, toggle: &Toggle, index: u32) -> Option<Decision> {
        if toggle.state != State::Enabled {
            self.visitor.step("state", Verdict::Decided, || describe::state(&toggle.state));
            return Some(match toggle.state {
                State::Inert => Decision::plain(Served::Caller, Reason::Error, Some(Code::ParseError)),
                _ => Decision::plain(Served::Caller, Reason::Disabled, None),
            });
        }
        self.visitor.step("state", Verdict::Passed, || "enabled".to_owned());
        if let Some(schedule) = &toggle.schedule {
            let now = self.subject.now();
            let open = schedule.is_open(now);
            let verdict = if open { Verdict::Passed } else { Verdict::Decided };
            self.visitor.step("schedule", verdict, || describe::schedule(schedule, now));
            if !open {
                return Some(Decision::plain(Served::Off, Reason::Default, Some(Code::OutsideSchedule)));
            }
        }
        if !toggle.requires.is_empty() && !self.prerequisites(toggle) {
            return Some(Decision::plain(Served::Off, Reason::Default, Some(Code::PrerequisiteFailed)));
        }
        if self.overlay.breaker_open(index) {
            self.visitor.step("breaker", Verdict::Decided, || "open".to_owned());
            return Some(Decision::plain(Served::Off, Reason::BreakerOpen, None));
        }
        self.visitor.step("breaker", Verdict::Passed, || "closed".to_owned());
        if toggle.consent.is_empty() { None } else { self.consent(toggle) }
    }

    /// Asks for all purposes, so that every refusal can be counted under its own.
    fn consent(&mut self, toggle: &Toggle) -> Option<Decision> {
        let (policy, subject) = (self.policy, self.subject);
        let purposes = || toggle.consent.iter().enumerate();
        let is_refused = |test: TestId| !subject.test(&policy.tests[test as usize]);
        let refused = purposes().fold(0_u16, |bits, (purpose, test)| bits | u16::from(is_refused(*test)) << purpose);
        // What decides is told last.
        for (bit, verdict) in [(0, Verdict::Passed), (1, Verdict::Decided)] {
            for (_, test) in purposes().filter(|(purpose, _)| refused >> purpose & 1 == bit) {
                self.tell(*test, "consent", verdict);
            }
        }
        (refused != 0).then(|| Decision::unconsented(refused))
    }

    fn prerequisites(&mut self, toggle: &Toggle) -> bool {
        for requirement in &toggle.requires {
            let other = &self.policy.toggles[requirement.toggle as usize];
            self.visitor.enter("requires", || describe::requirement(other, &requirement.want));
            let decision = self.toggle(requirement.toggle);
            let met = match requirement.want {
                Want::Enabled(wanted) => decision.enabled() == wanted,
                Want::Variant(variant) => decision.served == Served::Variant(variant),
            };
            let verdict = if met { Verdict::Passed } else { Verdict::Decided };
            self.visitor.leave(verdict, || describe::found(other, &decision));
            if !met {
                return false;
            }
        }
        true
    }

    #[inline]
    fn matches(&mut self, rule: &Rule) -> bool {
        // A rule without a ramp has the last word.
        let matched = if rule.ramp.is_some() { Verdict::Passed } else { Verdict::Decided };
        let Some(when) = &rule.when else {
            self.visitor.step("rule", matched, || format!("{}: for all", rule.id));
            return true;
        };
        self.visitor.enter("rule", || rule.id.to_string());
        let holds = self.common(when);
        self.visitor.leave(if holds { matched } else { Verdict::Missed }, String::new);
        holds
    }

    fn expr(&mut self, expr: &Expr) -> bool {
        let policy = self.policy;
        match expr {
            Expr::Test(test) => self.test(*test, "condition", Verdict::Missed),
            Expr::All(inner) => self.group(|| "all of".to_owned(), |e| inner.iter().all(|expr| e.holds(expr))),
            Expr::Any(inner) => self.group(|| "any of".to_owned(), |e| inner.iter().any(|expr| e.holds(expr))),
            Expr::Not(inner) => self.group(|| "not".to_owned(), |e| !e.expr(inner)),
            Expr::Segment(index) => {
                let segment = &policy.segments[*index as usize];
                self.group(|| format!("segment {}", segment.name), |e| e.expr(&segment.when))
            }
        }
    }

    /// As [`Self::expr`], without a call for the commonest conditions: one test, or all of some.
    #[inline]
    fn common(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::All(inner) => self.group(|| "all of".to_owned(), |e| inner.iter().all(|expr| e.holds(expr))),
            other => self.holds(other),
        }
    }

    /// As [`Self::expr`], without a call for one test.
    #[inline]
    fn holds(&mut self, expr: &Expr) -> bool {
        if let Expr::Test(test) = expr { self.test(*test, "condition", Verdict::Missed) } else { self.expr(expr) }
    }

    #[inline]
    fn group(&mut self, detail: impl FnOnce() -> String, holds: impl FnOnce(&mut Self) -> bool) -> bool {
        self.visitor.enter("condition", detail);
        let holds = holds(self);
        self.visitor.leave(if holds { Verdict::Passed } else { Verdict::Missed }, String::new);
        holds
    }

    #[inline]
    fn test(&mut self, test: TestId, stage: &'static str, otherwise: Verdict) -> bool {
        let holds = self.subject.test(&self.policy.tests[test as usize]);
        self.tell(test, stage, if holds { Verdict::Passed } else { otherwise });
        holds
    }

    #[inline]
    fn tell(&mut self, test: TestId, stage: &'static str, verdict: Verdict) {
        let (policy, subject) = (self.policy, self.subject);
        let test = &policy.tests[test as usize];
        self.visitor.step(stage, verdict, || {
            let seen = subject.attribute(test.slot, |attribute| describe::seen(attribute, &test.op));
            format!("{}; it is {seen}", describe::describe(policy, test))
        });
    }

    #[inline]
    fn rule(&mut self, toggle: &Toggle, index: u16, rule: &Rule) -> Decision {
        match &rule.ramp {
            None => self.outright(toggle, rule.serve, Reason::TargetingMatch, Some(index)),
            Some(ramp) => Decision { rule: Some(index), ..self.ramp(toggle, rule.serve, ramp) },
        }
    }

    /// Serves without a ramp.
    fn outright(&mut self, toggle: &Toggle, serve: Serve, reason: Reason, rule: Option<u16>) -> Decision {
        let plain = |served, code: Option<Code>| {
            let reason = if code.is_none() { reason } else { Reason::Default };
            Decision { rule, ..Decision::plain(served, reason, code) }
        };
        let variants = match (serve, &toggle.variants) {
            (Serve::Fixed(served), _) => return plain(served, None),
            (Serve::On, None) => return plain(Served::On, None),
            (Serve::On, Some(variants)) => variants,
        };
        let drawn = self.subject.unit(None, |unit| unit.key().map(|key| draw(variants, key, variants.seed)));
        self.visitor.step("variant", Verdict::Decided, || describe::drawn(toggle, drawn));
        match drawn {
            Ok(served) => plain(served, None),
            Err(code) => plain(Served::Off, Some(code)),
        }
    }

    #[inline]
    fn ramp(&mut self, toggle: &Toggle, serve: Serve, ramp: &Ramp) -> Decision {
        let overlay = self.overlay;
        let (timeline, now) = (overlay.timeline(ramp), self.subject.now());
        let stage = timeline.at(now);
        let placed = self.subject.unit(Some(ramp.unit), |unit| place(toggle, serve, ramp, stage, unit));
        let bucket = placed.map(|(bucket, _)| bucket);
        self.visitor.step("ramp", Verdict::Decided, || describe::ramp(ramp, timeline, now, bucket));
        if let Ok((_, Some(served))) = placed {
            self.visitor.step("variant", Verdict::Decided, || describe::served(toggle, served));
        }
        Decision { bucket: bucket.ok(), ..settle(stage, placed.map(|(_, served)| served)) }
    }
}

/// Where a unit stands on a ramp, and what it gets when it is in.
///
/// # Errors
/// Why a contact has no place.
#[inline]
pub(super) fn place(
    toggle: &Toggle,
    serve: Serve,
    ramp: &Ramp,
    stage: &Stage,
    unit: Unit<'_>,
) -> Result<(u32, Option<Served>), Code> {
    let key = unit.key()?;
    let hash = hash_unit(key.as_bytes(), ramp.ramp_seed);
    let served = stage.exposes(hash).then(|| match (serve, &toggle.variants) {
        (Serve::Fixed(served), _) => served,
        (Serve::On, None) => Served::On,
        (Serve::On, Some(variants)) => draw(variants, key, ramp.variant_seed),
    });
    Ok((position(hash), served))
}

/// What a place on a ramp comes to in a stage. The bucket and the rule are the caller's to add.
#[inline]
#[must_use]
pub(super) fn settle(stage: &Stage, placed: Result<Option<Served>, Code>) -> Decision {
    let (served, shadow, reason, code) = match (placed, stage.mode) {
        (Err(code), _) => (Served::Off, None, Reason::Default, Some(code)),
        (Ok(None), _) => (Served::Off, None, Reason::Split, None),
        (Ok(Some(served)), StepMode::Live) => (served, None, Reason::Split, None),
        (Ok(Some(served)), StepMode::Shadow) => (Served::Off, Some(served), Reason::Shadow, None),
    };
    Decision { shadow, percent: Some(stage.percent), ..Decision::plain(served, reason, code) }
}

/// Draws a variant by weight.
#[inline]
fn draw(variants: &Variants, key: &str, seed: u64) -> Served {
    let total = variants.sums.last().copied().unwrap_or(1);
    let drawn = part(hash_unit(key.as_bytes(), seed), total);
    let index = variants.sums.partition_point(|sum| *sum <= drawn);
    // There are at most limits::VARIANTS of them.
    Served::Variant(u16::try_from(index).unwrap_or(u16::MAX))
}
