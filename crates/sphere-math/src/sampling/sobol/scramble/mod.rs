//! Randomisations that keep the strata of a digital net.

mod lanes;

pub(super) use lanes::{permute_high_halves, permute_words};

use crate::random::philox4x32;
use crate::sampling::Scramble;

/// The last counter word of Philox; 0 to 2 are the methods of random directions.
const SHIFT_STREAM: u32 = 3;
const OWEN_STREAM: u32 = 4;

/// The scramble of one dimension, its keys drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scrambler {
    Shift { mask: u64 },
    Owen { high_key: u32, low_key: u32 },
}

impl Scrambler {
    pub(super) fn new(scramble: Scramble, dimension: u32) -> Self {
        let keys = |seed: u64, randomisation: u64, stream: u32| {
            let counter = [dimension, randomisation as u32, (randomisation >> 32) as u32, stream];
            philox4x32(counter, [seed as u32, (seed >> 32) as u32])
        };
        match scramble {
            Scramble::None => Self::Shift { mask: 0 },
            Scramble::Shift { seed, randomisation } => {
                let [low, high, ..] = keys(seed, randomisation, SHIFT_STREAM);
                Self::Shift { mask: u64::from(high) << 32 | u64::from(low) }
            }
            Scramble::Owen { seed, randomisation } => {
                let [high_key, low_key, ..] = keys(seed, randomisation, OWEN_STREAM);
                Self::Owen { high_key, low_key }
            }
        }
    }

    /// What an xor alone does to every word.
    pub(super) fn mask(self) -> u64 {
        match self {
            Self::Shift { mask } => mask,
            Self::Owen { .. } => 0,
        }
    }

    /// The keys of Owen's permutation side by side, that of the high half above.
    pub(super) fn keys(self) -> u64 {
        match self {
            Self::Shift { .. } => 0,
            Self::Owen { high_key, low_key } => u64::from(high_key) << 32 | u64::from(low_key),
        }
    }

    #[inline(always)]
    pub(super) fn apply(self, word: u64) -> u64 {
        match self {
            Self::Shift { mask } => word ^ mask,
            Self::Owen { high_key, low_key } => {
                let (high, low) = ((word >> 32) as u32, word as u32);
                // Nested: how the low bits are permuted depends on all the bits above them.
                let low = permute_nested(low, mix(high ^ low_key));
                u64::from(permute_nested(high, high_key)) << 32 | u64::from(low)
            }
        }
    }
}

/// The multipliers of [`permute_nested`]: one before its key, two behind.
const NESTED: [u32; 3] = [0x3d20_adea, 0x0552_6c56, 0x53a2_2864];
/// The multipliers of [`mix`].
const MIX: [u32; 2] = [0x7feb_352d, 0x846c_a68b];

/// A permutation of the 2^32 words in which each bit depends on itself and the bits above it only:
/// Owen's nested uniform scramble by hashing. Burley2020, section 3, after Laine2011, with the
/// constants that Vegdahl2021 searched for.
#[inline(always)]
fn permute_nested(word: u32, key: u32) -> u32 {
    // Reversed, because carries and products run upwards.
    let mut x = word.reverse_bits();
    x ^= x.wrapping_mul(NESTED[0]);
    x = x.wrapping_add(key);
    x = x.wrapping_mul(key >> 16 | 1);
    x ^= x.wrapping_mul(NESTED[1]);
    x ^= x.wrapping_mul(NESTED[2]);
    x.reverse_bits()
}

/// A bijection of the 2^32 words without structure: Wellons2018, `lowbias32`.
#[inline(always)]
fn mix(word: u32) -> u32 {
    let mut x = word;
    x = (x ^ x >> 16).wrapping_mul(MIX[0]);
    x = (x ^ x >> 15).wrapping_mul(MIX[1]);
    x ^ x >> 16
}

#[cfg(test)]
mod tests {
    use super::{Scramble, Scrambler, mix, permute_nested};

    #[test]
    fn a_bit_depends_on_itself_and_those_above_only() {
        for key in [0, 1, 0xdead_beef, u32::MAX, 0x8000_0000] {
            for word in [0, 1, 0x1234_5678, u32::MAX, 0xaaaa_aaaa_u32] {
                for bit in 0..32 {
                    let changed = permute_nested(word, key) ^ permute_nested(word ^ 1 << bit, key);
                    // The flipped bit flips, and nothing above it.
                    assert_eq!(changed >> bit, 1, "key {key:#x} word {word:#x} bit {bit}");
                }
            }
        }
    }

    #[test]
    fn sixty_four_bits_are_nested_too() {
        let owen = Scramble::Owen { seed: 3, randomisation: 1 };
        let scrambler = Scrambler::new(owen, 5);
        for word in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            for bit in 0..64 {
                let changed = scrambler.apply(word) ^ scrambler.apply(word ^ 1 << bit);
                assert_eq!(changed >> bit, 1, "word {word:#x} bit {bit}");
            }
        }
    }

    #[test]
    fn the_permutation_is_the_published_one() {
        let table = include_str!("../../../../tests/data/owen_words.csv");
        let mut seen = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let words: Vec<u32> =
                line.split(',').map(|word| u32::from_str_radix(word, 16).unwrap()).collect();
            assert_eq!(permute_nested(words[0], words[1]), words[2], "{line}");
            seen += 1;
        }
        assert!(seen > 50);
    }

    #[test]
    fn the_mixer_is_the_published_one() {
        // From the definition, by hand: 1 goes through both products, 0 through neither.
        assert_eq!(mix(0), 0);
        let first = 0x7feb_352d_u32;
        let second = (first ^ first >> 15).wrapping_mul(0x846c_a68b);
        assert_eq!(mix(1), second ^ second >> 16);
        let distinct: std::collections::HashSet<u32> = (0..100_000).map(mix).collect();
        assert_eq!(distinct.len(), 100_000);
    }

    #[test]
    fn keys_differ_by_dimension_randomisation_seed_and_kind() {
        let shift = |seed, randomisation| Scramble::Shift { seed, randomisation };
        let owen = |seed, randomisation| Scramble::Owen { seed, randomisation };
        let mut seen = std::collections::HashSet::new();
        for dimension in [0, 1, 21_200] {
            for seed in [0, 1, 1 << 32] {
                for randomisation in [0, 1, 1 << 32] {
                    for scramble in [shift(seed, randomisation), owen(seed, randomisation)] {
                        assert!(seen.insert(Scrambler::new(scramble, dimension).apply(0)));
                    }
                }
            }
        }
    }
}
