//! Points of the cube row after row.
//!
//! In an aligned block of points, each word is that of the first block of all with an xor that is
//! the same for the whole dimension. A table holds the words of the first block as rows, so that
//! sixteen neighbours in memory, of whatever points and dimensions, cost one xor together.

use core::ops::Range;

use fearless_simd::{Simd, u64x8};

use super::coordinate::Coordinate;
use super::directions::Directions;
use super::lanes::pair;
use super::{Sobol, word_at, words};
use crate::sampling::Scramble;
use crate::sampling::lift::lanes::{LANES, Pair};
use crate::sampling::store::Store;

/// The most words of a table: half of a first cache, and a tile of points is the other half.
const CELLS: usize = 1024;
/// The most dimensions side by side.
const WIDTH: usize = 64;

/// One word a dimension, then again from the first on, so that a block of words may begin at any.
type Cycle = [u64; WIDTH + LANES];

/// Dimensions side by side, at some aligned block of points.
struct Group<'a> {
    directions: &'a [Directions],
    /// Points of a block: a power of two.
    points: usize,
    /// The words of the first block, row after row.
    table: [u64; CELLS + LANES],
    /// What makes them the words of the current block.
    bases: Cycle,
    /// Those of Owen's permutation.
    keys: Cycle,
}

/// Fills group by group; between groups, the rest of a row is skipped.
#[inline(always)]
pub(super) fn fill<S: Simd, T: Coordinate>(
    simd: S,
    sobol: &Sobol,
    range: Range<u64>,
    out: &mut impl Store<T>,
) {
    let dimensions = sobol.dimensions();
    let width = dimensions.div_ceil(dimensions.div_ceil(WIDTH));
    for column in (0..dimensions).step_by(width) {
        let mut group = Group::new(sobol, column..dimensions.min(column + width), &range);
        match sobol.scramble {
            Scramble::None | Scramble::Shift { .. } => group.fill(
                simd,
                range.clone(),
                column,
                out,
                #[inline(always)]
                |words, _| T::of_words(simd, words),
            ),
            Scramble::Owen { .. } => group.fill(
                simd,
                range.clone(),
                column,
                out,
                #[inline(always)]
                |words, keys| T::of_permuted(simd, words, pair(simd, keys)),
            ),
        }
    }
}

impl<'a> Group<'a> {
    fn new(sobol: &'a Sobol, dimensions: Range<usize>, range: &Range<u64>) -> Self {
        let directions = &sobol.table[dimensions.clone()];
        let width = directions.len();
        let count = (range.end - range.start) as usize;
        let points = (1 << (CELLS / width).ilog2()).min(count.next_power_of_two());
        let mut group = Self {
            directions,
            points,
            table: [0; CELLS + LANES],
            bases: [0; WIDTH + LANES],
            keys: [0; WIDTH + LANES],
        };
        let start = range.start - range.start % points as u64;
        for (at, (dimension, directions)) in dimensions.zip(directions).enumerate() {
            for (point, word) in words(directions, 0..points as u64).enumerate() {
                group.table[point * width + at] = word;
            }
            let scrambler = sobol.scrambler(dimension);
            group.bases[at] = word_at(directions, start) ^ scrambler.mask();
            group.keys[at] = scrambler.keys();
        }
        repeat(&mut group.bases, width);
        repeat(&mut group.keys, width);
        group
    }

    /// Goes on to the next block: from its last point a single bit of the Gray code further.
    fn advance(&mut self, block: u64) {
        let width = self.directions.len();
        let last = &self.table[(self.points - 1) * width..];
        // Indices end at 2^63. The remainder tells that all fit.
        let bit = (self.points.ilog2() + block.trailing_zeros()) as usize % 64;
        for ((base, last), directions) in self.bases.iter_mut().zip(last).zip(self.directions) {
            *base ^= last ^ directions[bit];
        }
        repeat(&mut self.bases, width);
    }

    /// Fills tile by tile. Tiles begin with the range, blocks of points where they are aligned.
    #[inline(always)]
    fn fill<S: Simd, T: Coordinate>(
        &mut self,
        simd: S,
        range: Range<u64>,
        column: usize,
        out: &mut impl Store<T>,
        coordinates: impl Fn(Pair<u64x8<S>>, &[u64]) -> [T; LANES],
    ) {
        let width = self.directions.len();
        let count = (range.end - range.start) as usize;
        let mut tile = [T::of_word(0); CELLS + LANES];
        let mut index = range.start;
        for row in (0..count).step_by(self.points) {
            let rows = self.points.min(count - row);
            let mut done = 0;
            while done < rows {
                let place = (index % self.points as u64) as usize;
                let run = (self.points - place).min(rows - done);
                self.run(simd, place, run, &mut tile[done * width..], &coordinates);
                done += run;
                index += run as u64;
                if place + run == self.points {
                    self.advance(index / self.points as u64);
                }
            }
            out.set_tile(simd, row, column, width, &tile[..rows * width]);
        }
    }

    /// The coordinates of points of the current block, from the place of the first on. Fills up the
    /// last sixteen with what is no part of them.
    #[inline(always)]
    fn run<S: Simd, T: Coordinate>(
        &self,
        simd: S,
        place: usize,
        points: usize,
        tile: &mut [T],
        coordinates: impl Fn(Pair<u64x8<S>>, &[u64]) -> [T; LANES],
    ) {
        let width = self.directions.len();
        let table = self.table[place * width..].as_chunks::<LANES>().0;
        let tile = tile.as_chunks_mut::<LANES>().0;
        let blocks = (points * width).div_ceil(LANES);
        // The dimension that the first of the sixteen belongs to.
        let mut first = 0;
        for (words, place) in table.iter().zip(tile).take(blocks) {
            let words = pair(simd, words);
            let bases = pair(simd, &self.bases[first..]);
            let words = [words[0] ^ bases[0], words[1] ^ bases[1]];
            *place = coordinates(words, &self.keys[first..]);
            first += LANES % width;
            if first >= width {
                first -= width;
            }
        }
    }
}

fn repeat(cycle: &mut Cycle, width: usize) {
    for at in width..width + LANES {
        cycle[at] = cycle[at - width];
    }
}
