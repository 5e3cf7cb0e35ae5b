//! The L2-star discrepancy of points of the cube.
//!
//! The root mean square, over all boxes \[0, t) with t uniform in the cube, of the difference between
//! the share of points in the box and its volume. Its square is, by Warnock1972,
//!
//! ```text
//! D² = 3^-d - (2/n) sum over i of prod over k of (1 - x_ik²)/2
//!    + n⁻² sum over i, j of prod over k of (1 - max(x_ik, x_jk))
//! ```
//!
//! O(n² d). For larger sets the mean is taken as what it is, over a sample of boxes: the terms are
//! squares, so nothing cancels, and the relative error depends on the number of boxes only.

use super::{CubePoints, EXACT_POINTS, Value};
use crate::parallel::Executor;
use crate::random::philox4x32;
use crate::sum::{SUM_BLOCK, pairwise};

/// Coordinates that an exact figure may compare: those of [`EXACT_POINTS`] in the plane.
const MOST_COMPARED: u128 = 2 * (EXACT_POINTS * EXACT_POINTS) as u128;

/// Boxes of a sample: at most so many (a standard error of about 3 %); fewer than the least say too
/// little to be worth it.
const MOST_BOXES: u64 = 4_096;
const LEAST_BOXES: u64 = 64;

/// The last counter word of Philox for the corners of boxes.
const PHILOX_USE: u32 = 7;

/// Rows that one task adds up.
const ROWS: usize = 64;

/// D² of the set; `None` if even an estimate would take too long (more than 2.8e7 coordinates).
pub(super) fn star_discrepancy_squared<E: Executor>(
    points: &CubePoints<'_>,
    executor: &E,
) -> Option<Value> {
    let [count, dimensions] = [points.count() as u64, points.dimensions() as u64];
    let coordinates = u128::from(count) * u128::from(dimensions);
    if coordinates * u128::from(count) <= MOST_COMPARED {
        return Some(Value::Exact(warnock(points, executor)));
    }
    let boxes = (MOST_COMPARED / coordinates).min(u128::from(MOST_BOXES)) as u64;
    (boxes >= LEAST_BOXES).then(|| sample(points, boxes as u32, executor))
}

/// Warnock1972; also Matousek1998, equation 1.
fn warnock<E: Executor>(points: &CubePoints<'_>, executor: &E) -> f64 {
    let (columns, count) = (points.columns(), points.count());
    let rows = executor.map(count.div_ceil(ROWS), |task| {
        let mut products = vec![0.0; SUM_BLOCK.min(count)];
        let (mut single, mut double) = (0.0, 0.0);
        for i in task * ROWS..count.min((task + 1) * ROWS) {
            single += columns.iter().map(|x| 0.5 * (1.0 - x[i] * x[i])).product::<f64>();
            double += columns.iter().map(|x| 1.0 - x[i]).product::<f64>();
            // Pairs with an earlier point stand for both orders.
            for start in (0..i).step_by(SUM_BLOCK) {
                let block = start..i.min(start + SUM_BLOCK);
                double += 2.0 * sum_of_products(columns, i, block, &mut products);
            }
        }
        [single, double]
    });
    let [single, double] = pairwise(&rows);
    let n = count as f64;
    libm::pow(3.0, -(columns.len() as f64)) - 2.0 * single / n + double / (n * n)
}

fn sum_of_products(
    columns: &[&[f64]],
    i: usize,
    block: core::ops::Range<usize>,
    products: &mut [f64],
) -> f64 {
    let products = &mut products[..block.len()];
    products.fill(1.0);
    for column in columns {
        let own = column[i];
        for (product, &other) in products.iter_mut().zip(&column[block.clone()]) {
            *product *= 1.0 - if own > other { own } else { other };
        }
    }
    products.iter().sum()
}

/// The mean over `boxes` random ones, with its standard error.
fn sample<E: Executor>(points: &CubePoints<'_>, boxes: u32, executor: &E) -> Value {
    let squares = executor.map(boxes as usize, |index| {
        let corner: Vec<f64> =
            (0..points.dimensions()).map(|k| coordinate(index as u32, k as u32)).collect();
        let difference = share(points, &corner) - corner.iter().product::<f64>();
        let square = difference * difference;
        [square, square * square]
    });
    let [sum, sum_of_squares] = pairwise(&squares);
    let m = f64::from(boxes);
    let value = sum / m;
    let variance = (sum_of_squares / m - value * value).max(0.0) / (m - 1.0);
    Value::Estimate { value, standard_error: variance.sqrt() }
}

/// Uniform in (0, 1), never an end: the top 52 bits of a word and a half.
fn coordinate(index: u32, dimension: u32) -> f64 {
    let words = philox4x32([index, dimension / 2, 0, PHILOX_USE], [0; 2]);
    let pair = (dimension % 2) as usize * 2;
    let word = (u64::from(words[pair]) << 32) | u64::from(words[pair + 1]);
    (0.5 + (word >> 12) as f64) / (1_u64 << 52) as f64
}

/// The share of points in \[0, corner). Blocks of columns, so that most are left after a few.
fn share(points: &CubePoints<'_>, corner: &[f64]) -> f64 {
    let count = points.count();
    let mut inside = 0_u64;
    let mut flags = vec![true; SUM_BLOCK.min(count)];
    for start in (0..count).step_by(SUM_BLOCK) {
        let block = start..count.min(start + SUM_BLOCK);
        let flags = &mut flags[..block.len()];
        flags.fill(true);
        for (column, &end) in points.columns().iter().zip(corner) {
            for (flag, &x) in flags.iter_mut().zip(&column[block.clone()]) {
                *flag &= x < end;
            }
        }
        inside += flags.iter().map(|&flag| u64::from(flag)).sum::<u64>();
    }
    inside as f64 / count as f64
}

#[cfg(test)]
mod tests {
    use super::{coordinate, sample, star_discrepancy_squared, warnock};
    use crate::parallel::Serial;
    use crate::quality::{CubePoints, Value};
    use crate::sampling::{Domain, Scheme, Scramble};

    fn sobol(dimensions: u32, count: usize) -> Vec<Vec<f64>> {
        let domain = Domain::Cube { dimensions };
        let plan = Scheme::Sobol { domain, scramble: Scramble::None }.plan().unwrap();
        let mut columns = vec![vec![0.0; count]; dimensions as usize];
        let mut slices: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        plan.fill(0..count as u64, &mut slices).unwrap();
        columns
    }

    fn with<T>(columns: &[Vec<f64>], work: impl FnOnce(&CubePoints<'_>) -> T) -> T {
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        work(&CubePoints::new(&slices).unwrap())
    }

    #[test]
    fn known_values() {
        let one = [vec![0.5], vec![0.5]];
        assert!((with(&one, |one| warnock(one, &Serial)) - 0.0798611).abs() < 1e-7);
        // Sets of the Sobol sequence, from an independent calculation.
        for (count, expected) in [(4, 0.03200955), (1024, 8.679283e-4 * 8.679283e-4)] {
            let found = with(&sobol(2, count), |points| warnock(points, &Serial));
            assert!((found / expected - 1.0).abs() < 1e-6, "{count}: {found}");
        }
    }

    #[test]
    fn one_dimension_by_hand() {
        // Boxes [0, t) hold one of the points up to t = 1/2, then both: (1/2 - t)², (1 - t)².
        let points = [vec![0.0, 0.5]];
        let exact = (0.125 / 3.0) + (0.125 / 3.0);
        assert!((with(&points, |points| warnock(points, &Serial)) - exact).abs() < 1e-15);
    }

    #[test]
    fn a_sample_agrees_within_its_error() {
        for (dimensions, count) in [(1, 500), (2, 777), (3, 1000), (7, 300)] {
            let columns = sobol(dimensions, count);
            let exact = with(&columns, |points| warnock(points, &Serial));
            let estimate = with(&columns, |points| sample(points, 4_096, &Serial));
            let Value::Estimate { value, standard_error } = estimate else { panic!() };
            assert!((value - exact).abs() < 4.0 * standard_error, "{dimensions}: {value} {exact}");
            assert!(standard_error < 0.1 * exact, "{dimensions}: {standard_error} {exact}");
        }
    }

    #[test]
    fn what_is_too_large_is_left_out() {
        let large = vec![vec![0.25; 1_000]; 30_000];
        assert_eq!(with(&large, |points| star_discrepancy_squared(points, &Serial)), None);
        assert!((0..100).all(|index| (0.0..1.0).contains(&coordinate(index, index))));
    }
}
