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
            added(&pairwise(left), &pairwise(right))
        }
    }
}

/// What [`pairwise`] computes, row after row: the same bits without the rows in memory.
#[derive(Clone, Debug)]
pub struct Pairwise<const N: usize> {
    /// `partial[b]` is the sum of 2^b rows where bit b of `rows` is set.
    partial: [[f64; N]; 64],
    rows: u64,
}

impl<const N: usize> Default for Pairwise<N> {
    fn default() -> Self {
        Self { partial: [[0.0; N]; 64], rows: 0 }
    }
}

impl<const N: usize> Pairwise<N> {
    /// Adds the next row. Amortised O(N).
    pub fn push(&mut self, row: [f64; N]) {
        // Counting one more: every bit that carries hands its rows to the next.
        let carries = self.rows.trailing_ones() as usize;
        let sum = self.partial[..carries].iter().fold(row, |sum, left| added(left, &sum));
        self.partial[carries.min(63)] = sum;
        self.rows = self.rows.wrapping_add(1);
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The sums of the columns so far; 0 without rows.
    #[must_use]
    pub fn sum(&self) -> [f64; N] {
        let mut set = (0..64).filter(|bit| self.rows >> bit & 1 == 1).map(|bit| self.partial[bit]);
        let last = set.next().unwrap_or([0.0; N]);
        set.fold(last, |sum, left| added(&left, &sum))
    }
}

fn added<const N: usize>(left: &[f64; N], right: &[f64; N]) -> [f64; N] {
    core::array::from_fn(|column| left[column] + right[column])
}

/// A running sum that keeps what its additions round off: as if in twice the precision, rounded
/// once. Knuth's exact addition, `OgitaRumpOishi2005`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        let kept = sum - self.sum;
        self.lost += (self.sum - (sum - kept)) + (term - kept);
        self.sum = sum;
    }

    pub(crate) fn value(self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::{Compensated, Pairwise, SUM_BLOCK, pairwise, sum_blocks};
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

    #[test]
    fn row_after_row_is_the_same_as_halves_first() {
        let rows: Vec<[f64; 2]> = (1..300).map(|i| [1.0 / f64::from(i), f64::from(-i)]).collect();
        let mut running = Pairwise::default();
        assert_eq!(running.sum(), [0.0; 2]);
        for (index, row) in rows.iter().enumerate() {
            running.push(*row);
            assert_eq!(running.rows(), index as u64 + 1);
            assert_eq!(running.sum(), pairwise(&rows[..=index]), "{index}");
        }
    }

    #[test]
    fn nothing_is_lost_of_a_long_sum() {
        let mut sum = Compensated::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
        let mut tenths = Compensated::default();
        (0..4_096).for_each(|_| tenths.add(0.1));
        assert_eq!(tenths.value(), 409.6);
    }
}
