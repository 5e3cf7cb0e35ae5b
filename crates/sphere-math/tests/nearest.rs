//! The nearest point of a lattice, against searches through its points.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::directions;
use sphere_math::sampling::{Method, Placement, Plan, SampleError, Scheme};

const OFFSETS: [f64; 14] =
    [0.0, 1e-3, 0.36, 0.5, 1.0, 1.33, 3.33, 10.0, 27.0, 75.0, 214.0, 1e4, 1e9, 4503599627370496.0];

fn lattice(total: u64, offset: f64) -> Plan {
    Scheme::Fibonacci { total, placement: Placement::Offset(offset) }.plan().unwrap()
}

fn random(seed: u64, count: u64) -> Vec<[f64; 3]> {
    directions(&Scheme::Random { seed, method: Method::Cylinder }.plan().unwrap(), 0..count)
}

/// What `Plan::nearest` promises to divide by.
fn unit([x, y, z]: [f64; 3]) -> [f64; 3] {
    let scale = 1.0 / (x * x + y * y + z * z).sqrt();
    [x * scale, y * scale, z * scale]
}

fn squared_distance(p: [f64; 3], q: [f64; 3]) -> f64 {
    let [dx, dy, dz] = [q[0] - p[0], q[1] - p[1], q[2] - p[2]];
    dx * dx + dy * dy + dz * dz
}

fn search(points: &[[f64; 3]], direction: [f64; 3]) -> u64 {
    let p = unit(direction);
    let mut best = (f64::INFINITY, 0);
    for (index, &q) in points.iter().enumerate() {
        let squared = squared_distance(p, q);
        if squared < best.0 {
            best = (squared, index as u64);
        }
    }
    best.1
}

/// Directions everywhere, at both poles, on the equator, and beside the points themselves.
fn queries(points: &[[f64; 3]], seed: u64, count: u64) -> Vec<[f64; 3]> {
    let mut queries = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]];
    for (k, v) in random(seed, count).into_iter().enumerate() {
        let [x, y, z] = v;
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        // Down to a millionth of the sphere's radius from a pole.
        let small = 10_f64.powf(-6.0 * (k as f64 / count as f64));
        queries.extend([v, [small * x, small * y, sign], [x, y, small * z]]);
        let q = points[(k * 7919) % points.len()];
        let by = small / (points.len() as f64).sqrt();
        queries.push([q[0] + by * x, q[1] + by * y, q[2] + by * z]);
    }
    queries
}

#[test]
fn every_small_lattice_by_search() {
    for total in (1..=64).chain([100, 233, 377, 1_000, 4_096]) {
        for (seed, &offset) in OFFSETS.iter().enumerate() {
            if total == 1 && offset == 0.0 {
                continue;
            }
            let plan = lattice(total, offset);
            let points = directions::<f64>(&plan, 0..total);
            let count = if total > 64 { 500 } else { 100 };
            for direction in queries(&points, total + 1_000 * seed as u64, count) {
                let (found, expected) =
                    (plan.nearest(direction).unwrap(), search(&points, direction));
                assert_eq!(found, expected, "{total} points, offset {offset}, {direction:?}");
            }
        }
    }
}
