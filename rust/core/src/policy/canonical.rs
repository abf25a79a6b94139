//! The one way to write a document: canonical JSON by RFC 8785, and the digest over it.

use std::cmp::Ordering;
use std::fmt::Write;

use sha2::{Digest as _, Sha256};

use super::json::plain_end;
use super::node::{Entry, Node, Value};

/// The format of documents that this reads, part of every digest.
const FORMAT: u32 = 1;

/// Writes a document as RFC 8785 has it: no spaces, keys in the order of their UTF-16 code units, numbers as ECMAScript
/// writes them, no escape that is not needed. Two documents with equal values have equal texts.
#[must_use]
pub fn canonical_json(node: &Node<'_>) -> String {
    let mut writer = Writer { out: String::new(), hash: None, order: Vec::new() };
    writer.value(&node.value);
    writer.out
}

/// SHA-256 of the canonical JSON of `{"document": <canonical>, "format": 1, "tzdb": <tzdb>}`. The format and the
/// time-zone database belong to it, since under another database the same document can mean other instants.
#[must_use]
pub fn digest(canonical: &str, tzdb: &str) -> [u8; 32] {
    Sha256::new().chain_update(HEAD).chain_update(canonical).chain_update(tail(tzdb)).finalize().into()
}

/// [`digest`] of a document whose canonical JSON is not needed otherwise: it is never held as a whole.
#[must_use]
pub fn digest_of(node: &Node<'_>, tzdb: &str) -> [u8; 32] {
    let hash = Some(Sha256::new().chain_update(HEAD));
    let mut writer = Writer { out: String::with_capacity(2 * HASHED_BYTES), hash, order: Vec::new() };
    writer.value(&node.value);
    let hash = writer.hash.unwrap_or_default();
    hash.chain_update(writer.out).chain_update(tail(tzdb)).finalize().into()
}

/// What stands before the document in the text that is hashed.
const HEAD: &str = "{\"document\":";
/// The text to be hashed is handed over in pieces from this size on.
const HASHED_BYTES: usize = 1 << 14;

/// What stands after it.
fn tail(tzdb: &str) -> String {
    let mut tail = format!(",\"format\":{FORMAT},\"tzdb\":");
    write_text(tzdb, &mut tail);
    tail.push('}');
    tail
}

/// A digest as 64 lower-case hexadecimal digits.
#[must_use]
pub fn hex(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

struct Writer<'n, 'a> {
    out: String,
    /// Takes what was written so far and makes room, when only the digest is asked for.
    hash: Option<Sha256>,
    /// The entries of the tables that are being written, the outermost first, each with the first bytes of its key: most
    /// comparisons need no more.
    order: Vec<(u64, &'n Entry<'a>)>,
}

impl<'n, 'a> Writer<'n, 'a> {
    fn value(&mut self, value: &'n Value<'a>) {
        if self.out.len() >= HASHED_BYTES
            && let Some(hash) = &mut self.hash
        {
            hash.update(&self.out);
            self.out.clear();
        }
        match value {
            // No document with a fault is ever written.
            Value::Null | Value::Faulty => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(number) => write_int(*number, &mut self.out),
            Value::Float(number) => write_float(*number, &mut self.out),
            Value::Text(text) => write_text(text, &mut self.out),
            Value::List(nodes) => {
                self.out.push('[');
                for (i, node) in nodes.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.value(&node.value);
                }
                self.out.push(']');
            }
            Value::Table(entries) => self.table(entries),
        }
    }

    fn table(&mut self, entries: &'n [Entry<'a>]) {
        let base = self.order.len();
        self.order.extend(entries.iter().map(|entry| (rank_of_start(&entry.key), entry)));
        self.order[base..].sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| utf16_order(&x.key, &y.key)));
        self.out.push('{');
        for i in base..base + entries.len() {
            let (_, entry) = self.order[i];
            if i > base {
                self.out.push(',');
            }
            write_text(&entry.key, &mut self.out);
            self.out.push(':');
            self.value(&entry.node.value);
        }
        self.out.push('}');
        self.order.truncate(base);
    }
}

fn write_int(number: i64, out: &mut String) {
    // The longest is 19 digits; a sign is written apart.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.push_str(std::str::from_utf8(&digits[start..]).unwrap_or_default());
}

/// Writes a float as ECMAScript does. JSON cannot say infinite or not a number, and readers let neither in.
fn write_float(number: f64, out: &mut String) {
    let mut buffer = ryu_js::Buffer::new();
    out.push_str(if number.is_finite() { buffer.format_finite(number) } else { "null" });
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut start = 0;
    loop {
        let end = plain_end(text.as_bytes(), start);
        out.push_str(&text[start..end]);
        let Some(byte) = text.as_bytes().get(end) else { break };
        write_escape(*byte, out);
        start = end + 1;
    }
    out.push('"');
}

fn write_escape(byte: u8, out: &mut String) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        0x08 => out.push_str("\\b"),
        b'\t' => out.push_str("\\t"),
        b'\n' => out.push_str("\\n"),
        0x0C => out.push_str("\\f"),
        b'\r' => out.push_str("\\r"),
        _ => {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
}

/// Compares two texts by their UTF-16 code units.
fn utf16_order(a: &str, b: &str) -> Ordering {
    match a.bytes().zip(b.bytes()).find(|(x, y)| x != y) {
        Some((x, y)) => rank(x).cmp(&rank(y)),
        None => a.len().cmp(&b.len()),
    }
}

/// The first eight bytes of a text as one number in the order of [`utf16_order`]; equal for texts that agree so far.
fn rank_of_start(text: &str) -> u64 {
    text.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |sum, byte| sum << 8 | u64::from(rank(byte)))
}

/// The order of UTF-16 code units is that of UTF-8 bytes, but for characters beyond U+FFFF: their surrogates sort before
/// U+E000, and their bytes after it. Those from U+E000 on start with 0xEE or 0xEF.
fn rank(byte: u8) -> u8 {
    if matches!(byte, 0xEE | 0xEF) { byte | 0x10 } else { byte }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{rank_of_start, utf16_order};

    proptest! {
        #[test]
        fn order_is_that_of_utf16(a in "[\u{e}a\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}", b in "\\PC{0,4}", c in ".{0,4}") {
            for (x, y) in [(&a, &b), (&a, &c), (&b, &c), (&c, &a)] {
                let expected = x.encode_utf16().cmp(y.encode_utf16());
                prop_assert_eq!(utf16_order(x, y), expected);
                prop_assert_eq!(rank_of_start(x).cmp(&rank_of_start(y)).then(expected), expected);
            }
        }
    }
}
