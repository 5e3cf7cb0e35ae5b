//! Sums that are the same bits however the work is divided.

use core::ops::Range;

use crate::parallel::Executor;

/// Terms that are added one after the other. Blocks begin at multiples of it.
pub const SUM_BLOCK: usize = 4_096;

/// The sum of the values that `part` gives for each block of up to [`SUM_BLOCK`] indices of
/// `0..count`, combined pairwise in index order: the same bits on any number of threads.
///
/// `part` adds up one block, in index order. O(count / [`SUM_BLOCK`]) memory; the rounding error
/// grows with the logarithm of the number of blocks.
pub fn sum_blocks<E: Executor, const N: usize>(
    executor: &E,
    count: usize,
    part: impl Fn(Range<usize>) -> [f64; N] + Sync,
) -> [f64; N] {
    let blocks = count.div_ceil(SUM_BLOCK);
    let parts = executor.map(blocks, |block| {
        let start = block * SUM_BLOCK;
        part(start..count.min(start + SUM_BLOCK))
    });
    pairwise(&parts)
}

/// The sums of the columns, halves first: the error grows with the logarithm of the length.
#[must_use]
pub fn pairwise<const N: usize>(rows: &[[f64; N]]) -> [f64; N] {
    match rows {
        [] => [0.0; N],
        [row] => *row,
        // A full left half, so that more rows at the end do not change how the first are paired.
        _ => {
            let (left, right) = rows.split_at(rows.len().next_power_of_two() / 2);
            let (left, right) = (pairwise(left), pairwise(right));
            core::array::from_fn(|column| left[column] + right[column])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SUM_BLOCK, pairwise, sum_blocks};
    use crate::parallel::{Executor, Serial};

    /// Runs the last task first.
    struct Backwards;

    impl Executor for Backwards {
        fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
            let mut results: Vec<T> = (0..tasks).rev().map(task).collect();
            results.reverse();
            results
        }
    }

    fn harmonic<E: Executor>(executor: &E, count: usize) -> f64 {
        let term = |index: usize| 1.0 / (index + 1) as f64;
        sum_blocks(executor, count, |range| [range.map(term).sum::<f64>()])[0]
    }

    #[test]
    fn the_order_of_the_work_changes_no_bit() {
        for count in [0, 1, SUM_BLOCK - 1, SUM_BLOCK, SUM_BLOCK + 1, 50_000, 1_000_000] {
            let sum = harmonic(&Serial, count);
            assert_eq!(sum.to_bits(), harmonic(&Backwards, count).to_bits(), "{count}");
        }
        // H(10^6); a block of 4,096 terms may lose as many roundings.
        assert!((harmonic(&Serial, 1_000_000) - 14.392726722865724).abs() < 1e-12);
    }

    #[test]
    fn pairs() {
        assert_eq!(pairwise::<2>(&[]), [0.0, 0.0]);
        let rows: Vec<[f64; 2]> = (0_i32..7).map(|i| [f64::from(i), -1.0]).collect();
        assert_eq!(pairwise(&rows), [21.0, -7.0]);
    }
}
