//! The reader of TOML: what it takes for what, every fault in one go, and documents made to break it.
#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test that panics has failed")]

use proptest::prelude::*;
use turnout_core::policy::canonical::canonical_json;
use turnout_core::policy::node::{Arena, Node, Value};
use turnout_core::policy::problem::{Kind, Problem, Problems};
use turnout_core::policy::source::{Format, read};

/// An arena that outlives the test, so that trees can be handed around.
fn arena() -> &'static Arena {
    Box::leak(Box::default())
}

fn read_as(source: &[u8], format: Format) -> (Option<Node<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let node = read(source, format, arena(), &mut problems);
    (node, problems.finish(source))
}

fn read_toml(source: &[u8]) -> (Option<Node<'_>>, Vec<Problem>) {
    read_as(source, Format::Toml)
}

fn json_of(source: &str) -> String {
    let (node, problems) = read_toml(source.as_bytes());
    assert_eq!(problems, [], "{source}");
    canonical_json(&node.unwrap())
}

fn listed(source: &str) -> Vec<String> {
    let (_, problems) = read_toml(source.as_bytes());
    problems.iter().map(ToString::to_string).collect()
}

/// The `toml` crate takes what this reader takes, and refuses what it refuses, but for single values out of range.
fn compare(source: &str) {
    let (node, problems) = read_toml(source.as_bytes());
    let numbers = ["not a finite number", "a number without digits"];
    let is_value = |p: &Problem| p.kind == Kind::Limit || numbers.contains(&p.message.as_str());
    match toml::de::DeTable::parse(source) {
        Ok(_) => assert!(node.is_some() && problems.iter().all(is_value), "{source:?}: {problems:?}"),
        Err(_) => assert!(problems.iter().any(|p| p.kind == Kind::Syntax), "{source:?} is taken"),
    }
    for problem in problems {
        assert!(!problem.message.is_empty() && problem.line.is_some(), "{problem:?}");
    }
}

#[test]
fn a_number_of_no_digits() {
    for digits in ["0x", "0o", "0b"] {
        compare(&format!("x = {digits}"));
        assert_eq!(
            listed(&format!("y = 1\nx = [{digits}, 1]")),
            ["x[0] (line 2): a number without digits; write digits after `0x`, `0o` or `0b`"]
        );
    }
}

#[test]
fn every_fault_is_listed_with_its_path_and_place() {
    let source = r#"turnout = 1
turnout = 2
environment = production
[toggles.phone]
owner = "a"
owner = "b"
created = 2026-02-30
x = 0x1g
monitors = [{ kpi = "a" kpi2 = 3 }, { kpi = "a", kpi = "b" }]
y =
z
w = 01
a.b = 1
a.b.c = 2
t = "abc
v = 1 2
bad key = 3
[[toggles.phone.rules]]
id = "a"
[[toggles.phone.rules]]
id = 'b
"e\u0073c" = "\q"
[toggles.phone]
n = 1_
[toggles.chat
"#;
    let expected = [
        "turnout (line 2): given twice; first at line 1; keep one of them",
        "environment (line 3): neither a number, a date, true nor false; put text in double quotes",
        "toggles.phone.owner (line 6): given twice; first at line 5; keep one of them",
        "toggles.phone.created (line 7): not a valid date, expected day between 01 and 28; write `2026-01-31` or `2026-01-31T08:00:00Z`",
        "toggles.phone.x (line 8): not a hexadecimal number; put text in double quotes",
        "toggles.phone.monitors[0].kpi (line 9): no comma after the one before; put a comma between them",
        "toggles.phone.monitors[1].kpi (line 9): given twice; first at line 9; keep one of them",
        "toggles.phone.y (line 10): no value after `=`; write a value, or take the line out",
        "toggles.phone.z (line 11): a key without a value; write `key = value`",
        "toggles.phone.w (line 12): a number that starts with a zero; take the zero out, or put a code in quotes",
        "toggles.phone.a.b (line 14): given before, and complete there; write all of it in one place",
        "toggles.phone.t (line 15): text without a closing quote; end it with `\"`",
        "toggles.phone.v (line 16): neither a number, a date, true nor false; put text in double quotes",
        "toggles.phone.bad (line 17): a key without a value; write `key = value`",
        "toggles.phone.rules[1].id (line 21): text without a closing quote; end it with `'`",
        "toggles.phone.rules[1].esc (line 22): a backslash that starts no escape; write `\\\\`, or put the text in single quotes",
        "toggles.phone (line 23): given twice; first at line 4; keep one of them",
        "toggles.phone.n (line 24): `_` that is not between digits; take it out",
        "toggles.chat (line 25): the name of a table without `]`; write `[table]`",
    ];
    assert_eq!(listed(source), expected);
}

#[test]
fn keys_that_stand_twice_leave_the_first() {
    let source = "a = 1\na = 2\n[t]\nx = 1\n[t]\nx = 2\n[[l]]\nk = 1\nk = 2\n[[l]]\n[l.s]\nq = 1\n\"q\" = 1\nm = [{a = 1}, {b = 2, b = 3}]\n";
    assert_eq!(
        listed(source),
        [
            "a (line 2): given twice; first at line 1; keep one of them",
            "t (line 5): given twice; first at line 3; keep one of them",
            "t.x (line 6): given twice; first at line 4; keep one of them",
            "l[0].k (line 9): given twice; first at line 8; keep one of them",
            "l[1].s.q (line 13): given twice; first at line 12; keep one of them",
            "l[1].s.m[1].b (line 14): given twice; first at line 14; keep one of them",
        ]
    );
    let (node, _) = read_toml(source.as_bytes());
    assert_eq!(
        canonical_json(&node.unwrap()),
        r#"{"a":1,"l":[{"k":1},{"s":{"m":[{"a":1},{"b":2}],"q":1}}],"t":{"x":1}}"#
    );
}

#[test]
fn what_swallows_the_rest_is_one_fault_where_it_starts() {
    for (source, expected) in [
        ("b = w\na = [1, 2\n[x]\nc = 1\n", "a (line 2): this `[` is never closed; put a `]` where the list ends"),
        ("b = w\na = {x = [1, 2}\nc = 1\n", "a.x (line 2): this `[` is closed by a `}`; put a `]` where the list ends"),
        ("b = w\n[t]\na = \"\"\"x\n[x]\nc = 1", "t.a (line 3): this text is never closed; end it with `\"\"\"`"),
        (
            "b = w\n[t]\na = {x = 1\n[x]\nc = 1",
            "t.a (line 3): this `{` is never closed; put a `}` where the table ends",
        ),
    ] {
        let first = "b (line 1): neither a number, a date, true nor false; put text in double quotes";
        assert_eq!(listed(source), [first, expected]);
    }
}

#[test]
fn control_characters_are_named() {
    assert_eq!(
        listed("a = \"\u{1}\"\n# \0\nb = 1\rc = w\n"),
        [
            "a (line 1): the character U+0001; write it as `\\u0001` inside double quotes",
            "document (line 2): the character U+0000; write it as `\\u0000` inside double quotes",
            "b (line 3): half of a line break, U+000D alone; end lines with U+000A",
            "c (line 3): neither a number, a date, true nor false; put text in double quotes",
        ]
    );
    let (node, problems) = read_toml(&[0; 1000]);
    assert!(node.is_none());
    assert_eq!(problems[0].message, "more than 100 control characters");
    assert_eq!(json_of("\u{FEFF}a = 1\r\nb = 2"), r#"{"a":1,"b":2}"#);
}

#[test]
fn values_become_what_json_would_hold() {
    let source = "i = [0x10, 0o17, 0b11, 1_000, +5, -0, 9007199254740991]\nf = [1.0, 1e3, -0.0, 5e-1]\n\
        d = [2026-01-31, 2026-01-31 08:00:00z, 2026-01-31T08:00, 08:30, 2026-01-31T08:00:00.500-05:00]\n\
        s = ['a\\b', \"\"\"\nx\\\n  y\"\"\", \"\\u00e9\\x41\"]";
    let expected = r#"{"d":["2026-01-31","2026-01-31T08:00:00Z","2026-01-31T08:00:00","08:30:00","2026-01-31T08:00:00.500-05:00"],"f":[1,1000,0,0.5],"i":[16,15,3,1000,5,0,9007199254740991],"s":["a\\b","xy","éA"]}"#;
    assert_eq!(json_of(source), expected);
}

#[test]
fn numbers_out_of_range_are_refused_however_they_are_written() {
    let hint = "write one within them, or an id as text";
    for source in [
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775808",
        "1e16",
        "1e400",
        "-1e400",
        "0xffffffffffffffffffff",
    ] {
        let document = format!("a = {source}\nb = [{source}]");
        let (node, problems) = read_toml(document.as_bytes());
        assert_eq!(node.unwrap().get("a").unwrap().value, Value::Faulty);
        let found: Vec<_> = problems.iter().map(|p| (p.kind, p.path.as_str(), p.hint.as_str())).collect();
        assert_eq!(found, [(Kind::Limit, "a", hint), (Kind::Limit, "b[0]", hint)], "{source}");
    }
    for source in ["inf", "-inf", "+nan", "nan"] {
        let problems = listed(&format!("a = {source}"));
        assert_eq!(problems, ["a (line 1): not a finite number; a policy holds only finite numbers"]);
    }
}

#[test]
fn keys_stay_in_the_order_of_the_source() {
    let source = "z = 1\ny.b = 1\ny.a = 2\n[t.s]\n[m]\nq = 1\nb = 2\n[t.a]\n";
    let (node, problems) = read_toml(source.as_bytes());
    assert_eq!(problems, []);
    let node = node.unwrap();
    let keys = |node: &Node<'_>| match &node.value {
        Value::Table(entries) => entries.iter().map(|e| e.key.to_string()).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    assert_eq!(keys(&node), "z y t m");
    for (table, expected) in [("y", "b a"), ("t", "s a"), ("m", "q b")] {
        assert_eq!(keys(node.get(table).unwrap()), expected);
    }
    let Value::Table(entries) = &node.value else { panic!("no table") };
    assert_eq!(&source[entries[3].key_at() as usize..][..2], "m]");
    assert_eq!(&source[entries[3].node.at as usize..][..3], "[m]");
}

#[test]
fn depth_is_limited_and_costs_nothing() {
    let lists = |n: usize| format!("a = {}{}", "[".repeat(n), "]".repeat(n));
    let dots = |n: usize| vec!["a"; n].join(".");
    assert_eq!(listed(&lists(63)), [""; 0]);
    assert_eq!(listed(&format!("{} = 1\n[b.{}]\n", dots(64), dots(62))), [""; 0]);
    let n = 100_000;
    for source in [
        lists(64),
        lists(n),
        format!("a = {}", "[".repeat(n)),
        format!("a = {}", "{a=".repeat(n)),
        format!("a = {}", "[{a=".repeat(n)),
        format!("{} = 1", dots(65)),
        format!("{} = 1", dots(n)),
        format!("[{}]", dots(64)),
        format!("[{}]", dots(n)),
        format!("[[{}]]", dots(n)),
        format!("a = {{{} = 1}}", dots(64)),
        format!("a = {{{} = 1}}", dots(n)),
        format!("a = {{ b = 1 {} = [", dots(n)),
        format!("[{0}]\n{0} = {{ {0} = 1 }}", dots(30)),
        // Lists of tables add a level each that their names do not show.
        (1..40).map(|i| format!("[[{}]]\n", dots(i))).collect::<String>(),
        // The crate's own guard loses count here, and its stack overflows.
        format!("a = {{{}x = {}", "{}".repeat(n), "[".repeat(n)),
    ] {
        let (node, problems) = read_toml(source.as_bytes());
        assert!(node.is_none());
        assert!(problems.iter().any(|p| p.kind == Kind::Limit), "{}: {problems:?}", &source[..30]);
    }
    for opener in ["[", "{", "\"", "'", "\"\"\"", "]", "}", "=", ".", ",", "a=", "[a]\n", "\\", "-", "#\r"] {
        let source = opener.repeat(n);
        let (node, problems) = read_toml(source.as_bytes());
        assert!(node.is_some() || !problems.is_empty());
    }
}

const SAMPLE: &str = "turnout = 1 # é\n[a.'b c']\nd = 2026-01-31T08:00:00Z\ns = \"\\u00e9\\\"\"\n[[a.l]]\nx = {y.z = [1, 2.5, {}], w = 'q'}\n\
    [[a.l]]\nm = \"\"\"\nx \"\" y\\\n \"\"\"\nn = '''z'''\n\"😀\" = -0x0\n";

#[test]
fn every_cut_and_every_bit_flip_is_survived() {
    for end in 0..=SAMPLE.len() {
        match std::str::from_utf8(&SAMPLE.as_bytes()[..end]) {
            Ok(source) => compare(source),
            Err(_) => assert_eq!(read_toml(&SAMPLE.as_bytes()[..end]).1.len(), 1),
        }
    }
    let mut bytes = SAMPLE.as_bytes().to_vec();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        match std::str::from_utf8(&bytes) {
            Ok(source) => compare(source),
            Err(_) => assert_eq!(read_toml(&bytes).1.len(), 1),
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn long_documents_list_their_faults_too() {
    let text = "long ".repeat(50);
    let lines = |faulty: &str| (0..6000).map(|i| format!("[t{i}]\nkey = \"{text}\"\n{faulty}\n")).collect::<String>();
    assert_eq!(listed(&lines("")), [""; 0]);
    let problems = listed(&lines("w = x"));
    assert_eq!(problems.len(), 1001);
    assert_eq!(
        problems[999],
        "t999.w (line 3000): neither a number, a date, true nor false; put text in double quotes"
    );
    assert!(problems[1000].contains("more problems are not listed"));
    let twice = format!("{}[t5998]\n[t0]\nkey = 1\n", lines(""));
    assert_eq!(
        listed(&twice),
        [
            "t5998 (line 18001): given twice; first at line 17995; keep one of them",
            "t0 (line 18002): given twice; first at line 1; keep one of them",
            "t0.key (line 18003): given twice; first at line 2; keep one of them",
        ]
    );
    let both = format!("{}a\n[t0]\n[x]\nc\nd =\n", lines(""));
    assert_eq!(
        listed(&both),
        [
            "t5999.a (line 18001): a key without a value; write `key = value`",
            "t0 (line 18002): given twice; first at line 1; keep one of them",
            "x.c (line 18004): a key without a value; write `key = value`",
            "x.d (line 18005): no value after `=`; write a value, or take the line out",
        ]
    );
}

#[test]
#[ignore = "takes seconds without optimization"]
fn a_document_of_too_many_tokens_is_not_read() {
    let source = "#\n".repeat(10_000_001);
    let (node, problems) = read_toml(source.as_bytes());
    assert!(node.is_none());
    assert_eq!(problems[0].kind, Kind::Limit);
}

/// A value written in TOML and in JSON.
fn value() -> impl Strategy<Value = (String, String)> {
    let alike = prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?(e-?[0-9])?"
    ];
    let text = "[a-zé😀\n\"\\\\\t ]{0,5}".prop_map(|t| serde_json::to_string(&t).unwrap());
    let date = (1900..2100, 1..13, 1..29)
        .prop_map(|(y, m, d)| (format!("{y}-{m:02}-{d:02}"), format!("\"{y}-{m:02}-{d:02}\"")));
    let leaf = prop_oneof![alike.prop_map(|v| (v.clone(), v)), text.prop_map(|v| (v.clone(), v)), date];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let table = prop::collection::btree_map("[a-z0-9]{1,3}", inner, 0..4);
        prop_oneof![
            list.prop_map(|items| {
                let (toml, json): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (format!("[\n{}\n]", toml.join(" , ")), format!("[{}]", json.join(",")))
            }),
            table.prop_map(|entries| {
                let toml: Vec<_> = entries.iter().map(|(k, (toml, _))| format!("{k} = {toml}")).collect();
                let json: Vec<_> = entries.iter().map(|(k, (_, json))| format!("\"{k}\":{json}")).collect();
                (format!("{{{}}}", toml.join(", ")), format!("{{{}}}", json.join(",")))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn toml_and_json_say_the_same(entries in prop::collection::btree_map("[a-z]{1,3}", value(), 0..4), tables in 0_usize..3) {
        // The same entries as a dotted key, as a table and as the elements of a list of tables.
        let body: String = entries.iter().map(|(k, (toml, _))| format!("{k} = {toml}\n")).collect();
        let dotted: String = entries.iter().map(|(k, (toml, _))| format!("dotted . '{k}' = {toml}\n")).collect();
        let toml = format!("{dotted}[table]\n{body}{}", format!("[[list]]\n{body}").repeat(tables));
        let json: Vec<_> = entries.iter().map(|(k, (_, json))| format!("\"{k}\":{json}")).collect();
        let table = format!("{{{}}}", json.join(","));
        let mut parts = vec![format!("\"table\":{table}")];
        if !entries.is_empty() {
            parts.push(format!("\"dotted\":{table}"));
        }
        if tables > 0 {
            parts.push(format!("\"list\":[{}]", vec![table; tables].join(",")));
        }
        let json = format!("{{{}}}", parts.join(","));
        let (twin, problems) = read_as(json.as_bytes(), Format::Json);
        let same_range = problems.iter().all(|p| p.kind == Kind::Limit);
        prop_assert!(same_range, "{:?}", problems);
        let (ours, found) = read_toml(toml.as_bytes());
        prop_assert_eq!(found.is_empty(), problems.is_empty(), "{}: {:?}", toml, found);
        prop_assert_eq!(canonical_json(&ours.unwrap()), canonical_json(&twin.unwrap()));
    }

    #[test]
    fn token_soup_is_refused_where_the_crate_refuses_it(
        parts in prop::collection::vec(r#"[\[\]{}=,. \n#]|\r\n|\[\[|\]\]|"|'|"""|'''|\\|\\u00e9|a|b|-|_|1|0x|2026-01-31|true|inf|"a"|'b'|a = |\x00|\r|é"#, 0..24)
    ) {
        compare(&parts.concat());
    }

    #[test]
    fn damaged_documents_are_refused_where_the_crate_refuses_them(at in 0..SAMPLE.chars().count(), cut in 0_usize..6, with in "[\\[\\]{}=,.\"'\n a1#\\\\]{0,3}") {
        let mut chars: Vec<char> = SAMPLE.chars().collect();
        chars.splice(at..(at + cut).min(chars.len()), with.chars());
        compare(&chars.iter().collect::<String>());
    }
}
