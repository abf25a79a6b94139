//! Evaluations in words.

use crate::hash::Percent;
use crate::policy::{
    Number, Op, Policy, Ramp, Relation, Scalar, Served, Set, Stage, State, StepMode, Test, Toggle, Want,
};
use crate::time::{self, Micros, Schedule};

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

pub(super) fn ramp(ramp: &Ramp, stage: &Stage, bucket: Result<u32, Code>) -> String {
    let mode = match (stage.step, stage.mode) {
        (None, _) => return format!("begins at {}", time::format_instant(ramp.plan.started_at)),
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
        Op::Matches(pattern) => format!("{name} matches /{}/", pattern.as_str()),
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

pub(super) fn test(policy: &Policy, test: &Test) -> String {
    describe(policy, test)
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
    let mut texts: Vec<&str> = set.few.iter().map(AsRef::as_ref).collect();
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
