//! TOML's tokens. They end exactly where the `toml` crate's do, faulty ones included: the bound on nesting rests on it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Dot,
    Equals,
    Comma,
    OpenList,
    CloseList,
    OpenTable,
    CloseTable,
    Space,
    Newline,
    Comment,
    /// Text in quotes that ends with them.
    Text,
    /// Text over several lines that runs to the end of the source.
    OpenText,
    /// Anything else: a bare key, a number, a word.
    Atom,
}

/// A token and the bytes it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub shape: Shape,
    pub start: usize,
    pub end: usize,
}

/// The tokens of a source, which must not start with a byte order mark.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'s> {
    bytes: &'s [u8],
    at: usize,
}

impl<'s> Lexer<'s> {
    /// The tokens between two places, the first of which must be a token's start.
    pub(super) fn new(source: &'s str, start: usize, end: usize) -> Self {
        Self { bytes: &source.as_bytes()[..end], at: start }
    }

    /// The end of the bytes from `start` on that `plain` holds for.
    fn run(&self, start: usize, plain: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        start + rest.iter().position(|b| !plain(*b)).unwrap_or(rest.len())
    }

    fn newline_end(&self, start: usize) -> usize {
        let crlf = self.bytes[start] == b'\r' && self.bytes.get(start + 1) == Some(&b'\n');
        start + 1 + usize::from(crlf)
    }

    /// Text on one line; without a closing quote it ends before the line break.
    fn line_text_end(&self, start: usize, quote: u8) -> usize {
        let mut at = start + 1;
        loop {
            at = self.run(at, |b| b != quote && b != b'\n' && (b != b'\\' || quote == b'\''));
            match self.bytes.get(at) {
                Some(b'\\') => at += 1 + usize::from(matches!(self.bytes.get(at + 1), Some(b'\\' | b'"'))),
                Some(b'\n') | None => return at,
                Some(_) => return at + 1,
            }
        }
    }

    /// Text over several lines, and whether it is closed. Up to two more quotes before the closing ones belong to it.
    fn lines_text_end(&self, start: usize, quote: u8) -> (usize, bool) {
        let mut at = start + 3;
        loop {
            at = self.run(at, |b| b != quote && (b != b'\\' || quote == b'\''));
            match self.bytes.get(at) {
                None => return (self.bytes.len(), false),
                Some(b'\\') => at += 1 + usize::from(matches!(self.bytes.get(at + 1), Some(b'\\' | b'"'))),
                Some(_) if self.bytes[at..].starts_with(&[quote; 3]) => {
                    let more = self.bytes[at + 3..].iter().take(2).take_while(|b| **b == quote).count();
                    return (at + 3 + more, true);
                }
                Some(_) => at += 1,
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let (shape, end) = match first {
            b'.' => (Shape::Dot, start + 1),
            b'=' => (Shape::Equals, start + 1),
            b',' => (Shape::Comma, start + 1),
            b'[' => (Shape::OpenList, start + 1),
            b']' => (Shape::CloseList, start + 1),
            b'{' => (Shape::OpenTable, start + 1),
            b'}' => (Shape::CloseTable, start + 1),
            b' ' | b'\t' => (Shape::Space, self.run(start, |b| b == b' ' || b == b'\t')),
            b'#' => (Shape::Comment, self.run(start, |b| b != b'\r' && b != b'\n')),
            b'\n' | b'\r' => (Shape::Newline, self.newline_end(start)),
            quote @ (b'\'' | b'"') if self.bytes[start..].starts_with(&[quote; 3]) => {
                let (end, closed) = self.lines_text_end(start, quote);
                (if closed { Shape::Text } else { Shape::OpenText }, end)
            }
            quote @ (b'\'' | b'"') => (Shape::Text, self.line_text_end(start, quote)),
            _ => (Shape::Atom, self.run(start, |b| !b".=,[]{} \t#\r\n".contains(&b))),
        };
        self.at = end;
        Some(Token { shape, start, end })
    }
}
