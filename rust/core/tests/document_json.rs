//! The reader of JSON against a trusted one, and against documents made to break it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "../fuzz/same.rs"]
mod same;

use proptest::prelude::*;
use same::same;
use turnout_core::policy::canonical::canonical_json;
use turnout_core::policy::node::{Arena, Node, Value};
use turnout_core::policy::problem::{Kind, Problem, Problems};
use turnout_core::policy::source::{Format, read};

/// An arena that outlives the test, so that trees can be handed around.
fn arena() -> &'static Arena {
    Box::leak(Box::default())
}

fn read_json(source: &[u8]) -> (Option<Node<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let node = read(source, Format::Json, arena(), &mut problems);
    (node, problems.finish(source))
}

/// The one problem of a source, as the user sees it.
fn only(source: &str) -> String {
    let (_, problems) = read_json(source.as_bytes());
    assert_eq!(problems.len(), 1, "{source}: {problems:?}");
    format!("{}:{} {}", problems[0].line.unwrap(), problems[0].column.unwrap(), problems[0])
}

fn value_of(source: &str) -> Value<'_> {
    let (node, problems) = read_json(source.as_bytes());
    assert_eq!(problems, [], "{source}");
    node.unwrap().value
}

/// Whether this reader refuses on purpose what the other takes.
fn is_stricter(problem: &Problem) -> bool {
    problem.message.starts_with("given twice") || problem.kind == Kind::Limit
}

/// Both readers take the source for the same value, or both refuse it, but for the stated extra refusals.
fn compare(source: &str) {
    let (ours, problems) = read_json(source.as_bytes());
    // Only this reader skips a byte order mark.
    match serde_json::from_str::<serde_json::Value>(source.strip_prefix('\u{FEFF}').unwrap_or(source)) {
        Ok(theirs) if problems.is_empty() => {
            let ours = ours.expect("a value where there is no problem");
            assert!(same(&ours.value, &theirs), "{source}: {ours:?} is not {theirs:?}");
            let again = canonical_json(&ours);
            let (second, problems) = read_json(again.as_bytes());
            assert_eq!(problems, [], "{again}");
            assert_eq!(canonical_json(&second.unwrap()), again);
        }
        Ok(_) => assert!(problems.iter().all(is_stricter), "{source}: {problems:?}"),
        Err(fault) => {
            // It stops at half of this depth more.
            let deeper = fault.to_string().starts_with("recursion limit");
            assert!(!problems.is_empty() || deeper, "{source}: taken, but {fault}");
        }
    }
    for problem in problems {
        assert!(!problem.message.is_empty() && problem.line.is_some() && problem.column.is_some(), "{problem:?}");
    }
}

/// Values as text, with spaces, escapes and numbers written in many ways.
fn json() -> impl Strategy<Value = String> {
    let space = || "[ \n\r\t]{0,2}";
    let escape = r#"[a-zé€😀/ ]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\ud83d\\ude0[0-9]"#;
    let text = prop::collection::vec(escape, 0..5).prop_map(|parts| format!("\"{}\"", parts.concat()));
    let number = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?";
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned()), number, text.clone()];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let item = (space(), inner, space()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let entry = (space(), text.clone(), space(), item.clone()).prop_map(|(a, k, b, v)| format!("{a}{k}{b}:{v}"));
        prop_oneof![
            prop::collection::vec(item, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(entry, 0..6).prop_map(|entries| format!("{{{}}}", entries.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn well_formed_documents_are_read_alike(source in json()) {
        compare(&source);
    }

    #[test]
    fn damaged_documents_are_read_alike(source in json(), at in any::<prop::sample::Index>(), with in ".{0,3}", cut in 0_usize..4) {
        let mut chars: Vec<char> = source.chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..(at + cut).min(chars.len()), with.chars());
        compare(&chars.iter().collect::<String>());
    }

    #[test]
    fn token_soup_is_read_alike(parts in prop::collection::vec(r#"[\[\]{}:,"\\ ]|"a"|-|[0-9.eE+]|true|nul|NaN|\\u|d[89ab]00|[\x00-\x20]"#, 0..12)) {
        compare(&parts.concat());
    }

    #[test]
    fn any_bytes_are_read_without_panic(source in prop::collection::vec(any::<u8>(), 0..60)) {
        let (node, problems) = read_json(&source);
        prop_assert!(node.is_some() || !problems.is_empty());
    }
}

const SAMPLE: &str = r#"{"turnout": 1, "text": "a\u00e9\ud83d\ude00\n", "empty": [{}, [], ""],
  "numbers": [0, -1.5e-3, 12, 1e2], "words": [true, false, null], "é€😀": {"deep": [[["x"]]]}}"#;

#[test]
fn every_cut_and_every_bit_flip_is_survived() {
    for end in 0..SAMPLE.len() {
        let (node, problems) = read_json(&SAMPLE.as_bytes()[..end]);
        assert!(node.is_none());
        // A pair of escapes that is cut in half is a fault besides the cut itself.
        let is_half = problems.len() == 2 && problems.iter().any(|p| p.message.contains("half of a pair"));
        assert!(problems.len() == 1 || is_half, "cut at {end}: {problems:?}");
        assert!(problems.iter().all(|p| p.kind == Kind::Syntax));
    }
    let mut bytes = SAMPLE.as_bytes().to_vec();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        match std::str::from_utf8(&bytes) {
            Ok(source) => compare(source),
            Err(_) => assert_eq!(read_json(&bytes).1.len(), 1),
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn numbers_are_whole_or_not_by_value() {
    for (source, expected) in [
        ("1.0", Value::Int(1)),
        ("1e3", Value::Int(1000)),
        ("-0", Value::Int(0)),
        ("-0.0", Value::Int(0)),
        ("1e-400", Value::Int(0)),
        ("9007199254740991", Value::Int(9_007_199_254_740_991)),
        ("-9007199254740991.0", Value::Int(-9_007_199_254_740_991)),
        ("0.1", Value::Float(0.1)),
        ("4503599627370495.5", Value::Float(4_503_599_627_370_495.5)),
    ] {
        assert_eq!(value_of(source), expected, "{source}");
    }
}

#[test]
fn numbers_out_of_range_are_refused_however_they_are_written() {
    let digits = "9".repeat(400);
    for source in ["9007199254740992", "-9007199254740992", "9223372036854775808", "1e16", "1e400", "-1e400", &digits] {
        let (node, problems) = read_json(source.as_bytes());
        assert_eq!(node.unwrap().value, Value::Faulty);
        assert_eq!(
            (problems[0].kind, problems[0].hint.as_str()),
            (Kind::Limit, "write one within them, or an id as text"),
            "{source}"
        );
    }
    for source in ["NaN", "Infinity", "-Infinity"] {
        assert!(only(source).contains("not a finite number"), "{source}");
    }
    for source in ["01", "-", "1.", ".5", "+1", "1e", "0x10", "1_000", "--1", "nan", "Infinit"] {
        assert!(only(source).contains("expected"), "{source}");
    }
}

#[test]
fn faults_of_single_values_are_listed_together() {
    let source = "{\"a\": 1e400,\n \"b\": [\"\\ud800\", NaN],\n \"a\": 2,\n \"c\": {\"x\": 1, \"x\": 2, \"\\u0078\": 3},\n \"a\": 99999999999999999}";
    let (node, problems) = read_json(source.as_bytes());
    let listed: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let range = "a number beyond ±9007199254740991, where programs disagree on its value; write one within them, or an id as text";
    assert_eq!(
        listed,
        [
            &format!("a (line 1): {range}"),
            "b[0] (line 2): `\\ud800` is half of a pair, and no character; write the character itself",
            "b[1] (line 2): not a finite number; JSON holds only finite numbers",
            "a (line 3): given twice; first at line 1; keep one of them",
            "c.x (line 4): given twice; first at line 4; keep one of them",
            "c.x (line 4): given twice; first at line 4; keep one of them",
            "a (line 5): given twice; first at line 1; keep one of them",
            &format!("a (line 5): {range}"),
        ]
    );
    let kept = canonical_json(&node.unwrap());
    assert_eq!(kept, "{\"a\":null,\"b\":[null,null],\"c\":{\"x\":1}}");
}

#[test]
fn a_repeated_key_is_found_in_tables_of_every_size() {
    for size in [2, 3, 31, 32, 33, 34, 500] {
        for (first, second) in [(0, 1), (0, size - 1), (size / 2, size - 1)] {
            let keys: Vec<String> = (0..size)
                .map(|i| format!("\"key-{}\":{i}", if i == second && first < second { first } else { i }))
                .collect();
            let source = format!("{{{}}}", keys.join(","));
            let (node, problems) = read_json(source.as_bytes());
            let repeats = usize::from(first < second);
            assert_eq!(problems.len(), repeats, "{size} {first} {second}");
            let Some(Node { value: Value::Table(entries), .. }) = node else { panic!("no table") };
            assert_eq!(entries.len(), size - repeats);
        }
    }
}

#[test]
fn halves_of_surrogate_pairs_are_no_characters() {
    for half in [r"\ud800", r"\udfff", r"\ud800\ud800\udc00", r"\ud800x", r"\udc00\ud83d\ude00", r"\ud800\u0041"] {
        let source = format!("\"{half}\"");
        assert!(only(&source).contains("half of a pair"), "{source}");
        assert!(serde_json::from_str::<serde_json::Value>(&source).is_err());
    }
    assert_eq!(value_of(r#""\uD83D\uDE00\u0000""#), Value::Text("😀\0"));
}

#[test]
fn depth_is_limited_and_costs_nothing() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(read_json(nested(64).as_bytes()).1, []);
    for source in
        [nested(65), nested(100_000), "[".repeat(100_000), "{\"a\":".repeat(100_000), "[{\"a\":".repeat(50_000)]
    {
        let (node, problems) = read_json(source.as_bytes());
        assert!(node.is_none());
        assert_eq!((problems.len(), problems[0].kind), (1, Kind::Limit));
    }
}

#[test]
fn marks_and_strange_characters_are_placed() {
    assert_eq!(read_json("\u{FEFF}[1]".as_bytes()).1, []);
    assert_eq!(
        only("\u{FEFF}[x, 1]"),
        "1:2 [0] (line 1): expected a value, found `x`; JSON text stands in double quotes"
    );
    assert!(only("[1]\u{FEFF}").contains("U+FEFF"));
    assert!(only("[\0]").contains("U+0000"));
    assert!(only("\"a\0\"").contains("U+0000"));
    assert!(
        only("\"a\nb\"")
            .starts_with("1:3 document (line 1): expected a character of the text, found the character U+000A")
    );
    assert_eq!(only("{\"é😀\": x}").split_once(' ').unwrap().0, "1:8");
    let (_, problems) = read_json(b"[\"\xC3\xA9\xFF\"]");
    assert_eq!(problems[0].to_string(), "document (line 1): not UTF-8: the byte 0xFF; save it as UTF-8");
    assert_eq!(problems[0].column, Some(4));
    let (_, problems) = read_json(b"\xFF\xFE{\0}\0");
    assert!(problems[0].hint.contains("UTF-16"));
}

#[test]
fn syntax_faults_say_what_was_expected_and_where() {
    for (source, expected) in [
        ("", "1:1 document (line 1): the document is empty; `turnout init` writes one to begin with"),
        ("[", "1:2 [0] (line 1): expected a value, found the end of the document"),
        (
            "[x]",
            "1:1 document (line 1): expected `{`, found `[`; this looks like TOML: name its file .toml, or give the format `toml`",
        ),
        (
            "{\"a\": {\"b\": [1, 2 3]}}",
            "1:19 a.b (line 1): expected `,` or `]`, found `3`; a comma is missing before it",
        ),
        ("{\"a\": 1,}", "1:9 document (line 1): expected a key, found `}`; a comma stands only between two entries"),
        ("[1,]", "1:4 [1] (line 1): expected a value, found `]`; a comma stands only between two values"),
        ("{\"a\" 1}", "1:6 a (line 1): expected `:` after the key, found `1`"),
        ("{a: 1}", "1:2 document (line 1): expected a key or `}`, found `a`; a key stands in double quotes"),
        (
            "{\"a\": True}",
            "1:7 a (line 1): expected a value, found `T`; JSON writes true, false and null in small letters",
        ),
        (
            "[1] // x",
            "1:5 document (line 1): expected the end of the document, found `/`; JSON has no comments; TOML has",
        ),
        ("[1] 2", "1:5 document (line 1): expected the end of the document, found `2`; a document holds one value"),
        ("{\n// x\n}", "2:1 document (line 2): expected a key or `}`, found `/`; JSON has no comments; TOML has"),
        ("[\"abc]", "1:2 [0] (line 1): this text is never closed; end it with `\"`"),
        (
            "[\"\\x\"]",
            "1:4 [0] (line 1): expected one of `\"` `\\` `/` `b` `f` `n` `r` `t` `u` after the backslash, found `x`; write `\\\\` for a backslash",
        ),
        ("[007]", "1:3 [0] (line 1): expected the end of the number, found `0`; leave out the zeros at the start"),
    ] {
        assert_eq!(only(source), expected);
    }
}

#[test]
fn a_document_over_the_limit_is_not_read() {
    let source = vec![b' '; (64 << 20) + 1];
    let (node, problems) = read_json(&source);
    assert!(node.is_none());
    assert_eq!(problems[0].kind, Kind::Limit);
}
