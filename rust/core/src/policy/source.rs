//! The way in for every document: its size, its encoding, and the reader for its format.

use super::node::{Arena, Node};
use super::problem::{Kind, Problems};
use super::{json, toml};

/// The largest document, in bytes.
pub const SIZE_MAX_BYTES: usize = 64 << 20;

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML 1.1.
    Toml,
    /// JSON, RFC 8259.
    Json,
}

/// Reads a document into a tree in `arena`. Faults go to `problems`. When only single values are at fault, or keys stand twice, the
/// tree has [`node::Value::Faulty`](super::node::Value::Faulty) for those values and the first of those keys, so that the
/// rest can be checked too. Nothing is returned when the fault is in how values are put together: what follows a bracket,
/// quote or comma that is missing could be anything, and to check it would be to guess.
pub fn read<'a>(bytes: &'a [u8], format: Format, arena: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    if bytes.len() > SIZE_MAX_BYTES {
        let message = format!("{} bytes, more than the {SIZE_MAX_BYTES} of the limit", bytes.len());
        problems.push(Kind::Limit, "", None, message, "split the policy");
        return None;
    }
    let source = match std::str::from_utf8(bytes) {
        Ok(source) => source,
        Err(fault) => {
            not_utf8(bytes, fault.valid_up_to(), problems);
            return None;
        }
    };
    match format {
        Format::Toml => toml::parse(source, arena, problems),
        Format::Json if too_many(source, problems) => None,
        Format::Json => json::parse(source, arena, problems),
    }
}

/// Refuses JSON of so many values that reading it would take memory by the gigabyte; the reader of TOML has a bound of
/// its own. Counted by the signs that begin or part values: only where there can be too many, for it takes a pass.
fn too_many(source: &str, problems: &mut Problems) -> bool {
    const MOST: usize = 8_000_000;
    let bytes = source.as_bytes();
    let most_can_be = |bytes: &[u8]| bytes.iter().filter(|byte| is_sign(**byte)).count();
    if bytes.len() <= MOST || most_can_be(bytes) <= MOST {
        return false;
    }
    let signs = signs_outside_texts(bytes);
    if signs > MOST {
        let message = format!("{signs} values or so, more than the {MOST} of the limit");
        problems.push(Kind::Limit, "", None, message, "split the policy");
    }
    signs > MOST
}

/// Whether a byte of JSON begins or parts values.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b'[' | b'{')
}

fn signs_outside_texts(bytes: &[u8]) -> usize {
    let (mut signs, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        at = if *byte == b'"' { text_end(bytes, at + 1) } else { at + 1 };
        signs += usize::from(is_sign(*byte));
    }
    signs
}

/// The place after the closing quote of the text that goes on at `start`.
fn text_end(bytes: &[u8], start: usize) -> usize {
    let mut at = json::plain_end(bytes, start);
    while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
        at = json::plain_end(bytes, at + if *byte == b'\\' { 2 } else { 1 });
    }
    at + 1
}

fn not_utf8(bytes: &[u8], at: usize, problems: &mut Problems) {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let hint = if utf16 { "this looks like UTF-16: save it as UTF-8" } else { "save it as UTF-8" };
    let byte = bytes.get(at).copied().unwrap_or_default();
    problems.push(Kind::Syntax, "", u32::try_from(at).ok(), format!("not UTF-8: the byte 0x{byte:02X}"), hint);
}
