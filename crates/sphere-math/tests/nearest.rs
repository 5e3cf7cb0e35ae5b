//! The nearest point of a lattice, against searches through its points.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::directions;
use common::tree::{Tree, squared_distance};
use proptest::prelude::*;
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
fn unit(v: [f64; 3]) -> [f64; 3] {
    let scale = 1.0 / (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    v.map(|component| component * scale)
}

fn search(points: &[[f64; 3]], direction: [f64; 3]) -> u64 {
    let distances = points.iter().map(|&point| squared_distance(unit(direction), point));
    let best = distances.zip(0..).min_by(|a, b| a.partial_cmp(b).unwrap());
    best.unwrap().1
}

/// Directions everywhere, beside both poles, on the equator, and beside the points themselves.
fn queries(points: &[[f64; 3]], seed: u64, count: u64) -> Vec<[f64; 3]> {
    let mut queries = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]];
    for (k, v) in random(seed, count).into_iter().enumerate() {
        let [x, y, z] = v;
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        // Down to a millionth of the radius from a pole.
        let small = 10_f64.powf(-6.0 * k as f64 / count as f64);
        queries.extend([v, [small * x, small * y, sign], [x, y, small * z]]);
        let q = points[(k * 7919) % points.len()];
        let by = small / (points.len() as f64).sqrt();
        queries.push([q[0] + by * x, q[1] + by * y, q[2] + by * z]);
    }
    queries
}

#[test]
fn every_small_lattice_by_search() {
    for total in (1..=64).chain([100, 233, 377, 1_000]) {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_lattice_by_search(
        total in (0.0..3.4_f64).prop_map(|power| 10_f64.powf(power) as u64),
        offset in (-3.0..15.6_f64).prop_map(|power| 10_f64.powf(power)),
        seed in any::<u64>(),
    ) {
        let plan = lattice(total, offset);
        let points = directions::<f64>(&plan, 0..total);
        // Around the edge of the hole too, in steps of a few rows.
        let edge = 2.0 * offset / ((total - 1) as f64 + 2.0 * offset);
        let beside = random(!seed, 40).into_iter().map(|[x, y, z]| {
            let from_pole = edge * (1.0 + z.powi(3) / (1.0 + offset.sqrt()));
            let scale = (from_pole * (2.0 - from_pole) / (x * x + y * y)).max(0.0).sqrt();
            [x * scale, y * scale, (1.0 - from_pole).copysign(x)]
        });
        for direction in queries(&points, seed, 10).into_iter().chain(beside) {
            let (found, expected) = (plan.nearest(direction).unwrap(), search(&points, direction));
            prop_assert_eq!(found, expected, "{:?}", direction);
        }
    }
}

/// Half of the directions everywhere, half in the caps of the first and last rows, where the lattice
/// ends or leaves a hole. The formula of Keinert2015 with the offset put in misses there: 1 % of
/// these at 1.33, 56 % at 27.
fn against_a_tree(total: u64, offset: f64, count: u64) {
    let plan = lattice(total, offset);
    let points = directions::<f64>(&plan, 0..total);
    let tree = Tree::new(&points);
    let cap = (2.0 * (offset + 20.0) / (total as f64 + 2.0 * offset)).min(1.0);
    let mut columns = [(); 3].map(|()| Vec::with_capacity(count as usize));
    for (k, [x, y, z]) in random(total, count).into_iter().enumerate() {
        let from_pole = cap * (1.0 - z.abs());
        let scale = (from_pole * (2.0 - from_pole) / (x * x + y * y)).sqrt();
        let polar = [x * scale, y * scale, (1.0 - from_pole).copysign(z)];
        let direction = if k % 2 == 0 { [x, y, z] } else { polar };
        columns.iter_mut().zip(direction).for_each(|(column, c)| column.push(c));
    }
    let mut found = vec![0; count as usize];
    let [x, y, z] = &columns;
    plan.nearest_all([x, y, z], &mut found).unwrap();
    let misses = (0..found.len()).filter(|&k| {
        let direction = [x[k], y[k], z[k]];
        assert_eq!(plan.nearest(direction).unwrap(), found[k], "one at a time");
        found[k] != tree.nearest(unit(direction))
    });
    assert_eq!(misses.count(), 0, "{total} points, offset {offset}");
}

const TOTALS: [u64; 10] = [1, 2, 3, 5, 8, 32, 100, 1_000, 4_096, 65_536];

#[test]
fn lattices_against_a_tree() {
    for total in TOTALS {
        for offset in [0.36, 0.5, 1.33, 27.0, 1e4] {
            against_a_tree(total, offset, 20_000);
        }
    }
    against_a_tree(1_000_000, 74.156, 20_000);
}

#[test]
#[ignore = "a minute: 200,000 directions for each of 130 lattices"]
fn lattices_against_a_tree_at_length() {
    for total in TOTALS.into_iter().chain([1_000_000]) {
        // A tree has to look at every point of a thin ring, seen from its axis.
        let most = if total > 1_000 { total as f64 } else { f64::INFINITY };
        let least = if total > 1 { 0.0 } else { 1e-3 };
        for offset in OFFSETS.into_iter().filter(|offset| (least..=most).contains(offset)) {
            against_a_tree(total, offset, 200_000);
        }
    }
}

#[test]
fn a_point_is_nearest_to_itself() {
    for total in [1, 2, 3, 10, 1_000, 1 << 20, (1 << 33) + 1, (1 << 52) - 1, 1 << 52] {
        for placement in [0.0, 0.36, 0.5, 1.33, 27.0, 1e4, 1e9, 4503599627370496.0]
            .map(Placement::Offset)
            .into_iter()
            .chain([Placement::Quadrature, Placement::Packing, Placement::Spacing])
        {
            let Ok(plan) = (Scheme::Fibonacci { total, placement }).plan() else { continue };
            let steps = (0..500_u32).map(|k| (f64::from(k) / 499.0 * (total - 1) as f64) as u64);
            let ends = (0..200).flat_map(|k| [k, total.saturating_sub(k + 1), total / 2 + k]);
            for index in steps.chain(ends).map(|index| index.min(total - 1)) {
                let [direction] = directions::<f64>(&plan, index..index + 1)[..] else { panic!() };
                assert_eq!(plan.nearest(direction), Ok(index), "{total} points, {placement:?}");
            }
        }
    }
}

#[test]
fn of_points_equally_near_the_first() {
    // Points at z = 1/2 and -1/2 on opposite sides of the axis; the equator across lies between.
    let two = lattice(2, 0.5);
    let points = directions::<f64>(&two, 0..2);
    let across = [points[1][1] - points[0][1], points[0][0] - points[1][0], 0.0];
    for sign in [1.0, -1.0] {
        let direction = across.map(|c| sign * c);
        let [a, b] = [0, 1].map(|k| squared_distance(unit(direction), points[k]));
        assert_eq!(two.nearest(direction), Ok(u64::from(b < a)), "{a} {b}");
    }
    // Both poles, seen from the equator.
    for direction in [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [-3.0, 4.0, 0.0]] {
        assert_eq!(lattice(2, 0.0).nearest(direction), Ok(0));
    }
}

#[test]
fn directions_of_any_length() {
    let plan = lattice(1_000, 0.5);
    let expected = plan.nearest([0.5, -0.25, 0.75]).unwrap();
    for scale in [f64::MIN_POSITIVE / 64.0, 1e-320, 1e-300, 1e-150, 1.0, 1e150, 1e300, f64::MAX] {
        let direction = [0.5 * scale, -0.25 * scale, 0.75 * scale];
        let found = plan.nearest(direction).unwrap();
        // What is left of a subnormal direction is another one.
        assert!(found == expected || scale < 1e-310, "{scale:e}");
    }
    assert_eq!(plan.nearest([0.0, -0.0, -5e-324]), Ok(999));
    assert_eq!(plan.nearest([-0.0, 0.0, f64::MAX]), Ok(0));
}

/// Groups with directions of ordinary and of extreme lengths, and a rest that is no group.
#[test]
fn many_at_once_are_each_alone() {
    let plan = lattice(10_000, 3.33);
    let scales = [1.0, 1e-200, 3.0, 1e200, 1e-300];
    for extreme in [false, true] {
        for count in [1, 15, 16, 17, 100] {
            let column = |axis: usize| -> Vec<f64> {
                let scale = |k: usize| if extreme { scales[k % 5] } else { 1.0 };
                let angle = |k: usize| (k * k) as f64 + 2.0 * axis as f64;
                (0..count).map(|k| scale(k) * angle(k).sin()).collect()
            };
            let (x, y, z) = (column(0), column(1), column(2));
            let mut found = vec![0; count];
            plan.nearest_all([&x, &y, &z], &mut found).unwrap();
            for (k, &index) in found.iter().enumerate() {
                assert_eq!(plan.nearest([x[k], y[k], z[k]]), Ok(index), "{count}, {k}");
            }
        }
    }
}

#[test]
fn what_is_refused() {
    let plan = lattice(1_000, 0.5);
    for bad in [[0.0; 3], [-0.0; 3], [f64::NAN, 1.0, 0.0], [1.0, f64::INFINITY, 0.0]] {
        let refused = plan.nearest(bad).unwrap_err();
        assert!(refused.to_string().starts_with("direction 0 is ("), "{refused}");
        let (x, y, z) = ([1.0, bad[0]], [1.0, bad[1]], [1.0, bad[2]]);
        let refused = plan.nearest_all([&x, &y, &z], &mut [0; 2]).unwrap_err();
        assert!(refused.to_string().contains("direction 1 is ("), "{refused}");
        assert!(refused.to_string().ends_with("it must be finite and not zero"), "{refused}");
    }
    let lengths = [1, 1, 2, 1];
    let refused = plan.nearest_all([&[1.0], &[1.0], &[1.0; 2]], &mut [0]);
    assert_eq!(refused, Err(SampleError::UnequalColumns { lengths }));
    assert_eq!(plan.nearest_all([&[], &[], &[]], &mut []), Ok(()));
    let disk = Scheme::Disk { total: 5 }.plan().unwrap();
    assert_eq!(disk.nearest([1.0, 0.0, 0.0]), Err(SampleError::NoNearest));
}
