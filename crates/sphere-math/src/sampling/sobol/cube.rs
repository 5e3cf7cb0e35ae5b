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
    fn scalar(self) {
        for (dimension, directions) in self.sobol.table.iter().enumerate() {
            let scrambler = self.sobol.scrambler(dimension);
            for (row, word) in words(directions, self.range.clone()).enumerate() {
                self.out.set(row, dimension, T::of_word(scrambler.apply(word)));
            }
        }
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) {
        if O::BY_ROWS {
            rows::fill(simd, self.sobol, &self.range, self.out);
        } else {
            self.columns(simd);
        }
    }
}

impl<T: Coordinate, O: Store<T>> Cube<'_, T, O> {
    /// Each column is written from its start to its end.
    #[inline(always)]
    fn columns<S: Simd>(self, simd: S) {
        let start = self.range.start;
        let rows = (self.range.end - start) as usize;
        let first = self.out.rows_to_line().min(rows);
        let range = start..start + first as u64;
        for (column, directions) in self.sobol.table.iter().enumerate() {
            let scrambler = self.sobol.scrambler(column);
            for (row, word) in words(directions, range.clone()).enumerate() {
                self.out.set(row, column, T::of_word(scrambler.apply(word)));
            }
            let blocks = Blocks::new(simd, directions, range.end, scrambler.mask());
            match scrambler {
                Scrambler::Shift { .. } => fill_column(
                    simd,
                    blocks,
                    (first..rows, column),
                    self.out,
                    #[inline(always)]
                    |words| T::of_words(simd, words),
                ),
                Scrambler::Owen { .. } => {
                    let keys = [u64x8::splat(simd, scrambler.keys()); 2];
                    fill_column(
                        simd,
                        blocks,
                        (first..rows, column),
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
