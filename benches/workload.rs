//! The workload of the core's benchmarks: a policy of the same shape as `workload.py` makes, and callers that vary.

pub mod queues;

use std::fmt::Write;

use turnout_core::policy::{Format, Policy, Ramp, Slot, Timeline};
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Overlay, Silent, Subject, Unit, evaluate};

/// The toggle with three clauses and a 30 % ramp.
pub const MAIN: &str = "billing-bot";
/// The toggle without rules.
pub const PLAIN: &str = "phone";

/// Fields that governance demands of every toggle.
const GOVERNED: &str = r#""owner":"automation@example.com","created":"2026-01-05","review_by":"2026-12-31",
"rollback":{"plan":"https://example.com/runbooks/toggle","to":"off"},
"monitors":[{"kpi":"csat","scale":[1,5],"worse_than":4.2}]"#;

/// Three clauses and a ramp that stands at 30 %: its last step waits for an approval that nobody gives.
const RULES: &str = r#""rules":[{"id":"ramp","when":{"all":[
{"attribute":"plan","in":["basic","business","enterprise","pro"]},
{"attribute":"country","in":["CA","MX","US"]},
{"attribute":"age","gte":18}]},
"ramp":{"unit":"customer_id","algorithm":"xxh3/1","started_at":"2026-01-05T00:00:00Z","steps":[
{"percent":15,"hold":"2d"},{"percent":30,"hold":"5d"},{"percent":100,"approval":"ops_lead"}]}}]"#;

/// A policy document in JSON with `count` toggles: the two named ones, then every fifth without rules.
#[must_use]
pub fn policy_json(count: usize) -> String {
    let mut text = String::from(r#"{"turnout":1,"environment":"production","toggles":{"#);
    for index in 0..count {
        let named = [MAIN, PLAIN].get(index).map(|name| (*name).to_owned());
        let key = named.unwrap_or_else(|| format!("automation-{index:05}"));
        let comma = if index == 0 { "" } else { "," };
        let plain = index % 5 == 1;
        // Writing to a string cannot fail.
        let _ = write!(text, r#"{comma}"{key}":{{{GOVERNED}"#);
        text.push_str(if plain {
            r#","category":"channel""#
        } else {
            r#","category":"automation","model_version":"nlu-4.2","risk":"low","consent":[],"#
        });
        if !plain {
            text.push_str(RULES);
        }
        text.push('}');
    }
    text.push_str("}}");
    text
}

/// One caller: a unit and the attributes that the rules may look at.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The unit's id.
    pub unit: String,
    /// The plan.
    pub plan: &'static str,
    /// The country.
    pub country: &'static str,
    /// The age in years.
    pub age: i64,
}

/// Callers from a seeded generator (splitmix64), different from one to the next.
#[must_use]
pub fn callers(count: usize) -> Vec<Caller> {
    let mut state: u64 = 20_261_121;
    let mut next = |below: usize| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or(0) % below
    };
    (0..count)
        .map(|_| Caller {
            unit: format!("c-{:07}", next(10_000_000)),
            plan: ["free", "basic", "pro", "business", "enterprise"][next(5)],
            country: ["US", "CA", "MX", "GB"][next(4)],
            age: i64::try_from(1 + next(89)).unwrap_or(1),
        })
        .collect()
}

/// A caller against a policy: which field answers each attribute slot is settled once, as a binding does it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// The caller.
    pub caller: &'c Caller,
    /// The field behind each slot.
    pub slots: &'c [Field],
    /// The instant of the call.
    pub now: Micros,
}

/// A field of a caller.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// The plan.
    Plan,
    /// The country.
    Country,
    /// The age.
    Age,
    /// An attribute that callers do not have.
    Absent,
}

/// The field behind each attribute slot of a policy.
#[must_use]
pub fn slots(policy: &Policy) -> Vec<Field> {
    let field = |name: &str| match name {
        "plan" => Field::Plan,
        "country" => Field::Country,
        "age" => Field::Age,
        _ => Field::Absent,
    };
    policy.attributes.iter().map(|name| field(name)).collect()
}

impl Call<'_> {
    fn field(&self, slot: Slot) -> Attribute<'_> {
        match self.slots[slot as usize] {
            Field::Plan => Attribute::Text(self.caller.plan),
            Field::Country => Attribute::Text(self.caller.country),
            Field::Age => Attribute::Int(self.caller.age),
            Field::Absent => Attribute::Missing,
        }
    }
}

impl Subject for Call<'_> {
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        then(self.field(slot))
    }

    fn unit<R>(&self, _: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        then(Unit::Key(&self.caller.unit))
    }

    fn now(&self) -> Micros {
        self.now
    }
}

/// No breaker is open and no gate has passed.
#[derive(Debug, Clone, Copy)]
pub struct Bare;

impl Overlay for Bare {
    fn breaker_open(&self, _: u32) -> bool {
        false
    }

    fn timeline<'t>(&'t self, ramp: &'t Ramp) -> &'t Timeline {
        &ramp.timeline
    }
}

/// 2026-06-01T00:00:00Z: every ramp of the workload stands at 30 %.
pub const NOW: Micros = 1_780_272_000_000_000;

/// The policy of `count` toggles, compiled.
///
/// # Panics
/// When the core refuses the document: then there is nothing to measure.
#[must_use]
#[expect(clippy::panic, reason = "a benchmark without a policy has nothing to say")]
pub fn policy(count: usize) -> Policy {
    match Policy::parse(policy_json(count).as_bytes(), Format::Json, true) {
        Ok(policy) => policy,
        Err(problems) => panic!("the workload's policy is refused: {problems:?}"),
    }
}

/// Evaluates a toggle by its name, as a binding does.
#[must_use]
pub fn by_name(policy: &Policy, key: &str, call: &Call<'_>) -> bool {
    policy.find(key).is_some_and(|toggle| evaluate(policy, &Bare, call, &mut Silent, toggle).enabled())
}
