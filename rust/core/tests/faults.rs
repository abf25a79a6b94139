//! One wrong document for each rule of the loader that the core alone decides: references, circles, patterns, versions,
//! networks, schedules, ramps and limits.

use turnout_core::policy::{Format, Kind, Policy, Problem, State};

const TOGGLE: &str = "category = \"channel\"\nowner = \"o\"\ncreated = 2026-01-01\nreview_by = 2026-02-01\n\
    rollback = { plan = \"p\", to = \"off\" }\nmonitors = [{ kpi = \"k\", worse_than = 1 }]\n";

/// A document with one toggle, whose fields of interest stand on line 9.
fn toggle(fields: &str) -> String {
    format!("turnout = 1\n[toggles.a]\n{TOGGLE}{fields}\n")
}

fn faults(source: &str) -> Vec<Problem> {
    Policy::parse(source.as_bytes(), Format::Toml, true).map_or_else(|found| found, |_| Vec::new())
}

/// Checks that a document has exactly one fault: its path, kind and line, and words of its message and hint.
fn one(source: &str, path: &str, line: u32, kind: Kind, words: [&str; 2]) {
    let found = faults(source);
    assert_eq!(found.len(), 1, "{source}\n{found:#?}");
    let fault = &found[0];
    assert_eq!((fault.path.as_str(), fault.line, fault.kind), (path, Some(line), kind), "{source}\n{fault:#?}");
    assert!(fault.message.contains(words[0]), "{fault}");
    assert!(fault.hint.contains(words[1]), "{fault}");
}

fn when(condition: &str) -> String {
    toggle(&format!("rules = [{{ id = \"r\", when = {condition} }}]"))
}

fn ramp(fields: &str) -> String {
    let head = "unit = \"u\", algorithm = \"xxh3/1\", started_at = 2026-01-01T00:00:00Z";
    toggle(&format!("rules = [{{ id = \"r\", ramp = {{ {head}, {fields} }} }}]"))
}

#[test]
fn the_frame_of_these_tests_is_sound() {
    for source in [toggle(""), when("{ attribute = \"a\", exists = true }"), ramp("steps = [{ percent = 100 }]")] {
        assert_eq!(faults(&source), []);
    }
}

#[test]
fn conditions() {
    let at = |below: &str| format!("toggles.a.rules[0].when{below}");
    let cases = [
        ("{ segment = \"x\" }", ".segment", Kind::Reference, ["unknown segment `x`", "none is defined"]),
        ("{ attribute = \"a\", equal = 1 }", ".equal", Kind::Shape, ["unknown operator `equal`", "`equals`"]),
        ("{ attribute = \"a\" }", "", Kind::Shape, ["nothing is asked", "equals"]),
        ("{}", "", Kind::Shape, ["an empty condition", "exactly one"]),
        ("{ all = [] }", ".all", Kind::Shape, ["an empty list", "add a condition"]),
        ("{ attribute = \"a\", in = [] }", ".in", Kind::Shape, ["an empty list", "at least one"]),
        ("{ attribute = \"a\", lt = \"5\" }", ".lt", Kind::Shape, ["text where a number", "a number"]),
        ("{ attribute = \"a\", semver = \"5.2\" }", ".semver", Kind::Shape, ["`5.2`", ">=5.2"]),
        ("{ attribute = \"a\", cidr = \"10.0.0.0/33\" }", ".cidr", Kind::Shape, ["`10.0.0.0/33`", "10.0.0.0/8"]),
        ("{ attribute = \"a\", matches = \"(\" }", ".matches", Kind::Shape, ["unclosed group", ""]),
        ("{ attribute = \"a\", matches = \"(?=x)\" }", ".matches", Kind::Shape, ["look-around", "linear time"]),
        ("{ attribute = \"a\", matches = \"(a{1000}){1000}\" }", ".matches", Kind::Limit, ["too large", "repetitions"]),
        ("{ attribute = \"a\", before = 2026-01-01T00:00:00 }", ".before", Kind::Shape, ["no offset", "add Z"]),
    ];
    for (condition, below, kind, words) in cases {
        one(&when(condition), &at(below), 9, kind, words);
    }
}

#[test]
fn the_record_of_a_change() {
    let record = |fields: &str| format!("{}[change]\n{fields}\n", toggle(""));
    let previous = format!("previous = \"{}\"", "0123456789abcdef".repeat(4));
    let whole = format!("operator = \"x\"\nreason = \"y\"\n{previous}\nat = 2026-01-01T00:00:00Z");
    assert_eq!(faults(&record(&whole)), []);
    let line = u32::try_from(toggle("").lines().count()).unwrap() + 1;
    let cases = [
        (whole.replace("operator = \"x\"\n", ""), "operator", 0, ["`operator` is missing", "who"]),
        (whole.replace("reason = \"y\"\n", ""), "reason", 0, ["`reason` is missing", "why"]),
        (whole.replace(&previous, ""), "previous", 0, ["`previous` is missing", "digest"]),
        (whole.replace("\"x\"", "\" \""), "operator", 1, ["is empty", "write something"]),
        (whole.replace("\"x\"", "\"\u{200b}\u{ad}\""), "operator", 1, ["nothing that can be seen", "write something"]),
        (whole.replace("\"y\"", "\"\\n\\u202E\""), "reason", 2, ["U+202E", "take it out"]),
        (whole.replace("\"x\"", "\"a\\nb\""), "operator", 1, ["U+000A", "take it out"]),
        (whole.replace("0123", "012"), "previous", 3, ["is no digest", "64 hexadecimal"]),
        (whole.replace("abcdef", "ABCDEF"), "previous", 3, ["is no digest", "lower case"]),
        (whole.replace("at = ", "when = "), "when", 4, ["unknown key `when`", "previous"]),
    ];
    for (fields, key, below, words) in cases {
        one(&record(&fields), &format!("change.{key}"), line + below, Kind::Shape, words);
    }
}

#[test]
fn ramps() {
    let at = |below: &str| format!("toggles.a.rules[0].ramp.{below}");
    let cases = [
        ("steps = []", "steps", Kind::Shape, ["0 steps", "1 to 100"]),
        ("steps = [{ percent = 101 }]", "steps[0].percent", Kind::Shape, ["above 100", "0 to 100"]),
        ("steps = [{ percent = 33.333333 }]", "steps[0].percent", Kind::Shape, ["five decimal", "0.00001"]),
        (
            "steps = [{ percent = 20, hold = \"1d\" }, { percent = 10 }]",
            "steps[1].percent",
            Kind::Shape,
            ["10 % after 20 %", "only widens"],
        ),
        ("steps = [{ percent = 1 }, { percent = 2 }]", "steps[0].hold", Kind::Governance, ["`hold` is missing", "2d"]),
        (
            "steps = [{ percent = 1, hold = \"2d\", max = \"1d\" }, { percent = 2 }]",
            "steps[0].max",
            Kind::Shape,
            ["shorter than `hold`", "at least"],
        ),
        (
            "steps = [{ percent = 1 }], approvals = [{ step = 0, role = \"x\", by = \"y\", at = 2026-01-01T00:00:00Z }]",
            "approvals[0].role",
            Kind::Reference,
            ["`x`", "no approval"],
        ),
        (
            "steps = [{ percent = 1 }], pauses = [{ from = 2026-01-02T00:00:00Z, to = 2026-01-01T00:00:00Z, reason = \"x\" }]",
            "pauses[0]",
            Kind::Shape,
            ["ends before it begins", "later"],
        ),
        ("steps = [{ percent = 1 }], rebucket = true", "reason", Kind::Shape, ["`reason` is missing", "why"]),
    ];
    for (fields, below, kind, words) in cases {
        one(&ramp(fields), &at(below), 9, kind, words);
    }
}

#[test]
fn references_of_a_toggle() {
    let cases = [
        ("requires = { b = true }", "requires.b", Kind::Reference, ["unknown toggle `b`", "`a`"]),
        ("rules = [{ id = \"r\", serve = \"x\" }]", "rules[0].serve", Kind::Reference, ["`x`", ""]),
        ("rules = [{ id = \"r\" }, { id = \"r\" }]", "rules[1].id", Kind::Shape, ["`r` is already", "its own"]),
        (
            "overrides = [{ units = [42, \"42\"], serve = false }]",
            "overrides[0].units[1]",
            Kind::Shape,
            ["`42`", "one"],
        ),
        ("schedule = { zone = \"Mars\" }", "schedule.zone", Kind::Reference, ["Mars", "America/New_York"]),
        ("schedule = { zone = \"UTC\", open = \"mon 9-5\" }", "schedule.open", Kind::Shape, ["mon 9-5", "08:00-20:00"]),
        (
            "schedule = { zone = \"UTC\", closed_on = \"x\" }",
            "schedule.closed_on",
            Kind::Reference,
            ["`x`", "us-holidays"],
        ),
    ];
    for (fields, below, kind, words) in cases {
        one(&toggle(fields), &format!("toggles.a.{below}"), 9, kind, words);
    }
    one(&toggle("requires = { a = true }"), "toggles.a", 2, Kind::Reference, ["a circle: a -> a", "remove"]);
}

#[test]
fn ladders_chains_and_knots_are_refused_in_no_time() {
    let mut ladder = String::from("turnout = 1\ntoggles = {}\n");
    for rung in 0..60 {
        let next = rung + 1;
        ladder.push_str(&format!(
            "[segments.s{rung}]\nrules = [{{ segment = \"s{next}\" }}, {{ segment = \"s{next}\" }}]\n"
        ));
    }
    ladder.push_str("[segments.s60]\nrules = [{ attribute = \"a\", exists = true }]\n");
    let found = faults(&ladder);
    assert!((1..60).contains(&found.len()) && found.iter().all(|f| f.kind == Kind::Limit), "{found:?}");

    let mut chain = String::from("turnout = 1\n");
    for link in 0..20_000 {
        let next = (link + 1) % 20_000;
        chain.push_str(&format!("[toggles.t{link}]\n{TOGGLE}requires = {{ t{next} = true }}\n"));
    }
    let found = faults(&chain);
    assert_eq!(found[0].message, "a circle: t0 -> t1 -> t2 -> t3 -> t4 -> t5 -> t6 -> t7 -> ...");

    let mut knot = String::from("turnout = 1\ntoggles = {}\n");
    for node in 0..300 {
        let others: Vec<String> =
            (0..=(node + 1).min(299)).map(|other| format!("{{ segment = \"s{other}\" }}")).collect();
        knot.push_str(&format!("[segments.s{node}]\nrules = [{}]\n", others.join(", ")));
    }
    let found = faults(&knot);
    assert_eq!(found.len(), 1001);
    assert!(
        found[..1000].iter().all(|f| f.message.starts_with("a circle: ") && f.message.len() < 100),
        "{:?}",
        found[0]
    );
}

#[test]
fn in_a_lenient_load_a_circle_is_broken_wherever_it_is_entered() {
    // Every toggle leads to every other: each one that is not inert must lead to an inert one.
    let names: Vec<String> = (0..12).map(|n| format!("t{n}")).collect();
    let mut source = String::from("turnout = 1\n");
    for name in &names {
        let others: Vec<String> = names.iter().filter(|o| *o != name).map(|o| format!("{o} = true")).collect();
        source.push_str(&format!("[toggles.{name}]\n{TOGGLE}requires = {{ {} }}\n", others.join(", ")));
    }
    let policy = Policy::parse(source.as_bytes(), Format::Toml, false).expect("circles of toggles are let pass");
    let inert = |index: usize| matches!(policy.toggles[index].state, State::Inert);
    let mut done = vec![false; policy.toggles.len()];
    // Takes away, round by round, what leads only to inert toggles or to those taken away: all must go.
    for _ in 0..policy.toggles.len() {
        for index in 0..done.len() {
            let leads = &policy.toggles[index].requires;
            done[index] |= inert(index) || leads.iter().all(|r| done[r.toggle as usize] || inert(r.toggle as usize));
        }
    }
    assert!(done.iter().all(|done| *done), "{:?}", policy.toggles.iter().map(|t| &t.state).collect::<Vec<_>>());
}

#[test]
fn a_fault_outside_the_toggles_leaves_no_policy() {
    for source in [
        "toggles = {}",
        "turnout = 2\ntoggles = {}",
        "turnout = 1",
        "turnout = 1\ntoggles = []",
        "turnout = 1\ntoggles = {}\nunknown = 1",
        "turnout = 1\ntoggles = {}\n[calendars.x]\ndates = [1]",
        "turnout = 1\ntoggles = {}\n[segments.x]\nrules = [{ segment = \"x\" }]",
    ] {
        assert!(Policy::parse(source.as_bytes(), Format::Toml, false).is_err(), "{source}");
    }
    let source = toggle("unknown = 1");
    let policy = Policy::parse(source.as_bytes(), Format::Toml, false).expect("a toggle with faults is inert");
    assert!(matches!(policy.toggles[0].state, State::Inert));
    assert_eq!(policy.problems, faults(&source));
}
