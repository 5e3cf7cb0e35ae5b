//! How a job is cut into launches.

use std::ops::Range;

/// Points of a launch at most: their number and the words of a point are 32-bit in a kernel.
const MOST_POINTS: u64 = 1 << 26;

/// The ranges that are still to be launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batches {
    rest: Range<u64>,
    points: u64,
}

impl Batches {
    /// `range` in batches of at most `most_bytes`; `None` if not even one point fits.
    pub(crate) fn new(range: Range<u64>, point_bytes: u64, most_bytes: u64) -> Option<Self> {
        let points = most_bytes.checked_div(point_bytes)?.min(MOST_POINTS);
        (points > 0).then_some(Self { rest: range, points })
    }

    /// The next batch.
    pub(crate) fn next(&mut self) -> Option<Range<u64>> {
        let Range { start, end } = self.rest;
        self.rest.start = end.min(start.saturating_add(self.points));
        (start < end).then_some(start..self.rest.start)
    }

    /// Smaller batches, the first of which starts where `failed` did; false if they are the smallest.
    pub(crate) fn shrink(&mut self, failed: &Range<u64>) -> bool {
        self.rest.start = failed.start;
        let shrunk = self.points > 1;
        self.points = (self.points / 2).max(1);
        shrunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one batch is one range")]
    fn batches_are_the_range() {
        for (range, point_bytes, most_bytes, expected) in [
            (0..0, 12, 100, vec![]),
            (5..6, 12, 12, vec![5..6]),
            (5..25, 12, 119, vec![5..14, 14..23, 23..25]),
            (5..23, 12, 119, vec![5..14, 14..23]),
            (0..MOST_POINTS + 1, 1, u64::MAX, vec![0..MOST_POINTS, MOST_POINTS..MOST_POINTS + 1]),
            (
                u64::MAX - 3..u64::MAX,
                4,
                8,
                vec![u64::MAX - 3..u64::MAX - 1, u64::MAX - 1..u64::MAX],
            ),
        ] {
            let mut batches = Batches::new(range, point_bytes, most_bytes).unwrap();
            let all: Vec<_> = std::iter::from_fn(|| batches.next()).collect();
            assert_eq!(all, expected);
        }
    }

    #[test]
    fn a_point_that_does_not_fit_has_no_batches() {
        assert_eq!(Batches::new(0..9, 12, 11), None);
        assert_eq!(Batches::new(0..9, 0, 11), None);
    }

    #[test]
    fn batches_shrink_to_one_point() {
        let mut batches = Batches::new(0..10, 1, 5).unwrap();
        let first = batches.next().unwrap();
        assert!(batches.shrink(&first));
        assert_eq!((batches.next(), batches.next()), (Some(0..2), Some(2..4)));
        assert!(batches.shrink(&(2..4)));
        assert_eq!(batches.next(), Some(2..3));
        assert!(!batches.shrink(&(2..3)));
        assert_eq!(batches.next(), Some(2..3));
    }
}
