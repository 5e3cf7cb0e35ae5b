//! The words of one dimension in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, mask64x8, u64x8};

use super::directions::Directions;
use super::word_at;
use crate::sampling::lift::lanes::{LANES, Pair};

/// The words of one dimension, [`LANES`] points at a time, from any point on.
///
/// A point and the one [`LANES`] further on have Gray codes that differ in two bits: the highest of
/// those that count the points of an aligned block, and one of those that count the blocks. So all
/// lanes of an aligned block step by the same xor, and where a start is not aligned, the lanes
/// behind the seam step as the block after does. `AntonovSaleev1979`.
pub(super) struct Blocks<'a, S: Simd> {
    directions: Directions<'a>,
    words: Pair<u64x8<S>>,
    /// The number of the aligned block that the first lane lies in.
    block: u64,
    /// What leads from that block to the one after.
    step: u64x8<S>,
    /// The lanes that lie in the block after.
    behind_seam: Pair<mask64x8<S>>,
}

/// The bits of an index that count the points of an aligned block.
const BITS: usize = LANES.ilog2() as usize;

impl<'a, S: Simd> Blocks<'a, S> {
    /// The words from `start` on, each with an xor by `mask`.
    #[inline(always)]
    pub(super) fn new(simd: S, directions: Directions<'a>, start: u64, mask: u64) -> Self {
        let mut first = [0; LANES];
        let mut word = word_at(directions, start) ^ mask;
        for (index, place) in (start + 1..).zip(&mut first) {
            *place = word;
            word ^= directions.bit(index.trailing_zeros() as usize % 64);
        }
        let seam = u64x8::splat(simd, LANES as u64 - start % LANES as u64);
        let lane = u64x8::from_slice(simd, &[0, 1, 2, 3, 4, 5, 6, 7]);
        let block = start / LANES as u64;
        Self {
            directions,
            words: pair(simd, &first),
            block,
            step: step(simd, directions, block + 1),
            behind_seam: [lane.simd_ge(seam), (lane + 8).simd_ge(seam)],
        }
    }

    /// The next block.
    #[inline(always)]
    pub(super) fn next(&mut self, simd: S) -> Pair<u64x8<S>> {
        let words = self.words;
        let next_step = step(simd, self.directions, self.block + 2);
        self.words = [
            words[0] ^ self.behind_seam[0].select(next_step, self.step),
            words[1] ^ self.behind_seam[1].select(next_step, self.step),
        ];
        self.block += 1;
        self.step = next_step;
        words
    }
}

/// What leads to an aligned block from the one before.
#[inline(always)]
fn step<S: Simd>(simd: S, directions: Directions<'_>, block: u64) -> u64x8<S> {
    // Indices end at 2^63. The remainder tells that all fit.
    let bit = (BITS + block.trailing_zeros() as usize) % 64;
    let last = directions.bit(BITS - 1);
    u64x8::splat(simd, directions.bit(bit)) ^ u64x8::splat(simd, last)
}

/// The first words as a block.
#[inline(always)]
pub(super) fn pair<S: Simd>(simd: S, words: &[u64]) -> Pair<u64x8<S>> {
    [u64x8::from_slice(simd, &words[..8]), u64x8::from_slice(simd, &words[8..LANES])]
}

#[cfg(test)]
mod tests {
    use super::{Blocks, Directions, LANES, word_at};
    use crate::sampling::sobol::coordinate::Coordinate;
    use crate::sampling::sobol::directions::Table;
    use crate::sampling::sobol::words;
    use crate::simd::{Instructions, Kernel, SimdLevel};
    use fearless_simd::Simd;

    const MASK: u64 = 0x0123_4567_89ab_cdef;
    const BLOCKS: usize = 40;

    /// The words of some blocks.
    struct Walk<'a> {
        directions: Directions<'a>,
        start: u64,
    }

    impl Kernel for Walk<'_> {
        type Output = Vec<u64>;

        fn scalar(self) -> Vec<u64> {
            let range = self.start..self.start + (BLOCKS * LANES) as u64;
            words(self.directions, range).map(|word| word ^ MASK).collect()
        }

        fn lanes<S: Simd>(self, simd: S) -> Vec<u64> {
            let mut blocks = Blocks::new(simd, self.directions, self.start, MASK);
            (0..BLOCKS).flat_map(|_| u64::of_words(simd, blocks.next(simd))).collect()
        }
    }

    #[test]
    fn blocks_from_any_point_are_the_words_of_jumps() {
        let table = Table::new(40);
        let last = (1 << 63) - (BLOCKS * LANES) as u64;
        let near = [0, 1 << 20, (1 << 32) - 320, (1 << 52) - 64, last - 31];
        let starts = near.into_iter().flat_map(|start| start..start + 32);
        for start in starts {
            for directions in [0, 1, 39].map(|dimension| table.dimension(dimension)) {
                let jumped: Vec<u64> = (start..start + (BLOCKS * LANES) as u64)
                    .map(|index| word_at(directions, index) ^ MASK)
                    .collect();
                for level in SimdLevel::available() {
                    let walk = Walk { directions, start };
                    let walked = Instructions::of(level).unwrap().run(walk);
                    assert!(walked == jumped, "{level} from {start}");
                }
            }
        }
    }
}
