//! What it takes in memory to read a TOML source, told from its tokens before it is parsed.
//!
//! The `toml` crate holds every token in two lists, those of white space and comments too, and every table in a node
//! with room for eleven entries. So a source can take some seventy times its length, and one of dotted keys hundreds of
//! times, while a policy of twenty thousand toggles takes ten to twenty times its length.

use super::lexer::{Shape, Token};
use super::walk::{KeySpan, Walk};

/// Above this a source is not parsed.
pub(super) const LIMIT_BYTES: usize = 900_000_000;

/// A token in the two lists.
const TOKEN_BYTES: usize = 48;
/// A value, or the fault that its key is given twice.
const VALUE_BYTES: usize = 120;
/// A table with an entry.
const TABLE_BYTES: usize = 1_000;

/// The sum over the tokens so far.
#[derive(Debug, Default)]
pub(super) struct Weight {
    bytes: usize,
    /// The name of the last table.
    header: KeySpan,
}

impl Weight {
    /// Adds the token that the walk has just read.
    pub(super) fn add(&mut self, source: &str, walk: &Walk<'_>, token: Token, was_header: bool) {
        let tables = match token.shape {
            Shape::OpenTable => 1,
            Shape::CloseList if was_header => self.new_tables(source, walk.header),
            _ => walk.dots_of_key(token),
        };
        let values = usize::from(matches!(token.shape, Shape::Comma | Shape::Equals));
        self.bytes += TOKEN_BYTES + VALUE_BYTES * values + TABLE_BYTES * tables;
    }

    /// Whether it is more than [`LIMIT_BYTES`].
    pub(super) fn is_too_much(&self) -> bool {
        self.bytes > LIMIT_BYTES
    }

    /// How many tables a header can make. Those that its name shares with the header before are there already; the last
    /// one is new in a list of tables.
    fn new_tables(&mut self, source: &str, header: KeySpan) -> usize {
        let (before, name) = (self.header.text(source), header.text(source));
        self.header = header;
        let parts = header.dots() + 1;
        // Dots in quotes part nothing.
        if name.contains(['"', '\'']) {
            return parts;
        }
        let common = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        // The name before may end where a dot stands in this one.
        let end = if common == before.len() { name.len().min(common + 1) } else { common };
        let shared = name.as_bytes()[..end].iter().filter(|byte| **byte == b'.').count();
        parts.saturating_sub(shared).max(1)
    }
}
