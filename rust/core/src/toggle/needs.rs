//! What a toggle can look at.

use crate::policy::{Expr, Policy, Slot, Test, TestId};

/// The tests and the attributes that hold units of one toggle, its prerequisites and segments included.
pub struct Needs<'p> {
    policy: &'p Policy,
    /// Its tests, each once.
    pub tests: Vec<&'p Test>,
    /// The attributes that hold the units of its ramps.
    pub units: Vec<Slot>,
    seen_tests: Box<[bool]>,
    seen_toggles: Box<[bool]>,
}

impl<'p> Needs<'p> {
    /// What the toggle with this index looks at.
    #[must_use]
    pub fn of(policy: &'p Policy, toggle: u32) -> Self {
        let nothing = |count: usize| vec![false; count].into_boxed_slice();
        let (seen_tests, seen_toggles) = (nothing(policy.tests.len()), nothing(policy.toggles.len()));
        let mut needs = Self { policy, tests: Vec::new(), units: Vec::new(), seen_tests, seen_toggles };
        needs.toggle(toggle);
        needs
    }

    /// The attributes that it looks at.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.tests.iter().map(|test| test.slot).chain(self.units.iter().copied())
    }

    fn toggle(&mut self, index: u32) {
        if std::mem::replace(&mut self.seen_toggles[index as usize], true) {
            return;
        }
        let toggle = &self.policy.toggles[index as usize];
        toggle.consent.iter().for_each(|test| self.test(*test));
        for rule in &toggle.rules {
            rule.when.iter().for_each(|when| self.expr(when));
            self.units.extend(rule.ramp.iter().map(|ramp| ramp.unit));
        }
        toggle.requires.iter().for_each(|requirement| self.toggle(requirement.toggle));
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::All(inner) | Expr::Any(inner) => inner.iter().for_each(|e| self.expr(e)),
            Expr::Not(inner) => self.expr(inner),
            Expr::Segment(index) => self.expr(&self.policy.segments[*index as usize].when),
            Expr::Test(test) => self.test(*test),
        }
    }

    fn test(&mut self, test: TestId) {
        if !std::mem::replace(&mut self.seen_tests[test as usize], true) {
            self.tests.push(&self.policy.tests[test as usize]);
        }
    }
}
