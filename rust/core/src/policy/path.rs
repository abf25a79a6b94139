//! Where in a document a reader stands. Costs nothing until a fault asks for its text.

use std::fmt;

/// A path from the document's root, linked upwards through the callers' frames.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    part: Part<'p>,
}

#[derive(Clone, Copy)]
enum Part<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The document itself.
    pub const ROOT: Path<'static> = Path { parent: None, part: Part::Root };

    /// The value of `key` in the table at this path.
    #[must_use]
    pub fn key(&'p self, key: &'p str) -> Path<'p> {
        Path { parent: Some(self), part: Part::Key(key) }
    }

    /// Whether this is the value of a key, and not an element of a list.
    #[must_use]
    pub fn is_key(&self) -> bool {
        matches!(self.part, Part::Key(_))
    }

    /// Element `index` of the list at this path.
    #[must_use]
    pub fn index(&'p self, index: usize) -> Path<'p> {
        Path { parent: Some(self), part: Part::Index(index) }
    }
}

/// The part of a key that a report can show: whoever writes a path never looks at more of a key than this.
fn shown(key: &str) -> &str {
    const LONGEST: usize = 1_000;
    if key.len() <= LONGEST {
        return key;
    }
    let end = (0..=LONGEST).rev().find(|end| key.is_char_boundary(*end));
    &key[..end.unwrap_or(0)]
}

/// Whether a key can stand in a path without quotes.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        parent.fmt(f)?;
        match self.part {
            Part::Root => Ok(()),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Key(key) => {
                let key = shown(key);
                if parent.parent.is_some() {
                    f.write_str(".")?;
                }
                if is_plain(key) { f.write_str(key) } else { write!(f, "{key:?}") }
            }
        }
    }
}
