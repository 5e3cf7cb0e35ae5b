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
        let mut tally = random.fill_one_by_one(range.start, 0..begin, out);
        if begin < end {
            tally += fill_batches::<S, R, M, KEPT>(simd, random, range.start, begin..end, out);
        }
        tally + random.fill_one_by_one(range.start, end..count, out)
    }
}

/// Fills whole blocks of rows. Row 0 is the point `start`.
#[inline(always)]
fn fill_batches<S: Simd, R: Real, M: MethodLanes<KEPT>, const KEPT: usize>(
    simd: S,
    random: Random,
    start: u64,
    rows: Range<usize>,
    out: &mut impl Store<R>,
) -> Tally {
    let mut batch = Batch::<KEPT>::new();
    let mut tally = Tally::default();
    for first in rows.clone().step_by(ROWS) {
        let count = ROWS.min(rows.end - first);
        if let Some(attempts) = batch.accept::<S, M>(simd, random, start + first as u64, count) {
            tally += Tally { attempts, accepted: count as u64 };
            for row in (0..count).step_by(LANES) {
                let kept = [batch.kept(simd, row), batch.kept(simd, row + WIDTH)];
                out.set_block(simd, first + row, M::lift::<S, R>(simd, kept));
            }
        } else {
            tally += random.fill_one_by_one(start, first..first + count, out);
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use crate::sampling::random::Random;
    use crate::sampling::store::Rows;
    use crate::sampling::{Method, Stores, Tally};
    use crate::simd::{Instructions, SimdLevel};

    fn fill(random: Random, level: SimdLevel, start: u64, count: u64) -> (Vec<f64>, Tally) {
        let mut values = vec![f64::NAN; 3 * count as usize];
        let range = start..start + count;
        let mut out = Rows::new(&mut values, &range, 3, Stores::Cached).unwrap();
        let tally = random.fill(Instructions::of(level).unwrap(), range, &mut out);
        (values, tally)
    }

    /// With few attempts allowed, batches with a point that has none left, and those without, follow
    /// each other.
    #[test]
    fn points_that_run_out_of_attempts_are_those_of_the_scalar_form() {
        for level in SimdLevel::available() {
            for method in [Method::Disk, Method::Ball] {
                for max_blocks in [1, 2, 3, 7, 9] {
                    let random = Random { max_blocks, ..Random::new(3, method) };
                    for start in [0, 1 << 40, (1 << 32) - 700, u64::MAX - 2_000] {
                        let [given, right] = [level, SimdLevel::Scalar]
                            .map(|level| fill(random, level, start, 2_000));
                        assert_eq!(given, right, "{level} {method:?} {max_blocks} {start}");
                    }
                }
            }
        }
    }
}
