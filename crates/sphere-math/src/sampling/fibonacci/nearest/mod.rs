//! The point of a Fibonacci lattice that is nearest to a direction, in a time that does not depend
//! on the size of the lattice.
//!
//! Keinert2015 takes the four corners of the lattice cell that a direction falls into. That is right
//! only where the lattice goes on in every direction: beside the poles corners are missing, and with
//! an offset above 1/2 there is a hole. Here the cell gives no more than a first guess, and the
//! answer is proved for each direction anew:
//!
//! 1. Whatever is nearer than D lies in the cap of radius D around the direction, hence in a range of
//!    rows and in a window of longitudes (`cap`).
//! 2. In a window of longitudes the points follow one another at one of two steps (`steps`), so a
//!    walk up and down from the guess meets every point of range and window. It ends at the first
//!    and the last row of the lattice as it does at those of the range: holes need no more.
//! 3. If the nearest point met is nearer than D, it is the nearest of all. D begins with what is
//!    enough in the interior; if nothing is that near, the nearest point met gives the D that is.
//! 4. Distances on the way are estimates, made from rows and longitudes (`seen`). Where a second
//!    point comes within their error of the best, the walk is repeated with the points themselves.
//!
//! Guess and first D decide how long the walk is, not where it ends: a cap that is enough in the
//! interior holds two points on average. What only bounds or guesses uses plain sums and
//! products, which are fast on every processor; a cap is wider by the error that they make.
//!
//! Of many directions, nearly all are decided several at a time by a shorter proof (`lanes`).

mod cap;
mod lanes;
mod seen;

pub(in crate::sampling) use lanes::NearestAll;

use super::steps::{Place, turns};
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
    #[inline(always)]
    pub(in crate::sampling) fn nearest(&self, x: f64, y: f64, z: f64) -> Option<u64> {
        let Some(scale) = normalizing(x, y, z) else {
            let [x, y, z] = moderate([x, y, z])?;
            return self.nearest(x, y, z);
        };
        Some(self.nearest_to(&Seen::new(self, [x, y, z], scale)))
    }

    #[inline(always)]
    fn nearest_to(&self, seen: &Seen) -> u64 {
        let start = self.start(seen);
        let found = self.walk(seen, &start);
        self.decide(seen, start, found)
    }

    /// The guess, and the first cap around the direction.
    #[inline(always)]
    fn start(&self, seen: &Seen) -> Start {
        let (at, most) = self.guess(seen);
        let guess = (at, turns(seen.longitude, turn(to_index(at)).0));
        Start::new(guess, most, self.cap_in_interior(seen, most))
    }

    /// The index of the nearest point, once a cap was large enough.
    #[inline(always)]
    fn decide(&self, seen: &Seen, mut start: Start, mut found: Found) -> u64 {
        while found.estimate > start.cap.enough {
            let cap = self.cap_up_to(seen, found.estimate, start.most);
            start = Start::new(start.guess, start.most, cap);
            found = self.walk(seen, &start);
        }
        let clear = found.second > found.estimate + start.cap.doubt;
        if clear { self.index(seen, found.at) } else { self.settle(seen, &start.cap, start.guess) }
    }

    /// The nearest point of a cap, or of those beside it that the walk goes by.
    ///
    /// The guess may lie outside the rows of the cap: a walk ends at the far side of them only, and
    /// what it meets before is a point too.
    #[inline(always)]
    fn walk(&self, seen: &Seen, start: &Start) -> Found {
        let estimates = start.places.map(
            #[inline(always)]
            |place| self.estimate(seen.row, seen.radius, place),
        );
        let cap = &start.cap;
        let [guess, up, down] = start.places;
        let mut found = Found { at: guess.0, estimate: estimates[0], second: f64::INFINITY };
        // Most caps hold no more than these. Estimates for nothing cost less than branches that
        // nobody can foresee.
        let outside = [up.0 > cap.last, down.0 < cap.first];
        for ((place, estimate), outside) in [up, down].into_iter().zip(&estimates[1..]).zip(outside)
        {
            let penalty = if outside { f64::INFINITY } else { 0.0 };
            found.offer(place.0, estimate + penalty);
        }
        let mut place = cap.window.next(up);
        while place.0 <= cap.last {
            found.offer(place.0, self.estimate(seen.row, seen.radius, place));
            place = cap.window.next(place);
        }
        place = cap.window.previous(down);
        while place.0 >= cap.first {
            found.offer(place.0, self.estimate(seen.row, seen.radius, place));
            place = cap.window.previous(place);
        }
        found
    }

    /// The same walk, with the distances of the points themselves.
    #[cold]
    fn settle(&self, seen: &Seen, cap: &Cap, (at, across): Place) -> u64 {
        let mut best = (f64::INFINITY, u64::MAX);
        let mut offer = |at: f64| {
            let index = self.index(seen, at);
            let [x, y, z] = self.point::<f64>(index);
            let [px, py, pz] = seen.direction;
            let [dx, dy, dz] = [x - px, y - py, z - pz];
            let other = (dx * dx + dy * dy + dz * dz, index);
            best = if other < best { other } else { best };
        };
        let guess = (at, cap.window.east * across);
        offer(at);
        let mut place = cap.window.next(guess);
        while place.0 <= cap.last {
            offer(place.0);
            place = cap.window.next(place);
        }
        place = cap.window.previous(guess);
        while place.0 >= cap.first {
            offer(place.0);
            place = cap.window.previous(place);
        }
        best.1
    }

    /// The index of a point that is counted from the pole that `seen` is seen from.
    #[inline(always)]
    fn index(&self, seen: &Seen, at: f64) -> u64 {
        if seen.south { self.total - 1 - to_index(at) } else { to_index(at) }
    }
}

/// Where the search begins: a guess, the points before and after it in the window of the cap.
struct Start {
    guess: Place,
    most: usize,
    cap: Cap,
    /// The guess, the next and the previous point, seen as the window is.
    places: [Place; 3],
}

impl Start {
    #[inline(always)]
    fn new(guess: Place, most: usize, cap: Cap) -> Self {
        let middle = (guess.0, cap.window.east * guess.1);
        let places = [middle, cap.window.next(middle), cap.window.previous(middle)];
        Self { guess, most, cap, places }
    }
}

impl Found {
    /// What is no number changes nothing.
    #[inline(always)]
    fn offer(&mut self, at: f64, estimate: f64) {
        let nearer = estimate < self.estimate;
        let other = if nearer { self.estimate } else { estimate };
        self.second = if other < self.second { other } else { self.second };
        self.at = if nearer { at } else { self.at };
        self.estimate = if nearer { estimate } else { self.estimate };
    }
}
