//! The search in lanes: sixteen directions at a time, with a proof for each.
//!
//! Both steps of a window (`steps`) are a basis of the lattice in rows and turns. A direction lies in
//! one of its cells (`cells`), and the nearest point is a corner of that cell (Keinert2015), wherever
//! this is proved for the direction (`corners`):
//!
//! 1. Let p be the direction, r its distance from the axis, z its height; D the distance of the
//!    nearest corner, D <= 0.4 r; q a point within D, of radius r'. With y = 2 sin(half of the
//!    difference in latitude) and x = 2 sqrt(r r') sin(half of that in longitude), x² + y² = |q - p|².
//! 2. In a cap of radius D, r' >= m r with m = 1 - D²/2 - D |z| / r >= 0.6. The heights of q and p
//!    differ by at most y r (1 + D |z| / 2 r) <= y r / sqrt(m): so many rows when multiplied by half
//!    of the steps from pole to pole. The longitudes differ by at most k x / (2 pi r sqrt(m)) turns,
//!    where k² <= 1 + (D / r)² / 2, since asin(t) <= t + (pi / 2 - 1) t³.
//! 3. Of such a difference in rows and turns, the coordinates in the basis are
//!    a = rows · long turn - turns · long and b = rows · short turn + turns · short. By Cauchy and
//!    Schwarz neither is more than (D / r) N k / sqrt(m), where N² is the greater of
//!    (steps r² turn / 2)² + (points / 2 pi)² for the long and for the short step.
//! 4. The coordinates of points are whole numbers: if that is below 1, q is a corner of the cell.
//!    With m and k put in, (D / r)² (N² + 1) + (D / r) |z| < 1 is enough.
//!
//! The proof does not ask how the lattice goes on. Beyond its ends there are corners that are no
//! points: if one of them is the nearest, nothing is proved. Nor is it beside a pole or a hole, in a
//! lattice of a few points, or if the next corner is almost as near. There the search for a single
//! direction decides: for 0.8 % of all directions at 1,000 points, 0.1 % from 10,000 on.
//!
//! Distances are estimated in single precision, since coordinates in a cell are small numbers. These
//! are within 2^-18, whatever the total: a height is rounded by 2^-50, hence less than a step by
//! 2^-21, and multiples of a turn by less than 2^-48 of themselves. So the estimates are within
//! 2^-14 of the area of a cell, and doubt begins at four times that.

mod cells;
mod corners;
#[cfg(test)]
mod tests;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

use super::super::Fibonacci;
use crate::sampling::lift::lanes::LANES;
use crate::simd::Kernel;
use cells::Search;
use corners::Corners;

/// The nearest points of columns of directions, which are as long as the indices, or the place of
/// the first that is none.
pub(in crate::sampling) struct NearestAll<'a> {
    pub(in crate::sampling) lattice: &'a Fibonacci,
    pub(in crate::sampling) columns: [&'a [f64]; 3],
    pub(in crate::sampling) indices: &'a mut [u64],
}

impl NearestAll<'_> {
    #[inline(always)]
    fn one(&mut self, at: usize) -> Result<(), usize> {
        let [x, y, z] = self.columns;
        self.indices[at] = self.lattice.nearest(x[at], y[at], z[at]).ok_or(at)?;
        Ok(())
    }
}

impl Kernel for NearestAll<'_> {
    type Output = Result<(), usize>;

    #[inline(always)]
    fn scalar(mut self) -> Self::Output {
        (0..self.indices.len()).try_for_each(
            #[inline(always)]
            |at| self.one(at),
        )
    }

    #[inline(always)]
    fn lanes<S: Simd>(mut self, simd: S) -> Self::Output {
        let search = Search::new(self.lattice);
        let count = self.indices.len();
        for first in (0..count).step_by(LANES) {
            let end = count.min(first + LANES);
            // One bit for each direction that is left.
            let mut left = u64::MAX >> (64 - (end - first));
            if end - first == LANES && search.is_exact() {
                let [x, y, z] = self.columns;
                let columns = [&x[first..end], &y[first..end], &z[first..end]];
                left &= !search.group(simd, columns, &mut self.indices[first..end]);
            }
            while left != 0 {
                self.one(first + left.trailing_zeros() as usize)?;
                left &= left - 1;
            }
        }
        Ok(())
    }
}

impl Search {
    /// Writes the nearest corners of a group, and returns which of them are proved to be the nearest
    /// points.
    #[inline(always)]
    fn group<S: Simd>(&self, simd: S, [x, y, z]: [&[f64]; 3], indices: &mut [u64]) -> u64 {
        let [[x, x_high], [y, y_high], [z, z_high]] =
            [halves(simd, x), halves(simd, y), halves(simd, z)];
        let low = self.cells(simd, [x, y, z]);
        let high = self.cells(simd, [x_high, y_high, z_high]);
        let Corners { proved, along } = self.corners(simd, &low, &high);
        let (short, long) = (along[0].widen(), along[1].widen());
        let (out, out_high) = indices.split_at_mut(8);
        let low = self.index(simd, &low, [short.0, long.0], out);
        let high = self.index(simd, &high, [short.1, long.1], out_high);
        proved.to_bitmask() & (low.to_bitmask() | high.to_bitmask() << 8)
    }
}

#[inline(always)]
fn halves<S: Simd>(simd: S, values: &[f64]) -> [f64x8<S>; 2] {
    let (low, high) = values.split_at(8);
    [f64x8::from_slice(simd, low), f64x8::from_slice(simd, high)]
}
