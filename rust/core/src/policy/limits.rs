//! Limits on everything that a document can make grow.

/// Toggles in a policy.
pub const TOGGLES: usize = 20_000;
/// Characters in a key.
pub const KEY_CHARS: usize = 200;
/// Steps in a ramp.
pub const STEPS: usize = 100;
/// Rules in a toggle.
pub const RULES: usize = 10_000;
/// Variants in a toggle.
pub const VARIANTS: usize = 1_000;
/// Purposes that a toggle may ask consent for: the missing ones of a contact are bits of one number.
pub const PURPOSES: usize = 16;
/// Sum of the weights of a toggle's variants.
pub const WEIGHTS: u64 = 1 << 32;
/// Different regular expressions in a policy.
pub const PATTERNS: usize = 1_000;
/// The least number of bytes that is too much for a regular expression.
pub const PATTERN_TOO_LONG_BYTES: usize = 1_001;
/// Bytes that a compiled regular expression may take.
pub const PATTERN_COMPILED_BYTES: usize = 256 * 1024;
/// Nesting in a regular expression.
pub const PATTERN_NEST: u32 = 32;
/// Conditions that one segment may look at, those of the segments inside it counted each time. Without a bound, 60 lines
/// could ask for 2^60 looks.
pub const SEGMENT_LOOKS: u64 = 10_000;
/// Conditions that the evaluation of one toggle may look at, those of its segments and prerequisites counted each time.
pub const TOGGLE_LOOKS: u64 = 100_000;
/// Length of a chain of segments or prerequisites.
pub const CHAIN: u32 = 32;

/// Whether a text can be a name: 1 to 200 characters, none of them a control character.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let chars = text.chars().take(KEY_CHARS + 1).count();
    (1..=KEY_CHARS).contains(&chars) && !text.chars().any(char::is_control)
}

/// A count as an index; counts are bounded by the size limit of a document, far below 2^32.
#[must_use]
pub fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
