//! Evaluation of one toggle for many contacts, whose attributes stand in columns.

use std::ops::Range;

use crate::hash::UnitHasher;
use crate::policy::{Expr, Policy, Ramp, Rule, Serve, Served, Slot, Stage, State, Test, TestId, Toggle};
use crate::time::Micros;

use super::attribute::Attribute;
use super::decision::{Code, Decision, Reason};
use super::evaluate::{Overlay, Subject, Unit, evaluate, place, settle};
use super::kinds::{KindCode, Kinds};
use super::needs::Needs;
use super::visitor::Silent;

/// Rows evaluated between two looks at memory: their masks stay in the cache.
const BLOCK: usize = 2048;

/// Many contacts, column by column.
pub trait Columns {
    /// The units in a slot, as [`Columns::hashes`] prepares them.
    type Hashes<'h>: Hashes
    where
        Self: 'h;

    /// Writes whether a test holds for the rows from `start` on. `place` is that of the test among the toggle's needs.
    fn ask(&self, place: usize, start: usize, out: &mut [bool]);
    /// Hands over the attribute of a row.
    fn attribute<R>(&self, row: usize, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R;
    /// Hands over the unit of a row, as [`Subject::unit`] does.
    fn unit<R>(&self, row: usize, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R;
    /// The units in a slot, made ready to be hashed.
    fn hashes(&self, slot: Slot, hasher: UnitHasher) -> Self::Hashes<'_>;
    /// The instant of a row.
    fn now(&self, row: usize) -> Micros;
    /// Whether all rows have the same instant.
    fn is_one_instant(&self) -> bool;
}

/// The units of many contacts, hashed.
pub trait Hashes {
    /// The hash of a row's unit, where there is a short way to it.
    fn short(&self, row: usize) -> Option<u64>;
}

/// One row: its tests have been asked column by column.
struct Row<'a, C, O> {
    rows: &'a Rows<'a, C, O>,
    masks: &'a Masks,
    in_block: usize,
    in_batch: usize,
    now: Micros,
}

impl<C: Columns, O: Overlay> Subject for Row<'_, C, O> {
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        self.rows.columns.attribute(self.in_batch, slot, then)
    }

    #[inline]
    fn test(&self, test: &Test) -> bool {
        self.masks[self.rows.place(test.id)][self.in_block]
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        self.rows.columns.unit(self.in_batch, slot, then)
    }

    #[inline]
    fn now(&self) -> Micros {
        self.now
    }
}

/// The answers to the tests for the rows of one block.
type Masks = Vec<[bool; BLOCK]>;

/// A toggle and the contacts that it is asked for.
pub struct Rows<'a, C, O> {
    policy: &'a Policy,
    overlay: &'a O,
    toggle: u32,
    columns: &'a C,
    tests: &'a [&'a Test],
    /// Where each test's mask stands, by the number of the test.
    places: Box<[u32]>,
}

impl<'a, C: Columns, O: Overlay> Rows<'a, C, O> {
    /// A toggle with its needs, and the contacts.
    #[must_use]
    pub fn new(policy: &'a Policy, overlay: &'a O, toggle: u32, needs: &'a Needs<'_>, columns: &'a C) -> Self {
        let mut places = vec![0; policy.tests.len()].into_boxed_slice();
        for (place, test) in (0..).zip(&needs.tests) {
            places[test.id as usize] = place;
        }
        Self { policy, overlay, toggle, columns, tests: &needs.tests, places }
    }

    #[inline]
    fn place(&self, test: TestId) -> usize {
        self.places[test as usize] as usize
    }

    /// Decides all rows, as [`evaluate`] would each of them; stops when the codes run out. Block by block, so that what
    /// belongs to a row stays in the cache.
    #[must_use]
    pub fn decide<K: KindCode>(&self, rows: usize) -> Kinds<K> {
        let toggle = &self.policy.toggles[self.toggle as usize];
        let by_rules = starts_with_rules(toggle) && !self.overlay.breaker_open(self.toggle);
        let mut masks: Masks = vec![[false; BLOCK]; self.tests.len()];
        let mut found = Kinds::with_capacity(rows);
        for start in (0..rows).step_by(BLOCK) {
            let end = rows.min(start + BLOCK);
            for (place, mask) in masks.iter_mut().enumerate() {
                self.columns.ask(place, start, &mut mask[..end - start]);
            }
            if by_rules {
                self.by_rules(toggle, start..end, &masks, &mut found);
            } else {
                self.by_row(start..end, &masks, &mut found);
            }
            if found.full {
                break;
            }
        }
        found
    }

    /// Any toggle: each row through the core's evaluation.
    fn by_row<K: KindCode>(&self, rows: Range<usize>, masks: &Masks, found: &mut Kinds<K>) {
        for row in rows.clone() {
            let now = self.columns.now(row);
            let subject = Row { rows: self, masks, in_block: row - rows.start, in_batch: row, now };
            let code = found.code(evaluate(self.policy, self.overlay, &subject, &mut Silent, self.toggle));
            found.codes.push(code);
        }
    }

    /// Toggles with nothing before their rules but consent: a whole block passes each rule, in the core's order.
    fn by_rules<K: KindCode>(&self, toggle: &Toggle, rows: Range<usize>, masks: &Masks, found: &mut Kinds<K>) {
        let (first, length) = (found.codes.len(), rows.len());
        let default = found.code(Decision::plain(Served::Off, Reason::Default, None));
        found.codes.resize(first + length, default);
        let mut open = self.consented(toggle, length, masks, found);
        for (index, rule) in (0_u16..).zip(&toggle.rules) {
            let mut matched = open;
            if let Some(when) = &rule.when {
                let holds = self.mask(when, masks);
                matched.iter_mut().zip(&holds).for_each(|(matched, holds)| *matched &= holds);
                open.iter_mut().zip(&holds).for_each(|(open, holds)| *open &= !holds);
            } else {
                open = [false; BLOCK];
            }
            if let Some(ramp) = &rule.ramp {
                let on = OnRamp { toggle, rule: index, serve: rule.serve, ramp };
                self.ramp(&on, rows.start, &matched[..length], found);
            } else if let Some(served) = outright(toggle, rule.serve) {
                let decision = Decision { rule: Some(index), ..Decision::plain(served, Reason::TargetingMatch, None) };
                let code = found.code(decision);
                for at in chosen(&matched[..length]) {
                    found.codes[first + usize::from(at)] = code;
                }
            }
        }
    }

    /// Which rows of a block have consented to all purposes; the others are decided.
    fn consented<K: KindCode>(
        &self,
        toggle: &Toggle,
        length: usize,
        masks: &Masks,
        found: &mut Kinds<K>,
    ) -> [bool; BLOCK] {
        let mut refused = [0_u16; BLOCK];
        for (purpose, test) in toggle.consent.iter().enumerate() {
            let given = &masks[self.place(*test)];
            refused.iter_mut().zip(given).for_each(|(refused, given)| *refused |= u16::from(!given) << purpose);
        }
        let first = found.codes.len() - length;
        let mut last = None;
        for at in (0..length).filter(|at| refused[*at] != 0) {
            let code = match last {
                Some((same, code)) if same == refused[at] => code,
                _ => found.code(Decision::unconsented(refused[at])),
            };
            found.codes[first + at] = code;
            last = Some((refused[at], code));
        }
        refused.map(|refused| refused == 0)
    }

    /// The rows of a block on a ramp, stage by stage.
    fn ramp<K: KindCode>(&self, on: &OnRamp<'_>, start: usize, matched: &[bool], found: &mut Kinds<K>) {
        let timeline = self.overlay.timeline(on.ramp);
        let first = found.codes.len() - matched.len();
        let now = |at: u16| self.columns.now(start + usize::from(at));
        let rows = chosen(matched);
        let mut rest = &rows[..];
        while let Some(next) = rest.first() {
            let stage = timeline.at(now(*next));
            let in_force = stage.from..timeline.after(now(*next)).map_or(Micros::MAX, |next| next.from);
            let length = if self.columns.is_one_instant() {
                rest.len()
            } else {
                1 + rest[1..].iter().take_while(|at| in_force.contains(&now(**at))).count()
            };
            let (run, others) = rest.split_at(length);
            self.stage(on, stage, start, run, first, found);
            rest = others;
        }
    }

    /// The rows of a block in one stage of a ramp. The common case takes no branch on who is in, which nobody can guess.
    fn stage<K: KindCode>(
        &self,
        on: &OnRamp<'_>,
        stage: &Stage,
        start: usize,
        run: &[u16],
        first: usize,
        found: &mut Kinds<K>,
    ) {
        let hashes = self.columns.hashes(on.ramp.unit, UnitHasher::new(on.ramp.ramp_seed));
        let outright = outright(on.toggle, on.serve);
        let codes = [None, outright].map(|served| on.code(stage, Ok(served), found));
        let cells = &mut found.codes[first..];
        let mut others = Vec::new();
        for at in run {
            let exposed = hashes.short(start + usize::from(*at)).map(|hash| stage.exposes(hash));
            match exposed {
                Some(exposed) if !exposed || outright.is_some() => {
                    cells[usize::from(*at)] = codes[usize::from(exposed)];
                }
                _ => others.push(*at),
            }
        }
        for at in others {
            let place = |unit: Unit<'_>| place(on.toggle, on.serve, on.ramp, stage, unit);
            let placed = self.columns.unit(start + usize::from(at), Some(on.ramp.unit), place);
            found.codes[first + usize::from(at)] = on.code(stage, placed.map(|(_, served)| served), found);
        }
    }

    /// For which rows of a block a condition holds.
    fn mask(&self, expr: &Expr, masks: &Masks) -> [bool; BLOCK] {
        match expr {
            Expr::Test(test) => masks[self.place(*test)],
            Expr::All(inner) => self.joined(inner, masks, true, |a, b| a & b),
            Expr::Any(inner) => self.joined(inner, masks, false, |a, b| a | b),
            Expr::Not(inner) => self.mask(inner, masks).map(|holds| !holds),
            Expr::Segment(index) => self.mask(&self.policy.segments[*index as usize].when, masks),
        }
    }

    /// For which rows several conditions hold, joined.
    fn joined(&self, inner: &[Expr], masks: &Masks, start: bool, join: impl Fn(bool, bool) -> bool) -> [bool; BLOCK] {
        let mut all = [start; BLOCK];
        for expr in inner {
            let one = self.mask(expr, masks);
            all.iter_mut().zip(&one).for_each(|(all, one)| *all = join(*all, *one));
        }
        all
    }
}

/// The places that are true. Written down without a branch, which for scattered ones would be guessed wrong half the time.
fn chosen(matched: &[bool]) -> Vec<u16> {
    let mut places = vec![0_u16; matched.len()];
    let mut count = 0;
    for (at, matched) in (0_u16..).zip(matched) {
        places[count] = at;
        count += usize::from(*matched);
    }
    places.truncate(count);
    places
}

/// A rule with a ramp.
struct OnRamp<'a> {
    toggle: &'a Toggle,
    rule: u16,
    serve: Serve,
    ramp: &'a Ramp,
}

impl OnRamp<'_> {
    fn code<K: KindCode>(&self, stage: &Stage, placed: Result<Option<Served>, Code>, found: &mut Kinds<K>) -> K {
        found.code(Decision { rule: Some(self.rule), ..settle(stage, placed) })
    }
}

/// Whether nothing but consent stands before the rules of a toggle, and each rule comes to few kinds of decisions.
fn starts_with_rules(toggle: &Toggle) -> bool {
    let Toggle { state, schedule, requires, overrides, rules, .. } = toggle;
    let plain = *state == State::Enabled && schedule.is_none() && requires.is_empty() && overrides.is_none();
    let is_uniform = |rule: &Rule| rule.ramp.is_some() || outright(toggle, rule.serve).is_some();
    plain && !rules.is_empty() && rules.iter().all(is_uniform)
}

/// What is served without a draw; none where variants are drawn.
fn outright(toggle: &Toggle, serve: Serve) -> Option<Served> {
    match serve {
        Serve::Fixed(served) => Some(served),
        Serve::On => toggle.variants.is_none().then_some(Served::On),
    }
}
