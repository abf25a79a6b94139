//! The hash behind ramps and variants, `xxh3/1`, and deterministic hash tables for the core.
//!
//! `seed = xxh3_64(utf8(salt + "\x1f" + stage))`, `hash = xxh3_64(unit, seed)`, and a unit is exposed iff
//! `hash < percent * 2^64 / 100`, in integers. Percent grows, the bound grows, nobody leaves: the sticky law.

mod units;

use std::hash::{BuildHasher, Hasher};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

pub use units::UnitHasher;

/// Name of the native algorithm in documents.
pub const NATIVE: &str = "xxh3/1";

/// What a hash decides. Each stage has its own seed, so that who is in says nothing about who gets which variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Whether a unit is exposed.
    Ramp,
    /// Which variant an exposed unit gets.
    Variant,
}

impl Stage {
    /// The stage's name inside the seed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Ramp => "ramp",
            Stage::Variant => "variant",
        }
    }
}

/// The seed of a salt and a stage.
#[must_use]
pub fn seed(salt: &str, stage: Stage) -> u64 {
    let mut text = String::with_capacity(salt.len() + 8);
    text.push_str(salt);
    text.push('\x1f');
    text.push_str(stage.name());
    xxh3_64(text.as_bytes())
}

/// The hash of a unit under a seed. An integer unit is hashed in its decimal form, so that 42 and "42" are one.
#[inline]
#[must_use]
pub fn hash_unit(unit: &[u8], seed: u64) -> u64 {
    xxh3_64_with_seed(unit, seed)
}

/// Writes the decimal form of an integer unit to `buffer` and returns the part that was used.
#[must_use]
pub fn decimal(value: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.unsigned_abs();
    let mut start = buffer.len();
    loop {
        start -= 1;
        // A digit is below 10, so it fits.
        buffer[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

/// A share in steps of 1/100,000 of a percent, from 0 to 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(u32);

impl Percent {
    /// Steps in one percent.
    pub const STEPS: u32 = 100_000;
    /// Nobody.
    pub const NONE: Percent = Percent(0);
    /// Everybody.
    pub const ALL: Percent = Percent(100 * Self::STEPS);

    /// A percentage from its number, when it lies in 0..=100 and has at most five decimal places.
    #[must_use]
    pub fn from_f64(percent: f64) -> Option<Self> {
        if !(0.0..=100.0).contains(&percent) {
            return None;
        }
        let steps = (percent * f64::from(Self::STEPS)).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0..=10,000,000 by the check above"
        )]
        let steps = steps as u32;
        // The nearest step must be written with the very same decimal, otherwise it had more places.
        (Self(steps).as_f64().to_bits() == (percent + 0.0).to_bits()).then_some(Self(steps))
    }

    /// The percentage as a number.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(Self::STEPS)
    }

    /// Whether a [`position`] is inside this share. That is so iff the hash is below [`Percent::bound`].
    #[inline]
    #[must_use]
    pub fn holds(self, position: u32) -> bool {
        position < self.0
    }

    /// The bound below which a hash is exposed: the smallest integer not below `percent * 2^64 / 100`.
    #[must_use]
    pub fn bound(self) -> u128 {
        (u128::from(self.0) << 64).div_ceil(u128::from(Self::ALL.0))
    }
}

/// Where a unit stands on the ramp, in steps of a [`Percent`]: exposed at `p` iff its position is below `p`.
#[inline]
#[must_use]
pub fn position(hash: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "below 10,000,000")]
    let position = ((u128::from(hash) * u128::from(Percent::ALL.0)) >> 64) as u32;
    position
}

/// Which of `total` equal parts a hash falls into.
#[inline]
#[must_use]
pub fn part(hash: u64, total: u64) -> u64 {
    // Below total, so that nothing is cut off.
    #[allow(clippy::cast_possible_truncation)]
    let part = ((u128::from(hash) * u128::from(total)) >> 64) as u64;
    part
}

/// A hasher without entropy: the core's tables iterate and cost the same in every run.
pub struct KeyHasher(u64);

/// The seed of a table. Tables of names that a document brings take theirs from the whole document, so that nobody can
/// choose names that fall together.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeySeed(u64);

impl KeySeed {
    /// The seed of a document.
    #[must_use]
    pub fn of(document: &[u8]) -> Self {
        Self(xxh3_64(document))
    }
}

impl BuildHasher for KeySeed {
    type Hasher = KeyHasher;

    #[inline]
    fn build_hasher(&self) -> KeyHasher {
        KeyHasher(self.0)
    }
}

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    // Strings end their hash with this byte; one key per hash needs no terminator.
    #[inline]
    fn write_u8(&mut self, _: u8) {}

    // Numbers are many and short: folding a product mixes one in a few instructions.
    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * u128::from(0x9E37_79B9_7F4A_7C15_u64 ^ self.0.rotate_left(32));
        #[expect(clippy::cast_possible_truncation, reason = "folded: its two halves")]
        let folded = product as u64 ^ (product >> 64) as u64;
        self.0 = folded.wrapping_add(number.rotate_left(17));
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.cast_unsigned() as u64);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table by text.
pub type KeyMap<K, V> = hashbrown::HashMap<K, V, KeySeed>;
/// A set of texts.
pub type KeySet<K> = hashbrown::HashSet<K, KeySeed>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_an_exact_decimal() {
        assert_eq!(Percent::from_f64(33.333_33), Some(Percent(3_333_333)));
        assert_eq!(Percent::from_f64(33.333_333), None);
        assert_eq!(Percent::from_f64(0.1), Some(Percent(10_000)));
        for bad in [-0.001, 100.000_01, f64::NAN, f64::INFINITY] {
            assert_eq!(Percent::from_f64(bad), None);
        }
        for steps in (0..=Percent::ALL.0).step_by(37) {
            assert_eq!(Percent::from_f64(Percent(steps).as_f64()), Some(Percent(steps)));
        }
    }

    #[test]
    fn bound_and_position_agree() {
        assert_eq!(Percent::NONE.bound(), 0);
        assert_eq!(Percent::ALL.bound(), 1 << 64);
        for percent in [1, 2, 9_999_999, 1_000_000, 3_333_333] {
            let bound = Percent(percent).bound();
            let below = u64::try_from(bound - 1).unwrap();
            assert!(position(below) < percent);
            assert_eq!(position(below + 1), percent);
            assert!(Percent(percent).holds(position(below)) && !Percent(percent).holds(position(below + 1)));
        }
    }

    #[test]
    fn decimal_is_the_text_of_the_integer() {
        let mut buffer = [0; 20];
        for value in [0, 7, -7, 42, i64::MAX, i64::MIN] {
            assert_eq!(decimal(value, &mut buffer), value.to_string().as_bytes());
        }
    }
}
