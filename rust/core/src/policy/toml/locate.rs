//! Paths of places in a TOML source, faulty ones too. Only used when there is a fault to speak of.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use ::toml::de::DeValue;

use super::lexer::{Lexer, Shape, Token};
use super::walk::{KeySpan, Walk};
use crate::policy::path::Path;

/// Names of tables longer than this many bytes are left out of paths.
const NAME_BYTES: usize = 1000;

/// One step of a path.
#[derive(Debug, Clone)]
pub(super) enum Step<'s> {
    Key(Cow<'s, str>),
    Index(usize),
}

/// Where a place is in the document.
#[derive(Debug, Default)]
pub(super) struct Located<'s> {
    pub steps: Vec<Step<'s>>,
    /// For a place in the name of a table, where the same name stood before.
    pub earlier: Option<usize>,
    /// Where the statement starts.
    pub statement: usize,
}

/// The path of one place.
pub(super) fn path(source: &str, place: usize) -> String {
    let located = locate(source, &[place]);
    located.first().map(|l| with_path(&l.steps, &Path::ROOT, &mut |path| path.to_string())).unwrap_or_default()
}

/// Calls `then` with the path that `steps` lead to from `path`.
pub(super) fn with_path<T>(steps: &[Step<'_>], path: &Path<'_>, then: &mut dyn FnMut(&Path<'_>) -> T) -> T {
    match steps {
        [] => then(path),
        [Step::Key(key), rest @ ..] => with_path(rest, &path.key(key), then),
        [Step::Index(index), rest @ ..] => with_path(rest, &path.index(*index), then),
    }
}

/// Finds where the places are, which are given in ascending order, in one pass.
pub(super) fn locate<'s>(source: &'s str, places: &[usize]) -> Vec<Located<'s>> {
    let mut locator = Locator {
        source,
        walk: Walk::new(source),
        header: Vec::new(),
        elements: BTreeMap::new(),
        names: BTreeMap::new(),
    };
    let mut found = Vec::with_capacity(places.len());
    let mut places = places.iter().peekable();
    while let Some(next) = locator.walk.peek() {
        if places.peek().is_none() {
            return found;
        }
        // A place at the end of something is in it, and one at its start is in it too.
        let is_start = match next.shape {
            Shape::Text | Shape::OpenText | Shape::Atom | Shape::Dot => true,
            Shape::OpenList => locator.walk.at_line(),
            _ => false,
        };
        if is_start {
            locator.step(next);
        }
        while places.next_if(|place| **place < next.end).is_some() {
            found.push(locator.here());
        }
        if !is_start {
            locator.step(next);
        }
    }
    found.extend(places.map(|_| locator.here()));
    found
}

struct Locator<'s> {
    source: &'s str,
    walk: Walk<'s>,
    /// The path of the table that the statements belong to.
    header: Vec<Step<'s>>,
    /// How many elements each list of tables has so far, by its path.
    elements: BTreeMap<String, usize>,
    /// Where each other table is named first.
    names: BTreeMap<String, usize>,
}

impl<'s> Locator<'s> {
    fn step(&mut self, next: Token) {
        let was_header = self.walk.in_header();
        self.walk.step();
        if !was_header || next.shape != Shape::CloseList {
            return;
        }
        let (list, name) = (self.walk.header_is_element, self.header_steps());
        self.header = name.0;
        if self.header.is_empty() {
            return;
        }
        if list {
            let count = self.elements.entry(name.1).or_default();
            self.header.push(Step::Index(*count));
            *count += 1;
        } else {
            self.names.entry(name.1).or_insert(self.walk.header.start);
        }
    }

    /// The name of a table as a path and as its text, the last index left out. Indices follow from the lists of tables
    /// that were met before.
    fn header_steps(&self) -> (Vec<Step<'s>>, String) {
        let mut steps = Vec::new();
        let mut text = String::new();
        let span = self.walk.header;
        if span.end - span.start > NAME_BYTES {
            return (steps, text);
        }
        let names = names(self.source, span);
        let last = names.len().saturating_sub(1);
        for (i, name) in names.into_iter().enumerate() {
            // Any separator does that cannot make two paths alike.
            let _ = write!(text, "{}:{name}", name.len());
            steps.push(Step::Key(name));
            if let Some(count) = self.elements.get(&text)
                && !(i == last && self.walk.header_is_element)
            {
                let _ = write!(text, "[{}]", count - 1);
                steps.push(Step::Index(count - 1));
            }
        }
        (steps, text)
    }

    /// Where the walk is.
    fn here(&self) -> Located<'s> {
        if self.walk.in_header() {
            let (steps, text) = self.header_steps();
            let earlier = if self.walk.header_is_element { None } else { self.names.get(&text).copied() };
            return Located { steps, earlier, statement: self.walk.statement };
        }
        let mut steps = self.header.clone();
        steps.extend(names(self.source, self.walk.key).into_iter().map(Step::Key));
        for open in &self.walk.opens {
            if open.is_list {
                steps.push(Step::Index(open.index));
            } else {
                steps.extend(names(self.source, open.reached_key()).into_iter().map(Step::Key));
            }
        }
        Located { steps, earlier: None, statement: self.walk.statement }
    }
}

/// The parts of a key.
fn names(source: &str, span: KeySpan) -> Vec<Cow<'_, str>> {
    let tokens = Lexer::new(source, span.start, span.end);
    let names = tokens.filter(|t| matches!(t.shape, Shape::Text | Shape::OpenText | Shape::Atom));
    names.map(|t| name(&source[t.start..t.end])).collect()
}

/// A part of a key without its quotes and escapes.
fn name(raw: &str) -> Cow<'_, str> {
    if raw.starts_with('"')
        && raw.contains('\\')
        && let Ok(DeValue::String(text)) = DeValue::parse(raw).map(::toml::Spanned::into_inner)
    {
        return text;
    }
    Cow::Borrowed(raw.trim_matches(|c| c == '"' || c == '\''))
}
