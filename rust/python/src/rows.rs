//! The rows of a batch: what a toggle looks at, asked column by column, decided row by row.

use std::collections::HashMap;

use turnout_core::policy::{Expr, Policy, Slot, Test};
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Decision, Silent, Subject, Unit};

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
    masks: &'a [[bool; BLOCK]],
    in_block: usize,
    row: usize,
    now: Micros,
}

impl Subject for Row<'_> {
    #[inline]
    fn test(&self, test: &Test) -> bool {
        self.masks[self.batch.places[(test.id - self.batch.first_test) as usize] as usize][self.in_block]
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        let named = slot.and_then(|slot| self.batch.column(slot));
        let is_there = |column: &&Column| column.with(self.row, |a| !matches!(a, Attribute::Missing));
        let column = named.filter(is_there).unwrap_or(self.batch.units);
        column.with(self.row, |attribute| with_unit(attribute, then))
    }

    #[inline]
    fn now(&self) -> Micros {
        self.now
    }

    fn show(&self, _: Slot) -> String {
        String::new()
    }
}

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
    fn column(&self, slot: Slot) -> Option<&Column> {
        self.columns[slot as usize].as_ref()
    }

    pub fn run(&self, rows: usize) -> Found {
        let mut found = Found::with_capacity(rows);
        let mut masks = vec![[false; BLOCK]; self.tests.len()];
        let engine = &self.installed.engine;
        for start in (0..rows).step_by(BLOCK) {
            let end = rows.min(start + BLOCK);
            for (mask, test) in masks.iter_mut().zip(&self.tests) {
                let holds = |attribute: Attribute<'_>| attribute.ask(&test.op) == Some(true);
                match self.column(test.slot) {
                    Some(column) => column.fill(start, &mut mask[..end - start], holds),
                    None => mask[..end - start].fill(holds(Attribute::Missing)),
                }
            }
            for row in start..end {
                let now = self.instants.at(row).unwrap_or_default();
                let subject = Row { batch: self, masks: &masks, in_block: row - start, row, now };
                let mut decision = engine.peek(self.toggle, &subject, &mut Silent);
                found.buckets.push(decision.bucket.take().unwrap_or(NO_BUCKET));
                let code = found.kind(decision);
                found.codes.push(code);
            }
        }
        found
    }
}
