//! Voronoi cells: the places that are nearer to one point than to all others.
//!
//! The place that is furthest from all points is a corner of such a cell. A cell is cut out of the
//! tangent plane at its point, in which great circles are straight lines, by the bisectors with the
//! points around it.

use super::grid::Grid;
use super::squared_distance;
use crate::parallel::Executor;

/// The first search reaches as far as the radius of a cap that would hold so many points.
const FIRST_POINTS: f64 = 14.0;

/// A search is widened to twice its radius so often. Wider holes are rare in sets that a grid is
/// made for, and searching them from every point around would take too long.
const WIDENINGS: u32 = 4;

/// Searches stay well within a hemisphere, where the tangent plane ends.
const WIDEST: f64 = 1.0;

/// The part of a tangent plane that no bisector has cut off.
struct Cell {
    /// In order around the origin, which is the point.
    corners: Vec<[f64; 2]>,
    spare: Vec<[f64; 2]>,
}

impl Cell {
    /// Starts again, from a square.
    fn reset(&mut self, half: f64) {
        self.corners.clear();
        self.corners.extend([[half, half], [-half, half], [-half, -half], [half, -half]]);
    }

    /// Keeps what is on the side a u + b v + c >= 0; says whether anything was cut off.
    fn cut(&mut self, [a, b, c]: [f64; 3]) -> bool {
        let side = |[u, v]: [f64; 2]| a * u + b * v + c;
        if self.corners.iter().all(|&corner| side(corner) >= 0.0) {
            return false;
        }
        self.spare.clear();
        let Some(&last) = self.corners.last() else { return false };
        let (mut from, mut from_side) = (last, side(last));
        for &to in &self.corners {
            let to_side = side(to);
            if (from_side >= 0.0) != (to_side >= 0.0) {
                let t = from_side / (from_side - to_side);
                self.spare.push([0, 1].map(|axis| from[axis] + t * (to[axis] - from[axis])));
            }
            if to_side >= 0.0 {
                self.spare.push(to);
            }
            (from, from_side) = (to, to_side);
        }
        core::mem::swap(&mut self.corners, &mut self.spare);
        true
    }

    /// The square of the distance of the furthest corner: tan² of its angle.
    fn reach(&self) -> f64 {
        self.corners.iter().fold(0.0, |most, [u, v]| most.max(u * u + v * v))
    }
}

impl Grid {
    /// The covering radius as an angle, exact but for rounding; `None` if a hole is so wide that
    /// other ways are better. O(n) for even sets.
    pub(in super::super) fn covering_radius<E: Executor>(&self, executor: &E) -> Option<f64> {
        let bands = executor.map(self.bands().len(), |band| self.band_reach(band));
        let most = bands.into_iter().try_fold(0.0_f64, |most, band| Some(most.max(band?)))?;
        Some(libm::atan(most.sqrt()))
    }

    /// tan² of the largest radius of the cells of the points of a band.
    fn band_reach(&self, band: usize) -> Option<f64> {
        let mut cell = Cell { corners: Vec::new(), spare: Vec::new() };
        let points = &self.bands()[band].points;
        points.iter().try_fold(0.0, |most, &point| self.reach(point, most, &mut cell))
    }

    /// The larger of `most` and tan² of the radius of the cell of a point.
    fn reach(&self, point: [f64; 3], most: f64, cell: &mut Cell) -> Option<f64> {
        let mut radius = 2.0 * (FIRST_POINTS / self.count() as f64).sqrt();
        for _ in 0..=WIDENINGS {
            if radius > WIDEST {
                return None;
            }
            // What lies within the circle in the first square is not bounded by the square: it is
            // the cell, or more than it.
            let enough = most.min(0.99 * radius * radius);
            let reach = self.reach_within(point, radius, enough, cell);
            // A point that cuts lies at most twice as far as the corner it cuts off: at the chord
            // 2 sin. That, too, excludes the sides of the square.
            if reach <= enough || 4.0 * reach <= radius * radius * (1.0 + reach) {
                return Some(most.max(reach));
            }
            radius *= 2.0;
        }
        None
    }

    /// tan² of the radius of what the points within `radius` leave of a square around a point; cuts
    /// no further once it is not above `enough`.
    fn reach_within(&self, point: [f64; 3], radius: f64, enough: f64, cell: &mut Cell) -> f64 {
        let point = renormalised(point);
        let [first, second] = tangents(point);
        cell.reset(radius);
        let mut reach = cell.reach();
        self.visit_runs(point, radius, |run| {
            for &other in run.points {
                if squared_distance(point, other) > radius * radius || reach <= enough {
                    continue;
                }
                let other = renormalised(other);
                let apart: [f64; 3] = core::array::from_fn(|axis| point[axis] - other[axis]);
                // (point + u first + v second) · apart >= 0; point · apart is half a square, for
                // points of length one, and loses nothing as such.
                let half = 0.5 * apart.iter().map(|x| x * x).sum::<f64>();
                if cell.cut([dot(first, apart), dot(second, apart), half]) {
                    reach = cell.reach();
                }
            }
        });
        reach
    }
}

/// The direction at length one, where its length is one already within the precision of its source:
/// two steps of the series of 1/sqrt, wrong by less than 1e-17.
fn renormalised(point: [f64; 3]) -> [f64; 3] {
    let excess = dot(point, point) - 1.0;
    let scale = 1.0 - excess * (0.5 - 0.375 * excess);
    point.map(|x| x * scale)
}

/// Two directions at right angles to a direction and to each other.
fn tangents([x, y, z]: [f64; 3]) -> [[f64; 3]; 2] {
    // Duff2017: the sign keeps the division away from 0.
    let sign = if z < 0.0 { -1.0 } else { 1.0 };
    let a = -1.0 / (sign + z);
    let b = x * y * a;
    [[1.0 + sign * x * x * a, sign * b, -sign * x], [b, sign + y * y * a, -y]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
