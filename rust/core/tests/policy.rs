//! What a policy keeps of its document: the text, the names, and one plan for all ramps that have the same.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;

use serde_json::{Value, json};
use turnout_core::policy::canonical::canonical_json;
use turnout_core::policy::node::Arena;
use turnout_core::policy::problem::Problems;
use turnout_core::policy::source::read;
use turnout_core::policy::{Format, Policy, Ramp, State, Want};

/// Keys whose order is not that of their bytes, and more that need care: long, escaped, with a common start.
const KEYS: [&str; 8] =
    ["\u{fb33}", "\u{1f600}", "a", "a key of more than twenty-four bytes", "a \"quoted\" key", "aa", "\u{20ac}", "Z"];

fn toggle(fields: &Value) -> Value {
    let mut toggle = json!({
        "category": "channel", "owner": "o", "created": "2026-01-01", "review_by": "2026-06-01",
        "rollback": {"plan": "line one\nline \"two\" \\ \u{1} é", "to": "off"},
        "monitors": [{"kpi": "k", "worse_than": 0.5, "scale": [1, 5]}],
    });
    toggle.as_object_mut().unwrap().append(&mut fields.as_object().unwrap().clone());
    toggle
}

fn document(toggles: &[(&str, Value)]) -> Value {
    let toggles: Value = toggles.iter().map(|(key, fields)| ((*key).to_owned(), toggle(fields))).collect();
    json!({
        "turnout": 1, "environment": "test", "toggles": toggles,
        "segments": {"vip": {"rules": [{"attribute": "plan", "equals": "vip"}]}},
        "calendars": {"closed": {"dates": ["2026-12-24"]}},
    })
}

fn policy(source: &str) -> Policy {
    Policy::parse(source.as_bytes(), Format::Json, true).unwrap()
}

#[test]
fn the_document_is_that_of_the_whole_tree() {
    let toggles = KEYS.map(|key| (key, json!({})));
    let whole = document(&toggles);
    let spaced = serde_json::to_string_pretty(&whole).unwrap();
    let escaped =
        spaced.replace('€', "\\u20ac").replace("turnout", "\\u0074urnout").replace("toggles", "toggl\\u0065s");
    let bare = json!({"turnout": 1, "toggles": {}}).to_string();
    for source in [spaced, escaped, bare] {
        let (arena, mut problems) = (Arena::default(), Problems::default());
        let root = read(source.as_bytes(), Format::Json, &arena, &mut problems).unwrap();
        assert_eq!(policy(&source).document(), canonical_json(&root));
    }
}

#[test]
fn every_toggle_is_found_by_its_key() {
    let toggles = KEYS.map(|key| (key, json!({"requires": {"\u{fb33}": true}})));
    let found = Policy::parse(document(&toggles).to_string().as_bytes(), Format::Json, false).unwrap();
    for key in KEYS {
        let toggle = &found.toggles[found.find(key).unwrap() as usize];
        assert_eq!(toggle.key, key);
        let required = &toggle.requires[0];
        assert_eq!((&*found.toggles[required.toggle as usize].key, &required.want), ("\u{fb33}", &Want::Enabled(true)));
        // The one that requires itself goes in a circle.
        assert_eq!(toggle.state == State::Inert, key == "\u{fb33}");
    }
    assert_eq!((found.find(""), found.find("b"), found.find("a ")), (None, None, None));
    let keys: Vec<&str> = found.toggles.iter().map(|toggle| toggle.key.as_str()).collect();
    assert!(keys.is_sorted_by(|a, b| a.encode_utf16().le(b.encode_utf16())));
}

#[test]
fn ramps_with_equal_plans_share_one() {
    let ramp = |change: &Value| {
        let mut ramp = json!({
            "unit": "customer_id", "algorithm": "xxh3/1", "started_at": "2026-03-01T00:00:00Z",
            "steps": [{"percent": 10, "hold": "2d", "min_n": 5}, {"percent": 100, "approval": "lead"}],
        });
        ramp.as_object_mut().unwrap().append(&mut change.as_object().unwrap().clone());
        json!({"rules": [{"id": "ramp", "ramp": ramp}]})
    };
    let changes = [
        json!({}),
        json!({"salt": "other", "unit": "other"}),
        json!({"started_at": "2026-03-02T00:00:00Z"}),
        json!({"pauses": [{"from": "2026-03-02T00:00:00Z", "reason": "r"}]}),
        json!({"approvals": [{"step": 1, "role": "lead", "by": "b", "at": "2026-03-02T00:00:00Z"}]}),
        json!({"steps": [{"percent": 10, "hold": "2d", "min_n": 6}, {"percent": 100, "approval": "lead"}]}),
        json!({"steps": [{"percent": 10, "hold": "2d", "min_n": 5}, {"percent": 100, "approval": "boss"}]}),
        json!({"steps": [{"percent": 10, "hold": "2d", "min_n": 5, "mode": "shadow"}, {"percent": 100}]}),
    ];
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let toggles: Vec<(&str, Value)> = keys.into_iter().zip(changes.iter().map(ramp)).collect();
    let compiled = policy(&document(&toggles).to_string());
    let ramps: Vec<&Ramp> = compiled.toggles.iter().map(|toggle| toggle.rules[0].ramp.as_deref().unwrap()).collect();
    assert!(Arc::ptr_eq(&ramps[0].plan, &ramps[1].plan));
    assert_eq!(ramps[0].timeline, ramps[1].timeline);
    for (index, ramp) in ramps.iter().enumerate().skip(2) {
        assert!(ramps[..index].iter().all(|other| !Arc::ptr_eq(&other.plan, &ramp.plan)), "{}", changes[index]);
        assert_eq!(ramp.timeline, ramp.plan.timeline(&[]));
    }
}
