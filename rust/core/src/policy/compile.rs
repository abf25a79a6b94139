//! What the compilation of one document carries along: the faults so far and the names met so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::hash::KeyMap;
use crate::time::{Calendar, Zone, Zones};

use super::limits;
use super::model::{Op, Slot, Test};
use super::path::Path;
use super::problem::{Kind, Problems};
use super::reader::Effort;

/// The state of a compilation.
pub struct Compiler<'d> {
    /// Every fault found.
    pub problems: &'d mut Problems,
    /// How many of them are about governance alone.
    pub governance: usize,
    /// Attribute names by slot.
    pub attributes: Vec<Box<str>>,
    /// Index of each segment, in the document's order.
    pub segments: KeyMap<Box<str>, u32>,
    /// Index of each toggle, in the document's order.
    pub toggles: KeyMap<Box<str>, u32>,
    /// The variants' names of each toggle, for prerequisites.
    pub variants: Vec<Vec<Box<str>>>,
    /// Calendars that the document defines.
    pub calendars: BTreeMap<String, Calendar>,
    /// How many looks each segment takes at the most, with all segments behind it.
    pub segment_looks: Vec<u64>,
    /// Ramps compiled so far.
    pub ramps: u32,
    /// What suggestions may still cost.
    pub effort: Effort,
    slots: KeyMap<Box<str>, Slot>,
    zones: Zones,
    patterns: KeyMap<Box<str>, Arc<Regex>>,
    tests: u32,
}

impl<'d> Compiler<'d> {
    /// A compilation that has met nothing.
    pub fn new(problems: &'d mut Problems) -> Self {
        Self {
            problems,
            governance: 0,
            attributes: Vec::new(),
            segments: KeyMap::default(),
            toggles: KeyMap::default(),
            variants: Vec::new(),
            calendars: BTreeMap::new(),
            segment_looks: Vec::new(),
            ramps: 0,
            effort: Effort::DOCUMENT,
            slots: KeyMap::default(),
            zones: Zones::default(),
            patterns: KeyMap::default(),
            tests: 0,
        }
    }

    /// Faults that keep a toggle from being evaluated: all but those of governance.
    pub fn faults(&self) -> usize {
        self.problems.count() - self.governance
    }

    /// The slot of an attribute name.
    pub fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let slot = limits::index(self.attributes.len());
        self.attributes.push(name.into());
        self.slots.insert(name.into(), slot);
        slot
    }

    /// A test with the next number.
    pub fn test(&mut self, name: &str, op: Op) -> Test {
        let slot = self.slot(name);
        self.tests += 1;
        Test { id: self.tests - 1, slot, op }
    }

    /// How many tests there are.
    pub fn tests(&self) -> u32 {
        self.tests
    }

    /// The calendar of a name, its own or a built-in one; those are worked out once.
    pub fn calendar(&mut self, name: &str) -> Option<Calendar> {
        if let Some(known) = self.calendars.get(name) {
            return Some(known.clone());
        }
        let builtin = Calendar::builtin(name)?;
        self.calendars.insert(name.to_owned(), builtin.clone());
        Some(builtin)
    }

    /// The zone of a name, loaded once.
    pub fn zone(&mut self, name: &str, path: &Path<'_>, at: u32) -> Option<Zone> {
        match self.zones.get(name) {
            Ok(zone) => Some(zone),
            Err(fault) => {
                self.problems.push_at(Kind::Reference, path, at, fault.message, fault.hint);
                None
            }
        }
    }

    /// The compiled pattern, shared by all who write the same.
    pub fn pattern(&mut self, pattern: &str, path: &Path<'_>, at: u32) -> Option<Arc<Regex>> {
        if let Some(regex) = self.patterns.get(pattern) {
            return Some(Arc::clone(regex));
        }
        if pattern.len() > limits::PATTERN_BYTES || self.patterns.len() == limits::PATTERNS {
            let message = "too long, or too many patterns";
            let hint = format!("at most {} different patterns of {} bytes", limits::PATTERNS, limits::PATTERN_BYTES);
            self.problems.push_at(Kind::Limit, path, at, message, hint);
            return None;
        }
        let built = RegexBuilder::new(pattern)
            .size_limit(limits::PATTERN_COMPILED_BYTES)
            .dfa_size_limit(limits::PATTERN_COMPILED_BYTES)
            .nest_limit(limits::PATTERN_NEST)
            .build();
        match built {
            Ok(regex) => {
                let regex = Arc::new(regex);
                self.patterns.insert(pattern.into(), Arc::clone(&regex));
                Some(regex)
            }
            Err(regex::Error::CompiledTooBig(_)) => {
                let hint = "shorten its repetitions; patterns are matched in linear time and have a fixed budget";
                self.problems.push_at(Kind::Limit, path, at, "the pattern grows too large", hint);
                None
            }
            Err(error) => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let hint = "look-around and back-references are not supported: they cannot be matched in linear time";
                self.problems.push_at(Kind::Shape, path, at, format!("bad pattern: {reason}"), hint);
                None
            }
        }
    }
}
