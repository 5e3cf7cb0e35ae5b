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
//! products, which are fast on every processor; a cap is wider by the error that they make.

mod cap;
mod seen;

use super::steps::{Place, Window, turns};
use super::{Fibonacci, turn};
use cap::Cap;
use seen::Seen;

use crate::convert::to_index;
use crate::direction::{moderate, normalizing};

/// The nearest point so far, by estimate, and how near the next best comes.
struct Found {
    at: f64,
    estimate: f64,
    second: f64,
}

impl Fibonacci {
    /// The index of the point nearest to a direction; of several, the lowest. `None` for what is no
    /// direction.
    ///
    /// Numbers, not an array: one that is written number by number and read two at a time has to
    /// reach the cache in between, and each search would wait for the one before.
    #[inline]
    pub(in crate::sampling) fn nearest(&self, x: f64, y: f64, z: f64) -> Option<u64> {
        let Some(scale) = normalizing(x, y, z) else {
            let [x, y, z] = moderate([x, y, z])?;
            return self.nearest(x, y, z);
        };
        let seen = Seen::new(self, [x, y, z], scale);
        let (guess, most) = self.guess(&seen);
        let guess = (guess, turns(seen.longitude, turn(to_index(guess)).0));
        let mut cap = self.cap_in_interior(&seen, most);
        let found = loop {
            let found = self.look(&seen, &cap, guess);
            if found.estimate <= cap.enough {
                break found;
            }
            cap = self.cap_up_to(&seen, found.estimate, most);
        };
        let clear = found.second > found.estimate + cap.doubt;
        Some(if clear { self.index(&seen, found.at) } else { self.settle(&seen, &cap, guess) })
    }

    /// The nearest point of a cap, or the guess.
    #[inline]
    fn look(&self, seen: &Seen, cap: &Cap, (at, across): Place) -> Found {
        let guess = (at, cap.window.east * across);
        let mut found = Found { at, estimate: self.estimate(seen, guess), second: f64::INFINITY };
        // Few caps hold more than these. Estimates for nothing cost less than branches that nobody
        // can foresee.
        let (up, down) = (cap.window.next(guess), cap.window.previous(guess));
        for place in [up, down] {
            let penalty = if cap.holds(place.0) { 0.0 } else { f64::INFINITY };
            found.offer(place.0, self.estimate(seen, place) + penalty);
        }
        self.walk(seen, cap, up, |place| cap.window.next(place), &mut found);
        self.walk(seen, cap, down, |place| cap.window.previous(place), &mut found);
        found
    }

    /// Offers what the cap holds beyond a place.
    #[inline]
    fn walk(
        &self,
        seen: &Seen,
        cap: &Cap,
        mut place: Place,
        step: impl Fn(Place) -> Place,
        found: &mut Found,
    ) {
        loop {
            place = step(place);
            if !cap.holds(place.0) {
                return;
            }
            found.offer(place.0, self.estimate(seen, place));
        }
    }

    /// The walk again, with the distances of the points themselves.
    #[cold]
    fn settle(&self, seen: &Seen, cap: &Cap, (at, across): Place) -> u64 {
        let squared = |at: f64| {
            let [x, y, z] = self.point::<f64>(self.index(seen, at));
            let [dx, dy, dz] = [x - seen.direction[0], y - seen.direction[1], z - seen.direction[2]];
            (dx * dx + dy * dy + dz * dz, self.index(seen, at))
        };
        let mut best = squared(at);
        for step in [Window::next, Window::previous] {
            let mut place = step(cap.window, (at, cap.window.east * across));
            while cap.holds(place.0) {
                let other = squared(place.0);
                if other.0 < best.0 || (other.0 == best.0 && other.1 < best.1) {
                    best = other;
                }
                place = step(cap.window, place);
            }
        }
        best.1
    }

    /// The index of a point that is counted from the pole that `seen` is seen from.
    #[inline]
    fn index(&self, seen: &Seen, at: f64) -> u64 {
        if seen.south { self.total - 1 - to_index(at) } else { to_index(at) }
    }
}

impl Found {
    /// What is no number changes nothing.
    #[inline]
    fn offer(&mut self, at: f64, estimate: f64) {
        let nearer = estimate < self.estimate;
        let other = if nearer { self.estimate } else { estimate };
        self.second = if other < self.second { other } else { self.second };
        self.at = if nearer { at } else { self.at };
        self.estimate = if nearer { estimate } else { self.estimate };
    }
}
