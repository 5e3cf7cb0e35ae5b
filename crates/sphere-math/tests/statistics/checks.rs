//! Statistics of directions. Each returns its p-value: how probable something at least as far from
//! expectation is if directions are uniform and independent.

use core::f64::consts::{FRAC_PI_2, TAU};

use super::distributions::{chi_square_above, kolmogorov_above, two_sided};
use crate::common::harmonics::harmonics;
use crate::generators::reference;

pub(crate) type Check = (&'static str, fn(&[[f64; 3]]) -> f64);

/// All of them.
pub(crate) const CHECKS: [Check; 11] = [
    ("pixels", pixels),
    ("joint", joint),
    ("rayleigh", rayleigh),
    ("bingham", bingham),
    ("harmonics", low_harmonics),
    ("gine", gine),
    ("z", heights),
    ("phi", longitudes),
    ("neighbours", neighbours),
    ("fine digits of z", fine_digits_of_z),
    ("fine digits of phi", fine_digits_of_phi),
];

/// The longitude in turns, in \[0, 1).
fn turn([x, y, _]: [f64; 3]) -> f64 {
    let turn = y.atan2(x) / TAU;
    if turn < 0.0 { (turn + 1.0).min(1.0 - f64::EPSILON) } else { turn }
}

/// Whether bins of equal probability hold equal numbers.
fn equal_bins(bins: usize, in_bins: impl Iterator<Item = usize>) -> f64 {
    let mut counts = vec![0.0_f64; bins];
    for bin in in_bins {
        counts[bin] += 1.0;
    }
    let expected = counts.iter().sum::<f64>() / bins as f64;
    let chi2: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
    two_sided(chi_square_above(chi2, (bins - 1) as f64))
}

/// The bin of a number of \[0, 1\].
fn bin(number: f64, bins: usize) -> usize {
    ((number * bins as f64) as usize).min(bins - 1)
}

/// The largest distance from the distribution function of \[0, 1\]. Kolmogorov-Smirnov.
fn uniform(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let n = numbers.len() as f64;
    let distance = |(k, number): (usize, &f64)| {
        let [below, above] = [number - k as f64 / n, (k + 1) as f64 / n - number];
        below.max(above)
    };
    two_sided(kolmogorov_above(numbers.iter().enumerate().map(distance).fold(0.0, f64::max), n))
}

/// The largest distance between the distributions of two samples of equal size. It is coarse, so
/// that being too small says nothing.
fn same_distribution(mut left: Vec<f64>, mut right: Vec<f64>) -> f64 {
    left.sort_by(f64::total_cmp);
    right.sort_by(f64::total_cmp);
    let n = left.len() as f64;
    let distance = |(k, number): (usize, &f64)| {
        let below = right.partition_point(|other| other <= number);
        ((k + 1) as f64 - below as f64).abs() / n
    };
    kolmogorov_above(left.iter().enumerate().map(distance).fold(0.0, f64::max), n / 2.0)
}

/// HEALPix pixels, Nside 8.
fn pixels(points: &[[f64; 3]]) -> f64 {
    equal_bins(768, points.iter().map(|&point| pixel(8, point)))
}

/// The RING number of the pixel of a direction. Gorski2005, section 5, solved for the pixel: cells
/// between lines of two slopes near the equator, between meridians of one and two near the poles.
pub(crate) fn pixel(nside: usize, point: [f64; 3]) -> usize {
    let (z, quarter, side) = (point[2], 4.0 * turn(point), nside as f64);
    if z.abs() <= 2.0 / 3.0 {
        let rising = (side * (0.5 + quarter - 0.75 * z)).floor() as usize;
        let falling = (side * (0.5 + quarter + 0.75 * z)).floor() as usize;
        let ring = nside + 1 + rising - falling;
        // In half pixels: every second ring begins with half a one.
        let halves = rising + falling + 1 - nside + (ring + 1) % 2;
        let place = halves / 2 % (4 * nside);
        2 * nside * (nside - 1) + (ring - 1) * 4 * nside + place
    } else {
        let width = side * (3.0 * (1.0 - z.abs())).sqrt();
        let within = quarter.fract();
        let ring = 1 + (within * width) as usize + ((1.0 - within) * width) as usize;
        let place = ((quarter * ring as f64) as usize).min(4 * ring - 1);
        if z > 0.0 {
            2 * ring * (ring - 1) + place
        } else {
            12 * nside * nside - 2 * ring * (ring + 1) + place
        }
    }
}

/// Bands of equal height times sectors: longitude and height are independent.
fn joint(points: &[[f64; 3]]) -> f64 {
    const SIDE: usize = 32;
    let in_cells = points
        .iter()
        .map(|&point| bin((1.0 - point[2]) / 2.0, SIDE) * SIDE + bin(turn(point), SIDE));
    equal_bins(SIDE * SIDE, in_cells)
}

/// 3 n |mean|² is chi-square with 3 degrees of freedom: no direction is preferred.
fn rayleigh(points: &[[f64; 3]]) -> f64 {
    let n = points.len() as f64;
    let sum = |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>();
    let square: f64 = (0..3).map(|axis| (sum(axis) / n).powi(2)).sum();
    two_sided(chi_square_above(3.0 * n * square, 3.0))
}

/// 7.5 n (tr T² - 1/3), T the mean of x xᵀ, is chi-square with 5: no axis is preferred.
fn bingham(points: &[[f64; 3]]) -> f64 {
    let n = points.len() as f64;
    let sum = |i: usize, j: usize| points.iter().map(|point| point[i] * point[j]).sum::<f64>();
    let trace: f64 = (0..9).map(|at| (sum(at / 3, at % 3) / n).powi(2)).sum();
    two_sided(chi_square_above(7.5 * n * (trace - 1.0 / 3.0), 5.0))
}

/// The means of the 80 harmonics of degrees 1 to 8 are independent and normal.
fn low_harmonics(points: &[[f64; 3]]) -> f64 {
    const LMAX: usize = 8;
    let mut sums = [0.0; (LMAX + 1).pow(2)];
    for &point in points {
        for (sum, value) in sums.iter_mut().zip(harmonics(LMAX, point)) {
            *sum += value;
        }
    }
    let n = points.len() as f64;
    let chi2: f64 = sums[1..].iter().map(|sum| sum * sum / n).sum();
    two_sided(chi_square_above(chi2, (sums.len() - 1) as f64))
}

/// Giné's F of groups of points, which sees every departure from uniformity, has the distribution
/// that it has for another generator.
fn gine(points: &[[f64; 3]]) -> f64 {
    const GROUPS: usize = 1_000;
    let values = |points: &[[f64; 3]]| points.chunks_exact(100).take(GROUPS).map(gine_f).collect();
    let given: Vec<f64> = values(points);
    same_distribution(given, values(&reference(100 * GROUPS)))
}

/// 3 n / 2 - 4 / (n pi) times the sum of psi + sin psi over all pairs at angles psi. Gine1975.
fn gine_f(group: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for (at, [x, y, z]) in group.iter().enumerate() {
        for [u, v, w] in &group[..at] {
            let cos = (x * u + y * v + z * w).clamp(-1.0, 1.0);
            sum += cos.acos() + (1.0 - cos * cos).sqrt();
        }
    }
    let n = group.len() as f64;
    1.5 * n - 2.0 / (n * FRAC_PI_2) * sum
}

fn heights(points: &[[f64; 3]]) -> f64 {
    uniform(points.iter().map(|point| (1.0 - point[2]) / 2.0).collect())
}

fn longitudes(points: &[[f64; 3]]) -> f64 {
    uniform(points.iter().map(|&point| turn(point)).collect())
}

/// The cosine between a point and the next is uniform.
fn neighbours(points: &[[f64; 3]]) -> f64 {
    let cosine = |pair: &[[f64; 3]]| (0..3).map(|axis| pair[0][axis] * pair[1][axis]).sum::<f64>();
    uniform(points.windows(2).map(|pair| (1.0 - cosine(pair)) / 2.0).collect())
}

/// What follows the first 24 binary digits is uniform too.
fn fine_digits(numbers: impl Iterator<Item = f64>) -> f64 {
    equal_bins(256, numbers.map(|number| bin((number * f64::from(1 << 24)).fract(), 256)))
}

fn fine_digits_of_z(points: &[[f64; 3]]) -> f64 {
    fine_digits(points.iter().map(|point| point[2].abs()))
}

fn fine_digits_of_phi(points: &[[f64; 3]]) -> f64 {
    fine_digits(points.iter().map(|&point| turn(point)))
}
