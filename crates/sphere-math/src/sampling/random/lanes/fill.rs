//! Fills of random points in lanes.

use core::marker::PhantomData;
use core::ops::Range;

use fearless_simd::Simd;

use super::batch::{Batch, ROWS};
use super::{MethodLanes, WIDTH};
use crate::Real;
use crate::sampling::lift::lanes::LANES;
use crate::sampling::random::Random;
use crate::sampling::store::Store;
use crate::sampling::tally::Tally;
use crate::simd::Kernel;

/// Fills a range of points. They are lifted once all of a batch have their block, so that no lane
/// lifts what is not kept, and neither the blocks nor the lifts wait for each other.
pub(in crate::sampling::random) struct Fill<'a, R, M, O, const KEPT: usize> {
    random: Random,
    range: Range<u64>,
    out: &'a mut O,
    types: PhantomData<(R, M)>,
}

impl<'a, R, M, O, const KEPT: usize> Fill<'a, R, M, O, KEPT> {
    pub(in crate::sampling::random) fn new(
        _method: M,
        random: Random,
        range: Range<u64>,
        out: &'a mut O,
    ) -> Self {
        Self { random, range, out, types: PhantomData }
    }
}

impl<R: Real, M: MethodLanes<KEPT>, O: Store<R>, const KEPT: usize> Kernel
    for Fill<'_, R, M, O, KEPT>
{
    type Output = Tally;

    #[inline(always)]
    fn scalar(self) -> Tally {
        let count = (self.range.end - self.range.start) as usize;
        self.random.fill_one_by_one(self.range.start, 0..count, self.out)
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) -> Tally {
        let Self { random, range, out, .. } = self;
        let count = (range.end - range.start) as usize;
        let begin = out.rows_to_line().min(count);
        let end = count - (count - begin) % LANES;
        let mut batch = Batch::<KEPT>::new();
        let mut tally = random.fill_one_by_one(range.start, 0..begin, out);
        for first in (begin..end).step_by(ROWS) {
            let rows = ROWS.min(end - first);
            let start = range.start + first as u64;
            if let Some(attempts) = batch.accept::<S, M>(simd, random, start, rows) {
                tally += Tally { attempts, accepted: rows as u64 };
                for row in (0..rows).step_by(LANES) {
                    let kept = [batch.kept(simd, row), batch.kept(simd, row + WIDTH)];
                    out.set_block(simd, first + row, M::lift::<S, R>(simd, kept));
                }
            } else {
                tally += random.fill_one_by_one(range.start, first..first + rows, out);
            }
        }
        tally + random.fill_one_by_one(range.start, end..count, out)
    }
}
