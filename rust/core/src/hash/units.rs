//! The hash of many short units under one seed.

use super::hash_unit;

/// What XXH3 mixes into its input: the parts of its secret that short texts meet, as its specification lists them.
const SECRET: [u64; 7] = [
    0xbe4b_a423_396c_feb8,
    0x1cad_21f7_2c81_017c,
    0xdb97_9083_e96d_d4de,
    0x1f67_b3b7_a4a4_4072,
    0x78e5_c0cc_4ee6_79cb,
    0x2172_ffcc_7dd0_5a82,
    0x8e24_43f7_7446_08b8,
];

/// [`hash_unit`] under one seed, for columns: what depends on the seed alone is worked out once, and short texts are
/// hashed from the two words in which Arrow keeps them.
#[derive(Debug, Clone, Copy)]
pub struct UnitHasher {
    seed: u64,
    tiny: u64,
    small: u64,
    medium: (u64, u64),
}

impl UnitHasher {
    /// The longest text that [`UnitHasher::short`] takes, in bytes: what an Arrow view has room for.
    pub const SHORT: u32 = 12;

    /// A hasher under a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half, as XXH3 has it")]
        let swapped = seed ^ (u64::from((seed as u32).swap_bytes()) << 32);
        Self {
            seed,
            tiny: ((SECRET[0] ^ (SECRET[0] >> 32)) & 0xffff_ffff).wrapping_add(seed),
            small: (SECRET[1] ^ SECRET[2]).wrapping_sub(swapped),
            medium: ((SECRET[3] ^ SECRET[4]).wrapping_add(seed), (SECRET[5] ^ SECRET[6]).wrapping_sub(seed)),
        }
    }

    /// The hash of a unit of any length.
    #[inline]
    #[must_use]
    pub fn any(&self, unit: &[u8]) -> u64 {
        hash_unit(unit, self.seed)
    }

    /// The hash of a unit of 1 to [`UnitHasher::SHORT`] bytes, given as the numbers that its first eight bytes and the
    /// rest are in little-endian order, padded with zeros.
    #[inline]
    #[must_use]
    pub fn short(&self, start: u64, rest: u32, len: u32) -> u64 {
        match len {
            9.. => {
                // The last eight bytes overlap the first.
                let cut = ((len - 8) * 8) & 63;
                let last = (start >> cut) | (u64::from(rest) << ((64 - cut) & 63));
                let (low, high) = (start ^ self.medium.0, last ^ self.medium.1);
                let product = u128::from(low) * u128::from(high);
                #[expect(clippy::cast_possible_truncation, reason = "folded: its two halves")]
                let folded = product as u64 ^ (product >> 64) as u64;
                let sum = u64::from(len).wrapping_add(low.swap_bytes()).wrapping_add(high).wrapping_add(folded);
                let mixed = (sum ^ (sum >> 37)).wrapping_mul(0x1656_6791_9E37_79F9);
                mixed ^ (mixed >> 32)
            }
            4..=8 => {
                let last = start >> ((len - 4) * 8) & 0xffff_ffff;
                let mixed = (start << 32 | last) ^ self.small;
                let mixed = (mixed ^ mixed.rotate_left(49) ^ mixed.rotate_left(24)).wrapping_mul(0x9FB2_1C65_1E98_DF25);
                let mixed = (mixed ^ ((mixed >> 35) + u64::from(len))).wrapping_mul(0x9FB2_1C65_1E98_DF25);
                mixed ^ (mixed >> 28)
            }
            _ => {
                let byte = |at: u32| start >> ((at * 8) & 63) & 0xff;
                let both = (byte(0) << 16) | (byte(len >> 1) << 24) | byte(len.wrapping_sub(1)) | (u64::from(len) << 8);
                let mixed = both ^ self.tiny;
                let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
                let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x1656_67B1_9E37_79F9);
                mixed ^ (mixed >> 32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[expect(clippy::cast_possible_truncation, reason = "cut into words")]
        #[test]
        fn short_texts_hash_as_all_do(seed: u64, bytes in prop::collection::vec(any::<u8>(), 1..=12)) {
            let mut padded = [0; 16];
            padded[..bytes.len()].copy_from_slice(&bytes);
            let padded = u128::from_le_bytes(padded);
            let (start, rest) = (padded as u64, (padded >> 64) as u32);
            let hasher = UnitHasher::new(seed);
            let len = u32::try_from(bytes.len()).unwrap();
            prop_assert_eq!(hasher.short(start, rest, len), hash_unit(&bytes, seed));
            prop_assert_eq!(hasher.any(&bytes), hash_unit(&bytes, seed));
        }
    }
}
