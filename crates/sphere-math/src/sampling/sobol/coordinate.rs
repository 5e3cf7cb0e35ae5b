//! What a word becomes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, i32x16, u32x16, u64x8};

use super::scramble::{permute_high_halves, permute_words};
use crate::Real;
use crate::sampling::lift::lanes::{LANES, Pair};

/// A coordinate of a point of the cube: the word itself in a draw, a number in \[0, 1) in a fill.
pub trait Coordinate: Copy {
    /// The definition.
    fn of_word(word: u64) -> Self;

    /// The coordinates of a block of words.
    fn of_words<S: Simd>(simd: S, words: Pair<u64x8<S>>) -> [Self; LANES];

    /// The coordinates of a block of words after Owen's permutation. `keys` holds those of each
    /// word, as [`Scrambler::keys`](super::scramble::Scrambler::keys) has them.
    #[inline(always)]
    fn of_permuted<S: Simd>(simd: S, words: Pair<u64x8<S>>, keys: Pair<u64x8<S>>) -> [Self; LANES] {
        let permuted =
            [permute_words(simd, words[0], keys[0]), permute_words(simd, words[1], keys[1])];
        Self::of_words(simd, permuted)
    }
}

impl Coordinate for u64 {
    #[inline(always)]
    fn of_word(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn of_words<S: Simd>(_simd: S, words: Pair<u64x8<S>>) -> [Self; LANES] {
        let mut block = [0; LANES];
        words[0].store_slice(&mut block[..8]);
        words[1].store_slice(&mut block[8..]);
        block
    }
}

impl Coordinate for f64 {
    #[inline(always)]
    fn of_word(word: u64) -> Self {
        Self::from_word(word)
    }

    #[inline(always)]
    fn of_words<S: Simd>(_simd: S, words: Pair<u64x8<S>>) -> [Self; LANES] {
        const ULP: f64 = 1.0 / (1_u64 << 53) as f64;
        let mut block = [0.0; LANES];
        (f64x8::float_from(words[0] >> 11) * ULP).store_slice(&mut block[..8]);
        (f64x8::float_from(words[1] >> 11) * ULP).store_slice(&mut block[8..]);
        block
    }
}

impl Coordinate for f32 {
    #[inline(always)]
    fn of_word(word: u64) -> Self {
        Self::from_word(word)
    }

    #[inline(always)]
    fn of_words<S: Simd>(_simd: S, words: Pair<u64x8<S>>) -> [Self; LANES] {
        of_high_halves(high_halves(words))
    }

    /// 24 bits come from the high halves, and none of these depends on the low ones.
    #[inline(always)]
    fn of_permuted<S: Simd>(simd: S, words: Pair<u64x8<S>>, keys: Pair<u64x8<S>>) -> [Self; LANES] {
        of_high_halves(permute_high_halves(simd, high_halves(words), high_halves(keys)))
    }
}

#[inline(always)]
fn high_halves<S: Simd>([first, second]: Pair<u64x8<S>>) -> u32x16<S> {
    first.bitcast::<u32x16<S>>().unzip_high(second.bitcast::<u32x16<S>>())
}

#[inline(always)]
fn of_high_halves<S: Simd>(halves: u32x16<S>) -> [f32; LANES] {
    const ULP: f32 = 1.0 / (1_u32 << 24) as f32;
    // Below 2^24, so that signed and unsigned are one.
    (f32x16::float_from((halves >> 8).bitcast::<i32x16<S>>()) * ULP).into()
}
