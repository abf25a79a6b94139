//! The rows of a batch: what a toggle looks at, asked column by column, decided row by row.

use std::collections::HashSet;
use std::ops::Range;

use turnout_core::policy::{Expr, Policy, Ramp, Rule, Serve, Served, Slot, Stage, Test, TestId, Toggle};
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Decision, Overlay, Reason, Silent, Subject, Unit, place, settle};

use crate::ask::Asked;
use crate::column::Column;
use crate::contacts::Contacts;
use crate::found::{Code, Found, Kinds};
use crate::installed::Installed;

/// Rows evaluated between two looks at memory: their masks stay in the cache.
const BLOCK: usize = 2048;

/// The instants of a batch.
pub enum Instants {
    All(Micros),
    Each(Column),
}

impl Instants {
    #[inline]
    fn at(&self, row: usize) -> Option<Micros> {
        match self {
            Self::All(at) => Some(*at),
            // A column of plain integers holds microseconds, as the contact log does.
            Self::Each(column) => column.with(row, |value| match value {
                Attribute::Time(at) | Attribute::Int(at) => Some(at),
                _ => None,
            }),
        }
    }

    /// The first row without a usable instant.
    pub fn gap(&self, rows: usize) -> Option<usize> {
        match self {
            Self::All(_) => None,
            Self::Each(_) => (0..rows).find(|row| self.at(*row).is_none()),
        }
    }
}

/// What a toggle can look at: its tests and the attributes that hold units, prerequisites and segments included.
#[derive(Default)]
pub struct Needs<'p> {
    pub tests: Vec<&'p Test>,
    pub units: Vec<Slot>,
    seen_tests: HashSet<TestId>,
    seen_toggles: Vec<u32>,
}

impl<'p> Needs<'p> {
    pub fn toggle(&mut self, policy: &'p Policy, index: u32) {
        if self.seen_toggles.contains(&index) {
            return;
        }
        self.seen_toggles.push(index);
        let toggle = &policy.toggles[index as usize];
        toggle.consent.iter().for_each(|test| self.test(policy, *test));
        for rule in &toggle.rules {
            rule.when.iter().for_each(|when| self.expr(policy, when));
            self.units.extend(rule.ramp.iter().map(|ramp| ramp.unit));
        }
        toggle.requires.iter().for_each(|r| self.toggle(policy, r.toggle));
    }

    fn expr(&mut self, policy: &'p Policy, expr: &'p Expr) {
        match expr {
            Expr::All(inner) | Expr::Any(inner) => inner.iter().for_each(|e| self.expr(policy, e)),
            Expr::Not(inner) => self.expr(policy, inner),
            Expr::Segment(index) => self.expr(policy, &policy.segments[*index as usize].when),
            Expr::Test(test) => self.test(policy, *test),
        }
    }

    fn test(&mut self, policy: &'p Policy, test: TestId) {
        if self.seen_tests.insert(test) {
            self.tests.push(&policy.tests[test as usize]);
        }
    }
}

/// One row of a batch: its tests have been asked column by column.
struct Row<'a> {
    batch: &'a Batch<'a>,
    masks: &'a Masks,
    in_block: usize,
    in_batch: usize,
    now: Micros,
}

impl Subject for Row<'_> {
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        match self.batch.contacts.attribute(slot) {
            Some(column) => column.with(self.in_batch, then),
            None => then(Attribute::Missing),
        }
    }

    #[inline]
    fn test(&self, test: &Test) -> bool {
        self.masks[self.batch.place(test.id)][self.in_block]
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        self.batch.contacts.unit(self.in_batch, slot, then)
    }

    #[inline]
    fn now(&self) -> Micros {
        self.now
    }
}

/// The answers to the tests for the rows of one block.
type Masks = Vec<[bool; BLOCK]>;

/// A batch ready to run.
pub struct Batch<'a> {
    installed: &'a Installed,
    toggle: u32,
    contacts: &'a Contacts,
    instants: &'a Instants,
    tests: &'a [&'a Test],
    /// Where each test's mask stands, by the number of the test less that of the first.
    places: Vec<u32>,
    first_test: u32,
}

impl<'a> Batch<'a> {
    pub fn new(
        installed: &'a Installed,
        toggle: u32,
        contacts: &'a Contacts,
        instants: &'a Instants,
        tests: &'a [&'a Test],
    ) -> Self {
        let first_test = tests.iter().map(|test| test.id).min().unwrap_or(0);
        let last_test = tests.iter().map(|test| test.id).max().unwrap_or(0);
        let mut places = vec![0; (last_test - first_test) as usize + 1];
        for (place, test) in (0_u32..).zip(tests) {
            places[(test.id - first_test) as usize] = place;
        }
        Self { installed, toggle, contacts, instants, tests, places, first_test }
    }

    #[inline]
    fn place(&self, test: TestId) -> usize {
        self.places[(test - self.first_test) as usize] as usize
    }

    /// Decides all rows. Should a byte not tell their kinds apart, they are decided once more with wider codes.
    pub fn run(&self, rows: usize) -> Found {
        let narrow = self.decide::<u8>(rows);
        if narrow.full { self.decide::<u32>(rows).into() } else { narrow.into() }
    }

    /// Block by block, so that what belongs to a row stays in the cache.
    fn decide<C: Code>(&self, rows: usize) -> Kinds<C> {
        let toggle = &self.installed.engine.policy.toggles[self.toggle as usize];
        let by_rules = self.installed.engine.starts_with_rules(self.toggle) && toggle.rules.iter().all(is_uniform);
        let asked: Vec<Asked<'_>> =
            self.tests.iter().map(|test| Asked::new(test, self.contacts.attribute(test.slot))).collect();
        let mut masks: Masks = vec![[false; BLOCK]; self.tests.len()];
        let mut found = Kinds::with_capacity(rows);
        for start in (0..rows).step_by(BLOCK) {
            let end = rows.min(start + BLOCK);
            for (mask, asked) in masks.iter_mut().zip(&asked) {
                asked.fill(start, &mut mask[..end - start]);
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
    fn by_row<C: Code>(&self, rows: Range<usize>, masks: &Masks, found: &mut Kinds<C>) {
        for row in rows.clone() {
            let now = self.instants.at(row).unwrap_or_default();
            let subject = Row { batch: self, masks, in_block: row - rows.start, in_batch: row, now };
            let code = found.code(self.installed.engine.peek(self.toggle, &subject, &mut Silent));
            found.codes.push(code);
        }
    }

    /// Toggles with nothing before their rules but consent: a whole block passes each rule, in the core's order.
    fn by_rules<C: Code>(&self, toggle: &Toggle, rows: Range<usize>, masks: &Masks, found: &mut Kinds<C>) {
        let (first, length) = (found.codes.len(), rows.len());
        let default = found.code(Decision::plain(Served::Off, Reason::Default, None));
        found.codes.resize(first + length, default);
        let mut open = [true; BLOCK];
        for test in &toggle.consent {
            let refused = found.code(Decision::plain(Served::Off, Reason::ConsentMissing, None));
            let given = &masks[self.place(*test)];
            for at in (0..length).filter(|at| open[*at] && !given[*at]) {
                found.codes[first + at] = refused;
            }
            open.iter_mut().zip(given).for_each(|(open, given)| *open &= given);
        }
        for (index, rule) in (0_u16..).zip(&toggle.rules) {
            let mut matched = open;
            if let Some(when) = &rule.when {
                let holds = self.mask(when, masks);
                matched.iter_mut().zip(&holds).for_each(|(matched, holds)| *matched &= holds);
                open.iter_mut().zip(&holds).for_each(|(open, holds)| *open &= !holds);
            } else {
                open = [false; BLOCK];
            }
            match (&rule.ramp, rule.serve) {
                (Some(ramp), serve) => {
                    let on = OnRamp { toggle, rule: index, serve, ramp };
                    self.ramp(&on, rows.start, &matched[..length], found);
                }
                (None, Serve::Fixed(served)) => {
                    let decision =
                        Decision { rule: Some(index), ..Decision::plain(served, Reason::TargetingMatch, None) };
                    let code = found.code(decision);
                    for at in chosen(&matched[..length]) {
                        found.codes[first + usize::from(at)] = code;
                    }
                }
                (None, Serve::On) => {}
            }
        }
    }

    /// The rows of a block on a ramp, stage by stage.
    fn ramp<C: Code>(&self, on: &OnRamp<'_>, start: usize, matched: &[bool], found: &mut Kinds<C>) {
        let timeline = self.installed.engine.timeline(on.ramp);
        let first = found.codes.len() - matched.len();
        let now = |at: u16| self.instants.at(start + usize::from(at)).unwrap_or_default();
        let rows = chosen(matched);
        let mut rest = &rows[..];
        while let Some(next) = rest.first() {
            let stage = timeline.at(now(*next));
            let in_force = stage.from..timeline.after(now(*next)).map_or(Micros::MAX, |next| next.from);
            let length = match self.instants {
                Instants::All(_) => rest.len(),
                Instants::Each(_) => 1 + rest[1..].iter().take_while(|at| in_force.contains(&now(**at))).count(),
            };
            let (run, others) = rest.split_at(length);
            self.stage(on, stage, start, run, first, found);
            rest = others;
        }
    }

    /// The rows of a block in one stage of a ramp. The common case takes no branch on who is in, which nobody can guess.
    fn stage<C: Code>(
        &self,
        on: &OnRamp<'_>,
        stage: &Stage,
        start: usize,
        run: &[u16],
        first: usize,
        found: &mut Kinds<C>,
    ) {
        let hashes = self.contacts.hashes(Some(on.ramp.unit), on.ramp.ramp_seed);
        let outright = on.outright();
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
            let placed = self.contacts.unit(start + usize::from(at), Some(on.ramp.unit), place);
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
            Expr::Segment(index) => self.mask(&self.installed.engine.policy.segments[*index as usize].when, masks),
        }
    }
}

impl Batch<'_> {
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
    /// What every exposed unit gets; none where variants are drawn.
    #[inline]
    fn outright(&self) -> Option<Served> {
        match self.serve {
            Serve::Fixed(served) => Some(served),
            Serve::On => self.toggle.variants.is_none().then_some(Served::On),
        }
    }

    fn code<C: Code>(
        &self,
        stage: &Stage,
        placed: Result<Option<Served>, turnout_core::toggle::Code>,
        found: &mut Kinds<C>,
    ) -> C {
        found.code(Decision { rule: Some(self.rule), ..settle(stage, placed) })
    }
}

/// Whether a rule comes to few kinds of decisions, told apart by its ramp alone.
fn is_uniform(rule: &Rule) -> bool {
    rule.ramp.is_some() || rule.serve != Serve::On
}
