//! Reading typed fields out of a document's tables, collecting every fault on the way.

use crate::time::{self, Day, Micros};

use super::limits;
use super::node::{Entry, Node, Value};
use super::path::Path;
use super::problem::{Kind, Problems};

/// A table whose keys have been checked against the known ones.
pub struct Fields<'t, 'a> {
    entries: &'t [Entry<'a>],
    /// Where the table starts.
    pub at: u32,
    /// Where the table is.
    pub path: &'t Path<'t>,
}

/// A field that was found: its value, and the key to speak of it.
#[derive(Clone, Copy)]
pub struct Field<'t, 'a> {
    /// The key.
    pub key: &'t str,
    /// The value.
    pub node: &'t Node<'a>,
}

/// Whether two keys are equal. Most differ in their length or first byte, which takes no call to find out.
#[inline]
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.as_bytes().first() == b.as_bytes().first() && a == b
}

/// Reports a value of the wrong kind. Of one that could not be read its own fault is said already.
pub fn wrong_kind(path: &Path<'_>, node: &Node<'_>, expected: &str, problems: &mut Problems) {
    if node.is_faulty() {
        return;
    }
    let message = format!("{} where {expected} is expected", node.value.kind());
    problems.push_at(Kind::Shape, path, node.at, message, format!("write {expected}"));
}

/// How much looking for near names one document may cost: in pairs of characters compared.
pub struct Effort(usize);

impl Effort {
    /// Enough for some hundred misspelt names among some hundred others.
    pub const DOCUMENT: Effort = Effort(10_000_000);
}

/// The message and hint for a name that is not among `known`, with the nearest one if it is near.
pub fn unknown_name<'k>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'k str>,
    effort: &mut Effort,
) -> (String, String) {
    const SHOWN: usize = 24;
    let length = name.len().min(limits::KEY_CHARS);
    let most = 1.max(length / 3);
    let mut some = Vec::new();
    let mut nearest: Option<(usize, &str)> = None;
    for key in known {
        if some.len() <= SHOWN {
            some.push(key);
        } else if effort.0 == 0 {
            break;
        }
        if effort.0 > 0 && key.len().abs_diff(name.len()) <= most && key.len() <= limits::KEY_CHARS {
            effort.0 = effort.0.saturating_sub(key.len() * name.len());
            let distance = strsim::osa_distance(name, key);
            nearest = nearest.into_iter().chain((distance <= most).then_some((distance, key))).min();
        }
    }
    some.sort_unstable();
    let hint = match nearest {
        Some((_, key)) => format!("did you mean `{key}`?"),
        None if some.is_empty() => "none is defined".to_owned(),
        None if some.len() <= SHOWN => format!("known: {}", some.join(", ")),
        None => "none of the defined names is near".to_owned(),
    };
    (format!("unknown {what} `{}`", shorten(name)), hint)
}

/// [`unknown_name`] for a variant of one toggle, which may have none.
pub fn unknown_variant<'k>(
    name: &str,
    mut known: impl Iterator<Item = &'k str> + Clone,
    effort: &mut Effort,
) -> (String, String) {
    let (message, hint) = unknown_name("variant", name, known.clone(), effort);
    let none = known.next().is_none();
    (message, if none { "the toggle has no variants: write true or false".to_owned() } else { hint })
}

/// A text cut to a length that a message can hold.
#[must_use]
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(77).chain("...".chars()).collect() }
}

impl<'t, 'a> Fields<'t, 'a> {
    /// Opens a table, and reports every key outside `known`.
    pub fn open(
        node: &'t Node<'a>,
        path: &'t Path<'t>,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Fields<'t, 'a>> {
        let Value::Table(entries) = node.value else {
            wrong_kind(path, node, "a table", problems);
            return None;
        };
        let mut effort = Effort(1_000_000);
        for entry in entries {
            if !known.iter().any(|key| same(key, entry.key)) {
                let (message, hint) = unknown_name("key", entry.key, known.iter().copied(), &mut effort);
                problems.push_at(Kind::Shape, &path.key(entry.key), entry.key_at(), message, hint);
            }
        }
        Some(Fields { entries, at: node.at, path })
    }

    /// Whether nothing stands in the table.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The field, when it is there.
    #[must_use]
    pub fn get(&self, key: &'t str) -> Option<Field<'t, 'a>> {
        self.entries.iter().find(|e| same(e.key, key)).map(|e| Field { key, node: &e.node })
    }

    /// The field, reported as missing when it is not there.
    pub fn require(&self, key: &'t str, kind: Kind, hint: &str, problems: &mut Problems) -> Option<Field<'t, 'a>> {
        let field = self.get(key);
        if field.is_none() {
            problems.push_at(kind, &self.path.key(key), self.at, format!("`{key}` is missing"), hint);
        }
        field
    }

    /// Reports a fault of one field.
    pub fn fault(
        &self,
        field: Field<'_, '_>,
        kind: Kind,
        message: impl Into<String>,
        hint: impl Into<String>,
        problems: &mut Problems,
    ) {
        problems.push_at(kind, &self.path.key(field.key), field.node.at, message, hint);
    }

    fn wrong(&self, field: Field<'_, '_>, expected: &str, problems: &mut Problems) {
        wrong_kind(&self.path.key(field.key), field.node, expected, problems);
    }

    /// Text that says something.
    pub fn text(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<&'a str> {
        match field.node.value {
            Value::Text(text) if says_something(text) => Some(text),
            Value::Text(_) => {
                self.fault(field, Kind::Shape, format!("`{}` is empty", field.key), "write something", problems);
                None
            }
            _ => {
                self.wrong(field, "text", problems);
                None
            }
        }
    }

    /// Who did something, on one line: nothing in it hides or misleads, for somebody relies on it later.
    pub fn who(&self, field: Field<'t, 'a>, problems: &mut Problems) {
        self.seen(field, &[], problems);
    }

    /// Why something was done, on lines.
    pub fn why(&self, field: Field<'t, 'a>, problems: &mut Problems) {
        self.seen(field, &['\t', '\n', '\r'], problems);
    }

    fn seen(&self, field: Field<'t, 'a>, space: &[char], problems: &mut Problems) {
        let Some(text) = self.text(field, problems) else { return };
        if let Some(c) = text.chars().find(|c| misleads(*c) && !space.contains(c)) {
            let message = format!("`{}` has the character U+{:04X}, which cannot be seen", field.key, u32::from(c));
            self.fault(field, Kind::Shape, message, "take it out", problems);
        } else if text.chars().all(is_unseen) {
            let message = format!("`{}` has nothing that can be seen", field.key);
            self.fault(field, Kind::Shape, message, "write something", problems);
        }
    }

    /// True or false.
    pub fn boolean(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<bool> {
        if let Value::Bool(value) = field.node.value {
            return Some(value);
        }
        self.wrong(field, "true or false", problems);
        None
    }

    /// A whole number in a range.
    pub fn integer(
        &self,
        field: Field<'t, 'a>,
        range: std::ops::RangeInclusive<i64>,
        problems: &mut Problems,
    ) -> Option<i64> {
        match field.node.value {
            Value::Int(value) if range.contains(&value) => Some(value),
            Value::Int(value) => {
                let hint = format!("write a whole number from {} to {}", range.start(), range.end());
                self.fault(field, Kind::Shape, format!("{value} is out of range"), hint, problems);
                None
            }
            _ => {
                self.wrong(field, "a whole number", problems);
                None
            }
        }
    }

    /// A number.
    pub fn number(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<f64> {
        let value = number(field.node);
        if value.is_none() {
            self.wrong(field, "a number", problems);
        }
        value
    }

    /// The elements of a list.
    pub fn list(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<&'t [Node<'a>]> {
        if let Value::List(items) = field.node.value {
            return Some(items);
        }
        self.wrong(field, "a list", problems);
        None
    }

    /// A list of non-empty texts.
    pub fn texts(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<Vec<&'a str>> {
        let items = self.list(field, problems)?;
        let path = self.path.key(field.key);
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.value {
                Value::Text(text) if says_something(text) => texts.push(text),
                Value::Text(_) => {
                    let hint = "write something, or remove the element";
                    problems.push_at(Kind::Shape, &path.index(index), item.at, "empty text", hint);
                }
                _ => wrong_kind(&path.index(index), item, "text", problems),
            }
        }
        Some(texts)
    }

    /// A calendar date.
    pub fn date(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<Day> {
        self.parsed(field, "a date such as 2026-01-10", time::parse_date, problems)
    }

    /// An instant with its offset from UTC.
    pub fn instant(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<Micros> {
        self.parsed(field, "an instant such as 2026-03-01T00:00:00Z", time::parse_instant, problems)
    }

    /// A span of time.
    pub fn duration(&self, field: Field<'t, 'a>, problems: &mut Problems) -> Option<Micros> {
        self.parsed(field, "a span such as \"7d\" or \"12h\"", time::parse_duration, problems)
    }

    fn parsed<T>(
        &self,
        field: Field<'t, 'a>,
        expected: &str,
        parse: fn(&str) -> Result<T, time::TimeFault>,
        problems: &mut Problems,
    ) -> Option<T> {
        let Value::Text(text) = field.node.value else {
            self.wrong(field, expected, problems);
            return None;
        };
        parse(text).map_err(|fault| self.fault(field, Kind::Shape, fault.message, fault.hint, problems)).ok()
    }
}

/// Whether a text is more than white space. Nearly all begin with something else.
#[must_use]
pub fn says_something(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_graphic) || !text.trim().is_empty()
}

/// White space, control characters, and what leaves no mark where it stands: joiners, marks of direction, fillers.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}')
}

/// Control characters, and those that turn round the text after them: what a reader sees is not what is written.
fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The value of a numeric node.
#[must_use]
pub fn number(node: &Node<'_>) -> Option<f64> {
    match node.value {
        #[expect(clippy::cast_precision_loss, reason = "documents hold integers within 2^53")]
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}
