//! A direction, as the search for the nearest point sees it.

use super::super::steps::Place;
use super::super::{Fibonacci, turn};
use crate::azimuth::azimuth;
use crate::convert::from_index;

/// A direction seen from the nearer pole: south of the equator, points are counted from the last one
/// and longitudes the other way, which gives the same lattice again.
pub(super) struct Seen {
    pub(super) direction: [f64; 3],
    pub(super) south: bool,
    /// Distance from the plane of the equator, in \[0, 1\].
    pub(super) height: f64,
    /// 1 - height, without cancellation.
    pub(super) from_pole: f64,
    /// Distance from the axis.
    pub(super) radius: f64,
    /// Longitude in the sense in which the lattice turns, 2^64 to the turn.
    pub(super) longitude: u64,
    /// The index that a point at this height would have; below 0 in the hole at the pole.
    pub(super) row: f64,
}

impl Seen {
    #[inline(always)]
    pub(super) fn new(lattice: &Fibonacci, [x, y, z]: [f64; 3], scale: f64) -> Self {
        // The longitude needs no unit vector, and does not wait for one.
        let eastwards = azimuth(x, y).0;
        let direction = [x * scale, y * scale, z * scale];
        let [x, y, z] = direction;
        let south = z < 0.0;
        let height = z.abs();
        let squared = x * x + y * y;
        let from_pole = squared / (1.0 + height);
        let half_steps = 0.5 * lattice.steps;
        // Within an ulp of z everywhere, which is what the direction is rounded by.
        let row = from_pole * half_steps - lattice.offset;
        let westwards = turn(lattice.total - 1).0.wrapping_sub(eastwards);
        let longitude = if south { westwards } else { eastwards };
        let radius = squared.sqrt();
        Self { direction, south, height, from_pole, radius, longitude, row }
    }
}

impl Fibonacci {
    /// The squared distance to a point: that on the meridian, and 4 r r' sin²(longitude / 2). No
    /// number, or any, for an index beyond the ends.
    #[inline(always)]
    pub(super) fn estimate(&self, seen_row: f64, seen_radius: f64, (at, across): Place) -> f64 {
        let mirrored = self.last() - at;
        let row = if at < mirrored { at } else { mirrored };
        let from_pole = 2.0 * self.per_step * (row + self.offset);
        let radius = (from_pole * (2.0 - from_pole)).sqrt();
        let down = 2.0 * self.per_step * (at - seen_row);
        let out = radius - seen_radius;
        let sine = half_sine(across);
        down * down + out * out + 4.0 * (radius * seen_radius) * (sine * sine)
    }

    /// The last index.
    #[inline(always)]
    pub(super) fn last(&self) -> f64 {
        from_index(self.total - 1)
    }
}

/// sin(pi t), |t| <= 1/2: interpolated at Chebyshev nodes, relative error 2^-52.
#[inline(always)]
#[allow(clippy::excessive_precision, reason = "as computed; rustc rounds")]
fn half_sine(t: f64) -> f64 {
    let square = t * t;
    let fourth = square * square;
    let first = 3.1415926535897928787 - 5.1677127800497858227 * square;
    let second = 2.5501640398618676297 - 0.59926452882522400508 * square;
    let third = 0.082145878816310426886 - 0.0073703643265304154774 * square;
    let last = 0.00046598701580433716893 - 0.000021133627352052202012 * square;
    t * ((first + second * fourth) + (third + last * fourth) * (fourth * fourth))
}
