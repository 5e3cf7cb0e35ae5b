//! What several schemes share on their way from integers to directions.

pub(super) mod lanes;

use core::ops::Range;

use super::store::Store;
use crate::real::Real;

/// A height on the sphere: z, and its distance from the nearer pole, kept apart because 1 - |z|
/// has lost its last bits where the distance is small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Height {
    pub(super) z: f64,
    /// u = 1 - |z|, in \[0, 1\].
    pub(super) from_pole: f64,
}

impl Height {
    /// The radius of the parallel: r = sqrt(u (2 - u)).
    #[inline(always)]
    pub(super) fn radius<R: Real>(self) -> R {
        let from_pole = R::from_f64(self.from_pole);
        let twice = R::from_f64(2.0 * self.from_pole);
        (-from_pole).fused(from_pole, twice).root()
    }
}

/// The direction at a height in the azimuth `[cos, sin]`. Never -0.
#[inline(always)]
pub(super) fn on_parallel<R: Real>(height: Height, [cos, sin]: [R; 2]) -> [R; 3] {
    let radius = height.radius::<R>();
    let zero = R::default();
    [radius.fused(cos, zero), radius.fused(sin, zero), R::from_f64(height.z)]
}

/// Writes one row per index, in order, from the row `first` on.
#[inline(always)]
pub(super) fn each<T: Copy, const N: usize>(
    range: Range<u64>,
    first: usize,
    out: &mut impl Store<T>,
    mut point: impl FnMut(u64) -> [T; N],
) {
    let rows = (range.end - range.start) as usize;
    for row in first..rows {
        out.set_row(row, point(range.start + row as u64));
    }
}
