//! Laws of the policy loader over many documents: any bytes are answered, what strict takes lenient takes, and a policy
//! is its document, whatever the order of its keys and whatever it is written in.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use turnout_core::policy::{Format, Kind, Policy, Problem, Problems};

const SAMPLE: &str = include_str!("../../../python/turnout/data/policy.toml");
const FORMATS: [Format; 2] = [Format::Toml, Format::Json];
/// Pieces that break structure, text or numbers wherever they land.
const PIECES: [&[u8]; 24] = [
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b"'",
    b"=",
    b",",
    b":",
    b".",
    b"\n",
    b"\r",
    b"#",
    b"\\",
    b"\"\"\"",
    b"'''",
    b"[[",
    b"\xEF\xBB\xBF",
    b"\0",
    b"1e400",
    b"nan",
    b"9223372036854775808",
    b"\\ud800",
    b"\xFF",
];

/// One change of a source: where, and what is put there in place of how many bytes.
type Change = (Index, usize, Vec<u8>);

fn change() -> impl Strategy<Value = Change> {
    let put = prop_oneof![
        proptest::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        any::<u8>().prop_map(|byte| vec![byte]),
        Just(Vec::new()),
    ];
    (any::<Index>(), 0_usize..20, put)
}

fn changed(source: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = source.as_bytes().to_vec();
    for (at, taken, put) in changes {
        let at = at.index(bytes.len() + 1);
        let end = (at + taken).min(bytes.len());
        bytes.splice(at..end, put.iter().copied());
    }
    bytes
}

fn sample_json() -> String {
    Policy::parse(SAMPLE.as_bytes(), Format::Toml, true).expect("the sample is sound").document().to_owned()
}

/// A report is never empty, is in the order of the source, and is bounded in number and in length.
fn check_report(problems: &[Problem], source: &[u8]) -> Result<(), TestCaseError> {
    let lines = source.iter().filter(|byte| **byte == b'\n').count() + 1;
    prop_assert!((1..=Problems::KEPT + 1).contains(&problems.len()));
    for problem in problems {
        prop_assert!(!problem.message.is_empty(), "{problem:?}");
        for text in [&problem.path, &problem.message, &problem.hint] {
            // A word on where the other one stands may follow a text that was cut.
            prop_assert!(text.len() <= Problems::TEXT_BYTES + 40, "{problem:?}");
        }
        prop_assert!(problem.line.is_none_or(|line| (1..=lines).contains(&(line as usize))), "{problem:?}");
        prop_assert!(!problem.to_string().contains(['\n', '\r', '\u{1b}']), "{problem:?}");
    }
    let places = problems.iter().map(|p| p.at.unwrap_or(u32::MAX));
    prop_assert!(places.is_sorted());
    Ok(())
}

/// What both ways of loading must agree on.
fn check_both(source: &[u8], format: Format) -> Result<Option<Policy>, TestCaseError> {
    match (Policy::parse(source, format, true), Policy::parse(source, format, false)) {
        (Ok(strict), Ok(lenient)) => {
            prop_assert!(strict.problems.is_empty() && lenient.problems.is_empty());
            prop_assert_eq!(&strict.digest, &lenient.digest);
            prop_assert_eq!(strict.document(), lenient.document());
            Ok(Some(strict))
        }
        (Err(problems), Ok(lenient)) => {
            check_report(&problems, source)?;
            prop_assert_eq!(problems, lenient.problems);
            Ok(None)
        }
        (Err(strict), Err(lenient)) => {
            check_report(&strict, source)?;
            prop_assert_eq!(strict, lenient);
            Ok(None)
        }
        (Ok(_), Err(problems)) => Err(TestCaseError::fail(format!("lenient refuses more: {problems:?}"))),
    }
}

/// A JSON text with the keys of each table in an order that the seed gives.
fn write_shuffled(value: &Value, seed: usize, out: &mut String) {
    match value {
        Value::Object(table) => {
            let mut keys: Vec<&String> = table.keys().collect();
            let turn = if keys.is_empty() { 0 } else { seed % keys.len() };
            keys.rotate_left(turn);
            if seed % 2 == 1 {
                keys.reverse();
            }
            out.push('{');
            for (i, key) in keys.iter().enumerate() {
                out.push_str(if i > 0 { " ,\n" } else { "" });
                out.push_str(&Value::String((*key).clone()).to_string());
                out.push_str(" : ");
                write_shuffled(&table[*key], seed / 2 + i, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_shuffled(item, seed / 2 + i, out);
            }
            out.push_str("]\t");
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// A number as documents hold it: whole ones have no fraction.
fn number(value: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "whole, and far below 2^53")]
    let whole = value as i64;
    if value.fract() == 0.0 { Value::from(whole) } else { Value::from(value) }
}

/// Any value of a document.
fn any_value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e15_f64..1e15).prop_map(number),
        "\\PC{0,6}".prop_map(Value::String),
        proptest::sample::select(&["off", "7d", "2026-03-01", "xxh3/1", ">=5.2", "10.0.0.0/8", "(", "chat"][..])
            .prop_map(Value::from),
        Just(Value::Null),
    ];
    plain.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(key(), inner, 0..4).prop_map(|t| Value::Object(Map::from_iter(t))),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 12] =
        ["all", "any", "not", "segment", "attribute", "in", "equals", "percent", "id", "rules", "to", "x\n\u{1b}"];
    prop_oneof![proptest::sample::select(&KNOWN[..]).prop_map(str::to_owned), "\\PC{0,4}"]
}

/// A sound condition, with segments `s0` and `s1` to speak of.
fn condition() -> impl Strategy<Value = Value> {
    let test = prop_oneof![
        any_scalar().prop_map(|v| json!({ "attribute": "a", "equals": v })),
        proptest::collection::vec(any_scalar(), 1..4).prop_map(|v| json!({ "attribute": "b.c", "not_in": v })),
        (-1000_i64..1000).prop_map(|v| json!({ "attribute": "a", "gte": v, "lt": v + 10 })),
        any::<bool>().prop_map(|v| json!({ "attribute": "a", "exists": v, "null": !v })),
        "[a-z.*+]{1,4}[a-z]"
            .prop_filter("a pattern", |p| !p.starts_with(['*', '+']) && !p.contains("+*") && !p.contains("**"))
            .prop_map(|v| json!({ "attribute": "a", "starts_with": v })),
        (0_u8..9, 0_u8..9)
            .prop_map(|(major, minor)| json!({ "attribute": "v", "semver": format!(">={major}.{minor}, <10") })),
        any::<u8>().prop_map(|v| json!({ "attribute": "ip", "cidr": format!("10.{v}.0.0/16") })),
        proptest::sample::select(&["s0", "s1"][..]).prop_map(|v| json!({ "segment": v })),
    ];
    test.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|v| json!({ "all": v })),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|v| json!({ "any": v })),
            inner.prop_map(|v| json!({ "not": v })),
        ]
    })
}

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "\\PC{0,6}".prop_map(Value::String),
        (-1000_i64..1000).prop_map(Value::from),
        (-1e6_f64..1e6).prop_map(number),
        any::<bool>().prop_map(Value::Bool),
    ]
}

/// A document with one toggle, that governance has nothing to say about.
fn document(rule: &Value) -> Value {
    json!({
        "turnout": 1,
        "segments": {
            "s0": { "rules": [{ "attribute": "plan", "equals": "pro" }] },
            "s1": { "rules": [{ "segment": "s0" }] },
        },
        "toggles": { "t": {
            "category": "channel", "owner": "o", "created": "2026-01-01", "review_by": "2026-02-01",
            "rollback": { "plan": "p", "to": "off" }, "monitors": [{ "kpi": "k", "worse_than": 1 }],
            "rules": [rule],
        } },
    })
}

/// The places of a value's parts, and one of them.
fn put(value: &mut Value, at: Index, new: Value) {
    let mut pointers = Vec::new();
    walk(value, String::new(), &mut pointers);
    let pointer = at.get(&pointers);
    if let Some(part) = value.pointer_mut(pointer) {
        *part = new;
    }
}

fn walk(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Object(table) => {
            for (key, inner) in table {
                walk(inner, format!("{here}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                walk(inner, format!("{here}/{i}"), found);
            }
        }
        _ => {}
    }
    found.push(here);
}

fn config() -> ProptestConfig {
    // One run is like the next, and leaves no file behind. `PROPTEST_CASES` asks for more.
    ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_260_301),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            prop_assert!(check_both(&bytes, format)?.is_none());
        }
    }

    #[test]
    fn any_text_is_answered(text in "[\\[\\]{}\"'=,:.#\\\\\n\r\t 01aeTZ+-]{0,120}") {
        for format in FORMATS {
            prop_assert!(check_both(text.as_bytes(), format)?.is_none());
        }
    }

    #[test]
    fn a_changed_sample_is_answered(changes in proptest::collection::vec(change(), 1..6)) {
        for (source, format) in [(SAMPLE.to_owned(), Format::Toml), (sample_json(), Format::Json)] {
            let bytes = changed(&source, &changes);
            if let Some(policy) = check_both(&bytes, format)? {
                let again = Policy::parse(policy.document().as_bytes(), Format::Json, true);
                prop_assert_eq!(&again.expect("a canonical document is sound").digest, &policy.digest);
            }
        }
    }

    #[test]
    fn a_changed_tree_is_answered(changes in proptest::collection::vec((any::<Index>(), any_value()), 1..4)) {
        let mut tree: Value = serde_json::from_str(&sample_json()).expect("JSON");
        for (at, new) in changes {
            put(&mut tree, at, new);
        }
        let source = tree.to_string();
        if let Some(policy) = check_both(source.as_bytes(), Format::Json)? {
            let ours: Value = serde_json::from_str(policy.document()).expect("JSON");
            prop_assert_eq!(ours, tree);
        }
    }

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_keys(seed: usize, rule in condition()) {
        let mut sample: Value = serde_json::from_str(&sample_json()).expect("JSON");
        sample["toggles"]["t"] = document(&json!({ "id": "r", "when": rule }))["toggles"]["t"].clone();
        sample["segments"]["s0"] = json!({ "rules": [{ "attribute": "plan", "equals": "pro" }] });
        sample["segments"]["s1"] = json!({ "rules": [{ "segment": "s0" }] });
        let mut shuffled = String::new();
        write_shuffled(&sample, seed, &mut shuffled);
        let plain = Policy::parse(sample.to_string().as_bytes(), Format::Json, true).expect("sound");
        let other = Policy::parse(shuffled.as_bytes(), Format::Json, true).expect("sound in any order");
        prop_assert_eq!(&plain.digest, &other.digest);
        prop_assert_eq!(plain.document(), other.document());
        let keys: Vec<&str> = plain.toggles.iter().map(|t| &*t.key).collect();
        prop_assert!(keys.iter().all(|key| other.find(key).is_some() && plain.find(key).is_some()));
    }

    #[test]
    fn a_sound_condition_compiles_and_any_change_of_it_is_answered(
        when in condition(),
        at in any::<Index>(),
        new in any_value(),
    ) {
        let mut tree = document(&json!({ "id": "r", "when": when }));
        let policy = check_both(tree.to_string().as_bytes(), Format::Json)?;
        prop_assert!(policy.is_some(), "{tree}");
        let old = tree.clone();
        put(&mut tree, at, new);
        let other = check_both(tree.to_string().as_bytes(), Format::Json)?;
        if let (Some(policy), Some(other)) = (policy, other) {
            prop_assert_eq!(policy.digest == other.digest, old == tree);
        }
    }

    #[test]
    fn a_percent_is_taken_iff_it_has_at_most_five_places(steps in -200_000_i64..10_200_000, digits in 0_u32..100) {
        let ramp = |percent: &str| {
            let rule = json!({ "id": "r", "ramp": { "unit": "u", "algorithm": "xxh3/1",
                "started_at": "2026-01-01T00:00:00Z", "steps": [{ "percent": 55 }] } });
            document(&rule).to_string().replace(":55}", &format!(":{percent}}}"))
        };
        let taken = |percent: &str| Policy::parse(ramp(percent).as_bytes(), Format::Json, true);
        let sign = if steps < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:05}", steps.abs() / 100_000, steps.abs() % 100_000);
        prop_assert_eq!(taken(&text).is_ok(), (0..=10_000_000).contains(&steps), "{}", text);
        let finer = format!("{text}{digits:02}1");
        let refused = taken(&finer).expect_err("more than five places");
        prop_assert_eq!(refused.len(), 1);
        prop_assert_eq!((refused[0].kind, refused[0].path.as_str()), (Kind::Shape, "toggles.t.rules[0].ramp.steps[0].percent"));
    }
}

#[test]
fn a_sample_cut_at_every_byte_is_answered() {
    for (source, format) in [(SAMPLE.to_owned(), Format::Toml), (sample_json(), Format::Json)] {
        let mut taken = 0;
        // Every byte is tests/unit/test_policy_hostile.py's.
        for end in (0..=source.len()).rev().step_by(13) {
            taken += usize::from(check_both(&source.as_bytes()[..end], format).expect("both agree").is_some());
        }
        assert!(taken >= 1 && taken < source.len() / 4, "{taken} of {}", source.len());
    }
}
