//! Values that are not JSON's, and where they end.

use super::{Reader, Stop};
use crate::policy::node::Value;
use crate::policy::path::Path;

/// Whether a byte belongs to what is taken for one word when it stands where a value should, such as `2026-01-31`,
/// `True` or `+1`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.') || !byte.is_ascii()
}

impl<'a> Reader<'a, '_> {
    /// Reports what stands where a value should.
    #[cold]
    pub(super) fn bad_value(&mut self, path: &Path<'_>) -> Result<Value<'a>, Stop> {
        let fault = self.no_value(path);
        self.pass_over(path, self.at, fault)
    }

    /// Reports a number that goes on with what is no part of one.
    #[cold]
    pub(super) fn bad_number(&mut self, path: &Path<'_>, start: usize) -> Result<Value<'a>, Stop> {
        let fault = self.unexpected(path, "the end of the number", "JSON text, dates too, stands in double quotes");
        self.pass_over(path, start, fault)
    }

    /// Goes on after a bad value whose fault has been reported, when a comma follows it or the end of what it stands in:
    /// anything else could be a part of it, or not.
    #[cold]
    pub(super) fn pass_over(&mut self, path: &Path<'_>, start: usize, fault: Stop) -> Result<Value<'a>, Stop> {
        let rest = &self.bytes[start..];
        let length = match rest {
            [b'\'', text @ ..] => 2 + text.iter().take_while(|byte| !matches!(byte, b'\'' | 0..0x20)).count(),
            word => word.iter().take_while(|byte| is_word(**byte)).count(),
        };
        let after = rest.get(length..).unwrap_or_default();
        let close = if path.is_key() { b'}' } else { b']' };
        match after.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(next) if *next == b',' || *next == close => {
                self.at = start + length;
                Ok(Value::Faulty)
            }
            _ => Err(fault),
        }
    }
}
