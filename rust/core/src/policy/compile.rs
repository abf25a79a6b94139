//! What the compilation of one document carries along: the faults so far and the names met so far.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{HashTable, hash_table};
use regex::{Regex, RegexBuilder};

use crate::hash::{KeyMap, KeySeed};
use crate::time::{Calendar, Zone, Zones};

use super::canonical::key_order;
use super::limits;
use super::model::{Op, Pattern, Slot, Test, TestId};
use super::node::{Entry, Node, Value};
use super::path::Path;
use super::problem::{Kind, Problems};
use super::ramp::{Plan, Timeline};
use super::reader::Effort;

/// The state of a compilation.
pub struct Compiler<'d> {
    /// Every fault found.
    pub problems: &'d mut Problems,
    /// Whether a value that gives names could not be read, so that a name that nothing defines may be one of those.
    pub names_lost: bool,
    /// How many of them are about governance alone.
    pub governance: usize,
    /// Attribute names by slot.
    pub attributes: Vec<Box<str>>,
    /// The seed of the tables of names.
    pub keys: KeySeed,
    /// Index of each segment, in the document's order.
    pub segments: KeyMap<&'d str, u32>,
    /// The toggles in the order of their keys; their places are the indexes.
    pub toggles: Vec<&'d Entry<'d>>,
    /// The sorted names of the variants of those toggles that a prerequisite asked for.
    variants: KeyMap<u32, Vec<&'d str>>,
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
    plans: KeyMap<Arc<Plan>, Timeline>,
    patterns: KeyMap<Box<str>, Option<Pattern>>,
    tests: Vec<Test>,
    known_tests: HashTable<TestId>,
}

impl<'d> Compiler<'d> {
    /// A compilation that has met nothing.
    pub fn new(problems: &'d mut Problems, keys: KeySeed) -> Self {
        Self {
            problems,
            names_lost: false,
            governance: 0,
            attributes: Vec::new(),
            keys,
            segments: KeyMap::with_hasher(keys),
            toggles: Vec::new(),
            variants: KeyMap::with_hasher(keys),
            calendars: BTreeMap::new(),
            segment_looks: Vec::new(),
            ramps: 0,
            effort: Effort::DOCUMENT,
            slots: KeyMap::with_hasher(keys),
            zones: Zones::default(),
            plans: KeyMap::with_hasher(keys),
            patterns: KeyMap::with_hasher(keys),
            tests: Vec::new(),
            known_tests: HashTable::new(),
        }
    }

    /// Faults that keep a toggle from being evaluated: all but those of governance.
    pub fn faults(&self) -> usize {
        self.problems.count() - self.governance
    }

    /// Takes note of a value that gives names.
    pub fn names_in(&mut self, node: &Node<'_>) {
        self.names_lost |= node.is_faulty();
    }

    /// The index of a toggle.
    pub fn toggle(&self, key: &str) -> Option<u32> {
        self.toggles.binary_search_by(|entry| key_order(entry.key, key)).ok().map(limits::index)
    }

    /// The sorted names of a toggle's variants.
    pub fn variants(&mut self, toggle: u32) -> &[&'d str] {
        let entry = self.toggles[toggle as usize];
        self.variants.entry(toggle).or_insert_with(|| match entry.node.get("variants").map(|node| node.value) {
            Some(Value::Table(variants)) => {
                let mut names: Vec<&str> = variants.iter().map(|variant| variant.key).collect();
                names.sort_unstable();
                names
            }
            _ => Vec::new(),
        })
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

    /// The number of a test, shared by all who ask the same.
    pub fn test(&mut self, name: &str, op: Op) -> TestId {
        let slot = self.slot(name);
        let (keys, tests) = (self.keys, &mut self.tests);
        let hash = keys.hash_one((slot, &op));
        let known = self.known_tests.entry(
            hash,
            |id| tests[*id as usize].slot == slot && tests[*id as usize].op == op,
            |id| keys.hash_one((tests[*id as usize].slot, &tests[*id as usize].op)),
        );
        match known {
            hash_table::Entry::Occupied(known) => *known.get(),
            hash_table::Entry::Vacant(place) => {
                let id = limits::index(tests.len());
                place.insert(id);
                tests.push(Test { id, slot, op });
                id
            }
        }
    }

    /// Hands over the tests.
    pub fn tests(&mut self) -> Box<[Test]> {
        std::mem::take(&mut self.tests).into_boxed_slice()
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

    /// The plan of a ramp with its timeline, shared by all who write the same: toggles are often ramped by one rule, or
    /// in one release.
    pub fn plan(&mut self, plan: Plan) -> (Arc<Plan>, Timeline) {
        if let Some((plan, timeline)) = self.plans.get_key_value(&plan) {
            return (Arc::clone(plan), timeline.clone());
        }
        let timeline = plan.timeline(&[]);
        let plan = Arc::new(plan);
        self.plans.insert(Arc::clone(&plan), timeline.clone());
        (plan, timeline)
    }

    /// The compiled pattern, shared by all who write the same.
    pub fn pattern(&mut self, pattern: &str, path: &Path<'_>, at: u32) -> Option<Pattern> {
        if let Some(known) = self.patterns.get(pattern) {
            if known.is_none() {
                let hint = "its fault is listed where it first stands";
                self.problems.push_at(Kind::Shape, path, at, "the same bad pattern again", hint);
            }
            return known.clone();
        }
        let limit = match (pattern.len(), self.patterns.len()) {
            (bytes @ limits::PATTERN_TOO_LONG_BYTES.., _) => {
                Some((format!("a pattern of {bytes} bytes"), limits::PATTERN_TOO_LONG_BYTES - 1))
            }
            (_, limits::PATTERNS..) => Some(("too many different patterns".to_owned(), limits::PATTERNS)),
            _ => None,
        };
        if let Some((message, most)) = limit {
            self.problems.push_at(Kind::Limit, path, at, message, format!("at most {most}"));
            return None;
        }
        let built = build(pattern).map(|built| Pattern(Arc::new(built))).map_err(|(kind, message, hint)| {
            self.problems.push_at(kind, path, at, message, hint);
        });
        // Refused ones are kept and counted too: to refuse one costs as much as to compile it.
        self.patterns.insert(pattern.into(), built.clone().ok());
        built.ok()
    }
}

fn build(pattern: &str) -> Result<Regex, (Kind, String, &'static str)> {
    let built = RegexBuilder::new(pattern)
        .size_limit(limits::PATTERN_COMPILED_BYTES)
        .dfa_size_limit(limits::PATTERN_COMPILED_BYTES)
        .nest_limit(limits::PATTERN_NEST)
        .build();
    built.map_err(|error| {
        if matches!(error, regex::Error::CompiledTooBig(_)) {
            let hint = "shorten its repetitions; patterns are matched in linear time and have a fixed budget";
            return (Kind::Limit, "the pattern grows too large".to_owned(), hint);
        }
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let hint = if reason.contains("look-around") || reason.contains("backreference") {
            "such patterns cannot be matched in linear time; write it without"
        } else {
            "mend it; the syntax is that of the Rust crate regex"
        };
        (Kind::Shape, format!("bad pattern: {reason}"), hint)
    })
}
