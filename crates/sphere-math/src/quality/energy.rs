//! The spherical-cap L2 discrepancy, by Stolarsky's identity.
//!
//! The mean square, over all caps (centre uniform on the sphere, height uniform in \[-1, 1\]), of the
//! difference between the share of points in a cap and its share of the area is an eighth of what
//! the mean distance between points lacks of its largest value: Stolarsky1973, Brauchart2013 (who
//! integrate over heights, which is twice the mean). The figure here is without that factor,
//!
//! ```text
//! D² = 4/3 - n⁻² sum over i, j of |x_i - x_j|
//! ```
//!
//! with 4/(3 n) expected for random points and 0.7985 n^(-3/2) for the best sets that are known.
//! D itself is known as the energy discrepancy.
//!
//! # Large sets
//!
//! Of an even set of a million points, D² is a billionth of the terms it is the difference of. To
//! draw pairs of points cannot work: their distances scatter by about 0.5. So D² is written as the
//! mean over all points i of
//!
//! ```text
//! d_i = 4/3 - (1/n) sum over j of |x_i - x_j|
//! ```
//!
//! which are all small: the whole sum over j is taken for a sample of points i. What then scatters
//! is the smooth part of d (for random points by 0.5 n^(-1/2), far more than their D²), but that part
//! is known: with
//!
//! ```text
//! 4/3 - |x - y| = sum over l >= 1 of b_l P_l(x·y),   b_l = 4 / ((2 l - 1)(2 l + 3))
//! ```
//!
//! degrees up to 32 follow from the sums of harmonics over all points. It is subtracted from each
//! d, and added again as its exact mean. What is left scatters by 3.4e-4 n^(-1/2) for random points,
//! and by little for even ones.
//!
//! The sample has two points from each of equal ranges of indices, drawn independently: lattices
//! are stratified by it, and half the difference of the two gives an unbiased standard error.

use super::harmonic::{Harmonics, MAX_DEGREE, Recurrence};
use super::points::UnitBlock;
use super::{Directions, EXACT_POINTS, Value};
use crate::parallel::Executor;
use crate::random::philox4x32;
use crate::sum::{SUM_BLOCK, pairwise};

/// The last counter word of Philox for the rows of the sample.
const PHILOX_USE: u32 = 6;

/// Ranges of which a sample has two rows each, however large the set is.
const LEAST_RANGES: usize = 32;

/// Rows that one task adds up.
const ROWS: usize = 64;

/// Sums that run side by side.
const LANES: usize = 8;

/// b(l) for l ≥ 1, the Legendre coefficients of 4/3 - |x - y|. b(0) is 0.
fn legendre(degree: usize) -> f64 {
    let l = degree as f64;
    if degree == 0 { 0.0 } else { 4.0 / ((2.0 * l - 1.0) * (2.0 * l + 3.0)) }
}

/// D² of the set: exact up to [`EXACT_POINTS`], with O(n²) distances; above, an estimate with as
/// many distances as the largest exact figure takes.
pub(super) fn cap_discrepancy_squared<E: Executor>(
    points: &Directions<'_>,
    harmonics: &Harmonics,
    recurrence: &Recurrence,
    executor: &E,
) -> Value {
    if points.count() <= EXACT_POINTS {
        Value::Exact(exact(points, executor))
    } else {
        Sample::new(points).estimate(points, harmonics, recurrence, executor)
    }
}

fn exact<E: Executor>(points: &Directions<'_>, executor: &E) -> f64 {
    let count = points.count();
    let block = UnitBlock::new(points, 0..count);
    let rows = executor.map(count.div_ceil(ROWS), |task| {
        let rows = task * ROWS..count.min((task + 1) * ROWS);
        let row = |index| sum_of_distances(block.point(index), block.first(index));
        [rows.map(row).sum::<f64>()]
    });
    let n = count as f64;
    4.0 / 3.0 - 2.0 * pairwise(&rows)[0] / (n * n)
}

/// Rows (points i whose distances to all points are added up), two for each range of indices.
struct Sample {
    ranges: usize,
    rows: Vec<[f64; 3]>,
}

impl Sample {
    /// As many rows as keep the number of distances at that of the largest exact figure.
    fn new(points: &Directions<'_>) -> Self {
        let pairs = EXACT_POINTS * EXACT_POINTS;
        Self::of_ranges(points, (pairs / (2 * points.count())).max(LEAST_RANGES))
    }

    fn of_ranges(points: &Directions<'_>, ranges: usize) -> Self {
        let count = points.count();
        let mut rows = Vec::with_capacity(2 * ranges);
        for range in 0..ranges {
            let indices = bounds(count, ranges, range);
            let words = philox4x32([range as u32, 0, 0, PHILOX_USE], [0; 2]);
            for high in [words[0], words[2]] {
                // High word of the product: even to 2^-32, and exactly below the length.
                let offset = (u64::from(high) * indices.len() as u64) >> 32;
                let index = indices.start + offset as usize;
                rows.push(UnitBlock::new(points, index..index + 1).point(0));
            }
        }
        Self { ranges, rows }
    }

    fn estimate<E: Executor>(
        &self,
        points: &Directions<'_>,
        harmonics: &Harmonics,
        recurrence: &Recurrence,
        executor: &E,
    ) -> Value {
        let sphere = 4.0 * core::f64::consts::PI;
        let weights: [f64; MAX_DEGREE + 1] =
            core::array::from_fn(|l| legendre(l) * sphere / (2 * l + 1) as f64);
        let smooth: f64 = harmonics.spectrum().iter().zip(&weights).map(|(s, w)| s * w).sum();

        let sums = self.sums_of_distances(points, executor);
        let n = points.count() as f64;
        let rest: Vec<f64> = sums
            .iter()
            .zip(&self.rows)
            .map(|(sum, &row)| 4.0 / 3.0 - sum / n - harmonics.synthesis(recurrence, &weights, row))
            .collect();
        let (mut mean, mut variance) = (0.0, 0.0);
        for (range, pair) in rest.chunks_exact(2).enumerate() {
            let weight = bounds(points.count(), self.ranges, range).len() as f64 / n;
            let half_difference = 0.5 * weight * (pair[0] - pair[1]);
            mean += 0.5 * weight * (pair[0] + pair[1]);
            variance += half_difference * half_difference;
        }
        Value::Estimate { value: smooth + mean, standard_error: variance.sqrt() }
    }

    /// For each row the sum of its distances to all points.
    fn sums_of_distances<E: Executor>(&self, points: &Directions<'_>, executor: &E) -> Vec<f64> {
        let count = points.count();
        let blocks = executor.map(count.div_ceil(SUM_BLOCK), |block| {
            let start = block * SUM_BLOCK;
            let block = UnitBlock::new(points, start..count.min(start + SUM_BLOCK));
            let sum = |&row| sum_of_distances(row, block.columns());
            self.rows.iter().map(sum).collect::<Vec<f64>>()
        });
        let row_sum = |row: usize| {
            let parts: Vec<[f64; 1]> = blocks.iter().map(|block| [block[row]]).collect();
            pairwise(&parts)[0]
        };
        (0..self.rows.len()).map(row_sum).collect()
    }
}

/// Range `range` of `ranges` equal ones of `0..count`: lengths differ by one at most.
fn bounds(count: usize, ranges: usize, range: usize) -> core::ops::Range<usize> {
    let at = |range: usize| (range as u64 * count as u64 / ranges as u64) as usize;
    at(range)..at(range + 1)
}

fn sum_of_distances([x, y, z]: [f64; 3], columns: [&[f64]; 3]) -> f64 {
    let distance = |a: f64, b: f64, c: f64| {
        let [dx, dy, dz] = [a - x, b - y, c - z];
        (dx * dx + dy * dy + dz * dz).sqrt()
    };
    let [xs, ys, zs] = columns.map(|column| column.chunks_exact(LANES));
    let [rest_x, rest_y, rest_z] = [xs.remainder(), ys.remainder(), zs.remainder()];
    let mut sums = [0.0; LANES];
    for ((a, b), c) in xs.zip(ys).zip(zs) {
        for lane in 0..LANES {
            sums[lane] += distance(a[lane], b[lane], c[lane]);
        }
    }
    let rest = rest_x.iter().zip(rest_y).zip(rest_z).map(|((&a, &b), &c)| distance(a, b, c));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::{Sample, exact, legendre};
    use crate::parallel::Serial;
    use crate::quality::harmonic::{Harmonics, Recurrence};
    use crate::quality::{Directions, Precision, Value};
    use crate::sampling::{Method, Placement, Scheme};

    #[test]
    fn legendre_series() {
        // At t = 1 the sum is 4/3, and at t = -1 it is 4/3 - 2; the tails are below 2 / l.
        let sum = |sign: fn(usize) -> f64| (0..4000).map(|l| sign(l) * legendre(l)).sum::<f64>();
        assert!((sum(|_| 1.0) - 4.0 / 3.0).abs() < 1e-3);
        assert!((sum(|l| if l % 2 == 0 { 1.0 } else { -1.0 }) + 2.0 / 3.0).abs() < 1e-3);
    }

    /// Samples of sets that are small enough for the exact figure too. The last value is the most
    /// that the error may be of the figure: the method must be as good as it says.
    #[test]
    fn samples_agree_with_exact_figures() {
        let total = 31_000;
        let fibonacci = |e| Scheme::Fibonacci { total, placement: Placement::Offset(e) };
        let random = |seed| Scheme::Random { seed, method: Method::Cylinder };
        let table = [
            ("even", fibonacci(0.5), 1.0, 1e-3),
            ("open poles", fibonacci(100.0), 1.0, 1e-3),
            ("random", random(1), 1.0, 0.01),
            ("half", random(2), 0.0, 1e-3),
        ];
        for (name, scheme, top, most) in table {
            let mut rows = vec![0.0; 3 * total as usize];
            scheme.plan().unwrap().fill_rows(0..total, &mut rows).unwrap();
            let kept = || rows.chunks_exact(3).filter(|row| row[2] <= top);
            let [x, y, z] = [0, 1, 2].map(|axis| kept().map(|row| row[axis]).collect::<Vec<_>>());
            let points = Directions::new(&x, &y, &z, Precision::Double).unwrap();
            let recurrence = Recurrence::new();
            let harmonics = Harmonics::new(&points, &recurrence, &Serial);
            let exact = exact(&points, &Serial);
            let estimate =
                Sample::of_ranges(&points, 300).estimate(&points, &harmonics, &recurrence, &Serial);
            let Value::Estimate { value, standard_error } = estimate else { panic!("{name}") };
            let error = (value - exact).abs();
            assert!(error < 4.0 * standard_error, "{name}: {exact:e} {value:e} {standard_error:e}");
            assert!(standard_error < most * exact, "{name}: {exact:e} {standard_error:e}");
        }
    }
}
