//! Faults of a document: where, what, and how to mend it. All of them are collected, not just the first.

use std::fmt::{self, Write};

use super::path::Path;

/// What sort of fault a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The text is not well-formed TOML or JSON.
    Syntax,
    /// A key or value has the wrong name, type or range.
    Shape,
    /// A field that governance asks for is missing or empty.
    Governance,
    /// A name that nothing defines, or a circle of names.
    Reference,
    /// A limit on size, depth or number is exceeded.
    Limit,
}

impl Kind {
    /// The kind's name as users see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Syntax => "syntax",
            Kind::Shape => "shape",
            Kind::Governance => "governance",
            Kind::Reference => "reference",
            Kind::Limit => "limit",
        }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Sort of fault.
    pub kind: Kind,
    /// Path in the document, such as `toggles.billing-bot.rules[1].ramp.steps[1].percent`; empty for the whole.
    pub path: String,
    /// Byte offset in the source, when it has one.
    pub at: Option<u32>,
    /// Line, counted from 1; filled in by [`Problems::finish`].
    pub line: Option<u32>,
    /// Column in characters, counted from 1; filled in by [`Problems::finish`].
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() { "document" } else { &self.path })?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// The faults found so far. Keeps at most [`Problems::KEPT`] and counts the rest, and cuts long texts, so that a hostile
/// document cannot make the report larger than itself.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<Found>,
    dropped: usize,
}

/// A fault, and the place that its message speaks of when that is not the place where it was found.
#[derive(Debug)]
struct Found {
    problem: Problem,
    earlier: Option<u32>,
}

impl Problems {
    /// The most faults that a report spells out.
    pub const KEPT: usize = 1000;
    /// The most bytes that a report keeps of one path, message or hint.
    pub const TEXT_BYTES: usize = 1000;

    /// Adds a fault.
    pub fn push(
        &mut self,
        kind: Kind,
        path: impl Into<String>,
        at: Option<u32>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.is_full() {
            self.dropped += 1;
            return;
        }
        let (path, message, hint) = (cut(path.into()), cut(message.into()), cut(hint.into()));
        let problem = Problem { kind, path, at, line: None, column: None, message, hint };
        self.kept.push(Found { problem, earlier: None });
    }

    /// Adds the fault of a document that says nothing.
    pub fn push_empty(&mut self, kind: Kind) {
        self.push(kind, "", Some(0), "the document is empty", "`turnout init` writes one to begin with");
    }

    /// Adds a fault whose path is written out only when the fault is kept.
    pub fn push_at(
        &mut self,
        kind: Kind,
        path: &Path<'_>,
        at: u32,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let path = if self.is_full() { String::new() } else { bounded(path) };
        self.push(kind, path, Some(at), message, hint);
    }

    /// Adds the fault that the key at `path` is given twice, at `at` and earlier at `first`.
    pub fn push_twice(&mut self, path: &Path<'_>, at: u32, first: u32) {
        let before = self.kept.len();
        self.push_at(Kind::Syntax, path, at, "given twice", "keep one of them");
        if let Some(found) = self.kept.get_mut(before) {
            found.earlier = Some(first);
        }
    }

    /// Forgets the faults of names from the one with this number on.
    pub fn forget_references(&mut self, from: usize) {
        let mut number = 0;
        self.kept.retain(|found| {
            number += 1;
            number <= from || found.problem.kind != Kind::Reference
        });
    }

    /// Whether further faults are only counted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.kept.len() >= Self::KEPT
    }

    /// Whether no fault was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many faults were found, those counted but not kept included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.len() + self.dropped
    }

    /// The faults in the order of the source, each with its line and column; the last says how many more there are.
    /// Takes time in proportion to the source, however many faults there are and however long its lines.
    #[must_use]
    pub fn finish(mut self, source: &[u8]) -> Vec<Problem> {
        let spoken_of = self.kept.iter().flat_map(|f| [f.problem.at, f.earlier]).flatten();
        let places = Places::of(spoken_of.collect(), source);
        self.kept.sort_by_key(|found| found.problem.at.unwrap_or(u32::MAX));
        let mut problems = Vec::with_capacity(self.kept.len() + 1);
        for Found { mut problem, earlier } in self.kept {
            if let Some((line, column)) = problem.at.and_then(|at| places.get(at)) {
                problem.line = Some(line);
                problem.column = Some(column);
            }
            if let Some((line, _)) = earlier.and_then(|at| places.get(at)) {
                let _ = write!(problem.message, "; first at line {line}");
            }
            problems.push(problem);
        }
        if self.dropped > 0 {
            let message = match self.dropped {
                1 => "1 more problem is not listed".to_owned(),
                more => format!("{more} more problems are not listed"),
            };
            let hint = "mend those above and check again".to_owned();
            let (kind, path) = (Kind::Limit, String::new());
            problems.push(Problem { kind, path, at: None, line: None, column: None, message, hint });
        }
        problems
    }
}

/// Lines and columns of some offsets of a source.
pub(in crate::policy) struct Places {
    offsets: Vec<u32>,
    places: Vec<(u32, u32)>,
}

impl Places {
    /// Finds them all in one pass. A column counts characters; in a source that is not UTF-8 every byte counts that
    /// could start one.
    pub(in crate::policy) fn of(mut offsets: Vec<u32>, source: &[u8]) -> Self {
        offsets.sort_unstable();
        offsets.dedup();
        // A byte order mark is no character of the first line.
        let mut seen = if source.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let (mut line, mut column) = (1, 1);
        let mut places = Vec::with_capacity(offsets.len());
        for at in &offsets {
            let at = (*at as usize).clamp(seen, source.len().max(seen));
            let gap = source.get(seen..at).unwrap_or_default();
            let last_line = match gap.iter().rposition(|b| *b == b'\n') {
                Some(end) => {
                    line += gap.iter().map(|b| usize::from(*b == b'\n')).sum::<usize>();
                    column = 1;
                    &gap[end + 1..]
                }
                None => gap,
            };
            column += last_line.iter().map(|b| usize::from(*b & 0xC0 != 0x80)).sum::<usize>();
            seen = at;
            places.push((u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX)));
        }
        Self { offsets, places }
    }

    pub(in crate::policy) fn get(&self, at: u32) -> Option<(u32, u32)> {
        self.offsets.binary_search(&at).ok().map(|i| self.places[i])
    }
}

/// A text cut to the length that a report keeps.
fn cut(text: String) -> String {
    let mut text = printable(text);
    if text.len() > Problems::TEXT_BYTES {
        text.truncate(boundary(&text, Problems::TEXT_BYTES - 3));
        text.push_str("...");
        text.shrink_to_fit();
    }
    text
}

/// A text of one line that writes nothing but itself on a terminal: what a document names ends up in reports.
fn printable(text: String) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// The last place up to `limit` at which the text can be cut.
fn boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
}

/// A path written out no further than a report keeps, whatever the length of its keys.
fn bounded(path: &Path<'_>) -> String {
    struct Bounded(String);
    impl fmt::Write for Bounded {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            let room = (Problems::TEXT_BYTES + 4).saturating_sub(self.0.len());
            let end = boundary(part, room);
            self.0.push_str(&part[..end]);
            if end < part.len() { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut text = Bounded(String::new());
    // Stopping early is the purpose; what was written so far is the path's start.
    let _ = write!(text, "{path}");
    cut(text.0)
}
