//! Reading takes time in proportion to the document, however it is made.

use std::time::{Duration, Instant};

use turnout_core::policy::canonical::canonical_json;
use turnout_core::policy::node::Arena;
use turnout_core::policy::problem::{Kind, Problems};
use turnout_core::policy::source::{Format, read};

/// The smaller document; the larger is eight times as long. Common documents are tried at a larger size than odd ones.
const COMMON_BYTES: usize = if cfg!(debug_assertions) { 64 << 10 } else { 1 << 20 };
const ODD_BYTES: usize = COMMON_BYTES / 8;

#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn time(source: &str, format: Format) -> Duration {
    let run = || {
        let start = Instant::now();
        let (arena, mut problems) = (Arena::for_source(source.len()), Problems::default());
        let text = read(source.as_bytes(), format, &arena, &mut problems).map(|node| canonical_json(&node));
        std::hint::black_box((text, problems.finish(source.as_bytes())));
        start.elapsed()
    };
    (0..2).map(|_| run()).min().unwrap_or_default()
}

/// Eight times the document takes far less than the 64 times that a square would cost. The generous part is for the
/// machine: pages that are touched for the first time, and whoever else runs on it.
fn assert_linear(name: &str, format: Format, document: impl Fn(usize) -> String) {
    let small_bytes = if name.starts_with("common") { COMMON_BYTES } else { ODD_BYTES };
    let (small, large) = (document(small_bytes), document(8 * small_bytes));
    assert!(large.len() > 7 * small.len(), "{name}");
    let (fast, slow) = (time(&small, format), time(&large, format));
    assert!(slow < fast * 30 + Duration::from_millis(300), "{name}: {fast:?} and {slow:?}");
}

fn fill(bytes: usize, head: &str, part: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    let mut i = 0;
    while text.len() < bytes {
        text.push_str(&part(i));
        i += 1;
    }
    text + tail
}

#[test]
fn json_is_read_in_linear_time() {
    let check = |name: &str, head: &str, part: &dyn Fn(usize) -> String, tail: &str| {
        assert_linear(name, Format::Json, |bytes| fill(bytes, head, part, tail));
    };
    check("common tables", "[0", &|i| format!(",\n  {{\"id\": \"t-{i}\", \"n\": {i}, \"f\": [0.5, true]}}"), "]");
    check("keys", "{\"\":0", &|i| format!(",\"key-{i}\":{i}"), "}");
    check("the same key", "{\"k\":0", &|_| ",\"k\":0".to_owned(), "}");
    check("two keys", "{\"k\":0", &|i| format!(",\"k\":0,\"n{i}\":0"), "}");
    check("keys with a long start in common", "{\"\":0", &|i| format!(",\"{}{i}\":0", "x".repeat(1000)), "}");
    check("faults on one line", "[0", &|_| ",1e999,\"\\ud800\"".to_owned(), "]");
    check("bad values on one line", "[0", &|_| ",+1,tru  ,'x',\"\\q\",1.,".to_owned(), "]");
    check("bad values of keys", "{\"\":0", &|i| format!(",\"k{i}\": x"), "}");
    check("quotes", "[", &|_| "'".to_owned(), "]");
    check("bad escapes", "[\"", &|_| "\\q\\u12\t".to_owned(), "\"]");
    check("one word", "[", &|_| "word".to_owned(), "]");
    check("space after a word", "[x", &|_| " ".to_owned(), ",1]");
    check("one text", "\"", &|_| "some plain text, é".to_owned(), "\"");
    check("one text of escapes", "\"", &|_| "\\n\\u00e9\\ud83d\\ude00".to_owned(), "\"");
    check("one number", "1", &|_| "0123456789".to_owned(), "");
    check("one fraction", "1.", &|_| "0123456789".to_owned(), "");
    check("spaces", "[", &|_| " \n\t".to_owned(), "]");
    check("depth", "", &|_| "[".to_owned(), "");
}

#[test]
fn toml_is_read_in_linear_time() {
    let check = |name: &str, head: &str, part: &dyn Fn(usize) -> String, tail: &str| {
        assert_linear(name, Format::Toml, |bytes| fill(bytes, head, part, tail));
    };
    check(
        "common tables",
        "",
        &|i| format!("[t.n{i}]\nid = \"t-{i}\" # x\nf = [0.5, true]\n[[t.n{i}.l]]\na = {{b.c = 1}}\n"),
        "",
    );
    check("elements", "", &|i| format!("[[l]]\nid = {i}\n"), "");
    check("one list", "a = [", &|i| format!("{i}, "), "]");
    check("one text", "a = \"\"\"", &|_| "some plain text, é\n".to_owned(), "\"\"\"");
    check("texts", "a = [", &|_| "\"\"\"a\"\"\", '''b''', ".to_owned(), "]");
    check("comments", "", &|_| "# x\n".to_owned(), "");
    check("the same key", "", &|_| "k = 0\n".to_owned(), "");
    check("the same table", "", &|_| "[t]\nk = 0\n".to_owned(), "");
    check("the same key in a table", "a = {", &|_| "k = 0,".to_owned(), "}");
}

#[test]
fn faulty_toml_is_read_in_linear_time() {
    let check = |name: &str, head: &str, part: &dyn Fn(usize) -> String, tail: &str| {
        assert_linear(name, Format::Toml, |bytes| fill(bytes, head, part, tail));
    };
    check("bare words", "", &|i| format!("word{i}\n"), "");
    check("bare words in tables", "", &|i| format!("[t{i}]\nword\nk = w\n"), "");
    check("wrong values", "", &|i| format!("[t{i}]\nk = w\n"), "");
    check("wrong values of one table", "", &|i| format!("k{i} = 0{i}\n"), "");
    check("wrong values in a list", "a = [", &|_| "w,".to_owned(), "]");
    check("equals in a list", "a = [", &|_| "=".to_owned(), "]");
    check("escapes", "a = \"", &|_| "\\q".to_owned(), "\"");
    check("open tables", "", &|i| format!("[t{i}\n"), "");
    check("open lists", "", &|i| format!("k{i} = [\n"), "");
    check("space after an open list", "a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", &|_| "#\n".to_owned(), "");
    check("open brackets", "a = ", &|_| "[".to_owned(), "");
    check("dots", "a", &|_| ".a".to_owned(), " = 1");
    check("quotes", "a = ", &|_| "\"\"\"\"".to_owned(), "");
    check("control characters", "a = '", &|_| "\u{1}".to_owned(), "'");
    check("signs", "a = ", &|_| "-".to_owned(), "1");
}

/// What stands between `head` and `tail`, at a tenth of the bytes and at all of them: read and refused.
fn refused_above(bytes: usize, head: &str, part: impl Fn(usize) -> String, tail: &str) {
    for (bytes, refused) in [(bytes / 10, false), (bytes, true)] {
        let source = fill(bytes, head, &part, tail);
        let mut problems = Problems::default();
        let read = read(source.as_bytes(), Format::Toml, &Arena::default(), &mut problems).is_some();
        let problems = problems.finish(source.as_bytes());
        let limit = problems.iter().find(|p| p.kind == Kind::Limit);
        assert_eq!((read, limit.is_some()), (!refused, refused), "{}: {problems:?}", part(0));
        if let Some(problem) = limit {
            assert!(problem.message.ends_with("they take more than 900 MB of memory to read"), "{problem}");
            assert_eq!((&*problem.path, &*problem.hint), ("", "split the policy, or write it in JSON"));
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "reads megabytes")]
fn toml_that_takes_a_gigabyte_of_memory_is_refused() {
    refused_above(20_000_000, "", |_| "\n".to_owned(), "");
    refused_above(20_000_000, "", |_| "#\n".to_owned(), "");
    refused_above(20_000_000, "", |_| " \n".to_owned(), "");
    refused_above(20_000_000, "a = [", |_| "#\n".to_owned(), "]");
    refused_above(10_000_000, "a = [", |_| "0,".to_owned(), "]");
    refused_above(10_000_000, "a = [", |_| "{a=0},".to_owned(), "]");
    refused_above(10_000_000, "", |_| "[[a]]\nb=0\n".to_owned(), "");
    refused_above(10_000_000, "", |i| format!("[t{i}.a.b.c.d.e]\n"), "");
    refused_above(10_000_000, "", |i| format!("t{i}.a.b.c.d.e=1\n"), "");
    refused_above(10_000_000, "a={", |i| format!("t{i}.a.b.c.d.e=1,"), "}");
}

#[test]
fn only_signs_outside_of_texts_count_as_values_of_json() {
    let text = r#"\",:[{\\"#.repeat(2_000_000);
    for tail in ["", "\\\""] {
        let source = format!("{{\"a\": \"{text}{tail}\", \"b\": [1, 2]}}");
        let mut problems = Problems::default();
        assert!(read(source.as_bytes(), Format::Json, &Arena::default(), &mut problems).is_some());
        assert_eq!(problems.finish(source.as_bytes()), []);
    }
    let source = format!("[{}\"{text}\"]", "0,".repeat(8_000_000));
    let mut problems = Problems::default();
    assert!(read(source.as_bytes(), Format::Json, &Arena::default(), &mut problems).is_none());
    let problems = problems.finish(source.as_bytes());
    assert_eq!(problems[0].message, "8000001 values or so, more than the 8000000 of the limit");
}

#[test]
fn toml_of_few_values_is_read_whatever_its_texts_hold() {
    let source = format!("a = \"{}\"", ",=:[{".repeat(500_000));
    let mut problems = Problems::default();
    assert!(read(source.as_bytes(), Format::Toml, &Arena::default(), &mut problems).is_some());
    assert_eq!(problems.finish(source.as_bytes()), []);
}
