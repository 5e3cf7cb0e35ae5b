//! Points of the cube row after row.
//!
//! All words of a dimension in an aligned block of points differ by one and the same xor from those
//! of the first block of all. A table holds the first block as rows, so that sixteen neighbours in
//! memory, of whatever points and dimensions, cost one xor together.

use core::cmp::Ordering;
use core::ops::Range;

use fearless_simd::{Simd, u64x8};

use super::coordinate::Coordinate;
use super::directions::Directions;
use super::lanes::pair;
use super::{Sobol, word_at};
use crate::sampling::Scramble;
use crate::sampling::lift::lanes::{LANES, Pair};
use crate::sampling::store::Store;

/// The most words of a table: a quarter of a first cache.
const CELLS: usize = 1024;
/// The most dimensions side by side; where there are more, sixteen neighbours are of one point.
const WIDTH: usize = 64;

/// Fills group by group of dimensions.
#[inline(always)]
pub(super) fn fill<S: Simd, T: Coordinate>(
    simd: S,
    sobol: &Sobol,
    range: &Range<u64>,
    out: &mut impl Store<T>,
) {
    let mut tables = Tables::default();
    for dimensions in groups(sobol.dimensions()) {
        let mut group = Group::new(sobol, dimensions, range, &mut tables);
        match sobol.scramble {
            Scramble::None | Scramble::Shift { .. } => group.fill(
                simd,
                out,
                #[inline(always)]
                |words, _| T::of_words(simd, words),
            ),
            Scramble::Owen { .. } => group.fill(
                simd,
                out,
                #[inline(always)]
                |words, keys| T::of_permuted(simd, words, pair(simd, keys)),
            ),
        }
    }
}

/// Whole rows where they are short. Else parts of a whole number of sixteens, of which the last
/// begins where the one before has not ended.
fn groups(dimensions: usize) -> impl Iterator<Item = Range<usize>> {
    (0..dimensions).step_by(WIDTH).map(move |first| {
        let end = dimensions.min(first + WIDTH);
        let width = if first == 0 { end } else { (end - first).next_multiple_of(LANES) };
        end - width..end
    })
}

/// How much further the column of a cell is than that of the cell sixteen before, but for a row.
#[inline(always)]
fn step_of(width: usize) -> usize {
    if width < LANES { LANES % width } else { LANES }
}

/// One word a dimension, then again from the first on, so that sixteen may begin at any.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Cycle([u64; WIDTH + LANES]);

impl Cycle {
    fn repeat(&mut self, width: usize) {
        for at in width..width + LANES {
            self.0[at] = self.0[at - width];
        }
    }
}

/// Words of a group of dimensions, aligned as vectors are.
#[repr(align(64))]
struct Tables {
    /// Those of the first aligned block of points, row after row, the ones before the seam first.
    first: [u64; CELLS],
    /// What makes them the words of the current block: before the seam, in the sixteen that it goes
    /// through, and behind.
    before: Cycle,
    across: Cycle,
    behind: Cycle,
    /// The keys of Owen's permutation.
    keys: Cycle,
}

impl Default for Tables {
    #[inline(always)]
    fn default() -> Self {
        let cycle = Cycle([0; WIDTH + LANES]);
        Self { first: [0; CELLS], before: cycle, across: cycle, behind: cycle, keys: cycle }
    }
}

/// Dimensions side by side, at some block of points of a range. Blocks begin with the range; the
/// seam in each is where an aligned block ends.
struct Group<'a> {
    directions: &'a [Directions],
    tables: &'a mut Tables,
    /// The cell of the first coordinate, and how many cells of others lie between two rows.
    place: usize,
    between: usize,
    rows: usize,
    /// Points of a block: a power of two.
    block: usize,
    /// Points before the seam.
    seam: usize,
    /// The number of the aligned block behind the seam.
    aligned: u64,
}

impl<'a> Group<'a> {
    fn new(
        sobol: &'a Sobol,
        dimensions: Range<usize>,
        range: &Range<u64>,
        tables: &'a mut Tables,
    ) -> Self {
        let directions = &sobol.table[dimensions.clone()];
        let width = directions.len();
        let rows = (range.end - range.start) as usize;
        let block = (1 << (CELLS / width).ilog2()).min(rows.next_power_of_two());
        let past_seam = (range.start % block as u64) as usize;
        first_block(directions, &mut tables.first[..block * width]);
        tables.first[..block * width].rotate_left(past_seam * width);
        for (at, (dimension, directions)) in dimensions.clone().zip(directions).enumerate() {
            let scrambler = sobol.scrambler(dimension);
            let word = word_at(directions, range.start - past_seam as u64);
            tables.behind.0[at] = word ^ scrambler.mask();
            tables.keys.0[at] = scrambler.keys();
        }
        tables.behind.repeat(width);
        tables.keys.repeat(width);
        let mut group = Self {
            directions,
            tables,
            place: dimensions.start,
            between: sobol.dimensions() - width,
            rows,
            block,
            seam: block - past_seam,
            aligned: range.start / block as u64,
        };
        group.advance();
        group
    }

    /// Goes on to the next block: from the last point of an aligned block a single bit of the Gray
    /// code further.
    fn advance(&mut self) {
        let width = self.directions.len();
        self.aligned += 1;
        self.tables.before = self.tables.behind;
        let last = &self.tables.first[(self.seam - 1) * width..];
        // Indices end at 2^63. The remainder tells that all fit.
        let bit = (self.block.ilog2() + self.aligned.trailing_zeros()) as usize % 64;
        let words = self.tables.behind.0.iter_mut();
        for ((word, last), directions) in words.zip(last).zip(self.directions) {
            *word ^= last ^ directions[bit];
        }
        self.tables.behind.repeat(width);
        self.tables.across = self.tables.behind;
        let cells = self.seam * width;
        let first = cells / LANES * LANES % width;
        let before = first..first + cells % LANES;
        self.tables.across.0[before.clone()].copy_from_slice(&self.tables.before.0[before]);
    }

    #[inline(always)]
    fn fill<S: Simd, T: Coordinate>(
        &mut self,
        simd: S,
        out: &mut impl Store<T>,
        coordinates: impl Fn(Pair<u64x8<S>>, &[u64]) -> [T; LANES] + Copy,
    ) {
        let width = self.directions.len();
        let mut place = self.place;
        for row in (0..self.rows).step_by(self.block) {
            let cells = self.block.min(self.rows - row) * width;
            self.fill_block(simd, cells, place, out, coordinates);
            place += self.block * (width + self.between);
            self.advance();
        }
    }

    /// The first cells of the current block, sixteen at a time.
    #[inline(always)]
    fn fill_block<S: Simd, T: Coordinate>(
        &self,
        simd: S,
        cells: usize,
        mut place: usize,
        out: &mut impl Store<T>,
        coordinates: impl Fn(Pair<u64x8<S>>, &[u64]) -> [T; LANES] + Copy,
    ) {
        let Tables { first, before, across, behind, keys } = &*self.tables;
        let width = self.directions.len();
        let seam = self.seam * width / LANES;
        let mut column = 0;
        let sixteens = &first.as_chunks::<LANES>().0[..cells.div_ceil(LANES)];
        for (at, words) in sixteens.iter().enumerate() {
            let bases = match at.cmp(&seam) {
                Ordering::Less => before,
                Ordering::Equal => across,
                Ordering::Greater => behind,
            };
            let (words, bases) = (pair(simd, words), pair(simd, &bases.0[column..]));
            let words = [words[0] ^ bases[0], words[1] ^ bases[1]];
            let left = cells - at * LANES;
            if left < LANES {
                let all = width + self.between;
                let values = coordinates(words, &keys.0[column..]);
                for (cell, value) in (place..place + left).zip(values) {
                    out.set(cell / all, cell % all, value);
                }
                return;
            }
            out.set_cells(simd, place, coordinates(words, &keys.0[column..]));
            place += LANES;
            column += step_of(width);
            if column >= width {
                column -= width;
                place += self.between;
            }
        }
    }
}

/// The words of the first points, as many as a power of two, row after row: each bit of the Gray
/// code doubles what there is.
fn first_block(directions: &[Directions], table: &mut [u64]) {
    let width = directions.len();
    table[..width].fill(0);
    for bit in 0..(table.len() / width).ilog2() as usize {
        let mut steps = Cycle([0; WIDTH + LANES]);
        for (step, directions) in steps.0.iter_mut().zip(directions) {
            *step = directions[bit] ^ if bit > 0 { directions[bit - 1] } else { 0 };
        }
        steps.repeat(width);
        let (old, new) = table.split_at_mut(width << bit);
        let mut column = 0;
        for (old, new) in old.chunks(LANES).zip(new.chunks_mut(LANES)) {
            for ((new, old), step) in new.iter_mut().zip(old).zip(&steps.0[column..]) {
                *new = old ^ step;
            }
            column += step_of(width);
            if column >= width {
                column -= width;
            }
        }
    }
}
