//! The proofs of `docs/corrections.md`: each fails for the formula that it corrects.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::directions;
use sphere_math::sampling::{Method, Placement, Scheme};

#[test]
fn the_fibonacci_lattice_is_symmetric() {
    for placement in [Placement::Quadrature, Placement::Offset(0.0), Placement::Offset(3.33)] {
        for total in [2, 3, 10, 101, 1_000] {
            let plan = Scheme::Fibonacci { total, placement }.plan().unwrap();
            let z: Vec<f64> = directions::<f64>(&plan, 0..total).iter().map(|v| v[2]).collect();
            for (north, south) in z.iter().zip(z.iter().rev()) {
                assert_eq!(*north, -south, "{total} points, {placement:?}");
            }
            // z = 1 - 2 k / N misses this by 1 / N.
            let mean = z.iter().sum::<f64>() / total as f64;
            assert!(mean.abs() < 1e-15, "{total} points, {placement:?}: mean of z {mean:e}");
        }
    }
}

#[test]
fn midpoints_lie_between_the_poles_and_offset_0_on_them() {
    let ends = |placement| {
        let plan = Scheme::Fibonacci { total: 50, placement }.plan().unwrap();
        let points = directions::<f64>(&plan, 0..50);
        [points[0], points[49]]
    };
    let [north, south] = ends(Placement::Quadrature);
    assert_eq!([north[2], south[2]], [0.98, -0.98]);
    // 49 · (1 / 49) is not 1 in f64: the poles are exact because the quotient is corrected.
    assert_ne!(49.0 * (1.0 / 49.0), 1.0);
    assert_eq!(ends(Placement::Offset(0.0)), [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]);
}

#[test]
fn no_random_direction_is_undefined() {
    for method in [Method::Ball, Method::Disk, Method::Cylinder] {
        let plan = Scheme::Random { seed: 11, method }.plan().unwrap();
        for [x, y, z] in directions::<f64>(&plan, 0..1_000_000) {
            let square = x * x + y * y + z * z;
            assert!((square - 1.0).abs() < 1e-15, "{method:?}: {x} {y} {z}");
        }
    }
}
