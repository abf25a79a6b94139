//! Conditions: from the document's tables to [`Expr`].

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use semver::Version;

use super::version::parse_version;
use crate::time;

use crate::hash::KeySet;

use super::compile::Compiler;
use super::limits;
use super::model::{Expr, Number, Op, Relation, Scalar, Set};
use super::node::{Entry, Node, Value};
use super::path::Path;
use super::problem::Kind;
use super::reader::{unknown_name, wrong_kind};
use super::text::Text;

const COMBINATORS: [&str; 5] = ["all", "any", "not", "segment", "attribute"];
const OPERATORS: [&str; 18] = [
    "equals",
    "not_equals",
    "in",
    "not_in",
    "lt",
    "lte",
    "gt",
    "gte",
    "starts_with",
    "ends_with",
    "contains",
    "matches",
    "semver",
    "before",
    "after",
    "cidr",
    "exists",
    "null",
];

/// Compiles a condition; `None` when it had faults.
pub fn expr(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Expr> {
    let Value::Table(entries) = node.value else {
        wrong_kind(path, node, "a condition (a table with all, any, not, segment or attribute)", c.problems);
        return None;
    };
    let mut forms = entries.iter().filter(|e| COMBINATORS.contains(&e.key));
    let (Some(form), None) = (forms.next(), forms.next()) else {
        let hint = "write exactly one of all, any, not, segment, attribute";
        let message = if entries.is_empty() { "an empty condition" } else { "not one clear condition" };
        c.problems.push_at(Kind::Shape, path, node.at, message, hint);
        report_strangers(entries, path, c);
        // What is inside is not used, but its faults are found.
        let forms = entries.iter().filter(|e| COMBINATORS.contains(&e.key));
        for form in forms.filter(|form| form.key != "attribute") {
            combined(form, path, c);
        }
        return None;
    };
    if form.key == "attribute" {
        return attribute(form, entries, path, c);
    }
    let before = c.problems.count();
    let compiled = combined(form, path, c);
    for entry in entries.iter().filter(|e| e.key != form.key) {
        let message = format!("`{}` beside `{}`", entry.key, form.key);
        let hint = "combine conditions with `all` or `any`";
        c.problems.push_at(Kind::Shape, &path.key(entry.key), entry.key_at(), message, hint);
    }
    compiled.filter(|_| c.problems.count() == before)
}

/// Compiles what one combinator combines.
fn combined(form: &Entry<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Expr> {
    let here = path.key(form.key);
    match form.key {
        "all" => exprs(&form.node, &here, c).map(Expr::All),
        "any" => exprs(&form.node, &here, c).map(Expr::Any),
        "not" => expr(&form.node, &here, c).map(|inner| Expr::Not(Box::new(inner))),
        _ => segment(&form.node, &here, c),
    }
}

fn report_strangers(entries: &[Entry<'_>], path: &Path<'_>, c: &mut Compiler<'_>) {
    let known = || COMBINATORS.iter().chain(&OPERATORS).copied();
    for entry in entries.iter().filter(|e| !known().any(|k| k == e.key)) {
        let (message, hint) = unknown_name("key", entry.key, known(), &mut c.effort);
        c.problems.push_at(Kind::Shape, &path.key(entry.key), entry.key_at(), message, hint);
    }
}

/// Compiles a list of conditions, all of them, so that all faults come out.
pub fn exprs(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Box<[Expr]>> {
    let Value::List(items) = node.value else {
        wrong_kind(path, node, "a list of conditions", c.problems);
        return None;
    };
    if items.is_empty() {
        let hint = "add a condition, or leave it out: an empty list is neither clearly true nor clearly false";
        c.problems.push_at(Kind::Shape, path, node.at, "an empty list of conditions", hint);
        return None;
    }
    let compiled: Vec<Option<Expr>> =
        items.iter().enumerate().map(|(index, item)| expr(item, &path.index(index), c)).collect();
    compiled.into_iter().collect::<Option<Vec<_>>>().map(Vec::into_boxed_slice)
}

fn segment(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Expr> {
    let Value::Text(name) = node.value else {
        wrong_kind(path, node, "a segment's name", c.problems);
        return None;
    };
    if let Some(index) = c.segments.get(name) {
        return Some(Expr::Segment(*index));
    }
    let (message, hint) = unknown_name("segment", name, c.segments.keys().copied(), &mut c.effort);
    c.problems.push_at(Kind::Reference, path, node.at, message, hint);
    None
}

fn attribute(form: &Entry<'_>, entries: &[Entry<'_>], path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Expr> {
    let name = match form.node.value {
        Value::Text(name) if limits::is_name(name) => name,
        _ => {
            wrong_kind(&path.key("attribute"), &form.node, "an attribute's name (1 to 200 characters)", c.problems);
            ""
        }
    };
    let mut tests = Vec::new();
    let mut sound = !name.is_empty();
    for entry in entries.iter().filter(|e| e.key != "attribute") {
        match operator(entry, &path.key(entry.key), c) {
            Some(op) => tests.push(Expr::Test(c.test(name, op))),
            None => sound = false,
        }
    }
    if entries.len() == 1 && sound {
        let hint = format!("add one of {}", OPERATORS.join(", "));
        c.problems.push_at(Kind::Shape, path, form.key_at(), "nothing is asked of the attribute", hint);
        return None;
    }
    match (sound, tests.len()) {
        (false, _) => None,
        (true, 1) => tests.pop(),
        (true, _) => Some(Expr::All(tests.into_boxed_slice())),
    }
}

fn operator(entry: &Entry<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Op> {
    let node = &entry.node;
    match entry.key {
        "equals" => scalar(node, path, c).map(Op::Equals),
        "not_equals" => scalar(node, path, c).map(Op::NotEquals),
        "contains" => scalar(node, path, c).map(Op::Contains),
        "in" => set(node, path, c).map(Op::In),
        "not_in" => set(node, path, c).map(Op::NotIn),
        "lt" => number(node, path, c).map(|n| Op::Compare(Relation::Less, n)),
        "lte" => number(node, path, c).map(|n| Op::Compare(Relation::AtMost, n)),
        "gt" => number(node, path, c).map(|n| Op::Compare(Relation::Greater, n)),
        "gte" => number(node, path, c).map(|n| Op::Compare(Relation::AtLeast, n)),
        "starts_with" => text(node, path, c).map(|t| Op::StartsWith(t.into())),
        "ends_with" => text(node, path, c).map(|t| Op::EndsWith(t.into())),
        "matches" => text(node, path, c).and_then(|t| c.pattern(t, path, node.at)).map(Op::Matches),
        "semver" => text(node, path, c).and_then(|t| requirement(t, node.at, path, c)).map(Op::Semver),
        "before" => instant(node, path, c).map(Op::Before),
        "after" => instant(node, path, c).map(Op::After),
        "cidr" => networks(node, path, c).map(Op::Cidr),
        "exists" => boolean(node, path, c).map(Op::Exists),
        "null" => boolean(node, path, c).map(Op::Null),
        unknown => {
            let (message, hint) = unknown_name("operator", unknown, OPERATORS.iter().copied(), &mut c.effort);
            c.problems.push_at(Kind::Shape, path, entry.key_at(), message, hint);
            None
        }
    }
}

fn text<'t>(node: &'t Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<&'t str> {
    if let Value::Text(text) = node.value
        && !text.is_empty()
    {
        return Some(text);
    }
    wrong_kind(path, node, "text with at least one character", c.problems);
    None
}

fn boolean(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        return Some(value);
    }
    wrong_kind(path, node, "true or false", c.problems);
    None
}

fn as_number(node: &Node<'_>) -> Option<Number> {
    match node.value {
        Value::Int(value) => Some(Number::Int(value)),
        Value::Float(value) => Some(Number::Float(value)),
        _ => None,
    }
}

fn number(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Number> {
    let number = as_number(node);
    if number.is_none() {
        wrong_kind(path, node, "a number", c.problems);
    }
    number
}

fn as_scalar(node: &Node<'_>) -> Option<Scalar> {
    match node.value {
        Value::Text(text) => Some(Scalar::Text(text.into())),
        Value::Bool(value) => Some(Scalar::Bool(value)),
        _ => as_number(node).map(Scalar::Number),
    }
}

fn scalar(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Scalar> {
    let scalar = as_scalar(node);
    if scalar.is_none() {
        wrong_kind(path, node, "text, a number, or true or false", c.problems);
    }
    scalar
}

fn set(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Box<Set>> {
    let Value::List(items) = node.value else {
        wrong_kind(path, node, "a list of values", c.problems);
        return None;
    };
    if items.is_empty() {
        c.problems.push_at(Kind::Shape, path, node.at, "an empty list", "name at least one value");
        return None;
    }
    let mut texts: Vec<Text> = Vec::new();
    let mut numbers = Vec::new();
    let mut bools = [false; 2];
    let mut sound = true;
    for (index, item) in items.iter().enumerate() {
        match scalar(item, &path.index(index), c) {
            Some(Scalar::Text(text)) => texts.push(text),
            Some(Scalar::Number(number)) => numbers.push(number),
            Some(Scalar::Bool(value)) => bools[usize::from(value)] = true,
            None => sound = false,
        }
    }
    // Sorted, so that membership is a binary search; documents hold no NaN.
    numbers.sort_by(|a, b| a.compare(*b).unwrap_or(Ordering::Equal));
    let numbers = numbers.into_boxed_slice();
    let set = if texts.len() > Set::FEW {
        let mut keys = KeySet::with_capacity_and_hasher(texts.len(), c.keys);
        keys.extend(texts.iter().map(|text| Box::from(text.as_str())));
        Set { few: Box::default(), many: Some(keys), numbers, bools }
    } else {
        Set { few: texts.into_boxed_slice(), many: None, numbers, bools }
    };
    sound.then(|| Box::new(set))
}

fn instant(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<time::Micros> {
    let Value::Text(text) = node.value else {
        wrong_kind(path, node, "an instant such as 2026-03-01T00:00:00Z, or a date", c.problems);
        return None;
    };
    match time::parse_date(text).map(time::Day::start_utc).or_else(|_| time::parse_instant(text)) {
        Ok(at) => Some(at),
        Err(fault) => {
            c.problems.push_at(Kind::Shape, path, node.at, fault.message, fault.hint);
            None
        }
    }
}

fn networks(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Box<[IpNet]>> {
    let single = std::slice::from_ref(node);
    let (items, listed) = match node.value {
        Value::List(items) => (items, true),
        _ => (single, false),
    };
    let mut networks = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = if listed { path.index(index) } else { *path };
        let Some(text) = text(item, &place, c) else { continue };
        match network(text) {
            Some(network) => networks.push(canonical(network)),
            None => {
                let hint = "write a network such as 10.0.0.0/8 or 2001:db8::/32";
                let message = format!("`{}` is not an IP network", super::reader::shorten(text));
                c.problems.push_at(Kind::Shape, &place, item.at, message, hint);
            }
        }
    }
    if items.is_empty() {
        c.problems.push_at(Kind::Shape, path, node.at, "an empty list", "name at least one network");
    }
    (!items.is_empty() && networks.len() == items.len()).then(|| networks.into_boxed_slice())
}

/// A network, or a single address. Addresses are read as those of contacts are: no leading zeros, which some take for
/// octal.
fn network(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok()?;
    match length {
        None => Some(IpNet::from(address)),
        Some(length) => IpNet::new(address, length.parse().ok()?).ok(),
    }
}

/// A network of IPv4 addresses written as IPv6 is that of IPv4, as with the addresses of contacts.
fn canonical(network: IpNet) -> IpNet {
    match (network.addr().to_canonical(), network.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(length)) if matches!(network, IpNet::V6(_)) => {
            IpNet::new(IpAddr::V4(address), length).unwrap_or(network)
        }
        _ => network,
    }
}

/// Comparisons such as `>=5.2, <6`: each needs its operator; missing parts of a version are zero.
fn requirement(text: &str, at: u32, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Box<[(Relation, Version)]>> {
    let mut comparisons = Vec::new();
    for part in text.split(',').map(str::trim) {
        let digits = part.find(|ch: char| !"<>=^~".contains(ch)).unwrap_or(part.len());
        let (sign, version) = (&part[..digits], part[digits..].trim());
        match (sign, parse_version(version)) {
            (">=", Some(v)) => comparisons.push((Relation::AtLeast, v)),
            (">", Some(v)) => comparisons.push((Relation::Greater, v)),
            ("<", Some(v)) => comparisons.push((Relation::Less, v)),
            ("<=", Some(v)) => comparisons.push((Relation::AtMost, v)),
            ("=" | "==", Some(v)) => {
                comparisons.push((Relation::AtLeast, v.clone()));
                comparisons.push((Relation::AtMost, v));
            }
            ("^" | "~", Some(v)) => {
                let upper = upper_bound(sign, version, &v);
                comparisons.push((Relation::AtLeast, v));
                comparisons.push((Relation::Less, upper));
            }
            _ => {
                let hint =
                    "write comparisons such as \">=5.2\", \"<6.0.0\", \"=5.2.1\", \"^5.2\", \"~5.2\", joined by commas";
                let message = format!("`{}` is not a comparison of versions", super::reader::shorten(part));
                c.problems.push_at(Kind::Shape, path, at, message, hint);
                return None;
            }
        }
    }
    Some(comparisons.into_boxed_slice())
}

/// The first version that `^v` or `~v` no longer allows. Its pre-releases are kept out too: `0` is the lowest one.
fn upper_bound(sign: &str, text: &str, v: &Version) -> Version {
    let parts = text.split(['-', '+']).next().unwrap_or_default().split('.').count();
    let (major, minor, patch) = match (sign, v.major, v.minor) {
        ("~", major, minor) if parts > 1 => (major, minor.saturating_add(1), 0),
        ("^", 0, 0) if parts > 2 => (0, 0, v.patch.saturating_add(1)),
        ("^", 0, minor) if parts > 1 => (0, minor.saturating_add(1), 0),
        (_, major, _) => (major.saturating_add(1), 0, 0),
    };
    Version { pre: semver::Prerelease::new("0").unwrap_or_default(), ..Version::new(major, minor, patch) }
}
