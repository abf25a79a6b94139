//! Toggles: from the document's tables to [`Toggle`], governance included.

use std::sync::Arc;

use crate::hash::{Stage, seed};

use super::compile::Compiler;
use super::limits;
use super::model::{Category, Op, Requirement, Scalar, State, TestId, Toggle, Variants, Want};
use super::node::{Node, Value};
use super::path::Path;
use super::problem::Kind;
use super::reader::{Field, Fields, number, says_something, unknown_name, unknown_variant, wrong_kind};
use super::rules;
use super::schedules::schedule;

const KEYS: [&str; 23] = [
    "category",
    "description",
    "owner",
    "created",
    "review_by",
    "enabled",
    "killed",
    "fallback",
    "rollback",
    "monitors",
    "model_version",
    "risk",
    "consent",
    "data_classes",
    "privacy_assessment",
    "approvals",
    "trigger",
    "requires",
    "variants",
    "default",
    "schedule",
    "overrides",
    "rules",
];

/// Compiles one toggle. It is always there, so that indexes stay in step; with faults it is inert.
pub fn toggle(key: &str, node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Toggle {
    let before = c.faults();
    let mut toggle = Toggle {
        key: key.into(),
        category: Category::Channel,
        state: State::Enabled,
        schedule: None,
        requires: Box::default(),
        consent: Box::default(),
        overrides: None,
        rules: Box::default(),
        variants: None,
        default: None,
    };
    c.names_in(node);
    if let Some(fields) = Fields::open(node, path, &KEYS, c.problems) {
        fill(&mut toggle, &fields, c);
    }
    if c.faults() > before {
        toggle.state = State::Inert;
    }
    toggle
}

fn fill(toggle: &mut Toggle, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let category = category(fields, c);
    toggle.category = category.unwrap_or(toggle.category);
    variants(toggle, fields, c);
    governance(toggle, fields, category, c);
    if fields.get("enabled").and_then(|f| fields.boolean(f, c.problems)) == Some(false) {
        toggle.state = State::Disabled;
    }
    if let Some(reason) = fields.get("killed").and_then(|f| fields.text(f, c.problems)) {
        toggle.state = State::Killed(reason.into());
    }
    toggle.consent = consent(fields, c);
    toggle.requires = fields.get("requires").map(|f| requires(f, fields, c)).unwrap_or_default();
    toggle.schedule =
        fields.get("schedule").and_then(|f| schedule(f.node, &fields.path.key("schedule"), c)).map(Arc::new);
    toggle.overrides = fields.get("overrides").and_then(|f| rules::overrides(f, fields, toggle, c)).map(Box::new);
    toggle.rules = fields.get("rules").map(|f| rules::rules(f, fields, toggle, c)).unwrap_or_default();
}

fn category(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Option<Category> {
    const HINT: &str = "write channel, automation or capacity";
    let field = fields.require("category", Kind::Shape, HINT, c.problems)?;
    match fields.text(field, c.problems)? {
        "channel" => Some(Category::Channel),
        "automation" => Some(Category::Automation),
        "capacity" => Some(Category::Capacity),
        other => {
            let (message, hint) =
                unknown_name("category", other, ["channel", "automation", "capacity"].into_iter(), &mut c.effort);
            fields.fault(field, Kind::Shape, message, hint, c.problems);
            None
        }
    }
}

fn variants(toggle: &mut Toggle, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let default = fields.get("default");
    let Some(field) = fields.get("variants") else {
        if let Some(default) = default
            && !matches!(default.node.value, Value::Bool(false) | Value::Faulty)
        {
            let hint = "leave it out, or write `variants`: names and their weights";
            let message = "a toggle without variants is off by default";
            fields.fault(default, Kind::Shape, message, hint, c.problems);
        }
        return;
    };
    c.names_in(field.node);
    if let Some(field) = default {
        c.names_in(field.node);
    }
    toggle.default = match default {
        Some(default) => fields.text(default, c.problems).map(Into::into),
        None => {
            let hint = "name what is served when the toggle is off, such as \"human\"";
            fields.require("default", Kind::Shape, hint, c.problems);
            None
        }
    };
    toggle.variants = weights(&toggle.key, field, fields, c).map(Box::new);
}

fn weights(key: &str, field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Option<Variants> {
    let path = fields.path.key("variants");
    let Value::Table(entries) = field.node.value else {
        wrong_kind(&path, field.node, "a table of names and their weights", c.problems);
        return None;
    };
    let mut weights = Vec::with_capacity(entries.len());
    let mut sound = true;
    for entry in entries {
        if !limits::is_name(entry.key) {
            let hint = "use 1 to 200 characters, none of them control characters";
            c.problems.push_at(Kind::Shape, &path.key(entry.key), entry.key_at(), "not a usable name", hint);
        }
        let weight = match entry.node.value {
            Value::Int(weight @ 0..=4_294_967_296) => weight.unsigned_abs(),
            _ => {
                let expected = "a weight (a whole number from 0 to 2^32)";
                wrong_kind(&path.key(entry.key), &entry.node, expected, c.problems);
                sound = false;
                0
            }
        };
        weights.push((entry.key, weight));
    }
    weights.sort_unstable();
    let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
    if sound && !(1..=limits::WEIGHTS).contains(&total) {
        fields.fault(
            field,
            Kind::Shape,
            format!("the weights add up to {total}"),
            "let them add up to 1 to 2^32",
            c.problems,
        );
    }
    if entries.len() > limits::VARIANTS {
        let hint = format!("at most {}", limits::VARIANTS);
        fields.fault(field, Kind::Limit, format!("{} variants", entries.len()), hint, c.problems);
    }
    let mut sum = 0;
    let sums = weights.iter().map(|(_, weight)| {
        sum += weight;
        sum
    });
    let sums = sums.collect();
    let names = weights.iter().map(|(name, _)| (*name).into()).collect();
    Some(Variants { names, sums, seed: seed(key, Stage::Variant) })
}

/// A field that governance asks for.
fn asked<'t, 'a>(fields: &Fields<'t, 'a>, key: &'t str, hint: &str, c: &mut Compiler<'_>) -> Option<Field<'t, 'a>> {
    let field = fields.require(key, Kind::Governance, hint, c.problems);
    c.governance += usize::from(field.is_none());
    field
}

/// Text that governance asks for; empty text is as good as none.
fn asked_text<'t>(fields: &Fields<'t, '_>, key: &'t str, hint: &str, c: &mut Compiler<'_>) -> Option<&'t str> {
    let field = asked(fields, key, hint, c)?;
    if matches!(&field.node.value, Value::Text(text) if !says_something(text)) {
        c.governance += 1;
        fields.fault(field, Kind::Governance, format!("`{key}` is empty"), hint, c.problems);
        return None;
    }
    fields.text(field, c.problems)
}

fn governance(toggle: &Toggle, fields: &Fields<'_, '_>, category: Option<Category>, c: &mut Compiler<'_>) {
    asked_text(fields, "owner", "say who answers for the toggle", c);
    let created =
        asked(fields, "created", "write the date, such as 2026-01-10", c).and_then(|f| fields.date(f, c.problems));
    if let Some(field) = asked(fields, "review_by", "write the date by which it is looked at again", c) {
        let review_by = fields.date(field, c.problems);
        if let (Some(created), Some(review_by)) = (created, review_by)
            && review_by.0 <= created.0
        {
            let hint = format!("write a date after {created}");
            fields.fault(field, Kind::Shape, "`review_by` is not after `created`", hint, c.problems);
        }
    }
    let hint = "write a table: `plan`, where the steps stand, and `to`, such as \"off\"";
    if let Some(field) = asked(fields, "rollback", hint, c) {
        rollback(field.node, &fields.path.key("rollback"), toggle, c);
    }
    let hint = "write a list of tables: `kpi`, such as \"service_level\", and `worse_than`, such as 0.7";
    if let Some(field) = asked(fields, "monitors", hint, c) {
        monitors(field, fields, c);
    }
    for key in ["description", "privacy_assessment"] {
        fields.get(key).and_then(|f| fields.text(f, c.problems));
    }
    for key in ["fallback", "data_classes"] {
        fields.get(key).and_then(|f| fields.texts(f, c.problems));
    }
    by_category(fields, category, c);
}

fn by_category(fields: &Fields<'_, '_>, category: Option<Category>, c: &mut Compiler<'_>) {
    let owned = [
        (Category::Automation, "automation", ["model_version", "risk"]),
        (Category::Capacity, "capacity", ["approvals", "trigger"]),
    ];
    for (owner, name, keys) in owned {
        let strangers =
            keys.iter().filter(|_| category.is_some_and(|is| is != owner)).filter_map(|key| fields.get(key));
        for field in strangers {
            let hint = format!("remove it, or write \"{name}\" as `category`");
            fields.fault(field, Kind::Shape, format!("`{}` belongs to {name} toggles", field.key), hint, c.problems);
        }
    }
    match category {
        Some(Category::Automation) => automation(fields, c),
        Some(Category::Capacity) => capacity(fields, c),
        _ => {}
    }
}

fn automation(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    asked_text(fields, "model_version", "name the version that serves, such as \"nlu-4.2\"", c);
    if let Some(risk) = asked_text(fields, "risk", "write low, medium or high", c)
        && let Some(field) = fields.get("risk")
        && !["low", "medium", "high"].contains(&risk)
    {
        let (message, hint) = unknown_name("risk class", risk, ["low", "medium", "high"].into_iter(), &mut c.effort);
        fields.fault(field, Kind::Shape, message, hint, c.problems);
    }
    asked(fields, "consent", "list the purposes that need consent; write [] when none does", c);
}

fn capacity(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    if let Some(field) =
        asked(fields, "approvals", "list the ids under which it was approved, such as [\"HR-2291\"]", c)
        && fields.texts(field, c.problems).is_some()
        && matches!(&field.node.value, Value::List(ids) if ids.is_empty())
    {
        c.governance += 1;
        fields.fault(field, Kind::Governance, "no approval", "list at least one id", c.problems);
    }
    if let Some(field) = fields.get("trigger")
        && let Some(trigger) = fields.text(field, c.problems)
        && trigger != "workload > available"
    {
        let hint = "write \"workload > available\" (AHT x volume exceeds the interval's agent hours)";
        fields.fault(field, Kind::Shape, "unknown trigger", hint, c.problems);
    }
}

fn rollback(node: &Node<'_>, path: &Path<'_>, toggle: &Toggle, c: &mut Compiler<'_>) {
    let Some(fields) = Fields::open(node, path, &["plan", "to"], c.problems) else { return };
    asked_text(&fields, "plan", "say where the steps stand", c);
    let Some(to) = asked_text(&fields, "to", "write off, previous_step, or what to serve", c) else { return };
    let Some(field) = fields.get("to") else { return };
    let served = toggle.variants.iter().flat_map(|v| v.names.iter()).chain(&toggle.default);
    let known = || served.clone().map(AsRef::as_ref).chain(["off", "previous_step"]);
    if !known().any(|name| name == to) {
        let (message, hint) = unknown_name("rollback target", to, known(), &mut c.effort);
        fields.fault(field, Kind::Reference, message, hint, c.problems);
    }
}

fn monitors(field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let Some(items) = fields.list(field, c.problems) else { return };
    if items.is_empty() {
        c.governance += 1;
        fields.fault(field, Kind::Governance, "no monitor", "name at least one KPI and its threshold", c.problems);
    }
    let list = fields.path.key("monitors");
    for (index, item) in items.iter().enumerate() {
        let path = list.index(index);
        let Some(monitor) = Fields::open(item, &path, &["kpi", "worse_than", "scale"], c.problems) else { continue };
        if let Some(kpi) = monitor.require("kpi", Kind::Shape, "name the KPI, such as \"csat\"", c.problems) {
            monitor.text(kpi, c.problems);
        }
        let hint = "write the value beyond which it is bad";
        if let Some(limit) = monitor.require("worse_than", Kind::Shape, hint, c.problems) {
            monitor.number(limit, c.problems);
        }
        if let Some(scale) = monitor.get("scale") {
            let ends = monitor.list(scale, c.problems).filter(|ends| !ends.iter().any(Node::is_faulty));
            let ends = ends.map(|ends| ends.iter().map(number).collect::<Vec<_>>());
            if !matches!(ends.as_deref(), None | Some([Some(_), Some(_)]))
                || matches!(ends.as_deref(), Some([Some(low), Some(high)]) if low >= high)
            {
                monitor.fault(scale, Kind::Shape, "not a scale", "write its ends, such as [1, 5]", c.problems);
            }
        }
    }
}

/// One test for each purpose: the attribute `consent.<purpose>` must be true. Any category may ask for consent.
fn consent(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Box<[TestId]> {
    let Some(field) = fields.get("consent") else { return Box::default() };
    let purposes = fields.texts(field, c.problems).unwrap_or_default();
    if purposes.len() > limits::PURPOSES {
        let hint = format!("at most {}", limits::PURPOSES);
        fields.fault(field, Kind::Limit, format!("{} purposes", purposes.len()), hint, c.problems);
        return Box::default();
    }
    let mut tests = Vec::with_capacity(purposes.len());
    for purpose in purposes {
        tests.push(c.test(&format!("consent.{purpose}"), Op::Equals(Scalar::Bool(true))));
    }
    tests.into_boxed_slice()
}

fn requires(field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Box<[Requirement]> {
    let path = fields.path.key("requires");
    let Value::Table(entries) = field.node.value else {
        wrong_kind(&path, field.node, "a table of toggles and what they must be", c.problems);
        return Box::default();
    };
    let mut requirements = Vec::with_capacity(entries.len());
    for entry in entries {
        let here = path.key(entry.key);
        let Some(toggle) = c.toggle(entry.key) else {
            let known = c.toggles.iter().map(|entry| entry.key);
            let (message, hint) = unknown_name("toggle", entry.key, known, &mut c.effort);
            c.problems.push_at(Kind::Reference, &here, entry.key_at(), message, hint);
            continue;
        };
        let want = match entry.node.value {
            Value::Bool(enabled) => Some(Want::Enabled(enabled)),
            Value::Text(name) => required_variant(name, toggle, &here, &entry.node, c),
            _ => {
                wrong_kind(&here, &entry.node, "true, false, or a variant's name", c.problems);
                None
            }
        };
        requirements.extend(want.map(|want| Requirement { toggle, want }));
    }
    requirements.sort_unstable_by_key(|r| r.toggle);
    requirements.into_boxed_slice()
}

fn required_variant(name: &str, toggle: u32, path: &Path<'_>, node: &Node<'_>, c: &mut Compiler<'_>) -> Option<Want> {
    let position = c.variants(toggle).binary_search(&name).ok().and_then(|index| u16::try_from(index).ok());
    if position.is_none() {
        let known = c.variants(toggle).to_vec();
        let (message, hint) = unknown_variant(name, known.into_iter(), &mut c.effort);
        c.problems.push_at(Kind::Reference, path, node.at, message, hint);
    }
    position.map(Want::Variant)
}
