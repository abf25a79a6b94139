//! The engine: a policy in force, with what lies over it at run time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::hash::{Stage, hash_unit, seed};
use crate::policy::{Policy, Ramp, Timeline, Waits};
use crate::time::Micros;
use crate::toggle::{
    Columns, Decision, KindCode, Kinds, Needs, Overlay, Remembering, Rows, Silent, Subject, Visitor, evaluate, holds,
};

/// A gate that has passed: a step's samples were complete at an instant. An input, never guessed: without it a step that
/// asks for samples holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateResult {
    /// Key of the toggle.
    pub toggle: String,
    /// Id of the rule that ramps.
    pub rule: String,
    /// Index of the step.
    pub step: usize,
    /// Samples seen.
    pub n: u64,
    /// When that many had been seen.
    pub at: Micros,
}

impl GateResult {
    /// What the samples were seen of: the ramp, and its steps up to this one. `None` where no step waits for them. Equal
    /// in two policies, the result says the same in both; a ramp that was begun anew, shuffled or given other shares is
    /// another one, and so is a step that only has the same number.
    #[must_use]
    pub fn scope(&self, policy: &Policy) -> Option<u64> {
        let (ramp, _) = waiting_step(policy, self).ok()?;
        let plan = &ramp.plan;
        let unit = &policy.attributes[ramp.unit as usize];
        let steps: Vec<_> = plan.steps[..=self.step].iter().map(|step| (step.percent, step.mode)).collect();
        let text = format!("{unit:?} {} {} {steps:?}", ramp.ramp_seed, plan.started_at);
        Some(hash_unit(text.as_bytes(), seed("gates", Stage::Ramp)))
    }
}

/// Where a ramp stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RampPosition {
    /// Index of the rule.
    pub rule: u16,
    /// Index of the step in force; `None` before the start.
    pub step: Option<u16>,
    /// When it began.
    pub entered_at: Option<Micros>,
    /// When the next begins, when that is known.
    pub next_at: Option<Micros>,
    /// What the ramp waits for.
    pub waits: Waits,
}

#[derive(Debug, Default)]
struct ToggleState {
    breaker: AtomicU8,
    /// Evaluations of this toggle that came out off, and on: one count for each evaluation.
    counts: [AtomicU64; 2],
    /// Evaluations of all toggles in which this one came out on.
    on_in_rounds: AtomicU64,
}

/// How often a toggle was evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// All evaluations.
    pub evaluations: u64,
    /// Those that came out on.
    pub enabled: u64,
}

/// Refusals for want of consent, counted for each purpose of each toggle that has some. Apart from the toggles' other
/// counts, for most toggles have none.
#[derive(Debug)]
struct Refusals {
    /// The toggles, one for each count.
    toggles: Box<[u32]>,
    counts: Box<[AtomicU64]>,
}

impl Refusals {
    fn new(policy: &Policy) -> Self {
        let purposes = (0..).zip(&policy.toggles).flat_map(|(index, toggle)| toggle.consent.iter().map(move |_| index));
        let toggles: Box<[u32]> = purposes.collect();
        let counts = toggles.iter().map(|_| AtomicU64::new(0)).collect();
        Self { toggles, counts }
    }

    fn of(&self, toggle: u32) -> &[AtomicU64] {
        let start = self.toggles.partition_point(|known| *known < toggle);
        let end = self.toggles.partition_point(|known| *known <= toggle);
        &self.counts[start..end]
    }

    #[cold]
    fn count(&self, toggle: u32, refused: u16, contacts: u64) {
        let counts = (0..).zip(self.of(toggle));
        counts.filter(|(purpose, _)| refused >> purpose & 1 == 1).for_each(|(_, count)| {
            count.fetch_add(contacts, Ordering::Relaxed);
        });
    }
}

#[derive(Debug)]
struct GatedRamp {
    gates: Box<[Option<Micros>]>,
    timeline: Timeline,
}

/// A policy in force. A new policy is a new engine: what readers hold never changes under them.
#[derive(Debug)]
pub struct Engine {
    /// The policy.
    pub policy: Arc<Policy>,
    states: Box<[ToggleState]>,
    /// Evaluations of all toggles at once.
    rounds: AtomicU64,
    gated: Box<[Option<GatedRamp>]>,
    refusals: Refusals,
}

impl Engine {
    /// Puts a policy in force.
    ///
    /// # Errors
    /// A gate result that names no step waiting for samples, in words.
    pub fn new(policy: Arc<Policy>, gates: &[GateResult]) -> Result<Self, String> {
        let states = policy.toggles.iter().map(|_| ToggleState::default()).collect();
        let gated = gated(&policy, gates)?;
        let refusals = Refusals::new(&policy);
        Ok(Self { policy, states, rounds: AtomicU64::new(0), gated, refusals })
    }

    /// Evaluates and counts.
    #[inline]
    pub fn decide<S: Subject>(&self, toggle: u32, subject: &S) -> Decision {
        let decision = evaluate(&self.policy, self, subject, &mut Silent, toggle);
        let counts = &self.states[toggle as usize].counts;
        counts[usize::from(decision.enabled())].fetch_add(1, Ordering::Relaxed);
        if decision.refused != 0 {
            self.refusals.count(toggle, decision.refused, 1);
        }
        decision
    }

    /// Evaluates all toggles, and counts.
    pub fn decide_all<S: Subject>(&self, subject: &S) -> Box<[Decision]> {
        self.rounds.fetch_add(1, Ordering::Relaxed);
        let subject = Remembering::new(subject, self.policy.tests.len());
        let decide = |(toggle, state): (u32, &ToggleState)| {
            let decision = evaluate(&self.policy, self, &subject, &mut Silent, toggle);
            if decision.enabled() {
                state.on_in_rounds.fetch_add(1, Ordering::Relaxed);
            }
            if decision.refused != 0 {
                self.refusals.count(toggle, decision.refused, 1);
            }
            decision
        };
        (0..).zip(&self.states).map(decide).collect()
    }

    /// Evaluates without counting, for those who count a batch at once or watch.
    #[inline]
    pub fn peek<S: Subject, V: Visitor>(&self, toggle: u32, subject: &S, visitor: &mut V) -> Decision {
        evaluate(&self.policy, self, subject, visitor, toggle)
    }

    /// Evaluates for many contacts without counting; see [`Rows::decide`].
    pub fn decide_rows<K: KindCode, C: Columns>(
        &self,
        toggle: u32,
        needs: &Needs<'_>,
        columns: &C,
        rows: usize,
    ) -> Kinds<K> {
        Rows::new(&self.policy, self, toggle, needs, columns).decide(rows)
    }

    /// Counts a batch.
    pub fn count(&self, toggle: u32, usage: Usage) {
        let [off, on] = &self.states[toggle as usize].counts;
        off.fetch_add(usage.evaluations - usage.enabled, Ordering::Relaxed);
        on.fetch_add(usage.enabled, Ordering::Relaxed);
    }

    /// How often a toggle was evaluated since this policy was put in force.
    #[must_use]
    pub fn usage(&self, toggle: u32) -> Usage {
        let ToggleState { counts: [off, on], on_in_rounds, .. } = &self.states[toggle as usize];
        let [off, on, on_in_rounds] = [off, on, on_in_rounds].map(|count| count.load(Ordering::Relaxed));
        Usage { evaluations: off + on + self.rounds.load(Ordering::Relaxed), enabled: on + on_in_rounds }
    }

    /// Counts so many contacts of a batch, refused for the same purposes.
    pub fn count_refused(&self, toggle: u32, refused: u16, contacts: u64) {
        self.refusals.count(toggle, refused, contacts);
    }

    /// How often each purpose of a toggle was refused, in its order, since this policy was put in force.
    #[must_use]
    pub fn refusals(&self, toggle: u32) -> Vec<u64> {
        self.refusals.of(toggle).iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }

    /// Whether a contact is in a segment, by its place in the policy.
    pub fn is_in<S: Subject>(&self, segment: u32, subject: &S) -> bool {
        holds(&self.policy, self, subject, &self.policy.segments[segment as usize].when)
    }

    /// Opens or closes a toggle's breaker. An open breaker turns the toggle off; none turns it on.
    pub fn set_breaker(&self, toggle: u32, open: bool) {
        self.states[toggle as usize].breaker.store(u8::from(open), Ordering::Relaxed);
    }

    /// Where the ramps of a toggle stand.
    #[must_use]
    pub fn ramps(&self, toggle: u32, now: Micros) -> Vec<RampPosition> {
        let rules = &self.policy.toggles[toggle as usize].rules;
        let ramps = (0_u16..).zip(rules).filter_map(|(index, rule)| Some((index, rule.ramp.as_deref()?)));
        ramps
            .map(|(rule, ramp)| {
                let timeline = self.timeline(ramp);
                let gates = self.gated_ramp(ramp).map_or(&[][..], |g| &g.gates);
                let stage = timeline.at(now);
                RampPosition {
                    rule,
                    step: stage.step,
                    entered_at: stage.step.map(|_| stage.from),
                    next_at: timeline.after(now).map(|s| s.from),
                    waits: ramp.plan.waits(timeline, gates, now),
                }
            })
            .collect()
    }

    fn gated_ramp(&self, ramp: &Ramp) -> Option<&GatedRamp> {
        self.gated.get(ramp.id as usize)?.as_ref()
    }
}

impl Overlay for Engine {
    #[inline]
    fn breaker_open(&self, toggle: u32) -> bool {
        self.states[toggle as usize].breaker.load(Ordering::Relaxed) != 0
    }

    #[inline]
    fn timeline<'t>(&'t self, ramp: &'t Ramp) -> &'t Timeline {
        self.gated_ramp(ramp).map_or(&ramp.timeline, |gated| &gated.timeline)
    }
}

/// The ramps whose gates have passed. A result with too few samples passes nothing.
fn gated(policy: &Policy, results: &[GateResult]) -> Result<Box<[Option<GatedRamp>]>, String> {
    let mut gated: Vec<Option<GatedRamp>> = Vec::new();
    for result in results {
        let (ramp, wanted) = waiting_step(policy, result)?;
        if result.n < wanted {
            continue;
        }
        if gated.is_empty() {
            gated.resize_with(policy.ramps as usize, || None);
        }
        let slot = &mut gated[ramp.id as usize];
        let mut gates = slot.take().map_or_else(|| vec![None; ramp.plan.steps.len()].into_boxed_slice(), |g| g.gates);
        gates[result.step] = [gates[result.step], Some(result.at)].into_iter().flatten().min();
        let timeline = ramp.plan.timeline(&gates);
        *slot = Some(GatedRamp { gates, timeline });
    }
    Ok(gated.into_boxed_slice())
}

/// The ramp of a result, and how many samples its step waits for.
fn waiting_step<'p>(policy: &'p Policy, result: &GateResult) -> Result<(&'p Ramp, u64), String> {
    let ramp = find_ramp(policy, result)?;
    let wanted = ramp.plan.steps.get(result.step).and_then(|step| step.min_n);
    wanted.map(|wanted| (ramp, wanted)).ok_or_else(|| {
        let GateResult { toggle, rule, step, .. } = result;
        format!("toggles.{toggle}.rules.{rule}: step {step} waits for no samples; name a step with min_n")
    })
}

fn find_ramp<'p>(policy: &'p Policy, result: &GateResult) -> Result<&'p Ramp, String> {
    let toggle = policy.find(&result.toggle).map(|index| &policy.toggles[index as usize]);
    let toggle = toggle.ok_or_else(|| format!("no toggle `{}` to pass a gate of", result.toggle))?;
    let rule = toggle.rules.iter().find(|rule| *rule.id == *result.rule);
    rule.and_then(|rule| rule.ramp.as_deref())
        .ok_or_else(|| format!("toggle `{}` has no rule `{}` with a ramp", result.toggle, result.rule))
}
