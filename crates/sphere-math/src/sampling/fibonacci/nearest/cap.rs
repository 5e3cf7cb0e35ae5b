//! Where to look for the nearest point: a first guess, and the cap that it leaves.

use core::f64::consts::{FRAC_PI_2, PI, TAU};

use super::super::Fibonacci;
use super::super::steps::{WINDOW, Window, turns, window_of};
use super::seen::Seen;
use crate::convert::rounded;

/// How far an estimated distance can be from that of the points, in parts of itself and absolutely:
/// a point and a direction are rounded by 3 units in the last place, a longitude by 2^-51 turns.
const RELATIVE: f64 = 1e-12;
const ABSOLUTE: f64 = 1e-14;

/// pi sqrt(5): steps times squared radius times this are phi^(2 i) where the step of F(i) points goes
/// as far along the meridian as across.
pub(super) const SQUARE_BASIS: f64 = PI * 2.236_067_977_499_79;

/// All points up to some distance lie at these indices, in this window of longitudes around the
/// direction.
pub(super) struct Cap {
    pub(super) first: f64,
    pub(super) last: f64,
    pub(super) window: &'static Window,
    /// A point whose squared distance is estimated to be no more than this is the nearest of all if
    /// it is the nearest in the cap.
    pub(super) enough: f64,
    /// By how much the squared distances of two points must differ to say which is nearer.
    pub(super) doubt: f64,
}

/// The edge of the hole around the pole: the parallel of the first point.
struct Edge {
    radius: f64,
    /// The distance to it on the meridian of the direction, squared.
    squared_gap: f64,
}

impl Fibonacci {
    /// A point close by, and the window that it is sure to be in.
    ///
    /// The two steps of a window are a basis of the lattice. Coordinates in it, rounded, are a point
    /// of the window at most half of both steps away in rows; the row is kept as far from the ends.
    #[inline(always)]
    pub(super) fn guess(&self, seen: &Seen) -> (f64, usize) {
        let last = self.last();
        let mut index = if seen.row < 0.0 {
            self.basis_in_hole(seen)
        } else {
            self.basis(seen.radius * seen.radius)
        };
        while index > 0 && WINDOW[index].short + WINDOW[index].long > last {
            index -= 1;
        }
        let Window { east, short, short_turn, long, long_turn, .. } = WINDOW[index];
        let reach = 0.5 * (short + long);
        let row = seen.row.min(last - reach).max(reach);
        let turned = east * turns(0, seen.longitude);
        // row = a short + b long, turned = b long_turn - a short_turn: the determinant is 1.
        let a = rounded(row * long_turn - turned * long);
        let b = rounded(row * short_turn + turned * short);
        // In integers: either product may be above 2^53 if most steps lie off the poles.
        let at = a as i64 * short as i64 + b as i64 * long as i64;
        ((at as f64).min(last).max(0.0), index)
    }

    /// The window whose steps are the most nearly square basis at a squared distance from the axis:
    /// phi^(2 i) = pi sqrt(5) (n - 1 + 2 e) r² for the shorter one. Keinert2015, section 4.
    #[inline(always)]
    pub(super) fn basis(&self, squared_radius: f64) -> usize {
        window_of(SQUARE_BASIS * self.steps * squared_radius).saturating_sub(1)
    }

    /// As [`Self::basis`], for the point of the edge that is nearest to a direction in the hole: the
    /// deeper inside, the more rows count, whose distance grows at once, and the less longitude,
    /// whose distance begins as a square.
    #[cold]
    fn basis_in_hole(&self, seen: &Seen) -> usize {
        let Edge { radius, squared_gap } = self.edge(seen);
        let gap = squared_gap.sqrt();
        let per_row = 2.0 * self.per_step / radius;
        let mut index = self.basis(seen.radius * radius);
        loop {
            let Window { long, short_turn, .. } = WINDOW[index];
            let rows = per_row * long;
            let turned = TAU * short_turn;
            if index == 0 || rows * (2.0 * gap + rows) <= seen.radius * radius * turned * turned {
                return index;
            }
            index -= 1;
        }
    }

    fn edge(&self, seen: &Seen) -> Edge {
        let from_pole = 2.0 * self.offset * self.per_step;
        let radius = (from_pole * (2.0 - from_pole)).sqrt();
        let (along, across) = (from_pole - seen.from_pole, radius - seen.radius);
        Edge { radius, squared_gap: along * along + across * across }
    }

    /// The cap that is large enough wherever the lattice goes on around the direction. It does not
    /// wait for the guess, only for the window `most` that the guess is in.
    #[inline(always)]
    pub(super) fn cap_in_interior(&self, seen: &Seen, most: usize) -> Cap {
        // A little less than it holds, so that what is rounded at its edge does not matter.
        self.cap(seen, self.covering, most, 0.99 * self.covering * self.covering)
    }

    /// As large a cap as it takes at a pole, in a hole, in a lattice of few points.
    #[cold]
    pub(super) fn cap_up_to(&self, seen: &Seen, estimate: f64, most: usize) -> Cap {
        self.cap(seen, estimate.sqrt(), most, f64::INFINITY)
    }

    /// Where points are up to a distance, by estimate.
    #[inline(always)]
    fn cap(&self, seen: &Seen, distance: f64, most: usize, enough: f64) -> Cap {
        // asin(x) <= x + (pi/2 - 1) x³, so that 1 / asin² is at least 1 / x² less twice pi/2 - 1.
        const EXCESS: f64 = 2.0 * (FRAC_PI_2 - 1.0);
        let distance = distance * (1.0 + RELATIVE) + ABSOLUTE;
        let squared = distance * distance;
        let (mut sine, mut square) = (distance, seen.radius * seen.radius / squared);
        if seen.row < 0.0 {
            sine *= (1.0 - 0.25 * squared).max(0.0).sqrt();
            square = square.max(self.square_in_hole(seen, squared));
        }
        // The rows lie between those at the ends of the cap, on the meridian of the direction,
        // unless a pole is inside. One row more for what the rows themselves are rounded by.
        let half_steps = 0.5 * self.steps;
        let middle = seen.row + seen.height * (0.5 * squared) * half_steps;
        let reach = seen.radius * sine * half_steps + 1.0;
        let end = self.last();
        Cap {
            first: if squared >= 2.0 * seen.from_pole { 0.0 } else { (middle - reach).max(0.0) },
            last: if squared >= 2.0 * (1.0 + seen.height) {
                end
            } else {
                (middle + reach).min(end)
            },
            window: &WINDOW[window_of((PI * PI) * (square - EXCESS)).min(most)],
            enough,
            doubt: 3.0 * (RELATIVE * squared + ABSOLUTE * distance),
        }
    }

    /// 1 / sin² of the longitude that points reach to, in a cap around a direction in the hole. The
    /// squared distance of a point on the meridian is no less than the gap, the radius of its
    /// parallel no less than that of the edge: what is left for 4 r r' sin²(longitude / 2) is little.
    #[cold]
    fn square_in_hole(&self, seen: &Seen, squared: f64) -> f64 {
        let Edge { radius, squared_gap } = self.edge(seen);
        let half = (squared - squared_gap) / (4.0 * seen.radius * radius);
        // sin² <= 4 sin²(half); below a quarter turn it says which longitude.
        if half < 0.25 { 0.25 / half } else { 0.0 }
    }
}
