//! The rows of a batch: what a toggle looks at, asked column by column, decided row by row.

use std::collections::HashMap;
use std::ops::Range;

use turnout_core::policy::{Expr, Policy, Ramp, Rule, Serve, Served, Slot, Test, Toggle};
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Code, Decision, Overlay, Reason, Silent, Subject, Unit, place, settle};

use crate::ask::Asked;
use crate::column::Column;
use crate::convert::with_unit;
use crate::installed::Installed;

/// Rows evaluated between two looks at memory: their masks stay in the cache.
const BLOCK: usize = 2048;
/// Stands for no bucket in a column of them.
pub const NO_BUCKET: u32 = u32::MAX;

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
    seen_tests: HashMap<u32, usize>,
    seen_toggles: Vec<u32>,
}

impl<'p> Needs<'p> {
    pub fn toggle(&mut self, policy: &'p Policy, index: u32) {
        if self.seen_toggles.contains(&index) {
            return;
        }
        self.seen_toggles.push(index);
        let toggle = &policy.toggles[index as usize];
        toggle.consent.iter().for_each(|test| self.test(test));
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
            Expr::Test(test) => self.test(test),
        }
    }

    fn test(&mut self, test: &'p Test) {
        let next = self.tests.len();
        if *self.seen_tests.entry(test.id).or_insert(next) == next {
            self.tests.push(test);
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
    #[inline]
    fn test(&self, test: &Test) -> bool {
        self.masks[self.batch.place(test)][self.in_block]
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        self.batch.unit(self.in_batch, slot, then)
    }

    #[inline]
    fn now(&self) -> Micros {
        self.now
    }

    fn show(&self, _: Slot) -> String {
        String::new()
    }
}

/// The answers to the tests for the rows of one block.
type Masks = Vec<[bool; BLOCK]>;

/// A batch ready to run.
pub struct Batch<'a> {
    installed: &'a Installed,
    toggle: u32,
    units: &'a Column,
    /// By slot; none for attributes that the toggle does not look at.
    columns: Vec<Option<Column>>,
    instants: Instants,
    tests: Vec<&'a Test>,
    /// Where each test's mask stands, by the number of the test less that of the first.
    places: Vec<u32>,
    first_test: u32,
}

impl<'a> Batch<'a> {
    pub fn new(
        installed: &'a Installed,
        toggle: u32,
        units: &'a Column,
        columns: Vec<Option<Column>>,
        instants: Instants,
        tests: Vec<&'a Test>,
    ) -> Self {
        let first_test = tests.iter().map(|test| test.id).min().unwrap_or(0);
        let last_test = tests.iter().map(|test| test.id).max().unwrap_or(0);
        let mut places = vec![0; (last_test - first_test) as usize + 1];
        for (place, test) in (0_u32..).zip(&tests) {
            places[(test.id - first_test) as usize] = place;
        }
        Self { installed, toggle, units, columns, instants, tests, places, first_test }
    }

    #[inline]
    fn place(&self, test: &Test) -> usize {
        self.places[(test.id - self.first_test) as usize] as usize
    }

    /// The unit of a row: the attribute in `slot` when the row has it, otherwise the row's own.
    #[inline]
    fn unit<R>(&self, row: usize, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        let named = slot.and_then(|slot| self.columns[slot as usize].as_ref());
        let is_there = |column: &&Column| column.with(row, |a| !matches!(a, Attribute::Missing));
        let column = named.filter(is_there).unwrap_or(self.units);
        column.with(row, |attribute| with_unit(attribute, then))
    }

    /// Decides all rows, block by block, so that what belongs to a row stays in the cache.
    pub fn run(&self, rows: usize) -> Found {
        let toggle = &self.installed.engine.policy.toggles[self.toggle as usize];
        let by_rules = self.installed.engine.starts_with_rules(self.toggle) && toggle.rules.iter().all(is_uniform);
        let asked: Vec<Asked<'_>> =
            self.tests.iter().map(|test| Asked::new(test, self.columns[test.slot as usize].as_ref())).collect();
        let mut masks: Masks = vec![[false; BLOCK]; self.tests.len()];
        let mut found = Found::with_capacity(rows);
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
        }
        found
    }

    /// Any toggle: each row through the core's evaluation.
    fn by_row(&self, rows: Range<usize>, masks: &Masks, found: &mut Found) {
        for row in rows.clone() {
            let now = self.instants.at(row).unwrap_or_default();
            let subject = Row { batch: self, masks, in_block: row - rows.start, in_batch: row, now };
            let mut decision = self.installed.engine.peek(self.toggle, &subject, &mut Silent);
            found.buckets.push(decision.bucket.take().unwrap_or(NO_BUCKET));
            let kind = found.kind(decision);
            found.codes.push(kind);
        }
    }

    /// Toggles with nothing before their rules but consent: a whole block passes each rule, in the core's order.
    fn by_rules(&self, toggle: &Toggle, rows: Range<usize>, masks: &Masks, found: &mut Found) {
        let (first, length) = (found.codes.len(), rows.len());
        let default = found.kind(Decision::plain(Served::Off, Reason::Default, None));
        found.codes.resize(first + length, default);
        found.buckets.resize(first + length, NO_BUCKET);
        let mut open = [true; BLOCK];
        for test in &toggle.consent {
            let kind = found.kind(Decision::plain(Served::Off, Reason::ConsentMissing, None));
            let given = &masks[self.place(test)];
            for at in (0..length).filter(|at| open[*at] && !given[*at]) {
                found.codes[first + at] = kind;
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
                (Some(ramp), serve) => self.ramp(toggle, index, serve, ramp, rows.start, &matched[..length], found),
                (None, Serve::Fixed(served)) => {
                    let decision =
                        Decision { rule: Some(index), ..Decision::plain(served, Reason::TargetingMatch, None) };
                    let kind = found.kind(decision);
                    for at in chosen(&matched[..length]) {
                        found.codes[first + usize::from(at)] = kind;
                    }
                }
                (None, Serve::On) => {}
            }
        }
    }

    /// The rows of a block on a ramp. Kinds are looked up once for each outcome in a stage.
    #[expect(clippy::too_many_arguments, reason = "a rule taken apart, the rows of a block, and where they go")]
    fn ramp(
        &self,
        toggle: &Toggle,
        rule: u16,
        serve: Serve,
        ramp: &Ramp,
        start: usize,
        matched: &[bool],
        found: &mut Found,
    ) {
        let first = found.codes.len() - matched.len();
        let timeline = self.installed.engine.timeline(ramp);
        // No instant is in force before the first row is looked at.
        let (mut stage, mut in_force) = (timeline.at(Micros::MIN), 0..0);
        let mut known: Vec<Option<u32>> = Vec::new();
        for at in chosen(matched) {
            let row = start + usize::from(at);
            let now = self.instants.at(row).unwrap_or_default();
            if !in_force.contains(&now) {
                stage = timeline.at(now);
                in_force = stage.from..timeline.after(now).map_or(Micros::MAX, |next| next.from);
                known.clear();
            }
            let placed = self.unit(row, Some(ramp.unit), |unit| place(toggle, serve, ramp, stage, unit));
            let served = placed.map(|(_, served)| served);
            let outcome = outcome(served);
            if outcome >= known.len() {
                known.resize(outcome + 1, None);
            }
            let decide = || Decision { rule: Some(rule), ..settle(stage, served) };
            let kind = *known[outcome].get_or_insert_with(|| found.kind(decide()));
            found.codes[first + usize::from(at)] = kind;
            found.buckets[first + usize::from(at)] = placed.map_or(NO_BUCKET, |(bucket, _)| bucket);
        }
    }

    /// For which rows of a block a condition holds.
    fn mask(&self, expr: &Expr, masks: &Masks) -> [bool; BLOCK] {
        match expr {
            Expr::Test(test) => masks[self.place(test)],
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

/// A small number for what a place on a ramp comes to.
fn outcome(placed: Result<Option<Served>, Code>) -> usize {
    match placed {
        Ok(None) => 0,
        Ok(Some(Served::On)) => 1,
        Ok(Some(Served::Off | Served::Caller)) => 2,
        Err(Code::TargetingKeyMissing) => 3,
        Err(_) => 4,
        Ok(Some(Served::Variant(index))) => 5 + usize::from(index),
    }
}

/// Whether a rule comes to few kinds of decisions, told apart by its ramp alone.
fn is_uniform(rule: &Rule) -> bool {
    rule.ramp.is_some() || rule.serve != Serve::On
}

/// Decisions of many rows: few different ones, and a number for each row.
#[derive(Default)]
pub struct Found {
    pub kinds: Vec<Decision>,
    pub codes: Vec<u32>,
    pub buckets: Vec<u32>,
    /// Where the kinds stand, for those beyond the first few.
    known: HashMap<Decision, u32>,
}

impl Found {
    /// Up to this many kinds a walk beats a hash; most toggles have fewer.
    const FEW: usize = 12;

    fn with_capacity(rows: usize) -> Self {
        Self { codes: Vec::with_capacity(rows), buckets: Vec::with_capacity(rows), ..Self::default() }
    }

    /// The same kind for every row.
    pub fn uniform(kind: Decision, rows: usize) -> Self {
        Self { kinds: vec![kind], codes: vec![0; rows], buckets: vec![NO_BUCKET; rows], ..Self::default() }
    }

    /// The number of a kind.
    #[inline]
    fn kind(&mut self, decision: Decision) -> u32 {
        // One kind per row at the most, and rows are counted in 32 bits.
        let code = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let few = &self.kinds[..self.kinds.len().min(Self::FEW)];
        if let Some(place) = few.iter().position(|kind| *kind == decision) {
            return code(place);
        }
        let next = code(self.kinds.len());
        let found = if self.kinds.len() < Self::FEW { next } else { *self.known.entry(decision).or_insert(next) };
        if found == next {
            self.kinds.push(decision);
        }
        found
    }
}
