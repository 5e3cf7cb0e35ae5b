//! Independent uniform directions, each found from its own index.
//!
//! Point i reads the Philox blocks with counter (i, attempt, method) until one is accepted: no
//! point depends on how many tries another needed. Acceptance is decided on integers, so that
//! every machine accepts the same blocks.

mod ball;
mod cylinder;
mod disk;
mod lanes;
pub(super) mod twins;

use core::ops::Range;

use lanes::{Ball, Cylinder, Disk, Fill};

use super::Method;
use super::store::Store;
use super::tally::Tally;
use crate::Real;
use crate::random::philox4x32;
use crate::simd::Instructions;

/// Blocks tried before the cylinder map takes over. All 64 fail for one point in 10^20 (ball) or
/// 10^85 (disk): the limit is there so that the time for a point has one.
const MAX_BLOCKS: u32 = 64;

/// Seeded random directions.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling) struct Random {
    seed: u64,
    method: Method,
    max_blocks: u32,
}

/// The block that a point comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Accepted {
    words: [u32; 4],
    attempt: u32,
    /// What the words mean: the method asked for, or the cylinder map after the last attempt.
    method: Method,
    /// Candidates looked at, this one included.
    candidates: u64,
}

impl Random {
    pub(in crate::sampling) fn new(seed: u64, method: Method) -> Self {
        Self { seed, method, max_blocks: MAX_BLOCKS }
    }

    /// The columns of a draw: words 0 and 1, words 2 and 3 (low first), and the attempt where
    /// there can be more than one.
    pub(in crate::sampling) fn draw_columns(self) -> usize {
        match self.method {
            Method::Cylinder => 2,
            Method::Disk | Method::Ball => 3,
        }
    }

    pub(in crate::sampling) fn draw(self, range: Range<u64>, out: &mut impl Store<u64>) -> Tally {
        let columns = self.draw_columns();
        let rows = (range.end - range.start) as usize;
        self.each(range.start, 0..rows, |row, accepted| {
            let [w0, w1, w2, w3] = accepted.words;
            let drawn = [pair(w0, w1), pair(w2, w3), u64::from(accepted.attempt)];
            for (column, word) in drawn.into_iter().take(columns).enumerate() {
                out.set(row, column, word);
            }
        })
    }

    pub(in crate::sampling) fn fill<R: Real>(
        self,
        instructions: Instructions,
        range: Range<u64>,
        out: &mut impl Store<R>,
    ) -> Tally {
        match self.method {
            Method::Cylinder => {
                instructions.run(Fill::<R, _, _, _>::new(Cylinder, self, range, out))
            }
            Method::Disk => instructions.run(Fill::<R, _, _, _>::new(Disk, self, range, out)),
            Method::Ball => instructions.run(Fill::<R, _, _, _>::new(Ball, self, range, out)),
        }
    }

    #[inline(always)]
    fn fill_one_by_one<R: Real>(
        self,
        start: u64,
        rows: Range<usize>,
        out: &mut impl Store<R>,
    ) -> Tally {
        self.each(
            start,
            rows,
            #[inline(always)]
            |row, accepted: Accepted| out.set_row(row, accepted.lift()),
        )
    }

    /// The accepted blocks of some rows; row 0 is the point `start`.
    #[inline(always)]
    fn each(self, start: u64, rows: Range<usize>, mut write: impl FnMut(usize, Accepted)) -> Tally {
        let mut tally = Tally::default();
        for row in rows {
            let accepted = self.accepted(start + row as u64);
            tally.attempts += accepted.candidates;
            tally.accepted += 1;
            write(row, accepted);
        }
        tally
    }

    #[inline(always)]
    fn accepted(self, index: u64) -> Accepted {
        if self.method == Method::Cylinder {
            return self.cylinder(index, 0, 1);
        }
        let per_block = self.candidates_per_block();
        for attempt in 0..self.max_blocks {
            let words = self.block(index, attempt, self.method);
            if let Some(candidates) = self.candidates(words) {
                let candidates = u64::from(attempt) * per_block + candidates;
                return Accepted { words, attempt, method: self.method, candidates };
            }
        }
        let blocks = self.max_blocks;
        self.cylinder(index, blocks, u64::from(blocks) * per_block + 1)
    }

    /// How many candidates of the block are looked at up to the first accepted one.
    #[inline(always)]
    fn candidates(self, words: [u32; 4]) -> Option<u64> {
        match self.method {
            Method::Cylinder => Some(1),
            Method::Disk => disk::candidates(words),
            Method::Ball => ball::candidates(words),
        }
    }

    #[inline(always)]
    fn candidates_per_block(self) -> u64 {
        if self.method == Method::Disk { 2 } else { 1 }
    }

    #[inline(always)]
    fn cylinder(self, index: u64, attempt: u32, candidates: u64) -> Accepted {
        let words = self.block(index, attempt, Method::Cylinder);
        Accepted { words, attempt, method: Method::Cylinder, candidates }
    }

    #[inline(always)]
    fn block(self, index: u64, attempt: u32, method: Method) -> [u32; 4] {
        let counter = [index as u32, (index >> 32) as u32, attempt, stream(method)];
        philox4x32(counter, [self.seed as u32, (self.seed >> 32) as u32])
    }
}

impl Accepted {
    #[inline(always)]
    fn lift<R: Real>(self) -> [R; 3] {
        match self.method {
            Method::Cylinder => cylinder::point(self.words),
            Method::Disk => disk::point(self.words),
            Method::Ball => ball::point(self.words),
        }
    }
}

/// The last counter word. 3 and 4 belong to the scrambles of the Sobol sequence.
#[inline(always)]
fn stream(method: Method) -> u32 {
    match method {
        Method::Ball => 0,
        Method::Disk => 1,
        Method::Cylinder => 2,
    }
}

#[inline(always)]
fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// A random word as a coordinate: the nearest thing to uniform on \[-1, 1) in units of 2^-31.
#[inline(always)]
fn signed(word: u32) -> i64 {
    i64::from(word.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::{Accepted, Method, Random};

    #[test]
    fn the_last_resort_is_the_cylinder_map() {
        for method in [Method::Ball, Method::Disk] {
            let per_block = Random::new(7, method).candidates_per_block();
            for (limit, candidates) in [(0, 1), (1, 1 + per_block)] {
                let random = Random { max_blocks: limit, ..Random::new(7, method) };
                // Some point fails its first block; with a limit of no blocks, every point does.
                let exhausted = (0..1_000)
                    .map(|index| (index, random.accepted(index)))
                    .find(|(_, accepted)| accepted.method == Method::Cylinder);
                let (index, accepted) = exhausted.unwrap();
                assert_eq!(accepted.attempt, limit);
                assert_eq!(accepted.candidates, candidates);
                let [x, y, z] = accepted.lift::<f64>();
                assert!((x * x + y * y + z * z - 1.0).abs() < 4e-16);
                let block = random.block(index, limit, Method::Cylinder);
                assert_eq!(accepted.words, block);
            }
        }
    }

    #[test]
    fn an_attempt_is_its_number_of_rejected_blocks() {
        let random = Random::new(0, Method::Ball);
        for index in 0..1_000 {
            let Accepted { attempt, candidates, .. } = random.accepted(index);
            assert_eq!(candidates, u64::from(attempt) + 1);
            for rejected in 0..attempt {
                let words = random.block(index, rejected, Method::Ball);
                assert_eq!(super::ball::candidates(words), None);
            }
        }
    }
}
