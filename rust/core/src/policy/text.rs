//! Texts of a document that the texts of contacts are compared with.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Two numbers that stand for a text of up to sixteen bytes: its bytes in little-endian order, padded with zeros.
type Words = [u64; 2];

/// The words of a text; none when it is longer. Read in pieces that may overlap, for that is faster than byte by byte.
#[inline]
fn words(text: &[u8]) -> Option<Words> {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let len = text.len();
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let rest = if len == 8 { 0 } else { word(last) >> (16_usize.wrapping_sub(len).wrapping_mul(8) & 63) };
        return (len <= 16).then(|| [word(first), rest]);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return Some([half(first) | half(last) << ((len - 4) * 8), 0]);
    }
    let byte = |at: usize| text.get(at).map_or(0, |byte| u64::from(*byte) << (at * 8));
    Some([byte(0) | byte(1) | byte(2), 0])
}

/// A text made ready to be compared with several others.
#[derive(Clone, Copy)]
pub struct Sought<'t> {
    text: &'t str,
    words: Option<Words>,
}

impl<'t> Sought<'t> {
    /// Makes a text ready.
    #[inline]
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, words: words(text.as_bytes()) }
    }
}

/// A text of a document. Equal words and equal lengths make equal texts, so that short ones, which nearly all are, need
/// no walk over their bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Short { len: u8, bytes: [u8; 16] },
    Long(Box<str>),
}

impl Text {
    /// Whether it is this text.
    #[inline]
    #[must_use]
    pub fn is(&self, sought: Sought<'_>) -> bool {
        match (&self.0, sought.words) {
            (Kind::Short { len, bytes }, Some(words)) => {
                let [first, rest] = words;
                let number = u128::from(first) | u128::from(rest) << 64;
                usize::from(*len) == sought.text.len() && u128::from_le_bytes(*bytes) == number
            }
            (Kind::Long(text), None) => **text == *sought.text,
            _ => false,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Short { len, bytes } => std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default(),
            Kind::Long(text) => text,
        }
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Kind::Short { bytes, .. } => {
                let number = u128::from_le_bytes(*bytes);
                #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
                for word in [number as u64, (number >> 64) as u64] {
                    state.write_u64(word);
                }
            }
            Kind::Long(text) => text.hash(state),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; 16];
        match (u8::try_from(text.len()), bytes.get_mut(..text.len())) {
            (Ok(len), Some(place)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Kind::Short { len, bytes })
            }
            _ => Self(Kind::Long(text.into())),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sought, Text};

    proptest! {
        #[test]
        fn texts_are_equal_as_their_bytes_are(a in "[\0ab\u{e9}\u{1F600}]{0,9}", b in "[\0ab\u{e9}\u{1F600}]{0,9}", c in ".{0,20}") {
            for (x, y) in [(&a, &a), (&a, &b), (&a, &c), (&c, &a), (&c, &c)] {
                prop_assert_eq!(Text::from(x.as_str()).is(Sought::new(y)), x == y);
                prop_assert_eq!(Text::from(x.as_str()) == Text::from(y.as_str()), x == y);
            }
            let text = Text::from(c.as_str());
            prop_assert_eq!(text.as_str(), c.as_str());
        }
    }
}
