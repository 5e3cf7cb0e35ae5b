//! Which points are computed again.

use std::num::NonZeroU64;
use std::ops::Range;

/// Points in a row that are looked at: what one group of threads has in common shows, and computing them
/// again costs little more than computing one.
pub(super) const RUN: u64 = 8;

/// A fraction of all points, the same ones for everybody who asks: runs of a few points, anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    one_in: NonZeroU64,
    seed: u64,
}

impl Sample {
    pub(super) fn new(one_in: NonZeroU64, seed: u64) -> Self {
        Self { one_in, seed }
    }

    /// The runs that begin in these points, cut off at their end. One in each stretch of `RUN * one_in`
    /// points, by absolute index, at a place that looks random.
    pub(super) fn runs(self, points: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        let stretch = RUN.saturating_mul(self.one_in.get());
        let Range { start, end } = points;
        let first = start / stretch;
        let stretches = if start < end { first..(end - 1) / stretch + 1 } else { 0..0 };
        stretches.filter_map(move |number| {
            let place = number * stretch + self.place(number) % stretch;
            let run = place.max(start)..place.saturating_add(RUN).min(end);
            (start <= place && run.start < run.end).then_some(run)
        })
    }

    /// A number that looks random: the finaliser of `SplitMix64` (Steele et al. 2014).
    fn place(self, number: u64) -> u64 {
        let mut mixed = (self.seed ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(one_in: u64) -> Sample {
        Sample::new(NonZeroU64::new(one_in).unwrap(), 7)
    }

    #[test]
    fn one_in_so_many_is_looked_at_wherever_blocks_end() {
        for one_in in [1, 2, 10, 1_000] {
            let points = 5..5 + 100_000;
            let whole: Vec<u64> = sample(one_in).runs(points.clone()).flatten().collect();
            let share = 100_000.0 / whole.len() as f64;
            assert!((share / one_in as f64 - 1.0).abs() < 0.15, "{share} for {one_in}");
            for block in [24, 1_000, 7_777] {
                let starts = (points.start..points.end).step_by(block);
                let parts = starts.flat_map(|start| {
                    let end = points.end.min(start + block as u64);
                    sample(one_in).runs(start..end).flatten().collect::<Vec<_>>()
                });
                let parts: Vec<u64> = parts.collect();
                // A run that a block cuts in two is looked at in its first part only.
                assert!(parts.iter().all(|point| whole.contains(point)));
                assert!(parts.len() as f64 > 0.6 * whole.len() as f64);
            }
        }
    }

    #[test]
    fn ends_are_no_trouble() {
        assert_eq!(sample(1).runs(7..7).count(), 0);
        assert!(sample(1).runs(0..3).all(|run| run.end <= 3));
        let last: Vec<_> = sample(1).runs(u64::MAX - 20..u64::MAX).flatten().collect();
        assert!(last.iter().all(|point| *point >= u64::MAX - 20));
        assert!(sample(u64::MAX).runs(0..u64::MAX).count() <= 2);
    }
}
