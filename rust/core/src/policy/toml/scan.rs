//! One pass over a TOML source before it is parsed: bounds its nesting and finds what would drown every other fault.

use super::lexer::Shape;
use super::locate;
use super::walk::Walk;
use super::weight::{LIMIT_BYTES, Weight};
use crate::policy::json::DEPTH;
use crate::policy::node::place;
use crate::policy::path::Path;
use crate::policy::problem::{Kind, Problems};

/// Sources are parsed in parts about this long when faults are to be listed in a long one.
pub(super) const PART_BYTES: usize = 1 << 20;
/// A source with more control characters than this is not a text.
const CONTROLS: usize = 100;

/// What the pass found.
#[derive(Debug)]
pub(super) struct Scan {
    /// The end of the part that is worth parsing: a fault that it reports swallows what follows.
    pub end: usize,
    /// Names of tables at which the source can be cut into parts of about [`PART_BYTES`].
    pub cuts: Vec<usize>,
    /// Places of control characters; each is reported.
    pub controls: Vec<usize>,
}

/// Scans a source. Nothing is returned when it is no text, or too large.
pub(super) fn scan(source: &str, problems: &mut Problems) -> Option<Scan> {
    let controls = controls(source, problems)?;
    let mut cuts = Vec::new();
    let mut last_cut = 0;
    let mut walk = Walk::new(source);
    let mut weight = Weight::default();
    let mut was_header = false;
    while let Some(token) = walk.step() {
        weight.add(source, &walk, token, was_header);
        was_header = walk.in_header();
        if weight.is_too_much() {
            let message = format!(
                "so many values, tables, spaces and line breaks that they take more than {} MB of memory to read",
                LIMIT_BYTES / 1_000_000
            );
            let hint = "split the policy, or write it in JSON";
            problems.push_at(Kind::Limit, &Path::ROOT, place(token.start), message, hint);
            return None;
        }
        if walk.is_too_deep() {
            let path = locate::path(source, token.start);
            problems.push(Kind::Limit, path, Some(place(token.start)), too_deep(), "write it flatter");
            return Some(Scan { end: walk.statement, cuts, controls });
        }
        if token.shape == Shape::OpenText {
            let quotes = &source[token.start..token.start + 3];
            let path = locate::path(source, token.start);
            let hint = format!("end it with `{quotes}`");
            problems.push(Kind::Syntax, path, Some(place(token.start)), "this text is never closed", hint);
            return Some(Scan { end: walk.statement, cuts, controls });
        }
        if walk.in_header() && token.start == walk.statement && token.start >= last_cut + PART_BYTES {
            last_cut = token.start;
            cuts.push(last_cut);
        }
    }
    let mut end = source.len();
    if let Some(open) = walk.opens.last() {
        let (at, message) = match walk.mismatch {
            Some((at, close)) => {
                (at, format!("this `{}` is closed by a `{}`", &source[at..=at], &source[close..=close]))
            }
            None => (open.at, format!("this `{}` is never closed", &source[open.at..=open.at])),
        };
        let hint =
            if &source[at..=at] == "[" { "put a `]` where the list ends" } else { "put a `}` where the table ends" };
        problems.push(Kind::Syntax, locate::path(source, at), Some(place(at)), message, hint);
        end = walk.statement;
    }
    Some(Scan { end, cuts, controls })
}

/// The fault of nesting.
pub(super) fn too_deep() -> String {
    format!("tables and lists inside one another more than {DEPTH} deep")
}

/// Reports the characters that no TOML document can hold as they are, and returns their places.
fn controls(source: &str, problems: &mut Problems) -> Option<Vec<usize>> {
    let bytes = source.as_bytes();
    let is_odd = |b: u8| (b < 0x20 && b != b'\n' && b != b'\t') || b == 0x7F;
    // Most sources hold none, and this is quick.
    if !bytes.iter().fold(false, |any, b| any | is_odd(*b)) {
        return Some(Vec::new());
    }
    let is_fault = |at: &usize| is_odd(bytes[*at]) && !bytes[*at..].starts_with(b"\r\n");
    let places: Vec<usize> = (0..bytes.len()).filter(is_fault).take(CONTROLS + 1).collect();
    if let [first, ..] = places[..]
        && places.len() > CONTROLS
    {
        let message = format!("more than {CONTROLS} control characters");
        problems.push_at(Kind::Syntax, &Path::ROOT, place(first), message, "this is no text; name a TOML file");
        return None;
    }
    for (at, located) in places.iter().zip(locate::locate(source, &places)) {
        let byte = bytes[*at];
        let (message, hint) = match byte {
            b'\r' => ("half of a line break, U+000D alone".to_owned(), "end lines with U+000A".to_owned()),
            _ => (format!("the character U+{byte:04X}"), format!("write it as `\\u{byte:04x}` inside double quotes")),
        };
        locate::with_path(&located.steps, &Path::ROOT, &mut |path| {
            problems.push_at(Kind::Syntax, path, place(*at), message.as_str(), hint.as_str());
        });
    }
    Some(places)
}
