//! Spherical designs integrate exactly to their degree, and no further.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::harmonics::harmonics;
use sphere_math::designs::Design;

/// The means of the harmonics of degree 0 to `lmax` over a design.
fn moments(design: &Design, lmax: usize) -> Vec<f64> {
    let mut sums = vec![0.0; (lmax + 1).pow(2)];
    for direction in design.directions() {
        sums.iter_mut().zip(harmonics(lmax, direction)).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().map(|sum| sum / design.count() as f64).collect()
}

#[test]
fn the_harmonics_are_orthonormal() {
    // Known ones: sqrt(3) y, z, x; sqrt(15) x y; sqrt(5)/2 (3 z² - 1).
    let [x, y, z] = [2.0 / 7.0, 3.0 / 7.0, 6.0 / 7.0];
    let values = harmonics(2, [x, y, z]);
    let root = |square: f64| square.sqrt();
    let table = [
        (0, 1.0),
        (1, root(3.0) * y),
        (2, root(3.0) * z),
        (3, root(3.0) * x),
        (4, root(15.0) * x * y),
        (5, root(15.0) * y * z),
        (6, root(5.0) / 2.0 * (3.0 * z * z - 1.0)),
        (7, root(15.0) * x * z),
        (8, root(15.0) / 2.0 * (x * x - y * y)),
    ];
    for (index, expected) in table {
        assert!((values[index] - expected).abs() < 1e-15, "{index}");
    }
    // The addition theorem: sum over m of Y² = 2 l + 1, in every direction.
    for direction in [[x, y, z], [0.0, 0.0, 1.0], [0.6, 0.0, -0.8]] {
        let values = harmonics(30, direction);
        for l in 0..=30_usize {
            let squares: f64 = values[l * l..(l + 1).pow(2)].iter().map(|v| v * v).sum();
            assert!((squares / (2.0 * l as f64 + 1.0) - 1.0).abs() < 1e-13, "{l} {direction:?}");
        }
    }
}

#[test]
fn they_are_exact_to_their_degree_and_no_further() {
    for design in Design::all() {
        let degree = design.degree() as usize;
        let moments = moments(design, degree + 1);
        assert!((moments[0] - 1.0).abs() < 1e-15);
        let next = (degree + 1).pow(2);
        for (index, moment) in moments[1..next].iter().enumerate() {
            assert!(moment.abs() < 2e-15, "degree {degree}, {}: {moment:e}", index + 1);
        }
        let beyond = moments[next..].iter().fold(0.0_f64, |most, moment| most.max(moment.abs()));
        assert!(beyond > 1e-3, "degree {degree} is more: {beyond:e}");
    }
}

#[test]
fn directions_have_length_one_and_differ() {
    for design in Design::all() {
        let directions: Vec<[f64; 3]> = design.directions().collect();
        assert_eq!(directions.len(), design.count());
        for (index, v) in directions.iter().enumerate() {
            let excess = v.iter().map(|c| c * c).sum::<f64>() - 1.0;
            assert!(excess.abs() < 5e-16, "degree {}: {excess:e}", design.degree());
            assert!(v.iter().all(|c| c.is_sign_positive() || *c < 0.0), "no -0");
            for other in &directions[..index] {
                let square: f64 = v.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
                // Neighbours of n even directions are about 3.8 / sqrt(n) apart.
                let apart = (square * directions.len() as f64).sqrt();
                assert!(apart > 2.5, "degree {}: {apart}", design.degree());
            }
        }
    }
}

#[test]
fn the_smallest_that_suffices_is_given() {
    let table = [
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 6),
        (4, 12),
        (5, 12),
        (6, 24),
        (7, 24),
        (8, 36),
        (9, 48),
        (10, 60),
        (11, 72),
        (12, 84),
        (13, 96),
        (14, 108),
        (15, 120),
        (16, 144),
        (17, 156),
        (18, 180),
        (19, 204),
        (20, 216),
        (21, 240),
    ];
    for (degree, count) in table {
        let design = Design::of_degree(degree).unwrap();
        assert!(design.degree() >= degree);
        assert_eq!(design.count(), count, "degree {degree}");
        // No set of fewer than this can be one: Delsarte1977, theorem 5.11.
        let half = degree as usize / 2;
        let bound = if degree % 2 == 0 { (half + 1).pow(2) } else { (half + 1) * (half + 2) };
        assert!(count >= bound, "degree {degree}");
    }
    assert_eq!(Design::of_degree(22), None);
    assert_eq!(Design::of_degree(u32::MAX), None);
    let order: Vec<_> = Design::all().iter().map(|d| (d.degree(), d.count())).collect();
    assert!(order.is_sorted());
}
