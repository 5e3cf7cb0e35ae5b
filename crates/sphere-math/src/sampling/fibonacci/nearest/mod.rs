//! The point of a Fibonacci lattice that is nearest to a direction, in a time that does not depend
//! on the size of the lattice.
//!
//! Keinert2015 takes the four corners of the lattice cell that a direction falls into. That is right
//! only where the lattice goes on in every direction: beside the poles corners are missing, and with
//! an offset above 1/2 there is a hole. Here the cell gives no more than a first guess, and the
//! answer is proved for each direction anew:
//!
//! 1. The guess lies at some distance D. Whatever is nearer lies in the cap of radius D around the
//!    direction, hence in a range of rows and in a window of longitudes (`cap`).
//! 2. In a window of longitudes the points follow one another at one of two steps (`steps`), so a
//!    walk up and down from the guess meets every point of range and window. It ends at the first
//!    and the last row of the lattice as it does at those of the range: holes need no more.
//! 3. Distances on the way are estimates, made from rows and longitudes (`seen`). Where a second
//!    point comes within their error of the best, the walk is repeated with the points themselves.
//!
//! The guess decides how long the walk is, not where it ends: a cap that is good for the interior of
//! the lattice holds two points on average. What only bounds or guesses uses plain sums and
//! products, which are fast on every processor; the error they make is in [`widened`].

mod cap;
mod seen;

use super::steps::{Window, signed};
use super::{Fibonacci, turn};
use cap::Cap;
use seen::Seen;

/// The nearest point so far, by estimate, and how near the next best comes.
struct Found {
    at: i64,
    estimate: f64,
    second: f64,
}

impl Fibonacci {
    /// The index of the point nearest to a direction; of several, the lowest. `None` for what is no
    /// direction.
    #[inline]
    pub(in crate::sampling) fn nearest(&self, direction: [f64; 3]) -> Option<u64> {
        let seen = Seen::new(self, direction)?;
        let guess = self.guess(&seen);
        let across = signed(seen.longitude, turn(guess.cast_unsigned()).0);
        let estimate = self.estimate(&seen, guess, across);
        let cap = self.cap(&seen, estimate);

        let mut found = Found { at: guess, estimate, second: f64::INFINITY };
        for step in [Window::next, Window::previous] {
            let (mut at, mut here) = step(cap.window, guess, cap.window.east * across);
            // Most caps hold one point or none on this side. Two estimates for nothing are cheaper
            // than a branch that nobody can foresee.
            let (inside, penalty) = if cap.holds(at) { (at, 0.0) } else { (guess, f64::INFINITY) };
            found.offer(inside, self.estimate(&seen, inside, here) + penalty);
            loop {
                (at, here) = step(cap.window, at, here);
                if !cap.holds(at) {
                    break;
                }
                found.offer(at, self.estimate(&seen, at, here));
            }
        }
        let clear = found.second > found.estimate + cap.doubt;
        Some(if clear { self.index(&seen, found.at) } else { self.settle(&seen, guess, &cap) })
    }

    /// The walk again, with the distances of the points themselves.
    #[cold]
    fn settle(&self, seen: &Seen, guess: i64, cap: &Cap) -> u64 {
        let squared = |at: i64| {
            let [x, y, z] = self.point::<f64>(self.index(seen, at));
            let [dx, dy, dz] =
                [x - seen.direction[0], y - seen.direction[1], z - seen.direction[2]];
            (dx * dx + dy * dy + dz * dz, self.index(seen, at))
        };
        let mut best = squared(guess);
        let across = cap.window.east * signed(seen.longitude, turn(guess.cast_unsigned()).0);
        for step in [Window::next, Window::previous] {
            let (mut at, mut here) = step(cap.window, guess, across);
            while cap.holds(at) {
                let other = squared(at);
                if other.0 < best.0 || (other.0 == best.0 && other.1 < best.1) {
                    best = other;
                }
                (at, here) = step(cap.window, at, here);
            }
        }
        best.1
    }

    /// The index of a point that is counted from the pole that `seen` is seen from.
    #[inline]
    fn index(&self, seen: &Seen, at: i64) -> u64 {
        if seen.south { self.total - 1 - at.cast_unsigned() } else { at.cast_unsigned() }
    }
}

impl Found {
    #[inline]
    fn offer(&mut self, at: i64, estimate: f64) {
        let nearer = estimate < self.estimate;
        self.second = self.second.min(if nearer { self.estimate } else { estimate });
        self.at = if nearer { at } else { self.at };
        self.estimate = if nearer { estimate } else { self.estimate };
    }
}

/// More than a distance can be once everything that was rounded on its way is counted in: a point
/// and a direction by 3 units in the last place, its longitude by 2^-51 turns, and the estimate.
#[inline]
fn widened(distance: f64) -> f64 {
    distance * (1.0 + 1e-12) + ABSOLUTE
}

const ABSOLUTE: f64 = 1e-14;
