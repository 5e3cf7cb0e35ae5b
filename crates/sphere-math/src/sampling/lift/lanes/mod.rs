//! The lift in lanes: [`on_parallel`](super::on_parallel) and the sine and cosine of a turn for
//! [`LANES`] points at a time, operation by operation as the scalar forms have them.

mod double;
mod integers;
mod single;

use core::marker::PhantomData;
use core::ops::Range;

use fearless_simd::{Simd, f64x8, u64x8};

use super::each;
use crate::real::Real;
use crate::sampling::store::Store;
use crate::simd::Kernel;

pub(in crate::sampling) use double::pair;
pub(in crate::sampling) use integers::from_53_bits;

/// Points of a block: two vectors of eight doubles, one of sixteen singles.
pub(in crate::sampling) const LANES: usize = 16;

/// One number of each point of a block.
pub(in crate::sampling) type Pair<T> = [T; 2];

/// The coordinates of a block of points, one array each.
pub(in crate::sampling) type Block<R, const N: usize> = [[R; LANES]; N];

/// A block of points as heights, which [`Height`](super::Height) explains, and longitudes.
#[derive(Clone, Copy, Debug)]
pub struct Cylinder<S: Simd> {
    pub z: Pair<f64x8<S>>,
    pub from_pole: Pair<f64x8<S>>,
    pub turns: Pair<u64x8<S>>,
}

/// A block of points of the disk: squared radii and angles.
#[derive(Clone, Copy, Debug)]
pub struct Annuli<S: Simd> {
    pub squared: Pair<f64x8<S>>,
    pub turns: Pair<u64x8<S>>,
}

/// Longitudes that are quotients: the quarter turn that each is nearest to (the two low bits
/// count), and what remains, in half turns in \[-1/4, 1/4\].
#[derive(Clone, Copy, Debug)]
pub struct Quotients<S: Simd> {
    pub quarter: Pair<u64x8<S>>,
    pub half_turns: Pair<f64x8<S>>,
}

/// A type with lifts in lanes. Each has its own polynomials.
pub trait LaneLift: Sized {
    /// The directions of a block.
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3>;

    /// The directions of a block whose heights, and what they lack of 1, are exact in double
    /// precision.
    fn on_exact_parallels<S: Simd>(
        simd: S,
        z: Pair<f64x8<S>>,
        turns: Pair<u64x8<S>>,
    ) -> Block<Self, 3>;

    /// The points of a block of the disk.
    fn on_circles<S: Simd>(simd: S, points: Annuli<S>) -> Block<Self, 2>;

    /// The directions of a block at heights z on parallels with these radii.
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self, 3>;

    /// Heights in this precision.
    fn heights<S: Simd>(z: Pair<f64x8<S>>) -> [Self; LANES];

    /// The radii of parallels at these distances from a pole, as
    /// [`Height::radius`](super::Height::radius).
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES];

    /// Directions computed in double precision, in this one.
    fn rounded<S: Simd>(simd: S, directions: Pair<[f64x8<S>; 3]>) -> Block<Self, 3>;
}

/// A scheme with points of N coordinates in blocks.
pub(in crate::sampling) trait Blocks<const N: usize> {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; N];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, N>;
}

/// A scheme whose points are heights and longitudes.
pub(in crate::sampling) trait Parallels {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; 3];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S>;
}

impl<P: Parallels> Blocks<3> for P {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        Parallels::point(self, index)
    }

    #[inline(always)]
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, 3> {
        let mut next = Parallels::blocks(self, simd, start);
        #[inline(always)]
        move || R::on_parallels(simd, next())
    }
}

/// Fills a range of points.
pub(in crate::sampling) struct Fill<'a, R, const N: usize, P, O> {
    scheme: &'a P,
    range: Range<u64>,
    out: &'a mut O,
    real: PhantomData<R>,
}

impl<'a, R: Real, const N: usize, P: Blocks<N>, O: Store<R>> Fill<'a, R, N, P, O> {
    pub(in crate::sampling) fn new(scheme: &'a P, range: Range<u64>, out: &'a mut O) -> Self {
        Self { scheme, range, out, real: PhantomData }
    }

    /// Some of the points, one by one. `rows` counts from the start of the range.
    #[inline(always)]
    fn one_by_one(&mut self, rows: Range<usize>) {
        let (scheme, start) = (self.scheme, self.range.start);
        each(
            start..start + rows.end as u64,
            rows.start,
            self.out,
            #[inline(always)]
            |index| scheme.point(index),
        );
    }
}

impl<R: Real, const N: usize, P: Blocks<N>, O: Store<R>> Kernel for Fill<'_, R, N, P, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(mut self) {
        let count = (self.range.end - self.range.start) as usize;
        self.one_by_one(0..count);
    }

    #[inline(always)]
    fn lanes<S: Simd>(mut self, simd: S) {
        let count = (self.range.end - self.range.start) as usize;
        let first = self.out.rows_to_line().min(count);
        let last = count - (count - first) % LANES;
        self.one_by_one(0..first);
        // Without a block the range may begin where there are no points any more.
        if first < last {
            let mut next = self.scheme.blocks::<S, R>(simd, self.range.start + first as u64);
            for row in (first..last).step_by(LANES) {
                self.out.set_block(simd, row, next());
            }
        }
        self.one_by_one(last..count);
    }
}
