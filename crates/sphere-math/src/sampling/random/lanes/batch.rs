//! The accepted blocks of a batch of points. The first block of every point is examined in order;
//! the rows whose block was rejected queue up, and vectors full of them examine the second block,
//! and so on.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, mask64x8, u64x8};

use super::{Examined, LOW, MethodLanes, WIDTH};
use crate::random::philox4x32_lanes;
use crate::sampling::random::{Random, stream};

/// Rows of a batch: enough that the last vectors of a queue, which are not full, do not show; few
/// enough that all stays in the first cache.
pub(super) const ROWS: usize = 256;

/// The row of lanes that have nothing to do.
const IDLE: u64 = ROWS as u64;

/// The accepted blocks of some rows, and the rows that have none yet. Vectors of it are whole cache
/// lines.
#[repr(align(64))]
pub(super) struct Batch<const KEPT: usize> {
    kept: [[u64; ROWS + WIDTH]; KEPT],
    queue: [u64; ROWS + WIDTH],
    waiting: usize,
}

impl<const KEPT: usize> Batch<KEPT> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { kept: [[0; ROWS + WIDTH]; KEPT], queue: [0; ROWS + WIDTH], waiting: 0 }
    }

    /// Finds the blocks of the points from `start` on, and says how many candidates that took.
    /// `None` if that is not for lanes: a point ran out of attempts, or the high words of the
    /// indices are not all the same. `rows` fills vectors.
    #[inline(always)]
    pub(super) fn accept<S: Simd, M: MethodLanes<KEPT>>(
        &mut self,
        simd: S,
        random: Random,
        start: u64,
        rows: usize,
    ) -> Option<u64> {
        if (start ^ (start + (rows as u64 - 1))) >> 32 != 0 {
            return None;
        }
        let source = Source { simd, random, start };
        // Where a vector is more than one register, these are side by side already.
        let mut rejections = if S::u64s::LEN < WIDTH {
            self.first::<S, M, 1>(source, rows)
        } else {
            self.first::<S, M, 2>(source, rows)
        };
        for attempt in 1..random.max_blocks {
            if self.waiting == 0 {
                break;
            }
            rejections += self.retry::<S, M>(source, attempt);
        }
        // Each candidate but the accepted one of a point is a rejected one.
        (self.waiting == 0).then_some(rows as u64 + rejections)
    }

    /// The words kept of eight rows.
    #[inline(always)]
    pub(super) fn kept<S: Simd>(&self, simd: S, row: usize) -> [u64x8<S>; KEPT] {
        let mut kept = [u64x8::splat(simd, 0); KEPT];
        for (words, column) in kept.iter_mut().zip(&self.kept) {
            *words = u64x8::from_slice(simd, &column[row..row + WIDTH]);
        }
        kept
    }

    /// Examines the first block of all rows, N vectors side by side; how many candidates were
    /// rejected.
    #[inline(always)]
    fn first<S: Simd, M: MethodLanes<KEPT>, const N: usize>(
        &mut self,
        source: Source<S>,
        rows: usize,
    ) -> u64 {
        let lanes = u64x8::from_slice(source.simd, &[0, 1, 2, 3, 4, 5, 6, 7]);
        let mut rejections = 0;
        self.waiting = 0;
        for row in (0..rows).step_by(N * WIDTH) {
            let mut numbers = [lanes + row as u64; N];
            for (at, numbers) in numbers.iter_mut().enumerate() {
                *numbers += (at * WIDTH) as u64;
            }
            let pairs = source.pairs(numbers, 0);
            for at in 0..N {
                let found: Examined<S, KEPT> = M::examine(pairs[at]);
                let row = row + at * WIDTH;
                for (column, words) in self.kept.iter_mut().zip(found.kept) {
                    words.store_slice(&mut column[row..row + WIDTH]);
                }
                rejections += found.passed_over.map_or(0, count) + found.rejected.map_or(0, count);
                if let Some(rejected) = found.rejected {
                    self.enqueue(numbers[at], rejected);
                }
            }
        }
        rejections
    }

    /// Examines the next block of all rows that wait; how many candidates were rejected.
    #[inline(always)]
    fn retry<S: Simd, M: MethodLanes<KEPT>>(&mut self, source: Source<S>, attempt: u32) -> u64 {
        let waiting = core::mem::take(&mut self.waiting);
        self.queue[waiting..waiting + WIDTH].fill(IDLE);
        let mut rejections = 0;
        for next in (0..waiting).step_by(WIDTH) {
            // What is written to the queue meanwhile lies behind what is read.
            let rows = u64x8::from_slice(source.simd, &self.queue[next..next + WIDTH]);
            let busy = rows.simd_lt(IDLE);
            let found: Examined<S, KEPT> = M::examine(source.pairs([rows], attempt)[0]);
            let places = rows.to_array();
            for (column, words) in self.kept.iter_mut().zip(found.kept) {
                let words = words.to_array();
                for lane in 0..WIDTH {
                    column[places[lane] as usize] = words[lane];
                }
            }
            if let Some(passed_over) = found.passed_over {
                rejections += count(passed_over & busy);
            }
            if let Some(rejected) = found.rejected {
                rejections += count(rejected & busy);
                self.enqueue(rows, rejected & busy);
            }
        }
        rejections
    }

    #[inline(always)]
    fn enqueue<S: Simd>(&mut self, rows: u64x8<S>, rejected: mask64x8<S>) {
        let end = self.waiting + WIDTH;
        rows.compress(rejected).store_slice(&mut self.queue[self.waiting..end]);
        self.waiting += count(rejected) as usize;
    }
}

/// The blocks of points whose indices have the high word of `start`.
#[derive(Clone, Copy)]
struct Source<S: Simd> {
    simd: S,
    random: Random,
    start: u64,
}

impl<S: Simd> Source<S> {
    /// The form in lanes of `Random::block`: words 0 and 1, words 2 and 3, low first.
    #[inline(always)]
    fn pairs<const N: usize>(self, rows: [u64x8<S>; N], attempt: u32) -> [[u64x8<S>; 2]; N] {
        let Self { simd, random, start } = self;
        let key = [random.seed as u32, (random.seed >> 32) as u32];
        let high = u64x8::splat(simd, start >> 32);
        let attempt = u64x8::splat(simd, attempt.into());
        let method = u64x8::splat(simd, stream(random.method).into());
        let mut counters = [[high, high, attempt, method]; N];
        for at in 0..N {
            counters[at][0] = rows[at] + (start & LOW);
        }
        let words = philox4x32_lanes(simd, counters, key);
        let mut pairs = [[high; 2]; N];
        for at in 0..N {
            let [w0, w1, w2, w3] = words[at];
            pairs[at] = [w0 | w1 << 32, w2 | w3 << 32];
        }
        pairs
    }
}

#[inline(always)]
fn count<S: Simd>(mask: mask64x8<S>) -> u64 {
    mask.to_bitmask().count_ones().into()
}
