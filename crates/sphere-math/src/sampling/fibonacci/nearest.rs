//! The point of a Fibonacci lattice that is nearest to a direction, in a time that does not depend
//! on the size of the lattice.
//!
//! Keinert2015 takes the four corners of the lattice cell that a direction falls into. That is right
//! only where the lattice goes on in every direction: beside the poles corners are missing, and with
//! an offset above 1/2 there is a hole. Here the cell gives no more than a first guess, and the
//! answer is proved for each direction:
//!
//! 1. The guess lies at some distance D. Whatever is nearer lies in the cap of radius D around the
//!    direction, hence in a range of rows (of z) and in a window of longitudes, both slightly
//!    widened for what f64 rounds off.
//! 2. In a window of longitudes the points follow one another at one of two steps (`steps`), so a
//!    walk up and down from the guess meets every lattice point of range and window, and no other.
//!    Rows that the lattice does not have end the walk as the range does: holes need no more.
//!
//! The guess decides how long the walk is, not where it ends. A cap as large as the lattice is
//! coarse holds two points on average.

use super::Fibonacci;
use super::steps::{WINDOW, Window, signed, window_of};
use super::turn;
use crate::azimuth::azimuth;

/// A direction seen from the nearer pole: south of the equator, the lattice is counted from its last
/// point and turns the other way, which makes it the same lattice.
struct Seen {
    direction: [f64; 3],
    south: bool,
    /// Distance from the plane of the equator, in \[0, 1\].
    height: f64,
    /// 1 - height, without cancellation.
    from_pole: f64,
    /// Distance from the axis.
    radius: f64,
    /// Longitude, in the sense in which the lattice turns.
    longitude: u64,
    /// The index, counted from this pole, that this height would have; between two as a rule.
    row: f64,
}

/// What is nearer than the best point so far lies at these indices, in this window.
struct Cap {
    first: i64,
    last: i64,
    window: &'static Window,
}

/// The best point so far.
#[derive(Clone, Copy)]
struct Best {
    squared: f64,
    index: u64,
}

impl Fibonacci {
    /// The index of the point nearest to a unit vector; of several, the lowest.
    #[inline]
    pub(in crate::sampling) fn nearest(&self, direction: [f64; 3]) -> u64 {
        let seen = self.see(direction);
        let guess = self.guess(&seen);
        let index = self.index(&seen, guess);
        let mut best = Best { squared: self.squared_distance(direction, index), index };
        let cap = self.cap(&seen, best.squared);
        let Cap { first, last, window } = cap;

        let here = window.east * signed(seen.longitude, turn(guess.cast_unsigned()).0);
        let (mut at, mut across) = (guess, here);
        loop {
            (at, across) = window.next(at, across);
            if at > last {
                break;
            }
            self.consider(&seen, at, &mut best);
        }
        (at, across) = (guess, here);
        loop {
            (at, across) = window.previous(at, across);
            if at < first {
                break;
            }
            self.consider(&seen, at, &mut best);
        }
        best.index
    }

    #[inline]
    fn see(&self, direction: [f64; 3]) -> Seen {
        let [x, y, z] = direction;
        let south = z < 0.0;
        let height = z.abs();
        let radius_squared = x.mul_add(x, y * y);
        let from_pole = radius_squared / (1.0 + height);
        let half_steps = 0.5 * self.steps;
        let row = if height < 0.5 {
            (-height).mul_add(half_steps, 0.5 * (self.total - 1) as f64)
        } else {
            from_pole.mul_add(half_steps, -self.offset)
        };
        let longitude = azimuth(x, y).0;
        let longitude =
            if south { turn(self.total - 1).0.wrapping_sub(longitude) } else { longitude };
        Seen { direction, south, height, from_pole, radius: radius_squared.sqrt(), longitude, row }
    }

    /// An index in reach, counted from the pole that `seen` is counted from.
    #[inline]
    fn guess(&self, seen: &Seen) -> i64 {
        let last = (self.total - 1).cast_signed();
        let mut index = if seen.row < 0.0 { self.window_at_hole(seen) } else { self.window(seen.radius * seen.radius) };
        // The basis reaches this many rows; there must be as many.
        while index > 0 && WINDOW[index].short + WINDOW[index].long > last {
            index -= 1;
        }
        let window = &WINDOW[index];
        let (short, long) = (window.short as f64, window.long as f64);
        let reach = 0.5 * (short + long);
        let row = seen.row.min(last as f64 - reach).max(reach);
        // row = a short + b long, longitude = b long_turns - a short_turns: the determinant is 1.
        let turns = (window.east * signed(0, seen.longitude)) as f64 / (1_u64 << 62) as f64;
        let a = whole(row.mul_add(window.long_turns, -(long * turns)));
        let b = whole(row.mul_add(window.short_turns, short * turns));
        (a * window.short + b * window.long).clamp(0, last)
    }

    /// The window whose two steps are a basis of the lattice as nearly square as there is, at a
    /// squared distance from the axis.
    #[inline]
    fn window(&self, radius_squared: f64) -> usize {
        const FACTOR: f64 = core::f64::consts::PI * 2.236_067_977_499_79;
        window_of(FACTOR * self.steps * radius_squared).saturating_sub(1)
    }

    /// As above for a direction in the hole: the distance to a point at the edge grows with its rows
    /// from the edge at once, and only slowly with its longitude.
    #[cold]
    fn window_at_hole(&self, seen: &Seen) -> usize {
        let edge = 2.0 * self.offset * self.per_step;
        let edge_radius = (edge * (2.0 - edge)).sqrt();
        let gap = (edge - seen.from_pole).hypot(edge_radius - seen.radius);
        let per_row = 2.0 * self.per_step / edge_radius;
        let mut index = self.window(seen.radius * edge_radius);
        loop {
            let Window { long, short_turns, .. } = WINDOW[index];
            let rows = per_row * long as f64;
            let turned = core::f64::consts::TAU * short_turns;
            if index == 0 || rows * (2.0 * gap + rows) <= seen.radius * edge_radius * turned * turned {
                return index;
            }
            index -= 1;
        }
    }

    /// Where points can be that are no further than the square root of `squared`.
    #[inline]
    fn cap(&self, seen: &Seen, squared: f64) -> Cap {
        // What rounding does to points, directions, longitudes and distances, together.
        let distance = squared.sqrt().mul_add(1.0 + 1e-12, 4e-15);
        let squared = distance * distance;
        // z lies between those of the ends of the cap on the meridian, unless a pole is inside.
        let half_steps = 0.5 * self.steps;
        let middle = (seen.height * 0.5 * squared).mul_add(half_steps, seen.row);
        let reach = (seen.radius * distance).mul_add(half_steps, 1.0);
        let last = (self.total - 1).cast_signed();
        let first_row = if squared >= 2.0 * seen.from_pole { 0 } else { ((middle - reach) as i64).max(0) };
        let last_row = if squared >= 2.0 * (1.0 + seen.height) { last } else { ((middle + reach) as i64).min(last) };
        // sin(longitude) <= distance / radius =: x, and asin(x) <= x + (pi/2 - 1) x³.
        const EXCESS: f64 = 2.0 * (core::f64::consts::FRAC_PI_2 - 1.0);
        const PI_SQUARED: f64 = core::f64::consts::PI * core::f64::consts::PI;
        let square = seen.radius * seen.radius / squared - EXCESS;
        let window = &WINDOW[window_of(PI_SQUARED * square)];
        Cap { first: first_row, last: last_row, window }
    }

    #[inline]
    fn consider(&self, seen: &Seen, at: i64, best: &mut Best) {
        let index = self.index(seen, at);
        let squared = self.squared_distance(seen.direction, index);
        if squared < best.squared || (squared == best.squared && index < best.index) {
            *best = Best { squared, index };
        }
    }

    #[inline]
    fn index(&self, seen: &Seen, at: i64) -> u64 {
        let at = at.cast_unsigned();
        if seen.south { self.total - 1 - at } else { at }
    }

    #[inline]
    fn squared_distance(&self, [x, y, z]: [f64; 3], index: u64) -> f64 {
        let [px, py, pz] = self.point::<f64>(index);
        let (dx, dy, dz) = (px - x, py - y, pz - z);
        dx.mul_add(dx, dy.mul_add(dy, dz * dz))
    }
}

impl Window {
    /// The next point of the window: its index, and how far east of the middle it lies.
    #[inline]
    fn next(&self, at: i64, across: i64) -> (i64, i64) {
        if across >= self.short_turn - self.half {
            (at + self.short, across - self.short_turn)
        } else {
            (at + self.long, across + self.long_turn)
        }
    }

    /// The previous point of the window.
    #[inline]
    fn previous(&self, at: i64, across: i64) -> (i64, i64) {
        if across < self.long_turn - self.half {
            (at - self.short, across + self.short_turn)
        } else {
            (at - self.long, across - self.long_turn)
        }
    }
}

/// The nearest whole number; exact below 2^51.
#[inline]
fn whole(value: f64) -> i64 {
    const HALVES: f64 = 1.5 * (1_u64 << 52) as f64;
    ((value + HALVES) - HALVES) as i64
}
