//! What the fuzzer asks of the policy for any bytes. `tests/fuzzed.rs` asks the same, so that this is compiled and run with the
//! other tests: the fuzzer itself takes a nightly compiler and a C++ one.

mod same;

use same::same;
use turnout_core::policy::canonical::{canonical_json, digest, digest_of};
use turnout_core::policy::node::{Arena, Value};
use turnout_core::policy::source::read;
use turnout_core::policy::{Format, Kind, Policy, Problem, Problems};

/// Reads bytes as TOML and as JSON. It must never panic, must name a fault whenever it refuses, must take and refuse what
/// trusted readers take and refuse, and must come back to itself through its canonical document.
pub fn check(data: &[u8]) {
    for format in [Format::Toml, Format::Json] {
        compile(data, format);
        twin(data, format);
    }
}

/// Strict takes a part of what lenient takes, and both take the canonical form of what they took.
fn compile(data: &[u8], format: Format) {
    let lenient = Policy::parse(data, format, false);
    let strict = Policy::parse(data, format, true);
    for refused in [&lenient, &strict].into_iter().filter_map(|r| r.as_ref().err()) {
        assert!(!refused.is_empty());
        assert!(refused.iter().all(|p| !p.message.is_empty() && !p.to_string().is_empty()));
    }
    if let Ok(strict) = &strict {
        let lenient = lenient.as_ref().expect("lenient takes what strict takes");
        assert_eq!(strict.digest, lenient.digest);
    }
    if let Ok(policy) = lenient {
        let again = Policy::parse(policy.document().as_bytes(), Format::Json, strict.is_ok());
        let again = again.expect("the canonical document is taken like its source");
        assert_eq!((again.document(), &again.digest), (policy.document(), &policy.digest));
    }
}

/// Compares the reader with `serde_json` and with the `toml` crate.
fn twin(data: &[u8], format: Format) {
    let mut problems = Problems::default();
    let arena = Arena::for_source(data.len());
    let ours = read(data, format, &arena, &mut problems);
    let problems = problems.finish(data);
    if let (Some(node), []) = (&ours, problems.as_slice()) {
        let text = canonical_json(node);
        assert_eq!(digest(&text, "x"), digest_of(node, "x"));
        let mut problems = Problems::default();
        let again = read(text.as_bytes(), Format::Json, &arena, &mut problems).expect("canonical JSON is JSON");
        assert_eq!((problems.count(), canonical_json(&again)), (0, text));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        assert_eq!(problems.len(), 1);
        return;
    };
    match format {
        Format::Json => {
            twin_json(text.strip_prefix('\u{FEFF}').unwrap_or(text), ours.as_ref().map(|n| &n.value), &problems);
        }
        Format::Toml => twin_toml(text, ours.is_some(), &problems),
    }
}

fn twin_json(text: &str, ours: Option<&Value<'_>>, problems: &[Problem]) {
    let stricter = |p: &Problem| p.message.starts_with("given twice") || p.kind == Kind::Limit;
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(theirs) if problems.is_empty() => assert!(same(ours.expect("a value"), &theirs)),
        Ok(_) => assert!(problems.iter().all(stricter), "{problems:?}"),
        Err(_) => assert!(!problems.is_empty()),
    }
}

fn twin_toml(text: &str, is_read: bool, problems: &[Problem]) {
    // The crate leaves it to others to look at numbers.
    let numbers = ["not a finite number", "a number without digits"];
    let is_value = |p: &Problem| p.kind == Kind::Limit || numbers.contains(&p.message.as_str());
    // What is nested too deep is not handed to the crate: it can overflow its stack.
    if problems.iter().any(|p| p.message.contains("inside one another")) {
        return;
    }
    match toml::de::DeTable::parse(text) {
        Ok(_) => assert!(is_read && problems.iter().all(is_value), "{problems:?}"),
        Err(_) => assert!(problems.iter().any(|p| p.kind == Kind::Syntax)),
    }
}
