//! The offsets of `docs/offsets.md`: what the placements reach, from the points that they give.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::tree::squared_distance;
use common::{directions, parse};
use sphere_math::sampling::{Placement, Scheme};

/// The smallest and the mean distance to the nearest neighbour, times sqrt(n), from all pairs.
fn neighbours(total: u64, placement: Placement) -> [f64; 2] {
    let plan = Scheme::Fibonacci { total, placement }.plan().unwrap();
    let points = directions::<f64>(&plan, 0..total);
    let nearest = |index: usize| {
        let others = points.iter().enumerate().filter(|&(other, _)| other != index);
        let squared = others.map(|(_, &other)| squared_distance(points[index], other));
        squared.fold(f64::INFINITY, f64::min).sqrt()
    };
    let distances: Vec<f64> = (0..points.len()).map(nearest).collect();
    let scale = (total as f64).sqrt();
    let smallest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    [smallest * scale, distances.iter().sum::<f64>() / total as f64 * scale]
}

#[test]
fn placements_reach_what_the_table_says() {
    let rows = common::table(include_str!("../../../docs/data/offsets.csv"));
    let mut seen = 0;
    for row in rows.filter(|row| parse::<u64>(row[0]) <= 1_200) {
        let total = parse(row[0]);
        let field = |column: usize| parse::<f64>(row[column]);
        let [smallest, _] = neighbours(total, Placement::Packing);
        assert!((smallest - field(4)).abs() < 1e-4, "{total}: {smallest}");
        assert!(smallest >= 0.999 * field(2), "{total}: the best is {}", field(2));
        let [_, mean] = neighbours(total, Placement::Spacing);
        assert!((mean - field(11)).abs() < 1e-4, "{total}: {mean}");
        assert!(mean >= 0.999 * field(8), "{total}: the best is {}", field(8));
        let half = neighbours(total, Placement::Quadrature);
        assert!((half[0] - field(13)).abs() < 1e-4 && (half[1] - field(14)).abs() < 1e-4);
        seen += 1;
    }
    assert!(seen > 40);
}

#[test]
fn the_largest_lattices_have_the_distances_of_the_interior_at_their_poles() {
    // All neighbours of the first points of 2^52 are among the first points.
    let plan = Scheme::Fibonacci { total: 1 << 52, placement: Placement::Packing }.plan().unwrap();
    let points = directions::<f64>(&plan, 0..1_500);
    let mut smallest = f64::INFINITY;
    for (index, &point) in points.iter().enumerate() {
        for &other in &points[..index] {
            smallest = squared_distance(point, other).min(smallest);
        }
    }
    let smallest = smallest.sqrt() * (1_u64 << 26) as f64;
    assert!((3.3505..3.3526).contains(&smallest), "{smallest}");
}
