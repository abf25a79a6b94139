//! What lies over a policy at run time: breakers, gates, usage.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;

use turnout_core::engine::{Engine, GateResult, Usage};
use turnout_core::policy::{Format, Policy, Slot, StepMode, Waits};
use turnout_core::time::{Micros, parse_instant};
use turnout_core::toggle::{Attribute, Decision, Mode, Reason, Recorder, Silent, Subject, Unit};

const DOCUMENT: &str = r#"
turnout = 1
[toggles.off]
category = "channel"
owner = "o"
created = 2026-01-01
review_by = 2026-06-01
enabled = false
rollback = { plan = "p", to = "off" }
monitors = [{ kpi = "k", worse_than = 1 }]
[toggles.bot]
category = "automation"
owner = "o"
created = 2026-01-01
review_by = 2026-06-01
model_version = "m"
risk = "low"
consent = []
rollback = { plan = "p", to = "off" }
monitors = [{ kpi = "k", worse_than = 1 }]
[[toggles.bot.rules]]
id = "ramp"
ramp = { unit = "customer_id", algorithm = "xxh3/1", started_at = 2026-03-01T00:00:00Z, steps = [
  { percent = 0, mode = "shadow", hold = "7d", max = "14d", min_n = 500 },
  { percent = 10, hold = "2d" },
  { percent = 100, approval = "ops_lead" } ] }
"#;

struct Contact {
    unit: &'static str,
    now: Micros,
}

impl Subject for Contact {
    fn attribute<R>(&self, _: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        then(Attribute::Missing)
    }

    fn unit<R>(&self, _: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        then(Unit::Key(self.unit))
    }

    fn now(&self) -> Micros {
        self.now
    }
}

fn at(text: &str) -> Micros {
    parse_instant(text).unwrap()
}

fn gate(n: u64, when: &str) -> GateResult {
    GateResult { toggle: "bot".into(), rule: "ramp".into(), step: 0, n, at: at(when) }
}

fn engine(gates: &[GateResult]) -> Engine {
    let policy = Policy::parse(DOCUMENT.as_bytes(), Format::Toml, true).unwrap();
    Engine::new(Arc::new(policy), gates).unwrap()
}

fn decide(engine: &Engine, key: &str, when: &str) -> Decision {
    engine.decide(engine.policy.find(key).unwrap(), &Contact { unit: "customer-42", now: at(when) })
}

#[test]
fn an_open_breaker_turns_off_and_never_on() {
    let engine = engine(&[gate(500, "2026-03-05T00:00:00Z")]);
    for key in ["bot", "off"] {
        let toggle = engine.policy.find(key).unwrap();
        let before = decide(&engine, key, "2026-03-03T00:00:00Z");
        engine.set_breaker(toggle, true);
        let open = decide(&engine, key, "2026-03-03T00:00:00Z");
        assert!(!open.enabled(), "{key}");
        assert_eq!(open.reason, if key == "bot" { Reason::BreakerOpen } else { Reason::Disabled });
        engine.set_breaker(toggle, false);
        assert_eq!(decide(&engine, key, "2026-03-03T00:00:00Z"), before);
    }
}

#[test]
fn the_breaker_stands_between_prerequisites_and_consent() {
    let base = DOCUMENT.replace("consent = []", "consent = [\"ai_chat\"]");
    for (requires, open, reason) in [
        ("", false, Reason::ConsentMissing),
        ("", true, Reason::BreakerOpen),
        ("requires = { off = true }", true, Reason::Default),
    ] {
        let source = base.replace("model_version = \"m\"", &format!("model_version = \"m\"\n{requires}"));
        let policy = Policy::parse(source.as_bytes(), Format::Toml, true).unwrap();
        let engine = Engine::new(Arc::new(policy), &[]).unwrap();
        engine.set_breaker(engine.policy.find("bot").unwrap(), open);
        assert_eq!(decide(&engine, "bot", "2026-03-03T00:00:00Z").reason, reason, "{requires} {open}");
    }
}

#[test]
fn a_gate_without_its_samples_holds() {
    let cases: [(&[GateResult], &str, f64); 4] = [
        (&[], "2026-03-20T00:00:00Z", 0.0),
        (&[gate(499, "2026-03-05T00:00:00Z")], "2026-03-20T00:00:00Z", 0.0),
        (&[gate(500, "2026-03-05T00:00:00Z")], "2026-03-20T00:00:00Z", 10.0),
        // Too late: the step's longest time was over, and a person has to look.
        (&[gate(500, "2026-03-15T00:00:01Z")], "2026-03-20T00:00:00Z", 0.0),
    ];
    for (gates, when, percent) in cases {
        let found = decide(&engine(gates), "bot", when);
        assert!((found.percent.unwrap().as_f64() - percent).abs() < 1e-9, "{gates:?}");
    }
}

#[test]
fn the_position_says_what_the_ramp_waits_for() {
    let waits = |gates: &[GateResult], when: &str| {
        let engine = engine(gates);
        engine.ramps(engine.policy.find("bot").unwrap(), at(when))[0].waits
    };
    assert_eq!(waits(&[], "2026-02-01T00:00:00Z"), Waits::Start);
    assert_eq!(waits(&[], "2026-03-03T00:00:00Z"), Waits::Hold);
    assert_eq!(waits(&[], "2026-03-09T00:00:00Z"), Waits::Samples(500));
    assert_eq!(waits(&[], "2026-03-15T00:00:00Z"), Waits::Overdue(500));
    let passed = [gate(500, "2026-03-08T12:00:00Z")];
    assert_eq!(waits(&passed, "2026-03-08T12:00:00Z"), Waits::Hold);
    assert_eq!(waits(&passed, "2026-04-08T12:00:00Z"), Waits::Approval);
}

#[test]
fn shadow_evaluates_and_never_acts() {
    let engine = engine(&[]);
    let found = decide(&engine, "bot", "2026-03-03T00:00:00Z");
    assert_eq!((found.enabled(), found.mode(), found.reason), (false, Mode::Shadow, Reason::Shadow));
    assert!(found.shadow.is_some());
    assert_eq!(engine.policy.toggles[0].rules[0].ramp.as_ref().unwrap().plan.steps[0].mode, StepMode::Shadow);
}

#[test]
fn gates_that_name_nothing_are_refused() {
    let policy = Arc::new(Policy::parse(DOCUMENT.as_bytes(), Format::Toml, true).unwrap());
    for (toggle, rule, step) in [("nobody", "ramp", 0), ("bot", "nobody", 0), ("bot", "ramp", 1), ("bot", "ramp", 9)] {
        let wrong = GateResult { toggle: toggle.into(), rule: rule.into(), step, n: 1, at: 0 };
        assert!(Engine::new(Arc::clone(&policy), &[wrong]).is_err(), "{toggle} {rule} {step}");
    }
}

#[test]
fn a_recorder_changes_nothing_and_usage_counts() {
    let engine = engine(&[gate(500, "2026-03-05T00:00:00Z")]);
    let bot = engine.policy.find("bot").unwrap();
    let contact = Contact { unit: "customer-42", now: at("2026-03-09T00:00:00Z") };
    let mut recorder = Recorder::default();
    let seen = engine.peek(bot, &contact, &mut recorder);
    assert_eq!(seen, engine.peek(bot, &contact, &mut Silent));
    assert!(recorder.steps.iter().any(|step| step.stage == "ramp"));
    assert_eq!(engine.usage(bot), Usage::default());
    engine.decide(bot, &contact);
    assert_eq!(engine.usage(bot).evaluations, 1);
}
