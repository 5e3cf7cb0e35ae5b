//! The words of one dimension in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, mask64x8, u64x8};

use super::directions::Directions;
use super::words;
use crate::sampling::lift::lanes::{LANES, Pair};

/// The words of one dimension, [`LANES`] points at a time, from any point on.
///
/// A point and the one [`LANES`] further on have Gray codes that differ in two bits: the highest of
/// those that count the points of an aligned block, and one of those that count the blocks. So all
/// lanes of an aligned block step by the same xor, and where a start is not aligned, the lanes
/// behind the seam step as the block after does. `AntonovSaleev1979`.
pub(super) struct Blocks<'a, S: Simd> {
    directions: &'a Directions,
    words: Pair<u64x8<S>>,
    /// The number of the aligned block that the first lane lies in.
    block: u64,
    /// The lanes that lie in the block after.
    behind_seam: Pair<mask64x8<S>>,
}

/// The bits of an index that count the points of an aligned block.
const BITS: usize = LANES.ilog2() as usize;

impl<'a, S: Simd> Blocks<'a, S> {
    /// The words from `start` on, each with an xor by `mask`.
    #[inline(always)]
    pub(super) fn new(simd: S, directions: &'a Directions, start: u64, mask: u64) -> Self {
        let mut first = [0; LANES];
        for (place, word) in first.iter_mut().zip(words(directions, start..start + LANES as u64)) {
            *place = word ^ mask;
        }
        let seam = u64x8::splat(simd, LANES as u64 - start % LANES as u64);
        let lane = u64x8::from_slice(simd, &[0, 1, 2, 3, 4, 5, 6, 7]);
        Self {
            directions,
            words: pair(simd, &first),
            block: start / LANES as u64,
            behind_seam: [lane.simd_ge(seam), (lane + 8).simd_ge(seam)],
        }
    }

    /// The next block.
    #[inline(always)]
    pub(super) fn next(&mut self, simd: S) -> Pair<u64x8<S>> {
        let words = self.words;
        let before = u64x8::splat(simd, self.step(self.block + 1));
        let behind = u64x8::splat(simd, self.step(self.block + 2));
        let common = self.directions[BITS - 1];
        self.words = [
            words[0] ^ self.behind_seam[0].select(behind, before) ^ common,
            words[1] ^ self.behind_seam[1].select(behind, before) ^ common,
        ];
        self.block += 1;
        words
    }

    /// The direction number that the Gray code of an aligned block adds to or takes from that of
    /// the block before.
    #[inline(always)]
    fn step(&self, block: u64) -> u64 {
        // Indices end at 2^63. The remainder tells that all fit.
        self.directions[(BITS + block.trailing_zeros() as usize) % 64]
    }
}

/// The first words as a block.
#[inline(always)]
pub(super) fn pair<S: Simd>(simd: S, words: &[u64]) -> Pair<u64x8<S>> {
    [u64x8::from_slice(simd, &words[..8]), u64x8::from_slice(simd, &words[8..LANES])]
}
