//! The sections of a document, and what ties them together.

use crate::time::Calendar;

use crate::hash::KeySeed;

use super::canonical::key_order;
use super::change::change;
use super::compile::Compiler;
use super::expr::exprs;
use super::graph::{self, Fault};
use super::limits;
use super::model::{Expr, Segment, State, Test, Toggle};
use super::node::{Entry, Node, Value};
use super::path::Path;
use super::problem::{Kind, Problems};
use super::reader::{Field, Fields, wrong_kind};
use super::toggles;

/// What a document compiles to.
pub struct Compiled {
    pub environment: Option<Box<str>>,
    pub toggles: Box<[Toggle]>,
    pub segments: Box<[Segment]>,
    pub attributes: Box<[Box<str>]>,
    pub tests: Box<[Test]>,
    pub ramps: u32,
    /// Faults outside the toggles: nothing can be served.
    pub refused: bool,
}

/// Compiles a document.
///
/// `compiled_one` is called with each toggle once it is compiled, in the order of their keys.
pub fn compile<'t>(
    root: &'t Node<'t>,
    keys: KeySeed,
    problems: &mut Problems,
    compiled_one: &mut dyn FnMut(&'t Entry<'t>),
) -> Compiled {
    let unread = problems.count();
    let mut c = Compiler::new(problems, keys);
    let mut compiled = Compiled {
        environment: None,
        toggles: Box::default(),
        segments: Box::default(),
        attributes: Box::default(),
        tests: Box::default(),
        ramps: 0,
        refused: true,
    };
    let keys = ["turnout", "environment", "change", "calendars", "segments", "toggles"];
    let Some(fields) = Fields::open(root, &Path::ROOT, &keys, c.problems) else { return compiled };
    if fields.is_empty() {
        compiled.refused = true;
        c.problems.push_empty(Kind::Shape);
        return compiled;
    }
    header(&fields, &mut compiled, &mut c);
    change(&fields, &mut c);
    calendars(&fields, &mut c);
    let toggles = fields.require(
        "toggles",
        Kind::Shape,
        "write a table of toggles by their keys, such as \"my-bot\"",
        c.problems,
    );
    let toggles = toggles.map(|f| named(f, &fields, limits::TOGGLES, "toggles", &mut c)).unwrap_or_default();
    // As in the canonical form: documents of one digest give one order.
    let mut toggles: Vec<&Entry<'_>> = toggles.iter().collect();
    toggles.sort_unstable_by(|a, b| key_order(a.key, b.key));
    c.toggles.clone_from(&toggles);
    let segments = fields.get("segments").map(|f| named(f, &fields, limits::TOGGLES, "segments", &mut c));
    compiled.segments = compile_segments(segments.unwrap_or_default(), &mut c);
    compiled.refused = c.faults() > 0;
    let path = Path::ROOT.key("toggles");
    let mut costs = Vec::with_capacity(toggles.len());
    let one = |entry: &&'t Entry<'t>| {
        let toggle = toggles::toggle(entry.key, &entry.node, &path.key(entry.key), &mut c);
        costs.push(looks(&toggle, &c.segment_looks));
        compiled_one(entry);
        toggle
    };
    compiled.toggles = toggles.iter().map(one).collect();
    prerequisite_circles(&mut compiled.toggles, &toggles, &costs, &mut c);
    if c.names_lost {
        c.problems.forget_references(unread);
    }
    compiled.tests = c.tests();
    compiled.ramps = c.ramps;
    compiled.attributes = std::mem::take(&mut c.attributes).into_boxed_slice();
    compiled
}

fn header(fields: &Fields<'_, '_>, compiled: &mut Compiled, c: &mut Compiler<'_>) {
    let hint = "write 1, the version of the format";
    if let Some(field) = fields.require("turnout", Kind::Shape, hint, c.problems)
        && !matches!(field.node.value, Value::Int(1) | Value::Faulty)
    {
        let message = "a version of the format that this library does not know";
        fields.fault(field, Kind::Shape, message, "write 1", c.problems);
    }
    let environment = fields.get("environment").and_then(|f| fields.text(f, c.problems));
    compiled.environment = environment.map(Into::into);
}

/// The entries of a table of named things, names and number checked.
fn named<'t, 'a>(
    field: Field<'t, 'a>,
    fields: &Fields<'t, 'a>,
    most: usize,
    what: &str,
    c: &mut Compiler<'_>,
) -> &'t [Entry<'a>] {
    let path = fields.path.key(field.key);
    c.names_in(field.node);
    let Value::Table(entries) = field.node.value else {
        wrong_kind(&path, field.node, "a table of names", c.problems);
        return &[];
    };
    if entries.len() > most {
        fields.fault(field, Kind::Limit, format!("{} {what}", entries.len()), format!("at most {most}"), c.problems);
        return &[];
    }
    for entry in entries {
        if !limits::is_name(entry.key) {
            let hint = "use 1 to 200 characters, none of them control characters";
            c.problems.push_at(Kind::Shape, &path.key(entry.key), entry.key_at(), "not a usable name", hint);
        }
    }
    entries
}

fn calendars(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let Some(field) = fields.get("calendars") else { return };
    let section = fields.path.key("calendars");
    for entry in named(field, fields, limits::TOGGLES, "calendars", c) {
        let path = section.key(entry.key);
        c.names_in(&entry.node);
        let Some(table) = Fields::open(&entry.node, &path, &["dates"], c.problems) else { continue };
        let Some(dates) = table.require("dates", Kind::Shape, "list the closed days", c.problems) else { continue };
        let mut days = Vec::new();
        let list = path.key("dates");
        for (index, item) in table.list(dates, c.problems).unwrap_or_default().iter().enumerate() {
            let parsed = match &item.value {
                Value::Faulty => continue,
                Value::Text(text) => crate::time::parse_date(text).map_err(|fault| (fault.message, fault.hint)),
                other => Err((format!("{} where a date is expected", other.kind()), "write 2026-12-24".to_owned())),
            };
            match parsed {
                Ok(day) => days.push(day),
                Err((message, hint)) => {
                    c.problems.push_at(Kind::Shape, &list.index(index), item.at, message, hint);
                }
            }
        }
        let name: &str = entry.key;
        if Calendar::BUILTIN.contains(&name) {
            let message = format!("`{name}` is a built-in calendar");
            c.problems.push_at(Kind::Shape, &path, entry.key_at(), message, "choose another name");
        }
        c.calendars.insert(name.to_owned(), Calendar::from_days(days));
    }
}

fn compile_segments<'d>(entries: &[Entry<'d>], c: &mut Compiler<'d>) -> Box<[Segment]> {
    for (index, entry) in entries.iter().enumerate() {
        c.segments.insert(entry.key, limits::index(index));
    }
    let section = Path::ROOT.key("segments");
    let mut segments = Vec::with_capacity(entries.len());
    for entry in entries {
        let path = section.key(entry.key);
        let mut when = None;
        if let Some(fields) = Fields::open(&entry.node, &path, &["description", "rules"], c.problems) {
            fields.get("description").and_then(|f| fields.text(f, c.problems));
            let hint = "list its conditions: a contact is in the segment when any of them holds";
            let rules = fields.require("rules", Kind::Shape, hint, c.problems);
            when = rules.and_then(|f| exprs(f.node, &path.key("rules"), c));
        }
        segments.push(Segment { name: entry.key.into(), when: Expr::Any(when.unwrap_or_default()) });
    }
    let entries: Vec<&Entry<'_>> = entries.iter().collect();
    let graph: Vec<Vec<u32>> = segments.iter().map(|s| mentions(&s.when)).collect();
    let costs: Vec<u64> = segments.iter().map(|s| size(&s.when)).collect();
    let walk = graph::walk(&graph, &costs, limits::SEGMENT_LOOKS);
    for fault in walk.faults {
        blame(&fault, &entries, &section, "segment", limits::SEGMENT_LOOKS, c);
    }
    c.segment_looks = walk.reach;
    segments.into_boxed_slice()
}

/// The segments that a condition mentions.
fn mentions(expr: &Expr) -> Vec<u32> {
    match expr {
        Expr::All(inner) | Expr::Any(inner) => inner.iter().flat_map(mentions).collect(),
        Expr::Not(inner) => mentions(inner),
        Expr::Segment(index) => vec![*index],
        Expr::Test(_) => Vec::new(),
    }
}

/// How many looks a condition takes at the most, segments not followed.
fn size(expr: &Expr) -> u64 {
    match expr {
        Expr::All(inner) | Expr::Any(inner) => inner.iter().map(size).sum(),
        Expr::Not(inner) => size(inner),
        Expr::Segment(_) | Expr::Test(_) => 1,
    }
}

/// How many looks the rules of a toggle take at the most.
fn looks(toggle: &Toggle, segment_looks: &[u64]) -> u64 {
    let conditions = toggle.rules.iter().filter_map(|rule| rule.when.as_ref());
    let own: u64 = conditions.clone().map(size).sum();
    let behind = conditions.flat_map(mentions).map(|segment| segment_looks[segment as usize]);
    behind.fold(1 + own, u64::saturating_add)
}

fn blame(fault: &Fault, entries: &[&Entry<'_>], section: &Path<'_>, what: &str, most: u64, c: &mut Compiler<'_>) {
    let name = |index: u32| entries[index as usize].key;
    let (node, kind, message, hint) = match fault {
        Fault::Circle(nodes, length) => {
            let last = if nodes.len() < *length { "..." } else { name(nodes[0]) };
            let shown = nodes.iter().map(|n| name(*n)).chain([last]);
            let message = format!("a circle: {}", shown.collect::<Vec<_>>().join(" -> "));
            (nodes[0], Kind::Reference, message, "remove one of these references".to_owned())
        }
        Fault::TooFar(node) => {
            let hint = format!("at most {} links in a chain and {most} looks in all", limits::CHAIN);
            (*node, Kind::Limit, format!("this {what} leads to too many others"), hint)
        }
    };
    let entry = &entries[node as usize];
    c.problems.push_at(kind, &section.key(entry.key), entry.key_at(), message, hint);
}

fn prerequisite_circles(toggles: &mut [Toggle], entries: &[&Entry<'_>], costs: &[u64], c: &mut Compiler<'_>) {
    if toggles.iter().all(|toggle| toggle.requires.is_empty()) && costs.iter().all(|cost| *cost <= limits::TOGGLE_LOOKS)
    {
        return;
    }
    let graph: Vec<Vec<u32>> = toggles.iter().map(|t| t.requires.iter().map(|r| r.toggle).collect()).collect();
    let section = Path::ROOT.key("toggles");
    for fault in graph::walk(&graph, costs, limits::TOGGLE_LOOKS).faults {
        blame(&fault, entries, &section, "toggle", limits::TOGGLE_LOOKS, c);
        match fault {
            // One of them is enough to break the circle.
            Fault::Circle(nodes, _) => nodes.iter().for_each(|n| toggles[*n as usize].state = State::Inert),
            Fault::TooFar(node) => toggles[node as usize].state = State::Inert,
        }
    }
}
