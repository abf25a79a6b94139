//! Single values that cannot be read: each is a fault of its own, and hides no other and adds none.
#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test that panics has failed")]

use proptest::prelude::*;
use turnout_core::policy::{Format, Kind, Policy, Problem};

const TOML: &str = r#"turnout = 1
environment = "test"
calendars.days.dates = [2026-12-24, 2026-12-25]
[segments.pilot]
rules = [{ attribute = "plan", in = ["pro", "free"] }, { attribute = "n", gte = 5, lt = 7.5 }]
[toggles.bot]
category = "automation"
owner = "o"
created = 2026-01-01
review_by = 2026-02-01
model_version = "m"
risk = "low"
consent = ["chat"]
rollback = { plan = "p", to = "human" }
monitors = [{ kpi = "k", worse_than = 1, scale = [1, 5] }]
variants = { bot = 9, scripted = 1 }
default = "human"
schedule = { zone = "UTC", open = ["mon 08:00-09:00"], closed_on = ["days"], from = 2026-01-01T00:00:00Z }
overrides = [{ units = ["u", 42], serve = "scripted" }]
[[toggles.bot.rules]]
id = "r"
when = { all = [{ segment = "pilot" }, { attribute = "at", after = 2026-01-01 }] }
serve = "bot"
[toggles.bot.rules.ramp]
unit = "id"
algorithm = "xxh3/1"
started_at = 2026-03-01T00:00:00Z
steps = [{ percent = 10, mode = "shadow", hold = "1d" }, { percent = 5, hold = "2d", min_n = 5, max = "3d" }, { percent = 9, approval = "lead" }]
approvals = [{ step = 2, role = "lead", by = "b", at = 2026-03-01T00:00:00Z }]
pauses = [{ from = 2026-03-01T00:00:00Z, to = 2026-03-02T00:00:00Z, reason = "r" }]
rebucket = true
reason = "why"
[toggles.desk]
category = "capacity"
owner = "o"
created = 2026-01-01
review_by = 2026-02-01
rollback = { plan = "p", to = "off" }
monitors = [{ kpi = "k", worse_than = 1 }]
approvals = ["HR-1"]
trigger = "workload > available"
enabled = true
requires = { bot = "scripted" }
"#;

fn faults(source: &str, format: Format) -> Vec<Problem> {
    Policy::parse(source.as_bytes(), format, true).map_or_else(|found| found, |_| Vec::new())
}

/// The places of the scalars of a document: after `=`, `:` or in a list, up to what ends them.
fn scalars(source: &str, format: Format) -> Vec<std::ops::Range<usize>> {
    let bytes = source.as_bytes();
    let before: &[u8] = if format == Format::Toml { b"=[,{" } else { b":[,{" };
    let mut found = Vec::new();
    let (mut at, mut last) = (0, b'\n');
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => at += 2 + bytes[at + 1..].iter().position(|b| *b == b'"').unwrap(),
            b'0'..=b'9' | b'a'..=b'z' => {
                at += bytes[at..].iter().position(|b| !b.is_ascii_alphanumeric() && !b"-:._".contains(b)).unwrap();
            }
            // The name of a table.
            b'[' if last == b'\n' && format == Format::Toml => {
                at += bytes[at..].iter().position(|b| *b == b'\n').unwrap();
                continue;
            }
            b' ' => {
                at += 1;
                continue;
            }
            sign => {
                last = sign;
                at += 1;
                continue;
            }
        }
        let next = bytes[at..].iter().find(|b| **b != b' ');
        let is_key = next == Some(&(if format == Format::Toml { b'=' } else { b':' })) || next == Some(&b'.');
        if before.contains(&last) && !is_key {
            found.push(start..at);
        }
        last = b'v';
    }
    found
}

/// Whatever the value, and whatever it stands for: one fault, at its place.
fn each_alone(source: &str, format: Format, bad: &[&str]) {
    assert_eq!(faults(source, format), []);
    let scalars = scalars(source, format);
    assert!(scalars.len() > 70, "{}", scalars.len());
    for (range, bad) in scalars.iter().flat_map(|range| bad.iter().map(move |bad| (range.clone(), bad))) {
        let mut faulty = source.to_owned();
        faulty.replace_range(range.clone(), bad);
        let found = faults(&faulty, format);
        assert_eq!(found.len(), 1, "{bad} for {}: {found:#?}", &source[range]);
        let at = found[0].at.unwrap() as usize;
        assert!((range.start..=range.start + bad.len()).contains(&at), "{bad} for {}", &source[range]);
        assert!(matches!(found[0].kind, Kind::Syntax | Kind::Limit) && !found[0].path.is_empty(), "{found:?}");
    }
}

const BAD_TOML: [&str; 13] =
    ["2026-02-30", "\"a\\qb\"", "007", "+", "production", "0x1g", "1_", ".5", "nan", "1e400", "\"\\u12\"", "tru", "5."];
const BAD_JSON: [&str; 15] = [
    "007",
    "+1",
    "NaN",
    "-Infinity",
    "'text'",
    "\"a\\qb\"",
    "\"\\u12\"",
    "\"\\ud800\"",
    "\"a\tb\"",
    "True",
    ".5",
    "1.",
    "-",
    "1e400",
    "2026-01-31",
];

#[test]
fn a_bad_value_of_toml_is_one_fault() {
    each_alone(TOML, Format::Toml, &BAD_TOML);
}

#[test]
fn a_bad_value_of_json_is_one_fault() {
    let policy = Policy::parse(TOML.as_bytes(), Format::Toml, true).unwrap();
    each_alone(policy.document(), Format::Json, &BAD_JSON);
}

#[test]
fn a_bad_value_hides_no_other_fault() {
    let source = "turnout = 1\n[toggles.a]\ncategory = \"channel\"\ncreated = 2026-02-30\nreview_by =\n\
        killed = \"\\q\"\nenabled = 01\nrollback = { plan = 5, to = 0x1g }\nmonitrs = []\n[toggles.b]\ncategory = 5\n";
    let listed: Vec<String> = faults(source, Format::Toml).iter().map(ToString::to_string).collect();
    let starts = [
        "toggles.a.owner (line 2): `owner` is missing",
        "toggles.a.monitors (line 2): `monitors` is missing",
        "toggles.a.created (line 4): not a valid date",
        "toggles.a.review_by (line 5): no value",
        "toggles.a.killed (line 6): a backslash that starts no escape",
        "toggles.a.enabled (line 7): a number that starts with a zero",
        "toggles.a.rollback.to (line 8): not a hexadecimal number",
        "toggles.a.rollback.plan (line 8): a whole number where text is expected",
        "toggles.a.monitrs (line 9): unknown key `monitrs`",
        "toggles.b.owner (line 10)",
        "toggles.b.created (line 10)",
        "toggles.b.review_by (line 10)",
        "toggles.b.rollback (line 10)",
        "toggles.b.monitors (line 10)",
        "toggles.b.category (line 11): a whole number",
    ];
    let mut expected: Vec<&str> = starts.to_vec();
    for line in &listed {
        let known = expected.iter().position(|start| line.starts_with(start));
        assert!(known.is_some(), "{line}");
        expected.remove(known.unwrap());
    }
    assert_eq!(expected, [""; 0]);
    let source = r#"{"turnout": 007, "toggles": {"a": {"category": 'x', "killed": "\q", "enabled": True, "x": [1, ], "y": 1,}}, "z": }"#;
    let paths: Vec<String> = faults(source, Format::Json).into_iter().map(|problem| problem.path).collect();
    let expected = [
        "turnout",
        "toggles.a",
        "toggles.a.owner",
        "toggles.a.created",
        "toggles.a.review_by",
        "toggles.a.rollback",
        "toggles.a.monitors",
        "toggles.a.category",
        "toggles.a.killed",
        "toggles.a.enabled",
        "toggles.a.x",
        "toggles.a.x[1]",
        "toggles.a.y",
        "z",
        "z",
    ];
    let sorted = |mut paths: Vec<String>| {
        paths.sort();
        paths
    };
    assert_eq!(sorted(paths), sorted(expected.map(str::to_owned).to_vec()));
}

#[test]
fn names_that_could_not_be_read_make_no_other_name_unknown() {
    for (name, line) in [("variants", "variants = +"), ("default", "default = +"), ("segments", "segments = +")] {
        let start = TOML.find(&format!("\n{name} = ")).or_else(|| TOML.find("\n[segments.pilot]\nrules")).unwrap() + 1;
        let lines = if name == "segments" { 2 } else { 1 };
        let end = start + TOML[start..].match_indices('\n').nth(lines - 1).unwrap().0;
        let mut source = TOML.to_owned();
        source.replace_range(start..end, line);
        let found = faults(&source, Format::Toml);
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}

#[test]
fn a_fault_of_structure_is_listed_with_the_syntax_alone() {
    for line in ["bad key = 3", "\"\\q\" = 1", "x = [\"a\" \"b\"]", "x = 1\nx = +", "= 1", "x = \"a\" b"] {
        let source = format!("{line}\nturnout = +\n");
        let found = faults(&source, Format::Toml);
        assert!(found.len() >= 2 && found.iter().all(|problem| problem.kind == Kind::Syntax), "{line}: {found:#?}");
    }
    for (source, count) in
        [(r#"{"a": +1, "b" 1}"#, 2), (r#"{"a": +1, "\q": 1}"#, 2), (r#"{"a": "x"#, 1), (r#"{"a": 'it's'}"#, 1)]
    {
        let found = faults(source, Format::Json);
        assert!(
            found.len() == count && found.iter().all(|problem| problem.kind == Kind::Syntax),
            "{source}: {found:#?}"
        );
    }
}

#[test]
fn bad_values_in_long_documents_hide_nothing_either() {
    let filler: String =
        (0..40_000).map(|i| format!("[segments.s{i}]\nrules = [{{ attribute = \"a\", equals = {i} }}]\n")).collect();
    let source = format!("turnout = 01\n{}[toggles]\na = 5\n", &filler[..filler.rfind("[segments.s19000]").unwrap()]);
    assert!(source.len() > 1 << 20);
    let paths: Vec<String> = faults(&source, Format::Toml).into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, ["turnout", "toggles.a"]);
}

proptest! {
    #[test]
    fn bad_values_are_counted_one_by_one(picked in prop::collection::btree_map(0_usize..1000, 0..BAD_TOML.len(), 1..8)) {
        let scalars = scalars(TOML, Format::Toml);
        let picked: std::collections::BTreeMap<usize, usize> =
            picked.into_iter().map(|(at, bad)| (at % scalars.len(), bad)).collect();
        let mut source = TOML.to_owned();
        for (at, bad) in picked.iter().rev() {
            source.replace_range(scalars[*at].clone(), BAD_TOML[*bad]);
        }
        let found = faults(&source, Format::Toml);
        prop_assert_eq!(found.len(), picked.len(), "{}\n{:#?}", source, found);
    }
}
