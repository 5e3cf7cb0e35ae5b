//! Strata: equal boxes of the cube, and how many hold another number of points than one.
//!
//! What makes a (0, m, 2)-net of 2^m points is that every elementary interval, a box of 2^a by
//! 2^(m - a) equal parts, holds exactly one of them: Niederreiter1987. These counts are integers, so
//! that nothing about them is statistical.

use super::CubePoints;
use crate::parallel::Executor;

/// Dimensions of which all pairs are looked at; of sets with more, neighbouring ones are.
const ALL_PAIRS: usize = 6;

/// Points that are counted into boxes, in all: what is beyond it is left out, and said.
const MOST_COUNTED: u64 = 1 << 32;

/// Strata counts of the first 2^m points of a set, for the largest such number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    /// m: 2^m points are looked at, and there are as many boxes of each form.
    pub log2_points: u32,
    /// For each dimension (from the first; perhaps not all) how many of the 2^m equal intervals hold
    /// another number of points than one. Perfect: 0.
    pub intervals: Vec<u64>,
    /// For pairs of dimensions: all of them up to 6 dimensions, then neighbouring ones (perhaps not
    /// all).
    pub pairs: Vec<PairStrata>,
    /// Whether dimensions or pairs were left out because counting them would take too long.
    pub coverage: Coverage,
}

/// Strata of two dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairStrata {
    /// The two dimensions, from 0.
    pub dimensions: [usize; 2],
    /// How many of the (m + 1) 2^m elementary intervals hold another number of points than one.
    /// Perfect: 0.
    pub missed: u64,
    /// (m + 1) 2^m.
    pub boxes: u64,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// All dimensions, and the pairs that are meant to be.
    Complete,
    /// The first of them, until the limit.
    Partial,
}

impl Strata {
    /// O(2^m) for each dimension and O(m 2^m) for each pair.
    pub(super) fn new<E: Executor>(points: &CubePoints<'_>, executor: &E) -> Self {
        let log2_points = points.count().ilog2();
        let size = 1_u64 << log2_points;
        let shapes = u64::from(log2_points) + 1;
        let mut budget = MOST_COUNTED;
        let mut afford = |items: usize, cost: u64| {
            let affordable = (budget / cost).min(items as u64);
            budget -= affordable * cost;
            affordable as usize
        };
        let dimensions = points.dimensions();
        let singles = afford(dimensions, size);
        let wanted = pairs(dimensions);
        let doubles = afford(wanted.len(), size * shapes);

        let columns = points.columns();
        let intervals = executor.map(singles, |k| missed([columns[k]; 2], log2_points, 0));
        let pairs = executor.map(doubles, |pair| {
            let dimensions @ [a, b] = wanted[pair];
            let shape = |bits| missed([columns[a], columns[b]], log2_points, bits);
            let missed = (0..=log2_points).map(shape).sum();
            PairStrata { dimensions, missed, boxes: size * shapes }
        });
        let is_complete = singles == dimensions && doubles == wanted.len();
        let coverage = if is_complete { Coverage::Complete } else { Coverage::Partial };
        Self { log2_points, intervals, pairs, coverage }
    }

    /// The share of boxes that random points would miss: 1 - (1 - 1/N)^(N - 1) for N = 2^m, which
    /// is 0.632 for many. Exact.
    #[must_use]
    pub fn random_share(&self) -> f64 {
        let boxes = libm::ldexp(1.0, self.log2_points as i32);
        // log1p(-1) for one box times its power of 0 is no number; one point in one box is right.
        if self.log2_points == 0 {
            0.0
        } else {
            -libm::expm1((boxes - 1.0) * libm::log1p(-1.0 / boxes))
        }
    }
}

fn pairs(dimensions: usize) -> Vec<[usize; 2]> {
    let last = |a: usize| if dimensions <= ALL_PAIRS { dimensions } else { dimensions.min(a + 2) };
    (0..dimensions).flat_map(|a| (a + 1..last(a)).map(move |b| [a, b])).collect()
}

/// How many of the 2^m boxes hold another number of the first 2^m points than one: 2^(m - bits)
/// parts of the first column by 2^bits of the second.
fn missed([a, b]: [&[f64]; 2], m: u32, bits: u32) -> u64 {
    let size = 1_usize << m;
    let [parts_a, parts_b] = [m - bits, bits].map(|bits| libm::ldexp(1.0, bits as i32));
    let mut counts = vec![0_u8; size];
    for (a, b) in a.iter().zip(b).take(size) {
        // A power of two times a number below 1 is exact, so the part is too.
        let cell = ((a * parts_a) as usize) << bits | (b * parts_b) as usize;
        counts[cell] = counts[cell].saturating_add(1);
    }
    counts.iter().filter(|&&count| count != 1).count() as u64
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Strata, pairs};
    use crate::parallel::Serial;
    use crate::quality::CubePoints;

    #[test]
    fn which_pairs() {
        assert!(pairs(1).is_empty());
        assert_eq!(pairs(3), [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(pairs(6).len(), 15);
        assert_eq!(pairs(8).len(), 7);
    }

    #[test]
    fn counted_by_hand() {
        // Two points in the lower left quarter, one right above, one in the upper right; the fifth
        // is beyond the first four.
        let (x, y) = ([0.0, 0.1, 0.3, 0.9, 0.6], [0.0, 0.2, 0.6, 0.8, 0.4]);
        let strata = Strata::new(&CubePoints::new(&[&x, &y]).unwrap(), &Serial);
        assert_eq!(strata.log2_points, 2);
        // x quarters: 2, 1, 0, 1; y quarters: 2, 0, 1, 1.
        assert_eq!(strata.intervals, [2, 2]);
        // The squares: 2, 0 below; 1, 1 above.
        assert_eq!((strata.pairs[0].missed, strata.pairs[0].boxes), (2 + 2 + 2, 12));
        assert_eq!(strata.coverage, Coverage::Complete);
        assert!((strata.random_share() - (1.0 - 0.75_f64.powi(3))).abs() < 1e-15);
    }
}
