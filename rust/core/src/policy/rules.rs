//! Overrides, rules and ramps of a toggle.

use crate::hash::{KeyMap, NATIVE, Percent, Stage, decimal, seed};
use crate::time::Micros;

use super::compile::Compiler;
use super::expr::expr;
use super::limits;
use super::model::{Rule, Serve, Served, Toggle};
use super::node::{Node, Value};
use super::path::Path;
use super::problem::Kind;
use super::ramp::{Plan, Ramp, Step, StepMode};
use super::reader::{Field, Fields, shorten, unknown_name, unknown_variant, wrong_kind};

/// Compiles the overrides: a table from unit to what it is served.
pub fn overrides(
    field: Field<'_, '_>,
    fields: &Fields<'_, '_>,
    toggle: &Toggle,
    c: &mut Compiler<'_>,
) -> Option<KeyMap<Box<str>, Serve>> {
    let list = fields.path.key("overrides");
    let mut table: KeyMap<Box<str>, Serve> = KeyMap::with_hasher(c.keys);
    for (index, item) in fields.list(field, c.problems)?.iter().enumerate() {
        let path = list.index(index);
        let Some(entry) = Fields::open(item, &path, &["units", "serve"], c.problems) else { continue };
        let hint = "say what these units are served";
        let serve = entry.require("serve", Kind::Shape, hint, c.problems).and_then(|f| serve(f, &entry, toggle, c));
        let Some(units) = entry.require("units", Kind::Shape, "list the units", c.problems) else { continue };
        let units_path = path.key("units");
        for (index, unit) in entry.list(units, c.problems).unwrap_or_default().iter().enumerate() {
            let mut buffer = [0; 20];
            let unit_text = match unit.value {
                Value::Text(text) if !text.is_empty() => text,
                // Digits and a sign are ASCII.
                Value::Int(value) => std::str::from_utf8(decimal(value, &mut buffer)).unwrap_or_default(),
                _ => {
                    wrong_kind(&units_path.index(index), unit, "a unit (text or a whole number)", c.problems);
                    continue;
                }
            };
            // With a faulty `serve` the policy is refused; the unit still counts for what is said twice.
            if table.insert(unit_text.into(), serve.unwrap_or(Serve::On)).is_some() {
                let message = format!("unit `{}` is overridden twice", shorten(unit_text));
                c.problems.push_at(Kind::Shape, &units_path.index(index), unit.at, message, "keep one of them");
            }
        }
    }
    Some(table)
}

/// What a `serve` says: true, false, a variant, or the default.
fn serve(field: Field<'_, '_>, fields: &Fields<'_, '_>, toggle: &Toggle, c: &mut Compiler<'_>) -> Option<Serve> {
    let name = match field.node.value {
        Value::Bool(true) if toggle.variants.is_some() => return Some(Serve::On),
        Value::Bool(true) => return Some(Serve::Fixed(Served::On)),
        Value::Bool(false) => return Some(Serve::Fixed(Served::Off)),
        Value::Text(name) => name,
        _ => {
            wrong_kind(&fields.path.key("serve"), field.node, "true, false, or a variant's name", c.problems);
            return None;
        }
    };
    let variants = toggle.variants.iter().flat_map(|v| v.names.iter()).map(AsRef::as_ref);
    if let Some(index) = variants.clone().position(|variant: &str| variant == name) {
        return u16::try_from(index).ok().map(|index| Serve::Fixed(Served::Variant(index)));
    }
    if toggle.default.as_deref() == Some(name) {
        return Some(Serve::Fixed(Served::Off));
    }
    let (message, hint) = unknown_variant(name, variants.chain(toggle.default.as_deref()), &mut c.effort);
    fields.fault(field, Kind::Reference, message, hint, c.problems);
    None
}

/// Compiles the rules in their order.
pub fn rules(field: Field<'_, '_>, fields: &Fields<'_, '_>, toggle: &Toggle, c: &mut Compiler<'_>) -> Box<[Rule]> {
    let list = fields.path.key("rules");
    let Some(items) = fields.list(field, c.problems) else { return Box::default() };
    if items.len() > limits::RULES {
        let hint = format!("at most {}; group contacts in segments", limits::RULES);
        fields.fault(field, Kind::Limit, format!("{} rules", items.len()), hint, c.problems);
        return Box::default();
    }
    let mut ids: KeyMap<&str, usize> = KeyMap::with_hasher(c.keys);
    let mut rules = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = list.index(index);
        let Some(fields) = Fields::open(item, &path, &["id", "when", "serve", "ramp", "description"], c.problems)
        else {
            continue;
        };
        let hint = "name the rule: decisions are explained by it";
        let id = fields.require("id", Kind::Shape, hint, c.problems).and_then(|f| fields.text(f, c.problems));
        // One rule repeats nobody, and most toggles have no more.
        if let Some(id) = id
            && items.len() > 1
            && let Some(first) = ids.insert(id, index)
        {
            let message = format!("rule id `{}` is already that of rules[{first}]", shorten(id));
            c.problems.push_at(
                Kind::Shape,
                &path.key("id"),
                place_of(item, "id"),
                message,
                "give each rule its own id",
            );
        }
        fields.get("description").and_then(|f| fields.text(f, c.problems));
        let when = fields.get("when").and_then(|f| expr(f.node, &path.key("when"), c));
        let served = match fields.get("serve") {
            None => Some(if toggle.variants.is_some() { Serve::On } else { Serve::Fixed(Served::On) }),
            Some(f) => serve(f, &fields, toggle, c),
        };
        let ramp = fields.get("ramp").and_then(|f| ramp(f.node, &path.key("ramp"), toggle, c)).map(Box::new);
        if let (Some(id), Some(serve)) = (id, served) {
            rules.push(Rule { id: id.into(), when, serve, ramp });
        }
    }
    rules.into_boxed_slice()
}

fn ramp(node: &Node<'_>, path: &Path<'_>, toggle: &Toggle, c: &mut Compiler<'_>) -> Option<Ramp> {
    const KEYS: [&str; 9] =
        ["unit", "algorithm", "salt", "started_at", "steps", "pauses", "approvals", "rebucket", "reason"];
    let fields = Fields::open(node, path, &KEYS, c.problems)?;
    let hint = "name what is kept together, such as \"customer_id\"";
    let unit = fields.require("unit", Kind::Shape, hint, c.problems).and_then(|f| fields.text(f, c.problems));
    let hint = "write \"xxh3/1\"";
    let algorithm = fields.require("algorithm", Kind::Shape, hint, c.problems);
    if let Some(field) = algorithm
        && let Some(name) = fields.text(field, c.problems)
        && name != NATIVE
    {
        let (message, hint) = unknown_name("algorithm", name, std::iter::once(NATIVE), &mut c.effort);
        fields.fault(field, Kind::Reference, message, hint, c.problems);
    }
    let salt = fields.get("salt").and_then(|f| fields.text(f, c.problems)).unwrap_or(&toggle.key);
    rebucket(&fields, c);
    let hint = "write when the first step begins, such as 2026-03-01T00:00:00Z";
    let started_at =
        fields.require("started_at", Kind::Governance, hint, c.problems).map(|f| fields.instant(f, c.problems));
    c.governance += usize::from(started_at.is_none());
    let hint = "write a list of tables with `percent`, and `hold` in all but the last";
    let steps = fields.require("steps", Kind::Shape, hint, c.problems).and_then(|field| steps(field, &fields, c));
    let approvals = approvals(&fields, steps.as_deref(), c);
    let pauses = pauses(&fields, c);
    let (steps, unit) = (steps?, unit?);
    // Without a start the ramp never begins: in a lenient load it stays at nobody.
    let started_at = started_at.flatten().unwrap_or(Micros::MAX);
    let (plan, timeline) = c.plan(Plan { started_at, steps, pauses, approvals });
    let (ramp_seed, variant_seed) = (seed(salt, Stage::Ramp), seed(salt, Stage::Variant));
    let unit = c.slot(unit);
    c.ramps += 1;
    Some(Ramp { id: c.ramps - 1, unit, ramp_seed, variant_seed, plan, timeline })
}

fn rebucket(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let wanted = fields.get("rebucket").and_then(|f| fields.boolean(f, c.problems));
    if wanted == Some(true) {
        fields.require("reason", Kind::Shape, "say why customers are shuffled anew", c.problems);
    }
    if let Some(reason) = fields.get("reason") {
        fields.why(reason, c.problems);
    }
}

fn steps(field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Option<Box<[Step]>> {
    let list = fields.path.key("steps");
    let items = fields.list(field, c.problems)?;
    if items.is_empty() || items.len() > limits::STEPS {
        let kind = if items.is_empty() { Kind::Shape } else { Kind::Limit };
        let hint = format!("write 1 to {} steps", limits::STEPS);
        fields.fault(field, kind, format!("{} steps", items.len()), hint, c.problems);
        return None;
    }
    let mut steps = Vec::with_capacity(items.len());
    let mut live: Option<Percent> = None;
    for (index, item) in items.iter().enumerate() {
        let path = list.index(index);
        // Faulty steps are left out here, so that those after them are looked at as well.
        let Some(step) = step(item, &path, index + 1 == items.len(), c) else { continue };
        match (step.mode, live) {
            (StepMode::Live, Some(before)) if step.percent < before => {
                let message = format!("{} % after {} %", step.percent.as_f64(), before.as_f64());
                let hint = "a ramp only widens; to shrink it, change the document";
                c.problems.push_at(Kind::Shape, &path.key("percent"), place_of(item, "percent"), message, hint);
            }
            (StepMode::Shadow, Some(_)) => {
                let message = "a shadow step after a live one takes the capability from those who have it";
                c.problems.push_at(
                    Kind::Shape,
                    &path.key("mode"),
                    place_of(item, "mode"),
                    message,
                    "put shadow steps first",
                );
            }
            _ => {}
        }
        if step.mode == StepMode::Live {
            live = live.max(Some(step.percent));
        }
        steps.push(step);
    }
    (steps.len() == items.len()).then(|| steps.into_boxed_slice())
}

/// Where the value of a key stands.
fn place_of(table: &Node<'_>, key: &str) -> u32 {
    table.get(key).map_or(table.at, |value| value.at)
}

fn step(node: &Node<'_>, path: &Path<'_>, last: bool, c: &mut Compiler<'_>) -> Option<Step> {
    let fields = Fields::open(node, path, &["percent", "mode", "hold", "max", "min_n", "approval"], c.problems)?;
    let hint = "write a percentage from 0 to 100";
    let percent = fields.require("percent", Kind::Shape, hint, c.problems).and_then(|f| percent(f, &fields, c));
    let mode = match fields.get("mode").and_then(|f| Some((f, fields.text(f, c.problems)?))) {
        None | Some((_, "live")) => StepMode::Live,
        Some((_, "shadow")) => StepMode::Shadow,
        Some((field, other)) => {
            let (message, hint) = unknown_name("mode", other, ["live", "shadow"].into_iter(), &mut c.effort);
            fields.fault(field, Kind::Shape, message, hint, c.problems);
            StepMode::Live
        }
    };
    let hold = match fields.get("hold") {
        None if last => None,
        None => {
            let hint = "say how long the step lasts, such as \"2d\"; only the last step needs none";
            fields.require("hold", Kind::Governance, hint, c.problems);
            c.governance += 1;
            None
        }
        Some(field) => fields.duration(field, c.problems),
    };
    let max = fields.get("max").and_then(|f| fields.duration(f, c.problems));
    if let (Some(hold), Some(max), Some(field)) = (hold, max, fields.get("max"))
        && max < hold
    {
        fields.fault(field, Kind::Shape, "`max` is shorter than `hold`", "let it be at least as long", c.problems);
    }
    let min_n = fields.get("min_n").and_then(|f| fields.integer(f, 1..=1_000_000_000_000, c.problems));
    let approval = fields.get("approval").and_then(|f| fields.text(f, c.problems)).map(Into::into);
    if ["mode", "approval"].into_iter().filter_map(|key| fields.get(key)).any(|field| field.node.is_faulty()) {
        // The step is not known well enough to be compared with others.
        return None;
    }
    Some(Step { percent: percent?, mode, hold, max, min_n: min_n.map(i64::unsigned_abs), approval })
}

fn percent(field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Option<Percent> {
    let number = fields.number(field, c.problems)?;
    let percent = Percent::from_f64(number);
    if percent.is_none() {
        let (message, hint) = match number {
            n if n > 100.0 => (format!("{n} is above 100"), "write a percentage from 0 to 100"),
            n if n < 0.0 => (format!("{n} is below 0"), "write a percentage from 0 to 100"),
            n => (format!("{n} has more than five decimal places"), "round it to 0.00001"),
        };
        fields.fault(field, Kind::Shape, message, hint, c.problems);
    }
    percent
}

/// When each step was approved. A role must be the one that the step asks for; steps with faults ask for nothing.
fn approvals(fields: &Fields<'_, '_>, steps: Option<&[Step]>, c: &mut Compiler<'_>) -> Box<[Option<Micros>]> {
    let mut approved = vec![None; steps.map_or(limits::STEPS, <[Step]>::len)].into_boxed_slice();
    let Some(field) = fields.get("approvals") else { return approved };
    let list = fields.path.key("approvals");
    for (index, item) in fields.list(field, c.problems).unwrap_or_default().iter().enumerate() {
        let path = list.index(index);
        let Some(entry) = Fields::open(item, &path, &["step", "role", "by", "at"], c.problems) else { continue };
        let highest = i64::from(limits::index(approved.len())) - 1;
        let step = entry.require("step", Kind::Shape, "name the step's index, counted from 0", c.problems);
        let step = step.and_then(|f| entry.integer(f, 0..=highest, c.problems));
        let role = entry.require("role", Kind::Shape, "name the role", c.problems);
        let role = role.and_then(|f| Some((f, entry.text(f, c.problems)?)));
        let by = entry.require("by", Kind::Shape, "say who approved", c.problems);
        if let Some(by) = by {
            entry.who(by, c.problems);
        }
        let at = entry.require("at", Kind::Shape, "say when", c.problems).and_then(|f| entry.instant(f, c.problems));
        let Some(step) = step.and_then(|s| usize::try_from(s).ok()) else { continue };
        approved[step] = [approved[step], at].into_iter().flatten().min();
        let asked = steps.map(|steps| steps[step].approval.as_deref());
        if let (Some(asked), Some((field, name))) = (asked, role)
            && asked != Some(name)
        {
            let hint = match asked {
                Some(asked) => format!("step {step} waits for `{asked}`"),
                None => format!("step {step} waits for no approval"),
            };
            let message = format!("step {step} does not ask for `{}`", shorten(name));
            entry.fault(field, Kind::Reference, message, hint, c.problems);
        }
    }
    approved
}

/// The pauses, sorted and merged.
fn pauses(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Box<[(Micros, Micros)]> {
    let Some(field) = fields.get("pauses") else { return Box::default() };
    let list = fields.path.key("pauses");
    let mut pauses = Vec::new();
    for (index, item) in fields.list(field, c.problems).unwrap_or_default().iter().enumerate() {
        let path = list.index(index);
        let Some(entry) = Fields::open(item, &path, &["from", "to", "reason"], c.problems) else { continue };
        let from = entry.require("from", Kind::Shape, "say when the pause begins", c.problems);
        let from = from.and_then(|f| entry.instant(f, c.problems));
        let reason = entry.require("reason", Kind::Shape, "say why", c.problems);
        if let Some(reason) = reason {
            entry.why(reason, c.problems);
        }
        let to = entry.get("to").map_or(Some(Micros::MAX), |f| entry.instant(f, c.problems));
        let (Some(from), Some(to)) = (from, to) else { continue };
        if to <= from {
            let hint = "let it end later, or leave `to` out while the pause lasts";
            c.problems.push_at(Kind::Shape, &path, item.at, "the pause ends before it begins", hint);
            continue;
        }
        pauses.push((from, to));
    }
    pauses.sort_unstable();
    pauses.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1;
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
    pauses.into_boxed_slice()
}
