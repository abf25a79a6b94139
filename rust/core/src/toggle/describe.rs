//! Evaluations in words.

use std::cmp::Ordering;

use crate::hash::Percent;
use crate::policy::{
    Number, Op, Policy, Ramp, Relation, Scalar, Served, Set, State, StepMode, Test, Text, Timeline, Toggle, Waits, Want,
};
use crate::time::{self, Micros, Schedule};

use super::attribute::Attribute;
use super::decision::{Code, Decision};

/// A position or share as a percentage.
fn percent(steps: u32) -> String {
    format!("{} %", f64::from(steps) / f64::from(Percent::STEPS))
}

pub(super) fn state(state: &State) -> String {
    match state {
        State::Enabled => "enabled".to_owned(),
        State::Disabled => "enabled = false".to_owned(),
        State::Killed(reason) => format!("killed: {reason}"),
        State::Inert => "inert: its entry in the policy has faults".to_owned(),
    }
}

pub(super) fn schedule(schedule: &Schedule, now: Micros) -> String {
    format!("{} at {}", schedule.verdict(now), time::format_instant(now))
}

pub(super) fn requirement(other: &Toggle, want: &Want) -> String {
    let wanted = match want {
        Want::Enabled(true) => "on".to_owned(),
        Want::Enabled(false) => "off".to_owned(),
        Want::Variant(variant) => served(other, Served::Variant(*variant)),
    };
    format!("{} must be {wanted}", other.key)
}

pub(super) fn found(other: &Toggle, found: &Decision) -> String {
    format!("; it is {} ({})", served(other, found.served), found.reason.name())
}

pub(super) fn served(toggle: &Toggle, served: Served) -> String {
    match (served, &toggle.variants) {
        (Served::Variant(index), Some(variants)) => format!("variant {}", variants.names[usize::from(index)]),
        (Served::On | Served::Variant(_), _) => "on".to_owned(),
        (Served::Off | Served::Caller, _) => "off".to_owned(),
    }
}

pub(super) fn drawn(toggle: &Toggle, drawn: Result<Served, Code>) -> String {
    match drawn {
        Ok(variant) => served(toggle, variant),
        Err(code) => format!("no unit to draw by ({})", code.name()),
    }
}

/// What keeps a ramp before its first step.
fn not_begun(ramp: &Ramp, timeline: &Timeline, now: Micros) -> String {
    let plan = &ramp.plan;
    if let Some(first) = timeline.after(now) {
        return format!("begins at {}", time::format_instant(first.from));
    }
    match (plan.waits(timeline, &[], now), &plan.steps[0].approval) {
        (Waits::Pause, _) => "has not begun: it is paused".to_owned(),
        (_, Some(role)) => format!("has not begun: step 0 waits for an approval by {role}"),
        _ if plan.started_at == Micros::MAX => "never begins: it has no start".to_owned(),
        _ => "does not begin: a pause without an end lies before its start".to_owned(),
    }
}

pub(super) fn ramp(ramp: &Ramp, timeline: &Timeline, now: Micros, bucket: Result<u32, Code>) -> String {
    let stage = timeline.at(now);
    let mode = match (stage.step, stage.mode) {
        (None, _) => return not_begun(ramp, timeline, now),
        (Some(step), StepMode::Live) => format!("step {step}"),
        (Some(step), StepMode::Shadow) => format!("step {step}, in shadow"),
    };
    let share = stage.percent.as_f64();
    match bucket {
        Err(code) => format!("{mode}: {share} % are in, but the contact has no usable unit ({})", code.name()),
        Ok(bucket) => format!("{mode}: {share} % are in; the unit stands at {}", percent(bucket)),
    }
}

/// A test in words, such as `plan in [pro, enterprise]`.
#[must_use]
pub fn describe(policy: &Policy, test: &Test) -> String {
    let name = &policy.attributes[test.slot as usize];
    match &test.op {
        Op::Equals(value) => format!("{name} equals {}", scalar(value)),
        Op::NotEquals(value) => format!("{name} differs from {}", scalar(value)),
        Op::In(values) => format!("{name} in {}", set(values)),
        Op::NotIn(values) => format!("{name} not in {}", set(values)),
        Op::Compare(relation, value) => format!("{name} {} {}", sign(*relation), number(*value)),
        Op::StartsWith(text) => format!("{name} starts with {text:?}"),
        Op::EndsWith(text) => format!("{name} ends with {text:?}"),
        Op::Contains(value) => format!("{name} contains {}", scalar(value)),
        Op::Matches(pattern) => format!("{name} matches /{}/", pattern.0.as_str()),
        Op::Semver(bounds) => {
            let parts: Vec<String> = bounds.iter().map(|(r, v)| format!("{}{v}", sign(*r))).collect();
            format!("{name} is a version {}", parts.join(", "))
        }
        Op::Before(at) => format!("{name} is before {}", time::format_instant(*at)),
        Op::After(at) => format!("{name} is at or after {}", time::format_instant(*at)),
        Op::Cidr(networks) => {
            let shown: Vec<String> = networks.iter().take(5).map(ToString::to_string).collect();
            format!("{name} is inside {}{}", shown.join(", "), more(networks.len(), 5))
        }
        Op::Exists(wanted) => format!("{name} {}", if *wanted { "is present" } else { "is absent" }),
        Op::Null(wanted) => format!("{name} {}", if *wanted { "is null" } else { "is not null" }),
    }
}

/// What a test saw, and why it could not look at it.
pub(super) fn seen(attribute: Attribute<'_>, op: &Op) -> String {
    let value = value(attribute);
    if let (Op::Before(_) | Op::After(_), Some(number)) = (op, attribute.number()) {
        let meaning = match attribute.instant() {
            Some(at) => time::format_instant(at),
            None if number.compare(Number::Int(0)) == Some(Ordering::Less) => "before the year 1".to_owned(),
            None => "beyond the year 9999".to_owned(),
        };
        return format!("{value} (seconds since the epoch: {meaning})");
    }
    let speaks_for_itself = matches!(attribute, Attribute::Missing | Attribute::Null | Attribute::Unusable(_));
    match attribute.ask(op) {
        None if !speaks_for_itself => format!("{value}, which is not {}", wanted(op)),
        _ => value,
    }
}

/// An attribute in words.
fn value(attribute: Attribute<'_>) -> String {
    match attribute {
        Attribute::Missing => "missing".to_owned(),
        Attribute::Null => "null".to_owned(),
        Attribute::Bool(value) => format!("{value}"),
        Attribute::Int(value) => format!("{value}"),
        Attribute::Huge(text) if text.len() > 40 => format!("{}...", &text[..40]),
        Attribute::Huge(text) => text.to_owned(),
        Attribute::Float(value) => format!("{value:?}"),
        Attribute::Text(text) if text.chars().count() > 80 => {
            format!("{:?}...", text.chars().take(80).collect::<String>())
        }
        Attribute::Text(text) => format!("{text:?}"),
        Attribute::Time(at) => time::format_instant(at),
        Attribute::List(_) => "a list".to_owned(),
        Attribute::Unusable(why) => why.to_owned(),
    }
}

/// What an operator can look at.
fn wanted(op: &Op) -> &'static str {
    let kind = |scalar: &Scalar| match scalar {
        Scalar::Text(_) => "text",
        Scalar::Number(_) => "a number",
        Scalar::Bool(_) => "true or false",
    };
    match op {
        Op::Equals(scalar) | Op::NotEquals(scalar) => kind(scalar),
        Op::Contains(Scalar::Text(_)) => "text or a list",
        Op::Contains(_) => "a list",
        Op::In(_) | Op::NotIn(_) => "of a type that the list has",
        Op::Compare(..) => "a number",
        Op::StartsWith(_) | Op::EndsWith(_) | Op::Matches(_) => "text",
        Op::Semver(_) => "a version such as 5.2.1",
        Op::Before(_) | Op::After(_) => "an instant: an aware datetime, RFC 3339 text, or seconds since the epoch",
        Op::Cidr(_) => "an IP address",
        Op::Exists(_) | Op::Null(_) => "anything",
    }
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::Greater => ">",
        Relation::AtLeast => ">=",
    }
}

fn number(number: Number) -> String {
    match number {
        Number::Int(value) => value.to_string(),
        Number::Float(value) => value.to_string(),
    }
}

fn scalar(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Text(text) => format!("{text:?}"),
        Scalar::Number(value) => number(*value),
        Scalar::Bool(value) => value.to_string(),
    }
}

fn more(count: usize, shown: usize) -> String {
    if count > shown { format!(" and {} more", count - shown) } else { String::new() }
}

fn set(set: &Set) -> String {
    let mut texts: Vec<&str> = set.few.iter().map(Text::as_str).collect();
    if let Some(many) = &set.many {
        texts.extend(many.iter().map(AsRef::as_ref));
        texts.sort_unstable();
    }
    let texts = texts.iter().map(|t| format!("{t:?}"));
    let numbers = set.numbers.iter().map(|n| number(*n));
    let bools = [false, true].into_iter().filter(|b| set.bools[usize::from(*b)]).map(|b| b.to_string());
    let all: Vec<String> = texts.chain(numbers).chain(bools).collect();
    format!("[{}{}]", all[..all.len().min(5)].join(", "), more(all.len(), 5))
}
