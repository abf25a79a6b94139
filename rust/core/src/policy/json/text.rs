//! Text in JSON: borrowed from the source as it stands, or decoded when it holds escapes.

use super::{Reader, Stop};
use crate::policy::node::place;
use crate::policy::path::Path;
use crate::policy::problem::Kind;

/// The lowest bit of each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

impl<'a> Reader<'a, '_> {
    /// Reads the text whose opening quote is next.
    pub(super) fn text(&mut self, path: &Path<'_>) -> Result<&'a str, Stop> {
        self.bad = false;
        let open = self.at;
        let start = open + 1;
        let end = plain_end(self.bytes, start);
        self.at = end;
        if self.take(b'"') {
            return Ok(&self.source[start..end]);
        }
        self.escaped(path, open).map(|text| self.arena.text(&text))
    }

    /// Goes on with a text that holds an escape, or a fault, at the place reached.
    fn escaped(&mut self, path: &Path<'_>, open: usize) -> Result<String, Stop> {
        let mut text = self.source[open + 1..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape(path)?),
                // Most likely the closing quote is missing.
                Some(b'\n' | b'\r') => return Err(self.unexpected(path, "a character of the text", CONTROL_HINT)),
                Some(_) => {
                    self.unexpected(path, "a character of the text", CONTROL_HINT);
                    self.bad = true;
                    self.at += 1;
                }
                None => {
                    let message = "this text is never closed";
                    self.problems.push_at(Kind::Syntax, path, place(open), message, "end it with `\"`");
                    return Err(Stop);
                }
            }
            let start = self.at;
            self.at = plain_end(self.bytes, start);
            text.push_str(&self.source[start..self.at]);
        }
    }

    /// Reads one escape, or the two that write one character.
    fn escape(&mut self, path: &Path<'_>) -> Result<char, Stop> {
        let at = self.at;
        self.at += 1;
        let decoded = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(path, at),
            _ => return self.bad_escape(path, ESCAPES, "write `\\\\` for a backslash"),
        };
        self.at += 1;
        Ok(decoded)
    }

    /// Reports what follows a backslash, and passes over the character there unless it can end the text.
    #[cold]
    fn bad_escape(&mut self, path: &Path<'_>, expected: &str, hint: &str) -> Result<char, Stop> {
        let fault = self.unexpected(path, expected, hint);
        self.bad = true;
        match self.source[self.at..].chars().next() {
            None => return Err(fault),
            Some(c) if c.is_ascii_control() || matches!(c, '"' | '\\') => {}
            Some(c) => self.at += c.len_utf8(),
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// Reads `uXXXX`, and the second half of a pair when this is the first.
    fn unicode(&mut self, path: &Path<'_>, at: usize) -> Result<char, Stop> {
        self.at += 1;
        let Some(high) = self.four_digits() else {
            return self.bad_escape(path, FOUR_DIGITS, "");
        };
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if high < 0xDC00 && self.bytes[self.at..].starts_with(b"\\u") {
            let second = self.at;
            self.at += 2;
            let Some(low) = self.four_digits() else {
                return self.bad_escape(path, FOUR_DIGITS, "");
            };
            if let 0xDC00..0xE000 = low {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // Not the other half: it stands for itself.
            self.at = second;
        }
        let message = format!("`\\u{high:04x}` is half of a pair, and no character");
        self.problems.push_at(Kind::Syntax, path, place(at), message, "write the character itself");
        self.bad = true;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16))?;
            code = code << 4 | digit;
            self.at += 1;
        }
        Some(code)
    }
}

const ESCAPES: &str = "one of `\"` `\\` `/` `b` `f` `n` `r` `t` `u` after the backslash";
const FOUR_DIGITS: &str = "four hexadecimal digits";
const CONTROL_HINT: &str =
    "write a line break as `\\n`, a tab as `\\t`, and other control characters as `\\u` and four digits";

/// Where the plain part of a text that begins at `start` ends: at a quote, a backslash, a control character or the end.
/// Looks at eight bytes at a time: a byte's high bit is set in `stops` when the byte, or an earlier one, is a stop.
pub(in crate::policy) fn plain_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let stops = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let stops = stops & (ONES << 7);
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}
