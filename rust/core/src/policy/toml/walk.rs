//! A walk over a TOML source that knows at each token where in the document it is, in faulty documents too.
//!
//! It follows the rules by which the `toml` crate finds its way back after a fault, so that its view of what is nested
//! in what is never shallower than the crate's.

use super::lexer::{Lexer, Shape, Token};
use crate::policy::json::DEPTH;

/// Which part of a statement is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The start of a line outside any value.
    Line,
    /// A table's name, in its brackets.
    Header,
    /// A key before its `=`.
    Key,
    /// Between `=` and the value.
    Equals,
    /// A value in brackets.
    Nested,
    /// What follows a complete statement, or a fault, up to the end of the line.
    Rest,
}

/// Where a key stands: from its first part to its last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeySpan {
    pub start: usize,
    /// The end of the parts so far, while `open`.
    pub end: usize,
    /// Whether parts may follow.
    open: bool,
    dots: usize,
}

impl KeySpan {
    fn reset(&mut self) {
        *self = Self::default();
    }

    fn extend(&mut self, token: Token) {
        if !self.open {
            *self = Self { start: token.start, end: token.start, open: true, dots: 0 };
        }
        self.end = token.end;
        self.dots += usize::from(token.shape == Shape::Dot);
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// How many dots part it.
    pub(super) fn dots(&self) -> usize {
        self.dots
    }

    /// The key as it stands in the source.
    pub(super) fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }
}

/// A list or table in brackets that is not closed yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub at: usize,
    pub is_list: bool,
    /// How deep it is in the document, which counts as 1.
    depth: usize,
    /// The element reached, in a list.
    pub index: usize,
    /// The key whose value is reached, in a table.
    pub key: KeySpan,
    /// Dots since the last `=`: parts of a key, unless they stand in a number.
    chain: KeySpan,
}

impl Open {
    /// The key reached in a table: the one whose value is being read, or the one that is being read itself.
    pub(super) fn reached_key(&self) -> KeySpan {
        if self.key.is_empty() { self.chain } else { self.key }
    }
}

/// The walk.
#[derive(Debug)]
pub(super) struct Walk<'s> {
    lexer: Lexer<'s>,
    state: State,
    /// Where the statement starts that the last token belongs to.
    pub statement: usize,
    /// The name of the table that the statements belong to, and whether it is an element of a list of tables.
    pub header: KeySpan,
    pub header_is_element: bool,
    /// The key of the statement.
    pub key: KeySpan,
    /// Whether a part of the key has just been read, so that only a dot or `=` can follow.
    named: bool,
    pub opens: Vec<Open>,
    /// The opening and the closing bracket that first did not fit in this statement.
    pub mismatch: Option<(usize, usize)>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let start = if source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        Self {
            lexer: Lexer::new(source, start, source.len()),
            state: State::Line,
            statement: start,
            header: KeySpan::default(),
            header_is_element: false,
            key: KeySpan::default(),
            named: false,
            opens: Vec::new(),
            mismatch: None,
        }
    }

    /// Whether the last token is in the name of a table.
    pub(super) fn in_header(&self) -> bool {
        self.state == State::Header
    }

    /// How many dots of keys the last token settles, at the most: each leads into a table. In a faulty table in brackets
    /// a second `=` can make a key of what seemed a number, so each `=` counts its dots again.
    pub(super) fn dots_of_key(&self, token: Token) -> usize {
        match (self.state, token.shape, self.opens.last()) {
            (State::Key, Shape::Dot, _) => 1,
            (State::Nested, Shape::Dot, Some(open)) => usize::from(!open.is_list && open.key.is_empty()),
            (State::Nested, Shape::Equals, Some(open)) => open.key.dots,
            _ => 0,
        }
    }

    /// Whether nothing but the start of a line has been read since the last statement.
    pub(super) fn at_line(&self) -> bool {
        self.state == State::Line
    }

    /// Whether the place reached, or the key there, is deeper than a document may be.
    pub(super) fn is_too_deep(&self) -> bool {
        let depth = match self.opens.last() {
            Some(open) => open.depth + open.key.dots.max(open.chain.dots),
            None if self.state == State::Header => 1 + self.header.dots,
            None => self.statement_depth(),
        };
        depth > DEPTH
    }

    fn statement_depth(&self) -> usize {
        let header = if self.header.is_empty() { 0 } else { 1 + self.header.dots };
        1 + header + self.key.dots
    }

    /// Reads the next token.
    pub(super) fn step(&mut self) -> Option<Token> {
        let token = self.lexer.next()?;
        match self.state {
            State::Line => self.line(token),
            State::Header => self.header(token),
            State::Key => self.key(token),
            State::Equals => self.equals(token),
            State::Nested => self.nested(token),
            State::Rest => {}
        }
        if token.shape == Shape::Newline && self.state != State::Nested {
            self.state = State::Line;
            self.key.reset();
        }
        Some(token)
    }

    fn line(&mut self, token: Token) {
        if matches!(token.shape, Shape::Space | Shape::Newline | Shape::Comment) {
            return;
        }
        self.statement = token.start;
        self.mismatch = None;
        self.key.reset();
        match token.shape {
            Shape::OpenList => {
                self.header = KeySpan { start: token.end, end: token.end, open: true, dots: 0 };
                self.header_is_element = false;
                self.state = State::Header;
            }
            Shape::Text | Shape::OpenText | Shape::Atom | Shape::Dot => {
                self.named = false;
                self.state = State::Key;
                self.key(token);
            }
            Shape::Equals => self.state = State::Equals,
            _ => self.state = State::Rest,
        }
    }

    fn header(&mut self, token: Token) {
        match token.shape {
            Shape::OpenList if token.start == self.statement + 1 => {
                self.header_is_element = true;
                self.header.start = token.end;
                self.header.end = token.end;
            }
            Shape::CloseList => {
                self.header.open = false;
                self.state = State::Rest;
            }
            Shape::Newline => self.header.open = false,
            _ => self.header.extend(token),
        }
    }

    fn key(&mut self, token: Token) {
        let is_name = matches!(token.shape, Shape::Text | Shape::OpenText | Shape::Atom);
        match token.shape {
            Shape::Equals => {
                self.key.open = false;
                self.state = State::Equals;
            }
            Shape::Space => {}
            Shape::Dot => {
                self.named = false;
                self.key.extend(token);
            }
            _ if is_name && !self.named => {
                self.named = true;
                self.key.extend(token);
            }
            _ => self.state = State::Rest,
        }
    }

    fn equals(&mut self, token: Token) {
        match token.shape {
            Shape::Space | Shape::Equals => {}
            Shape::OpenList | Shape::OpenTable => {
                self.state = State::Nested;
                self.open(token, self.statement_depth() + 1);
            }
            _ => self.state = State::Rest,
        }
    }

    fn open(&mut self, token: Token, depth: usize) {
        let is_list = token.shape == Shape::OpenList;
        let (key, chain) = (KeySpan::default(), KeySpan::default());
        self.opens.push(Open { at: token.start, is_list, depth, index: 0, key, chain });
    }

    fn nested(&mut self, token: Token) {
        let Some(open) = self.opens.last_mut() else { return };
        match token.shape {
            Shape::OpenList | Shape::OpenTable => {
                let depth = open.depth + open.key.dots.max(open.chain.dots) + 1;
                self.open(token, depth);
            }
            // A bracket of the other sort closes nothing, here as in the crate.
            Shape::CloseList | Shape::CloseTable if open.is_list == (token.shape == Shape::CloseList) => {
                self.opens.pop();
                if let Some(outer) = self.opens.last_mut() {
                    outer.chain.reset();
                } else {
                    self.state = State::Rest;
                }
            }
            Shape::CloseList | Shape::CloseTable => {
                self.mismatch.get_or_insert((open.at, token.start));
            }
            Shape::Comma => {
                open.index += 1;
                open.key.reset();
                open.chain.reset();
            }
            Shape::Equals if !open.is_list => {
                open.key = KeySpan { open: false, ..open.chain };
                open.chain.reset();
            }
            Shape::Dot | Shape::Text | Shape::OpenText | Shape::Atom if !open.is_list => open.chain.extend(token),
            _ => {}
        }
    }

    /// The next token, which stays where it is.
    pub(super) fn peek(&self) -> Option<Token> {
        self.lexer.clone().next()
    }
}
