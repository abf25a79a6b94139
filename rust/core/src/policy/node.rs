//! The tree that every document format is read into: values with the place where they stand.

use bumpalo::Bump;

/// The memory of one tree. It is taken in few large pieces and given back at once: a tree of hundreds of thousands of
/// values, each freed by itself, costs more than reading them and leaves holes between what a policy keeps.
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    /// A first piece of this size is past the largest one that glibc can decide to keep in its heap, so that it goes
    /// back to the system when it is freed. What is not written to takes no memory.
    const LARGE_BYTES: usize = 33 << 20;
    /// A document from this length on gets such a piece.
    const LARGE_SOURCE_BYTES: usize = 1 << 20;

    /// An arena for a source of this many bytes.
    #[must_use]
    pub fn for_source(bytes: usize) -> Self {
        Self(Bump::with_capacity(if bytes < Self::LARGE_SOURCE_BYTES { 2 * bytes } else { Self::LARGE_BYTES }))
    }

    /// Keeps a text.
    pub(in crate::policy) fn text(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    /// Keeps the nodes of a list or the entries of a table.
    pub(in crate::policy) fn slice<T: Copy>(&self, items: &[T]) -> &[T] {
        self.0.alloc_slice_copy(items)
    }
}

/// A value and where it stands in its source. Trees are large beside what is made of them, so that no word is wasted:
/// the place of a key is kept here, where there is room for it, and not in its entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node<'a> {
    /// Byte offset of the value's first character.
    pub at: u32,
    /// Byte offset of the first character of its key, for the value of an entry.
    pub key_at: u32,
    /// The value itself.
    pub value: Value<'a>,
}

/// What a document can hold. Dates and times are text in RFC 3339 form, in TOML as in JSON.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Stands for a value that could not be read. Its fault is among the problems, so nothing more is said of it.
    Faulty,
    /// JSON's null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number within ±(2^53 - 1), the range that survives every JSON reader.
    Int(i64),
    /// A finite number with a fraction, inside the same range: 1.0 and 1e3 are [`Value::Int`].
    Float(f64),
    /// Text: a part of the source, or of the arena when it held escapes.
    Text(&'a str),
    /// A list.
    List(&'a [Node<'a>]),
    /// A table, in the order of the source.
    Table(&'a [Entry<'a>]),
}

/// One key of a table with its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// The value.
    pub node: Node<'a>,
}

impl Entry<'_> {
    /// Byte offset of the key's first character.
    #[must_use]
    pub fn key_at(&self) -> u32 {
        self.node.key_at
    }
}

impl<'a> Node<'a> {
    /// Whether the value could not be read.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        matches!(self.value, Value::Faulty)
    }

    /// The value of `key` when this is a table that holds it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.node),
            _ => None,
        }
    }
}

impl Value<'_> {
    /// The largest whole number; its negative is the smallest.
    pub const WHOLE_MAX: i64 = (1 << 53) - 1;

    /// The value of a whole number, or nothing when it is out of range.
    #[must_use]
    pub fn whole(number: i64) -> Option<Self> {
        (-Self::WHOLE_MAX..=Self::WHOLE_MAX).contains(&number).then_some(Self::Int(number))
    }

    /// The value of a number, or nothing when it is out of range or none. Beyond the range every float is a whole
    /// number, so there it would be a whole number that JSON readers disagree on.
    #[must_use]
    pub fn number(number: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact as a float")]
        let range = Self::WHOLE_MAX as f64;
        if !(-range..=range).contains(&number) {
            return None;
        }
        if number.fract() != 0.0 {
            return Some(Self::Float(number));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and inside ±(2^53 - 1), so exact")]
        let whole = number as i64;
        Some(Self::Int(whole))
    }

    /// What kind of value this is, as a person would say it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Faulty => "a value with a fault",
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// An offset as nodes hold it. Documents are far below 4 GiB; in a larger one the places past that are lost.
pub(in crate::policy) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
