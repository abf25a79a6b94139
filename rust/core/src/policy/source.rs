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

/// Reads a document into a tree in `arena`. Faults go to `problems`. Nothing is returned when the source cannot be understood as a
/// whole; when only single values are at fault, the tree has stand-ins for them, so that the rest can be checked too.
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
    if too_many(source, format, problems) {
        return None;
    }
    match format {
        Format::Toml => toml::parse(source, arena, problems),
        Format::Json => json::parse(source, arena, problems),
    }
}

/// Refuses a document of so many values that reading it would take memory by the gigabyte. Counted by the signs that
/// begin or part values, wherever they stand: a bound, not a measure.
fn too_many(source: &str, format: Format, problems: &mut Problems) -> bool {
    let most = match format {
        Format::Toml => 2_000_000,
        Format::Json => 8_000_000,
    };
    // No document has more signs than bytes, and most have fewer bytes than that.
    if source.len() <= most {
        return false;
    }
    let signs = source.bytes().filter(|byte| matches!(byte, b',' | b'=' | b':' | b'[' | b'{')).count();
    if signs > most {
        let message = format!("{signs} values or so, more than the {most} of the limit");
        let hint = match format {
            Format::Toml => "split the policy, or write it in JSON",
            Format::Json => "split the policy",
        };
        problems.push(Kind::Limit, "", None, message, hint);
    }
    signs > most
}

fn not_utf8(bytes: &[u8], at: usize, problems: &mut Problems) {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let hint = if utf16 { "this looks like UTF-16: save it as UTF-8" } else { "save it as UTF-8" };
    let byte = bytes.get(at).copied().unwrap_or_default();
    problems.push(Kind::Syntax, "", u32::try_from(at).ok(), format!("not UTF-8: the byte 0x{byte:02X}"), hint);
}
