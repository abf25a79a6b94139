//! The reader of JSON documents, RFC 8259, with the place of every value.
//!
//! It differs from a lenient reader in what it refuses: keys given twice, numbers beyond ±(2^53 - 1), halves of
//! surrogate pairs, nesting beyond [`DEPTH`]. A fault of one value is recorded and the reading goes on where it is certain
//! where that value ends: in a text its closing quote, in a bad number, a bare word or a text in single quotes the comma or
//! bracket right after it. Any other fault of syntax ends the reading. A byte order mark is skipped.

mod bad;
mod number;
mod text;

pub(in crate::policy) use number::{OUT_OF_RANGE, OUT_OF_RANGE_HINT};
pub(in crate::policy) use text::plain_end;

use super::node::{Arena, Entry, Node, Value, place};
use super::path::Path;
use super::problem::{Kind, Problems};

/// How many tables and lists may stand inside one another, the document included.
pub const DEPTH: usize = 64;

/// Tables up to this many keys are searched for repeats by comparing their keys with one another.
const FEW: usize = 32;

/// Reads a document. Faults go to `problems`. When only single values are at fault, the tree has [`Value::Faulty`] for
/// them; nothing is returned when the text is not JSON, or a key cannot be read.
pub fn parse<'a>(source: &'a str, arena: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    let bytes = source.as_bytes();
    let (entries, nodes) = (Vec::new(), Vec::new());
    let mut reader = Reader { source, arena, bytes, at: 0, problems, entries, nodes, bad: false, bad_key: false };
    if source.starts_with('\u{FEFF}') {
        reader.at = '\u{FEFF}'.len_utf8();
    }
    reader.skip_space();
    if reader.at == source.len() {
        reader.problems.push_empty(Kind::Syntax);
        return None;
    }
    if looks_like_toml(&source[reader.at..]) {
        let hint = "this looks like TOML: name its file .toml, or give the format `toml`";
        reader.unexpected(&Path::ROOT, "`{`", hint);
        return None;
    }
    let node = reader.document().ok()?;
    (!reader.bad_key).then_some(node)
}

/// The reading has ended early, and its reason is among the problems.
#[derive(Debug)]
struct Stop;

struct Reader<'a, 'p> {
    source: &'a str,
    arena: &'a Arena,
    bytes: &'a [u8],
    /// Where the next byte is; always the start of a character.
    at: usize,
    problems: &'p mut Problems,
    /// Entries of the tables that are open, the outermost first: each table is then allocated once, in its final size.
    entries: Vec<Entry<'a>>,
    /// The same for lists.
    nodes: Vec<Node<'a>>,
    /// Whether the text that was read last has a fault.
    bad: bool,
    /// Whether some key has one.
    bad_key: bool,
}

impl<'a> Reader<'a, '_> {
    fn document(&mut self) -> Result<Node<'a>, Stop> {
        let node = self.value(&Path::ROOT, 1)?;
        self.skip_space();
        if self.at < self.bytes.len() {
            let hint = self.hint("a document holds one value");
            return Err(self.unexpected(&Path::ROOT, "the end of the document", hint));
        }
        Ok(node)
    }

    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Node<'a>, Stop> {
        self.skip_space();
        let at = place(self.at);
        let value = match self.peek() {
            Some(b'"') => {
                let text = self.text(path)?;
                if self.bad { Value::Faulty } else { Value::Text(text) }
            }
            Some(b'{') => self.table(path, depth)?,
            Some(b'[') => self.list(path, depth)?,
            Some(b'-' | b'0'..=b'9') => self.number(path)?,
            _ if self.take_word("true") => Value::Bool(true),
            _ if self.take_word("false") => Value::Bool(false),
            _ if self.take_word("null") => Value::Null,
            _ if self.take_word("NaN") || self.take_word("Infinity") => self.not_finite(path, at),
            _ => self.bad_value(path)?,
        };
        Ok(Node { at, key_at: 0, value })
    }

    fn table(&mut self, path: &Path<'_>, depth: usize) -> Result<Value<'a>, Stop> {
        self.check_depth(path, depth)?;
        self.at += 1;
        let base = self.entries.len();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Table(&[]));
        }
        loop {
            let key_at = place(self.at);
            if self.peek() != Some(b'"') {
                return Err(self.no_key(path, self.entries.len() > base));
            }
            let key = self.text(path)?;
            self.bad_key |= self.bad;
            self.skip_space();
            if !self.take(b':') {
                let hint = self.hint("");
                return Err(self.unexpected(&path.key(key), "`:` after the key", hint));
            }
            let node = self.value(&path.key(key), depth + 1)?;
            self.entries.push(Entry { key, node: Node { key_at, ..node } });
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(self.no_comma(path, "`,` or `}`"));
            }
            self.skip_space();
            if self.peek() == Some(b'}') {
                // A comma before the end: it is clear what was meant.
                self.no_key(path, true);
                self.at += 1;
                break;
            }
        }
        if has_repeat(&self.entries[base..]) {
            self.drop_repeats(base, path);
        }
        let entries = self.arena.slice(&self.entries[base..]);
        self.entries.truncate(base);
        Ok(Value::Table(entries))
    }

    fn list(&mut self, path: &Path<'_>, depth: usize) -> Result<Value<'a>, Stop> {
        self.check_depth(path, depth)?;
        self.at += 1;
        let base = self.nodes.len();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::List(&[]));
        }
        loop {
            let node = self.value(&path.index(self.nodes.len() - base), depth + 1)?;
            self.nodes.push(node);
            self.skip_space();
            if self.take(b']') {
                break;
            }
            if !self.take(b',') {
                return Err(self.no_comma(path, "`,` or `]`"));
            }
        }
        let nodes = self.arena.slice(&self.nodes[base..]);
        self.nodes.truncate(base);
        Ok(Value::List(nodes))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let rest = &self.bytes[self.at..];
        let found = rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if found {
            self.at += word.len();
        }
        found
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn check_depth(&mut self, path: &Path<'_>, depth: usize) -> Result<(), Stop> {
        if depth <= DEPTH {
            return Ok(());
        }
        let message = format!("tables and lists inside one another more than {DEPTH} deep");
        self.problems.push_at(Kind::Limit, path, place(self.at), message, "write it flatter");
        Err(Stop)
    }

    /// Reports every key that stands again in the table whose entries are those from `base` on, and keeps only the
    /// first of each.
    #[cold]
    fn drop_repeats(&mut self, base: usize, path: &Path<'_>) {
        let mut entries = self.entries.split_off(base);
        let order = sorted(&entries);
        // For each entry, where its key stands first.
        let mut firsts: Vec<u32> = entries.iter().map(Entry::key_at).collect();
        for pair in order.windows(2) {
            if entries[pair[0]].key == entries[pair[1]].key {
                firsts[pair[1]] = firsts[pair[0]];
            }
        }
        for (entry, first) in entries.iter().zip(&firsts).filter(|(entry, first)| entry.key_at() != **first) {
            self.problems.push_twice(&path.key(entry.key), entry.key_at(), *first);
        }
        let mut firsts = firsts.into_iter();
        entries.retain(|entry| firsts.next() == Some(entry.key_at()));
        self.entries.append(&mut entries);
    }

    /// The fault that something else is needed here.
    #[cold]
    fn unexpected(&mut self, path: &Path<'_>, expected: &str, hint: &str) -> Stop {
        let found = match self.source.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the end of the document".to_owned(),
            Some(c) if c.is_control() || c == '\u{FEFF}' => format!("the character U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
        };
        let message = format!("expected {expected}, found {found}");
        self.problems.push_at(Kind::Syntax, path, place(self.at), message, hint);
        Stop
    }

    /// The hint for a place where a comment stands, which many take JSON to have; `otherwise` for every other.
    fn hint(&self, otherwise: &'static str) -> &'static str {
        if matches!(self.peek(), Some(b'/' | b'#')) { "JSON has no comments; TOML has" } else { otherwise }
    }

    #[cold]
    fn no_comma(&mut self, path: &Path<'_>, expected: &str) -> Stop {
        let in_table = expected.ends_with("`}`");
        let hint = match self.peek() {
            Some(b'"') => "a comma is missing before it",
            Some(b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') if !in_table => "a comma is missing before it",
            Some(b']') if in_table => "end the table with `}`",
            Some(b'}') if !in_table => "end the list with `]`",
            _ => self.hint(""),
        };
        self.unexpected(path, expected, hint)
    }

    #[cold]
    fn no_value(&mut self, path: &Path<'_>) -> Stop {
        let hint = match self.peek() {
            Some(b']' | b'}') => "a comma stands only between two values",
            Some(b'T' | b'F' | b'N') => "JSON writes true, false and null in small letters",
            Some(b'.' | b'+') => "a number starts with a digit or `-`",
            Some(b'\'' | b'a'..=b'z' | b'A'..=b'Z' | b'_') => "JSON text stands in double quotes",
            _ => self.hint(""),
        };
        self.unexpected(path, "a value", hint)
    }

    #[cold]
    fn no_key(&mut self, path: &Path<'_>, after_comma: bool) -> Stop {
        let hint = match self.peek() {
            Some(b'}') if after_comma => "a comma stands only between two entries",
            Some(_) => self.hint("a key stands in double quotes"),
            None => "",
        };
        let expected = if after_comma { "a key" } else { "a key or `}`" };
        self.unexpected(path, expected, hint)
    }

    #[cold]
    fn not_finite(&mut self, path: &Path<'_>, at: u32) -> Value<'a> {
        self.problems.push_at(Kind::Syntax, path, at, "not a finite number", "JSON holds only finite numbers");
        Value::Faulty
    }
}

/// Whether the first line that is no comment is one of TOML and cannot be one of JSON: `[table]`, `[[list]]` or `key =`.
fn looks_like_toml(text: &str) -> bool {
    if text.starts_with(['{', '"']) {
        return false;
    }
    let is_name = |name: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-. \"'".contains(c);
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_plain)
    };
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if let Some((name, _)) = line.trim_start_matches('[').split_once(']')
        && line.starts_with('[')
    {
        return is_name(name) && !["true", "false", "null", "NaN", "Infinity"].contains(&name.trim());
    }
    line.split_once('=').is_some_and(|(name, _)| is_name(name.trim_end()))
}

/// Positions of the entries in the order of their keys, equal keys in the order of the source.
fn sorted(entries: &[Entry<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by_key(|i| (entries[*i].key.as_bytes(), *i));
    order
}

/// Whether some key stands twice. No hashing, so no document can be made to cost more than another of its size.
fn has_repeat(entries: &[Entry<'_>]) -> bool {
    if entries.len() > FEW {
        return sorted(entries).windows(2).any(|pair| entries[pair[0]].key == entries[pair[1]].key);
    }
    // Keys with different marks differ, so most tables need no comparison of texts at all.
    let mut marks = 0_u64;
    entries.iter().enumerate().any(|(i, entry)| {
        let mark = mark(entry.key.as_bytes());
        let met = marks & mark != 0;
        marks |= mark;
        met && entries[..i].iter().any(|earlier| earlier.key == entry.key)
    })
}

/// One bit that depends on a key's length and ends.
fn mark(key: &[u8]) -> u64 {
    let [first, .., last] = key else {
        return 1 << (key.len() & 1);
    };
    let mixed = key.len().wrapping_mul(7) ^ usize::from(*first).wrapping_mul(3) ^ usize::from(*last).wrapping_mul(11);
    1 << (mixed & 63)
}
