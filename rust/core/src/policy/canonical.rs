//! The one way to write a document: canonical JSON by RFC 8785, and the digest over it.

use std::cmp::Ordering;
use std::fmt::Write;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::json::plain_end;
use super::node::{Entry, Node, Value};
use super::source::Format;

/// The format of documents that this reads, part of every digest.
const FORMAT: u32 = 1;

/// Writes a document as RFC 8785 has it: no spaces, keys in the order of their UTF-16 code units, numbers as ECMAScript
/// writes them, no escape that is not needed. Two documents with equal values have equal texts.
#[must_use]
pub fn canonical_json(node: &Node<'_>) -> String {
    let mut writer = Writer::new(0);
    writer.value(&node.value);
    writer.out
}

/// [`canonical_json`] in parts: the entries of one section are written as they are handed over, so that each is written
/// while the memory that it takes is still near from its compilation.
pub(in crate::policy) struct Parts<'n, 'a> {
    writer: Writer<'n, 'a>,
    /// What stands after the section.
    rest: Vec<&'n Entry<'a>>,
    /// Whether an entry of the section was written.
    begun: bool,
}

impl<'n, 'a> Parts<'n, 'a> {
    /// Writes what stands before the entries of a section, which must be a table in the root. The source says how much
    /// room to make, and when it is JSON, which texts can be copied as they are.
    pub(in crate::policy) fn begin(root: &'n Node<'a>, section: &str, source: &[u8], format: Format) -> Self {
        let entries = if let Value::Table(entries) = root.value { entries } else { &[] };
        let mut before: Vec<&Entry<'_>> = entries.iter().collect();
        before.sort_unstable_by(|a, b| key_order(a.key, b.key));
        let rest = before.split_off(before.partition_point(|entry| key_order(entry.key, section).is_lt()));
        let mut writer = Writer::new(source.len());
        if format == Format::Json {
            writer.plain = source.as_ptr_range();
        }
        writer.out.push('{');
        for entry in before {
            writer.entry(entry);
            writer.out.push(',');
        }
        write_text(section, &mut writer.out);
        writer.out.push_str(":{");
        Self { writer, rest: rest.into_iter().skip(1).collect(), begun: false }
    }

    /// Writes the next entry of the section. They come in the order of [`key_order`].
    pub(in crate::policy) fn entry(&mut self, entry: &'n Entry<'a>) {
        if self.begun {
            self.writer.out.push(',');
        }
        self.begun = true;
        self.writer.entry(entry);
    }

    /// Writes the rest.
    pub(in crate::policy) fn finish(mut self) -> String {
        self.writer.out.push('}');
        for entry in self.rest {
            self.writer.out.push(',');
            self.writer.entry(entry);
        }
        self.writer.out.push('}');
        self.writer.out
    }
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
    let mut writer = Writer::new(2 * HASHED_BYTES);
    writer.hash = Some(Sha256::new().chain_update(HEAD));
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
    /// Where the texts are that hold nothing to be escaped: JSON's reader takes a text from its source only when it has
    /// no escape, and then it needs none here.
    plain: Range<*const u8>,
}

impl<'n, 'a> Writer<'n, 'a> {
    /// A writer with room for so many bytes.
    fn new(bytes: usize) -> Self {
        let nowhere: &[u8] = &[];
        Self { out: String::with_capacity(bytes), hash: None, order: Vec::new(), plain: nowhere.as_ptr_range() }
    }

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
            Value::Text(text) => self.text(text),
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
        self.order.extend(entries.iter().map(|entry| (rank_of_start(entry.key), entry)));
        self.order[base..].sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| key_order(x.key, y.key)));
        self.out.push('{');
        for i in base..base + entries.len() {
            let (_, entry) = self.order[i];
            if i > base {
                self.out.push(',');
            }
            self.entry(entry);
        }
        self.out.push('}');
        self.order.truncate(base);
    }

    fn entry(&mut self, entry: &'n Entry<'a>) {
        self.text(entry.key);
        self.out.push(':');
        self.value(&entry.node.value);
    }

    fn text(&mut self, text: &str) {
        if !self.plain.contains(&text.as_ptr()) {
            return write_text(text, &mut self.out);
        }
        self.out.reserve(text.len() + 2);
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
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

/// The order of keys: that of their UTF-16 code units.
pub(in crate::policy) fn key_order(a: &str, b: &str) -> Ordering {
    match a.bytes().zip(b.bytes()).find(|(x, y)| x != y) {
        Some((x, y)) => rank(x).cmp(&rank(y)),
        None => a.len().cmp(&b.len()),
    }
}

/// The first eight bytes of a text as one number in the order of [`key_order`]; equal for texts that agree so far.
#[inline]
fn rank_of_start(text: &str) -> u64 {
    const NOT_ASCII: u64 = 0x8080_8080_8080_8080;
    let start = match text.as_bytes().first_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => text.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |sum, byte| sum << 8 | u64::from(byte)),
    };
    if start & NOT_ASCII == 0 { start } else { u64::from_be_bytes(start.to_be_bytes().map(rank)) }
}

/// The order of UTF-16 code units is that of UTF-8 bytes, but for characters beyond U+FFFF: their surrogates sort before
/// U+E000, and their bytes after it. Those from U+E000 on start with 0xEE or 0xEF.
fn rank(byte: u8) -> u8 {
    if matches!(byte, 0xEE | 0xEF) { byte | 0x10 } else { byte }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{key_order, rank_of_start};

    proptest! {
        #[test]
        fn order_is_that_of_utf16(a in "[\u{e}a\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}", b in "\\PC{0,4}", c in ".{0,4}") {
            for (x, y) in [(&a, &b), (&a, &c), (&b, &c), (&c, &a)] {
                let expected = x.encode_utf16().cmp(y.encode_utf16());
                prop_assert_eq!(key_order(x, y), expected);
                prop_assert_eq!(rank_of_start(x).cmp(&rank_of_start(y)).then(expected), expected);
            }
        }
    }
}
