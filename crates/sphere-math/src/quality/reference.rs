//! What perfect and random sets of n points would give.
//!
//! Random points are independent and uniformly distributed. For two of them the share of the sphere
//! within the angle t of one is sin²(t/2), from which most of what follows is derived.

use core::f64::consts::PI;

use super::Reference;
use super::figure::Basis::{Asymptotic, Bound, Conjecture, Exact};

/// The square root of 3.
const ROOT_3: f64 = 1.732_050_807_568_877_2;

/// omega - pi/6 and omega = n pi / (6 (n - 2)), from which both bounds of `FejesToth1972` follow;
/// n >= 3. Half the angle of an equilateral triangle of which 2 n - 4 cover the sphere.
fn omega(n: f64) -> [f64; 2] {
    [PI / (3.0 * (n - 2.0)), n * PI / (6.0 * (n - 2.0))]
}

/// The smallest angle between n points is at most this: 4 sin²(t/2) = 4 - 1/sin² omega, reached for
/// n = 3, 4, 6 and 12. `FejesToth1943`. Factored so that nothing cancels; n >= 2.
pub(super) fn packing_bound(count: usize) -> f64 {
    if count == 2 {
        return PI;
    }
    let [excess, omega] = omega(count as f64);
    let sine = libm::sin(omega);
    // 2 sin omega - 1 = 4 cos((omega + pi/6)/2) sin((omega - pi/6)/2).
    let less_one = 4.0 * libm::cos(omega - 0.5 * excess) * libm::sin(0.5 * excess);
    let chord = (less_one * (2.0 * sine + 1.0)).sqrt() / sine;
    2.0 * libm::asin((0.5 * chord).min(1.0))
}

/// The covering radius of n points is at least this: cos t = cot(omega) / sqrt(3), reached for
/// n = 3, 4, 6 and 12. `FejesToth1972`, section V.2; n >= 1.
pub(super) fn covering_bound(count: usize) -> f64 {
    match count {
        1 => PI,
        2 => 0.5 * PI,
        _ => {
            let [excess, omega] = omega(count as f64);
            // (1 - cos t) / 2, with sqrt(3) - cot omega = sin(omega - pi/6) / (sin omega sin(pi/6)).
            let square = libm::sin(excess) / (ROOT_3 * libm::sin(omega));
            2.0 * libm::asin(square.sqrt())
        }
    }
}

pub(super) fn smallest(count: usize) -> [Option<Reference>; 2] {
    [Some(Bound.of(packing_bound(count))), Some(Asymptotic.of(random_smallest(count)))]
}

/// The number of pairs closer than t has the Poisson distribution in the limit, with mean
/// n (n - 1) / 2 · t²/4, so the smallest distance that of Rayleigh.
fn random_smallest(count: usize) -> f64 {
    let n = count as f64;
    (2.0 * PI / (n * (n - 1.0))).sqrt()
}

pub(super) fn mean(count: usize) -> [Option<Reference>; 2] {
    [Some(Asymptotic.of(packing_bound(count))), Some(Exact.of(random_mean(count)))]
}

/// No other point is within t with probability cos^(2 n - 2)(t/2). Its integral from 0 to pi is the
/// expected angle: pi times the share of heads and tails being even in 2 n - 2 throws.
fn random_mean(count: usize) -> f64 {
    let half = (count - 1) as f64;
    if count <= 64 {
        (1..count).fold(PI, |product, k| product * (1.0 - 0.5 / k as f64))
    } else {
        // The series of the central binomial coefficient; the next term is below 1e-10.
        let t = 1.0 / half;
        let series = [1.0, -1.0 / 8.0, 1.0 / 128.0, 5.0 / 1024.0, -21.0 / 32768.0];
        (PI / half).sqrt() * series.iter().rev().fold(0.0, |sum, term| sum * t + term)
    }
}

pub(super) fn largest(count: usize) -> [Option<Reference>; 2] {
    let n = count as f64;
    // The numbers of points that are alone within t, each with probability cos^(2 n - 2)(t/2).
    let random = expected_largest(n, |s| n * libm::exp((n - 1.0) * libm::log1p(-(s / n).min(1.0))));
    [Some(Asymptotic.of(packing_bound(count))), Some(Asymptotic.of(random))]
}

pub(super) fn covering(count: usize) -> [Option<Reference>; 2] {
    [Some(Bound.of(covering_bound(count))), (count >= 10).then(|| random_covering(count))]
}

/// Holes of radius t: local maxima of the distance to the nearest point, which are those of the 2 n
/// circumcentres that lie inside their triangle. Circumcircles hold the mean number s = n sin²(t/2)
/// of points with density s e^-s, and half of all triangles are acute, whatever their size
/// (Miles1970): n (1 + s) e^-s holes are larger than s, in the limit.
fn random_covering(count: usize) -> Reference {
    let n = count as f64;
    Asymptotic.of(expected_largest(n, |s| n * (1.0 + s) * libm::exp(-s)))
}

/// The expectation of the largest of angles of which, in the mean, `more(s)` are larger than the t
/// of s = n sin²(t/2), in few enough clumps that their number has the Poisson distribution.
fn expected_largest(n: f64, more: impl Fn(f64) -> f64) -> f64 {
    const STEPS: u32 = 4_096;
    // Beyond, the share of holes is below e^-40.
    let end = 2.0 * libm::asin(((libm::log(n) + 50.0) / n).min(1.0).sqrt());
    let step = end / f64::from(STEPS);
    let is_exceeded = |index: u32| {
        let sine = libm::sin(0.5 * step * (f64::from(index) + 0.5));
        -libm::expm1(-more(n * sine * sine))
    };
    (0..STEPS).map(is_exceeded).sum::<f64>() * step
}

pub(super) fn mesh_ratio(count: usize) -> [Option<Reference>; 2] {
    // The two are independent in the limit; the mean of 1 / t for the distribution of Rayleigh.
    let random = (count >= 10).then(|| {
        let n = count as f64;
        let inverse = (0.125 * PI * n * (n - 1.0)).sqrt();
        random_covering(count).scaled(2.0 * inverse)
    });
    let perfect = 2.0 * covering_bound(count) / packing_bound(count);
    [Some(Bound.of(perfect)), random]
}

/// 0.7985 = -(8 pi / sqrt 3)^(1/2) · 6 zeta(-1/2) L(-1/2), L the series of the character modulo 3:
/// `BrauchartHardinSaff2012`, conjecture 2, for s = -1. Random: every term but i = j has mean 4/3.
pub(super) fn cap_discrepancy_squared(count: usize) -> [Option<Reference>; 2] {
    const HEXAGONAL: f64 = 0.798_511_250_186_512;
    let n = count as f64;
    [Some(Conjecture.of(HEXAGONAL / (n * n.sqrt()))), Some(Exact.of(4.0 / (3.0 * n)))]
}

/// Harmonics of a perfect set vanish; the power of random points is 1 for every degree and size.
pub(super) fn harmonic_power() -> [Option<Reference>; 2] {
    [Some(Bound.of(0.0)), Some(Exact.of(1.0))]
}

/// Every point is in a box with the probability of its volume: the variance integrated over all
/// boxes. No lower bound of use is known.
pub(super) fn star_discrepancy_squared(count: usize, dimensions: usize) -> [Option<Reference>; 2] {
    let [half, third] = [2.0, 3.0].map(|base| libm::pow(base, -(dimensions as f64)));
    [None, Some(Exact.of((half - third) / count as f64))]
}

/// The hexagonal lattice: n sqrt(3)/2 t² = pi.
fn disk_packing(count: usize) -> f64 {
    (2.0 * PI / (ROOT_3 * count as f64)).sqrt()
}

/// Pairs closer than t: n (n - 1) / 2 · t² in the mean, but for those beside the rim.
pub(super) fn disk_smallest(count: usize) -> [Option<Reference>; 2] {
    let n = count as f64;
    let random = (0.5 * PI / (n * (n - 1.0))).sqrt();
    [Some(Asymptotic.of(disk_packing(count))), Some(Asymptotic.of(random))]
}

/// The integral of e^(-n t²), but for points beside the rim.
pub(super) fn disk_mean(count: usize) -> [Option<Reference>; 2] {
    let random = 0.5 * (PI / count as f64).sqrt();
    [Some(Asymptotic.of(disk_packing(count))), Some(Asymptotic.of(random))]
}

pub(super) fn disk_largest(count: usize) -> [Option<Reference>; 2] {
    [Some(Asymptotic.of(disk_packing(count))), None]
}

/// The hexagonal lattice: n 3 sqrt(3)/2 t² = pi (Kershner1939).
pub(super) fn disk_covering(count: usize) -> [Option<Reference>; 2] {
    [Some(Asymptotic.of(disk_packing(count) / ROOT_3)), None]
}

pub(super) fn disk_mesh_ratio() -> [Option<Reference>; 2] {
    [Some(Asymptotic.of(2.0 / ROOT_3)), None]
}

/// Midpoints of n intervals; sqrt(pi/2) ln 2 / sqrt(n), the mean of the distribution of Kolmogorov.
pub(super) fn radial_discrepancy(count: usize) -> [Option<Reference>; 2] {
    let n = count as f64;
    [Some(Bound.of(0.5 / n)), Some(Asymptotic.of(0.868_731_160_636_159 / n.sqrt()))]
}

/// Equal arcs; sqrt(pi/2) / sqrt(n), the mean of the distribution of Kuiper.
pub(super) fn angular_discrepancy(count: usize) -> [Option<Reference>; 2] {
    let n = count as f64;
    [Some(Bound.of(1.0 / n)), Some(Asymptotic.of((0.5 * PI / n).sqrt()))]
}

#[cfg(test)]
mod tests {
    use core::f64::consts::{FRAC_PI_2, PI};

    use super::{covering_bound, packing_bound, random_mean};

    #[test]
    fn bounds_of_the_solids_that_reach_them() {
        let table = [
            (2, PI, FRAC_PI_2),
            (3, 2.0 * PI / 3.0, FRAC_PI_2),
            (4, libm::acos(-1.0 / 3.0), libm::acos(1.0 / 3.0)),
            (6, FRAC_PI_2, libm::acos(1.0 / 3.0_f64.sqrt())),
            (12, libm::acos(1.0 / 5.0_f64.sqrt()), 0.652_358_139_784_368_2),
        ];
        for (count, packing, covering) in table {
            assert!((packing_bound(count) - packing).abs() < 1e-14, "{count}");
            assert!((covering_bound(count) - covering).abs() < 1e-14, "{count}");
        }
    }

    #[test]
    fn bounds_tend_to_the_hexagonal_lattice() {
        for exponent in 4..16 {
            let count = 10_usize.pow(exponent);
            let n = count as f64;
            let hexagonal = (8.0 * PI / (3.0_f64.sqrt() * n)).sqrt();
            assert!((packing_bound(count) / hexagonal - 1.0).abs() < 3.0 / n + 1e-15);
            let ratio = 2.0 * covering_bound(count) / packing_bound(count);
            assert!((ratio * 3.0_f64.sqrt() / 2.0 - 1.0).abs() < 3.0 / n + 1e-15);
        }
    }

    #[test]
    fn mean_angles() {
        // Two points: a right angle. Three: pi 3/8.
        assert!((random_mean(2) - FRAC_PI_2).abs() < 1e-15);
        assert!((random_mean(3) - PI * 3.0 / 8.0).abs() < 1e-15);
        // Where the product ends and the series begins, neighbours differ by 1 - 1 / (2 n - 2).
        assert!((random_mean(65) / random_mean(64) - (1.0 - 1.0 / 128.0)).abs() < 1e-11);
    }
}
