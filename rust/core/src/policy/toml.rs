//! The reader of TOML 1.1 documents, with the place of every value.
//!
//! The text is parsed by the `toml` crate, which lists every fault. What it leaves open is done around it: [`scan`]
//! bounds the nesting before it starts, since its own guard can be talked out of its limit, and the memory that it takes; [`faults`] says in plain
//! words and with a path what it found; and what it read becomes the same tree that JSON is read into. Dates and times
//! become text in RFC 3339 form. A byte order mark is skipped.

mod faults;
mod lexer;
mod locate;
mod scan;
mod walk;
mod weight;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::json::{DEPTH, OUT_OF_RANGE, OUT_OF_RANGE_HINT};
use super::node::{Arena, Entry, Node, Value, place};
use super::path::Path;
use super::problem::{Kind, Problems};

/// Reads a document. Faults go to `problems`. When only single values are at fault, or keys stand twice, the tree has
/// [`Value::Faulty`] for those values and the first of those keys. Nothing is returned when some fault is anywhere else: the
/// crate's way back from it is a guess, and what it takes for a value may be none.
pub fn parse<'a>(source: &'a str, arena: &'a Arena, problems: &mut Problems) -> Option<Node<'a>> {
    let start = source.find(|c: char| !c.is_whitespace() && c != '\u{FEFF}').unwrap_or_default();
    if source[start..].starts_with('{') {
        let hint = "this looks like JSON: name its file .json, or give the format `json`";
        problems.push_at(Kind::Syntax, &Path::ROOT, place(start), "expected a key or `[`, found `{`", hint);
        return None;
    }
    let scanned = scan::scan(source, problems)?;
    let (table, faults) = faults::read(source, &scanned, problems)?;
    let mut converter = Converter { source, arena, problems, faults: &faults, met: 0 };
    let value = converter.table(table, &Path::ROOT, 1).ok()?;
    // A fault in no value of the table is one in a key, or in a value that was left out.
    (converter.met == faults.len()).then_some(Node { at: 0, key_at: 0, value })
}

/// The conversion has ended early, and its reason is among the problems.
struct Stop;

struct Converter<'a, 'p> {
    source: &'a str,
    arena: &'a Arena,
    problems: &'p mut Problems,
    /// The places of faults inside values, in ascending order.
    faults: &'p [usize],
    /// How many of them were met.
    met: usize,
}

impl<'a> Converter<'a, '_> {
    fn node(&mut self, found: Spanned<DeValue<'a>>, path: &Path<'_>, depth: usize) -> Result<Node<'a>, Stop> {
        let span = found.span();
        let at = place(span.start);
        if depth > DEPTH && matches!(found.get_ref(), DeValue::Array(_) | DeValue::Table(_)) {
            self.problems.push_at(Kind::Limit, path, at, scan::too_deep(), "write it flatter");
            return Err(Stop);
        }
        let value = match found.into_inner() {
            DeValue::Array(items) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(i, item)| self.node(item, &path.index(i), depth + 1));
                let items = items.collect::<Result<Vec<_>, Stop>>()?;
                Value::List(self.arena.slice(&items))
            }
            DeValue::Table(table) => self.table(table, path, depth)?,
            _ if self.is_faulty(&span) => Value::Faulty,
            DeValue::String(text) => Value::Text(self.text(text)),
            DeValue::Boolean(truth) => Value::Bool(truth),
            DeValue::Datetime(_) => Value::Text(self.text(rfc3339(self.source.get(span).unwrap_or_default()))),
            DeValue::Integer(number) => self.integer(&number, path, at),
            DeValue::Float(number) => self.float(&number, path, at),
        };
        Ok(Node { at, key_at: 0, value })
    }

    /// Whether a value has faults inside it, the place just after it included: there a closing quote can be missing.
    fn is_faulty(&mut self, span: &Range<usize>) -> bool {
        let first = self.faults.partition_point(|fault| *fault < span.start);
        let count = self.faults[first..].iter().take_while(|fault| **fault <= span.end).count();
        self.met += count;
        count > 0
    }

    /// The entries of a table in the order of the source; the crate has sorted them by key.
    fn table(&mut self, table: DeTable<'a>, path: &Path<'_>, depth: usize) -> Result<Value<'a>, Stop> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_at = place(key.span().start);
            let key = self.text(key.into_inner());
            let node = self.node(value, &path.key(key), depth + 1)?;
            entries.push(Entry { key, node: Node { key_at, ..node } });
        }
        entries.sort_unstable_by_key(Entry::key_at);
        Ok(Value::Table(self.arena.slice(&entries)))
    }

    fn text(&self, text: Cow<'a, str>) -> &'a str {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.arena.text(&text),
        }
    }

    fn integer(&mut self, number: &DeInteger<'_>, path: &Path<'_>, at: u32) -> Value<'a> {
        let digits = number.as_str();
        if digits.is_empty() {
            let (message, hint) = ("a number without digits", "write digits after `0x`, `0o` or `0b`");
            self.problems.push_at(Kind::Syntax, path, at, message, hint);
            return Value::Faulty;
        }
        let value = i64::from_str_radix(digits, number.radix()).ok().and_then(Value::whole);
        value.unwrap_or_else(|| self.out_of_range(path, at))
    }

    fn float(&mut self, number: &DeFloat<'_>, path: &Path<'_>, at: u32) -> Value<'a> {
        let digits = number.as_str();
        if digits.ends_with("inf") || digits.ends_with("nan") {
            self.problems.push_at(Kind::Syntax, path, at, "not a finite number", "a policy holds only finite numbers");
            return Value::Faulty;
        }
        let value = digits.parse().ok().and_then(Value::number);
        value.unwrap_or_else(|| self.out_of_range(path, at))
    }

    /// Reports a number out of range.
    fn out_of_range(&mut self, path: &Path<'_>, at: u32) -> Value<'a> {
        self.problems.push_at(Kind::Limit, path, at, OUT_OF_RANGE, OUT_OF_RANGE_HINT);
        Value::Faulty
    }
}

/// A TOML date or time in RFC 3339 form. That is how it stands in the source, but that TOML also allows a space or `t`
/// between date and time, `z`, and no seconds. Digits stay as they are, so that the same moment in JSON is the same text.
fn rfc3339(raw: &str) -> Cow<'_, str> {
    let date_end = if raw.as_bytes().get(2) == Some(&b':') { 0 } else { raw.len().min("2026-01-31".len()) };
    let (date, time) = raw.split_at(date_end);
    let (separator, time) = if date.is_empty() { ("", time) } else { time.split_at(time.len().min(1)) };
    let (clock, rest) = time.split_at(time.len().min("08:00".len()));
    let seconds = if time.is_empty() || rest.starts_with(':') { "" } else { ":00" };
    if separator.eq_ignore_ascii_case("T") == (separator == "T")
        && separator != " "
        && seconds.is_empty()
        && !rest.ends_with('z')
    {
        return Cow::Borrowed(raw);
    }
    let separator = if separator.is_empty() { "" } else { "T" };
    Cow::Owned(format!("{date}{separator}{clock}{seconds}{}", rest.replace('z', "Z")))
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn moments_become_rfc_3339() {
        for plain in
            ["2026-01-31", "08:00:00", "2026-01-31T08:00:00", "2026-01-31T08:00:00.50Z", "2026-01-31T08:00:00-05:00"]
        {
            assert_eq!(rfc3339(plain), plain);
        }
        for (raw, expected) in [
            ("2026-01-31 08:00:00z", "2026-01-31T08:00:00Z"),
            ("2026-01-31t08:00:00", "2026-01-31T08:00:00"),
            ("2026-01-31T08:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31 08:00+01:00", "2026-01-31T08:00:00+01:00"),
            ("2026-01-31T08:00", "2026-01-31T08:00:00"),
            ("08:00", "08:00:00"),
        ] {
            assert_eq!(rfc3339(raw), expected);
        }
    }
}
