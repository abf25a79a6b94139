//! The policy: an immutable document, compiled once and swapped whole.

mod change;
mod compile;
mod expr;
mod graph;
mod limits;
mod model;
mod path;
mod ramp;
mod reader;
mod rules;
mod schedules;
mod sections;
mod text;
mod toggles;
mod version;

pub mod canonical;
pub mod json;
pub mod lines;
pub mod merge;
pub mod node;
pub mod problem;
pub mod source;
pub mod toml;

use std::hash::BuildHasher;

use hashbrown::HashTable;

use crate::hash::KeySeed;

pub use model::{
    Category, Expr, Number, Op, Relation, Requirement, Rule, Scalar, Segment, Serve, Served, Set, Slot, State, Test,
    TestId, Toggle, Variants, Want,
};
pub use problem::{Kind, Problem, Problems};
pub use ramp::{Plan, Ramp, Stage, Step, StepMode, Timeline, Waits};
pub use source::Format;
pub use text::{Sought, Text};
pub use version::parse_version;

/// A compiled policy.
#[derive(Debug)]
pub struct Policy {
    /// SHA-256 over the canonical document with the versions of the format and the time-zone database, in hex.
    pub digest: Box<str>,
    /// The environment that the document names.
    pub environment: Option<Box<str>>,
    /// The toggles, by key.
    pub toggles: Box<[Toggle]>,
    /// The segments, in the document's order.
    pub segments: Box<[Segment]>,
    /// The attribute names that conditions look at; their places are the slots.
    pub attributes: Box<[Box<str>]>,
    /// The tests that conditions are made of, each once; their places are their numbers.
    pub tests: Box<[Test]>,
    /// How many ramps there are.
    pub ramps: u32,
    /// What a lenient load let pass.
    pub problems: Vec<Problem>,
    document: Box<str>,
    keys: KeySeed,
    /// The toggles' indexes, found by their keys, which stand in the toggles alone.
    index: HashTable<u32>,
}

impl Policy {
    /// Reads and compiles a document.
    ///
    /// Strict refuses it with any fault. Lenient refuses only what leaves no policy at all (syntax, limits, faults
    /// outside toggles); a toggle with faults becomes inert, and missing governance is let pass.
    ///
    /// # Errors
    /// All faults, in the order of the source.
    pub fn parse(bytes: &[u8], format: Format, strict: bool) -> Result<Policy, Vec<Problem>> {
        let mut problems = Problems::default();
        let arena = node::Arena::for_source(bytes.len());
        let Some(root) = source::read(bytes, format, &arena, &mut problems) else { return Err(problems.finish(bytes)) };
        // Text faults mean that the tree is not what was written: nothing to be lenient about.
        let unreadable = !problems.is_empty();
        let keys = KeySeed::of(bytes);
        let mut document = canonical::Parts::begin(&root, "toggles", bytes, format);
        let compiled = sections::compile(&root, keys, &mut problems, &mut |entry| document.entry(entry));
        let refused = unreadable || compiled.refused || (strict && !problems.is_empty());
        let found = problems.finish(bytes);
        if refused {
            return Err(found);
        }
        let document = document.finish().into_boxed_str();
        let digest = canonical::hex(&canonical::digest(&document, crate::time::TZDB_VERSION)).into();
        let index = index_of(&compiled.toggles, keys);
        Ok(Policy {
            document,
            digest,
            environment: compiled.environment,
            toggles: compiled.toggles,
            segments: compiled.segments,
            attributes: compiled.attributes,
            tests: compiled.tests,
            ramps: compiled.ramps,
            problems: found,
            keys,
            index,
        })
    }

    /// The document in canonical form (RFC 8785).
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The index of a toggle.
    #[inline]
    #[must_use]
    pub fn find(&self, key: &str) -> Option<u32> {
        let is_it = |index: &u32| self.toggles[*index as usize].key == key;
        self.index.find(self.keys.hash_one(key), is_it).copied()
    }
}

fn index_of(toggles: &[Toggle], keys: KeySeed) -> HashTable<u32> {
    let hash = |index: &u32| keys.hash_one(&*toggles[*index as usize].key);
    let mut table = HashTable::with_capacity(toggles.len());
    for index in 0..limits::index(toggles.len()) {
        table.insert_unique(hash(&index), index, hash);
    }
    table
}
