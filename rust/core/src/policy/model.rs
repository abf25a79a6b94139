//! The compiled policy: what the evaluation reads. Plain data, so that it can be explained and printed.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

use compact_str::CompactString;
use ipnet::IpNet;
use regex::Regex;
use semver::Version;

use crate::hash::{KeyMap, KeySet};
use crate::time::{Micros, Schedule};

use super::ramp::Ramp;
use super::text::{Sought, Text};

/// Index of an attribute name in [`super::Policy::attributes`].
pub type Slot = u32;

/// What a toggle controls; each category has mandatory fields of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Phone, chat, SMS, email.
    Channel,
    /// Bot or human, scripted responses.
    Automation,
    /// On-call, overtime, regional failover.
    Capacity,
}

/// Whether a toggle takes part at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is evaluated.
    Enabled,
    /// `enabled = false`.
    Disabled,
    /// Stopped in an emergency, for this reason.
    Killed(Box<str>),
    /// It had faults in a policy that was loaded leniently.
    Inert,
}

/// A compiled toggle.
#[derive(Debug)]
pub struct Toggle {
    /// Its key.
    pub key: CompactString,
    /// Its category.
    pub category: Category,
    /// Whether it takes part.
    pub state: State,
    /// When it is open; always, when absent.
    pub schedule: Option<Arc<Schedule>>,
    /// Toggles that must stand in a certain way first.
    pub requires: Box<[Requirement]>,
    /// One test for each purpose that needs consent.
    pub consent: Box<[TestId]>,
    /// Units that are served apart from the rules.
    pub overrides: Option<Box<KeyMap<Box<str>, Serve>>>,
    /// The rules in their order.
    pub rules: Box<[Rule]>,
    /// What is served when it is on.
    pub variants: Option<Box<Variants>>,
    /// What is served when it is off; `false` for a toggle without variants.
    pub default: Option<Box<str>>,
}

/// A prerequisite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Index of the other toggle.
    pub toggle: u32,
    /// How it must stand.
    pub want: Want,
}

/// How a prerequisite must stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// On, or off.
    Enabled(bool),
    /// On with this variant.
    Variant(u16),
}

/// What an evaluation serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Served {
    /// The caller's default.
    Caller,
    /// The toggle's default: off.
    Off,
    /// On, for a toggle without variants.
    On,
    /// On, with this variant.
    Variant(u16),
}

/// What a rule or override serves, before variants are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serve {
    /// On; the variant is drawn by weight where there are any.
    On,
    /// Just this.
    Fixed(Served),
}

/// The variants of a toggle, in the order of their names: reordering a document changes no assignment.
#[derive(Debug)]
pub struct Variants {
    /// The names.
    pub names: Box<[Box<str>]>,
    /// Running sums of the weights, one per name.
    pub sums: Box<[u64]>,
    /// The seed of the draw where no ramp brings its own salt.
    pub seed: u64,
}

/// A rule: the first whose condition holds decides.
#[derive(Debug)]
pub struct Rule {
    /// Its id, unique in the toggle.
    pub id: CompactString,
    /// Its condition; holds for all when absent.
    pub when: Option<Expr>,
    /// What it serves.
    pub serve: Serve,
    /// Which share of units it serves that to; all, when absent.
    pub ramp: Option<Box<Ramp>>,
}

/// A segment: a named group of contacts.
#[derive(Debug)]
pub struct Segment {
    /// Its name.
    pub name: Box<str>,
    /// In the segment when this holds.
    pub when: Expr,
}

/// A condition.
#[derive(Debug)]
pub enum Expr {
    /// All hold.
    All(Box<[Expr]>),
    /// At least one holds.
    Any(Box<[Expr]>),
    /// It does not hold.
    Not(Box<Expr>),
    /// In the segment with this index.
    Segment(u32),
    /// One look at one attribute.
    Test(TestId),
}

/// Place of a test in [`super::Policy::tests`].
pub type TestId = u32;

/// One look at one attribute. Conditions that ask the same share one.
#[derive(Debug, PartialEq)]
pub struct Test {
    /// Its place in the policy; whoever asks many contacts keeps their answers by it.
    pub id: TestId,
    /// The attribute.
    pub slot: Slot,
    /// What is asked of it.
    pub op: Op,
}

/// A number of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Whole.
    Int(i64),
    /// With a fraction.
    Float(f64),
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Number::Int(value) => value.hash(state),
            Number::Float(value) => value.to_bits().hash(state),
        }
    }
}

/// A scalar of a document.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Scalar {
    /// Text.
    Text(Text),
    /// Number.
    Number(Number),
    /// Truth value.
    Bool(bool),
}

/// An order relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Below.
    Less,
    /// Below or equal.
    AtMost,
    /// Above.
    Greater,
    /// Above or equal.
    AtLeast,
}

/// A pattern, searched for in linear time. Equal patterns of one policy are one.
#[derive(Debug, Clone)]
pub struct Pattern(pub Arc<Regex>);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What is asked of an attribute.
#[derive(Debug, PartialEq)]
pub enum Op {
    /// Equals.
    Equals(Scalar),
    /// Has a comparable type and differs.
    NotEquals(Scalar),
    /// Is one of.
    In(Box<Set>),
    /// Has a comparable type and is none of.
    NotIn(Box<Set>),
    /// Stands in this relation to a number.
    Compare(Relation, Number),
    /// Text that starts so.
    StartsWith(CompactString),
    /// Text that ends so.
    EndsWith(CompactString),
    /// Text with this in it, or a list with this element.
    Contains(Scalar),
    /// Text in which the pattern is found, in linear time.
    Matches(Pattern),
    /// A semantic version that meets all comparisons.
    Semver(Box<[(Relation, Version)]>),
    /// An instant before.
    Before(Micros),
    /// An instant at or after.
    After(Micros),
    /// An IP address inside one of the networks.
    Cidr(Box<[IpNet]>),
    /// Present and not null, or not.
    Exists(bool),
    /// Present and null, or not.
    Null(bool),
}

/// Equal ones have equal hashes; what is costly to look at is left out.
impl Hash for Op {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(self).hash(state);
        match self {
            Op::Equals(scalar) | Op::NotEquals(scalar) | Op::Contains(scalar) => scalar.hash(state),
            Op::In(set) | Op::NotIn(set) => set.hash(state),
            Op::Compare(relation, number) => (relation, number).hash(state),
            Op::StartsWith(text) | Op::EndsWith(text) => text.hash(state),
            Op::Matches(pattern) => pattern.0.as_str().hash(state),
            Op::Semver(comparisons) => comparisons.hash(state),
            Op::Before(at) | Op::After(at) => at.hash(state),
            Op::Cidr(networks) => networks.hash(state),
            Op::Exists(wanted) | Op::Null(wanted) => wanted.hash(state),
        }
    }
}

/// The members of an `in` list.
#[derive(Debug, Default, PartialEq)]
pub struct Set {
    /// Few texts, looked through one by one.
    pub few: Box<[Text]>,
    /// Many texts.
    pub many: Option<KeySet<Box<str>>>,
    /// Numbers.
    pub numbers: Box<[Number]>,
    /// Truth values: false, true.
    pub bools: [bool; 2],
}

impl Hash for Set {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.few, self.many.as_ref().map(KeySet::len), &self.numbers, self.bools).hash(state);
    }
}

impl Set {
    /// Up to this many texts a walk beats a hash.
    pub const FEW: usize = 8;

    /// Whether the text is a member.
    #[inline]
    #[must_use]
    pub fn has_text(&self, text: &str) -> bool {
        match &self.many {
            Some(set) => set.contains(text),
            None => {
                let sought = Sought::new(text);
                self.few.iter().any(|text| text.is(sought))
            }
        }
    }

    /// Whether texts are among the members.
    #[must_use]
    pub fn holds_texts(&self) -> bool {
        self.many.is_some() || !self.few.is_empty()
    }
}
