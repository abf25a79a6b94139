//! Numbers in JSON.

use super::bad::is_word;
use super::{Reader, Stop};
use crate::policy::node::{Value, place};
use crate::policy::path::Path;
use crate::policy::problem::{Kind, Problems};

impl<'a> Reader<'a, '_> {
    /// Reads the number whose first digit or sign is next.
    pub(super) fn number(&mut self, path: &Path<'_>) -> Result<Value<'a>, Stop> {
        let start = self.at;
        let negative = self.take(b'-');
        if negative && self.take_word("Infinity") {
            return Ok(self.not_finite(path, place(start)));
        }
        let digits = self.at;
        // Beyond the range the sum stays at the type's end, which is beyond the range too.
        let mut whole = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            whole = whole.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        if self.at == digits {
            let fault = self.unexpected(path, "a digit", "");
            return self.pass_over(path, start, fault);
        }
        if self.bytes[digits] == b'0' && self.at > digits + 1 {
            self.at = digits + 1;
            let fault = self.unexpected(path, "the end of the number", "leave out the zeros at the start");
            return self.pass_over(path, start, fault);
        }
        match self.peek() {
            Some(b'.' | b'e' | b'E') => {}
            Some(byte) if is_word(byte) => return self.bad_number(path, start),
            _ => {
                let value = Value::whole(if negative { -whole } else { whole });
                return Ok(value.unwrap_or_else(|| out_of_range(path, start, self.problems)));
            }
        }
        if let Err(fault) = self.fraction(path) {
            return self.pass_over(path, start, fault);
        }
        if self.peek().is_some_and(is_word) {
            return self.bad_number(path, start);
        }
        let value = self.source[start..self.at].parse().ok().and_then(Value::number);
        Ok(value.unwrap_or_else(|| out_of_range(path, start, self.problems)))
    }

    /// Passes over a fraction, an exponent or both.
    fn fraction(&mut self, path: &Path<'_>) -> Result<(), Stop> {
        if self.take(b'.') {
            self.digits(path)?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'-') || self.take(b'+');
            self.digits(path)?;
        }
        Ok(())
    }

    fn digits(&mut self, path: &Path<'_>) -> Result<(), Stop> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected(path, "a digit", "")) } else { Ok(()) }
    }
}

/// Reports a number out of range.
#[cold]
fn out_of_range<'a>(path: &Path<'_>, at: usize, problems: &mut Problems) -> Value<'a> {
    problems.push_at(Kind::Limit, path, place(at), OUT_OF_RANGE, OUT_OF_RANGE_HINT);
    Value::Faulty
}

/// What is wrong with a number that the tree cannot hold; 9007199254740991 is 2^53 - 1.
pub(in crate::policy) const OUT_OF_RANGE: &str =
    "a number beyond ±9007199254740991, where programs disagree on its value";
/// How to mend it. Text is not the remedy where a number is asked for.
pub(in crate::policy) const OUT_OF_RANGE_HINT: &str = "write one within them, or an id as text";
