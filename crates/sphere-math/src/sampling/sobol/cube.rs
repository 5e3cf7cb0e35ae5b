//! Points of the cube: columns dimension by dimension, rows many dimensions side by side.

use core::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u64x8};

use super::coordinate::Coordinate;
use super::lanes::Blocks;
use super::scramble::Scrambler;
use super::{Sobol, rows, words};
use crate::sampling::lift::lanes::{LANES, Pair};
use crate::sampling::store::Store;
use crate::simd::Kernel;

/// Fills a range of points of the cube, or draws their words.
pub(super) struct Cube<'a, T, O> {
    pub(super) sobol: &'a Sobol,
    pub(super) range: Range<u64>,
    pub(super) out: &'a mut O,
    pub(super) coordinate: core::marker::PhantomData<T>,
}

impl<T: Coordinate, O: Store<T>> Kernel for Cube<'_, T, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(mut self) {
        let rows = self.rows();
        self.one_by_one(rows);
    }

    #[inline(always)]
    fn lanes<S: Simd>(mut self, simd: S) {
        let rows = self.rows();
        let first = self.out.rows_to_line().min(rows);
        if first > 0 {
            self.one_by_one(first);
        }
        if O::BY_ROWS {
            let range = self.range.start + first as u64..self.range.end;
            rows::fill(simd, self.sobol, &range, first, self.out);
        } else {
            self.columns(simd, first..rows);
        }
    }
}

impl<T: Coordinate, O: Store<T>> Cube<'_, T, O> {
    fn rows(&self) -> usize {
        (self.range.end - self.range.start) as usize
    }

    /// The first rows, word by word.
    #[inline(always)]
    fn one_by_one(&mut self, rows: usize) {
        let start = self.range.start;
        for dimension in 0..self.sobol.dimensions() {
            let scrambler = self.sobol.scrambler(dimension);
            let words = words(self.sobol.table.dimension(dimension), start..start + rows as u64);
            for (row, word) in words.enumerate() {
                self.out.set(row, dimension, T::of_word(scrambler.apply(word)));
            }
        }
    }

    /// Each column is written from its start to its end.
    #[inline(always)]
    fn columns<S: Simd>(self, simd: S, rows: Range<usize>) {
        let start = self.range.start + rows.start as u64;
        for column in 0..self.sobol.dimensions() {
            let scrambler = self.sobol.scrambler(column);
            let directions = self.sobol.table.dimension(column);
            let blocks = Blocks::new(simd, directions, start, scrambler.mask());
            match scrambler {
                Scrambler::Shift { .. } => fill_column(
                    simd,
                    blocks,
                    (rows.clone(), column),
                    self.out,
                    #[inline(always)]
                    |words| T::of_words(simd, words),
                ),
                Scrambler::Owen { .. } => {
                    let keys = [u64x8::splat(simd, scrambler.keys()); 2];
                    fill_column(
                        simd,
                        blocks,
                        (rows.clone(), column),
                        self.out,
                        #[inline(always)]
                        |words| T::of_permuted(simd, words, keys),
                    );
                }
            }
        }
    }
}

#[inline(always)]
fn fill_column<S: Simd, T: Coordinate>(
    simd: S,
    mut blocks: Blocks<'_, S>,
    (rows, column): (Range<usize>, usize),
    out: &mut impl Store<T>,
    coordinates: impl Fn(Pair<u64x8<S>>) -> [T; LANES],
) {
    let whole = rows.end - rows.len() % LANES;
    for row in (rows.start..whole).step_by(LANES) {
        out.set_lanes(simd, row, column, coordinates(blocks.next(simd)));
    }
    if whole < rows.end {
        for (row, value) in (whole..rows.end).zip(coordinates(blocks.next(simd))) {
            out.set(row, column, value);
        }
    }
}
