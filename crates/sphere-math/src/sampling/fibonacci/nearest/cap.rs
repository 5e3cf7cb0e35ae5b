//! Where to look for the nearest point: a first guess, and the cap that it leaves.

use core::f64::consts::{FRAC_PI_2, PI, TAU};

use super::super::Fibonacci;
use super::super::steps::{TURN, WINDOW, Window, signed, window_of};
use super::seen::Seen;
use super::{ABSOLUTE, widened};

/// All points up to some distance lie at these indices, in this window of longitudes around the
/// direction.
pub(super) struct Cap {
    first: i64,
    last: i64,
    pub(super) window: &'static Window,
    /// By how much the squared distances of two points must differ to say which is nearer.
    pub(super) doubt: f64,
}

/// The edge of the hole around the pole: the parallel of the first point.
struct Edge {
    radius: f64,
    /// The distance to it on the meridian of the direction, squared.
    squared_gap: f64,
}

impl Cap {
    #[inline]
    pub(super) fn holds(&self, at: i64) -> bool {
        (self.first..=self.last).contains(&at)
    }
}

impl Fibonacci {
    /// A point close by.
    ///
    /// The two steps of a window are a basis of the lattice. Coordinates in it, rounded, are a point
    /// of the window at most half of both steps away in rows; the row is kept as far from the ends.
    #[inline]
    pub(super) fn guess(&self, seen: &Seen) -> i64 {
        let last = (self.total - 1).cast_signed();
        let mut index = if seen.row < 0.0 {
            self.basis_in_hole(seen)
        } else {
            self.basis(seen.radius * seen.radius)
        };
        while index > 0 && WINDOW[index].short + WINDOW[index].long > last {
            index -= 1;
        }
        let Window { east, short, long, short_turns, long_turns, .. } = WINDOW[index];
        let (short_rows, long_rows) = (short as f64, long as f64);
        let reach = 0.5 * (short_rows + long_rows);
        let row = seen.row.min(last as f64 - reach).max(reach);
        let turns = (east * signed(0, seen.longitude)) as f64 * (1.0 / TURN);
        // row = a short + b long, turns = b long_turns - a short_turns: the determinant is 1.
        let a = whole(row * long_turns - turns * long_rows);
        let b = whole(row * short_turns + turns * short_rows);
        (a * short + b * long).clamp(0, last)
    }

    /// The window whose steps are the most nearly square basis at a squared distance from the axis:
    /// phi^(2 i) = pi sqrt(5) (n - 1 + 2 e) r² for the shorter one. Keinert2015, section 4.
    #[inline]
    fn basis(&self, squared_radius: f64) -> usize {
        const FACTOR: f64 = PI * 2.236_067_977_499_79;
        window_of(FACTOR * self.steps * squared_radius).saturating_sub(1)
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
            let Window { long, short_turns, .. } = WINDOW[index];
            let rows = per_row * long as f64;
            let turned = TAU * short_turns;
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

    /// Where a point can be whose squared distance is estimated to be no more than this.
    #[inline]
    pub(super) fn cap(&self, seen: &Seen, estimate: f64) -> Cap {
        // asin(x) <= x + (pi/2 - 1) x³, so that 1 / asin² is at least 1 / x² less twice pi/2 - 1.
        const EXCESS: f64 = 2.0 * (FRAC_PI_2 - 1.0);
        let distance = widened(estimate.sqrt());
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
        let end = (self.total - 1).cast_signed();
        let (low, high) = (((middle - reach) as i64).max(0), ((middle + reach) as i64).min(end));
        Cap {
            first: if squared >= 2.0 * seen.from_pole { 0 } else { low },
            last: if squared >= 2.0 * (1.0 + seen.height) { end } else { high },
            window: &WINDOW[window_of((PI * PI) * (square - EXCESS))],
            doubt: 3e-12 * squared + 3.0 * ABSOLUTE * distance,
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

/// The nearest whole number, up to 2^51; the floor of the standard library is a call on some
/// processors.
#[inline]
fn whole(value: f64) -> i64 {
    const HALVES: f64 = 1.5 * (1_u64 << 52) as f64;
    ((value + HALVES) - HALVES) as i64
}
