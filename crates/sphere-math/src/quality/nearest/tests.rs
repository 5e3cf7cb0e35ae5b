//! Nearest neighbours against comparing every pair, on sets that are awkward in some way.

use super::grid::Grid;
use super::tree::Tree;
use super::{Index, Neighbours, chord_angle, squared_distance};
use crate::parallel::{Executor, Serial};
use crate::quality::{Directions, Precision};
use crate::sampling::{Method, Placement, Scheme};

type Points = Vec<[f64; 3]>;

fn scheme(scheme: &Scheme, count: u64) -> Points {
    let mut rows = vec![0.0; 3 * count as usize];
    scheme.plan().unwrap().fill_rows(0..count, &mut rows).unwrap();
    rows.chunks_exact(3).map(|row| [row[0], row[1], row[2]]).collect()
}

fn random(seed: u64, count: u64) -> Points {
    scheme(&Scheme::Random { seed, method: Method::Cylinder }, count)
}

fn lattice(total: u64, placement: Placement) -> Points {
    scheme(&Scheme::Fibonacci { total, placement }, total)
}

fn unit(point: [f64; 3]) -> [f64; 3] {
    let length = point.iter().map(|x| x * x).sum::<f64>().sqrt();
    point.map(|x| x / length)
}

/// Points drawn together around `centre`, the more the smaller `size` is.
fn cluster(seed: u64, count: u64, centre: [f64; 3], size: f64) -> Points {
    let near = |p: [f64; 3]| unit(core::array::from_fn(|axis| centre[axis] + size * p[axis]));
    random(seed, count).into_iter().map(near).collect()
}

fn great_circle(count: u64, tilt: f64) -> Points {
    (0..count)
        .map(|k| {
            let angle = core::f64::consts::TAU * k as f64 / count as f64;
            let (sin, cos) = libm::sincos(angle);
            [cos, sin * libm::cos(tilt), sin * libm::sin(tilt)]
        })
        .collect()
}

fn awkward() -> Vec<(String, Points)> {
    let mut sets: Vec<(String, Points)> = Vec::new();
    for n in [1, 2, 3, 7, 12, 50, 99, 100, 101, 500, 1000, 2000] {
        sets.push((format!("random {n}"), random(n, n)));
        sets.push((format!("lattice {n}"), lattice(n, Placement::Quadrature)));
    }
    for size in [1.0, 1e-2, 1e-4, 1e-9, 1e-15] {
        for centre in [[0.0, 0.0, 1.0], unit([1.0, 1.0, 1.0]), unit([-1.0, -1.0, 1e-9])] {
            let mut points = cluster(5, 700, centre, size);
            sets.push((format!("cluster {size} at {centre:?}"), points.clone()));
            points.extend(random(6, 300));
            points.push(centre.map(|x| -x));
            sets.push((format!("cluster {size} at {centre:?} and others"), points));
        }
    }
    for tilt in [0.0, 0.3, core::f64::consts::FRAC_PI_4, core::f64::consts::FRAC_PI_2] {
        sets.push((format!("great circle {tilt}"), great_circle(999, tilt)));
    }
    let mut doubled = random(9, 800);
    doubled.extend(random(9, 400));
    doubled.extend(random(9, 100));
    sets.push(("duplicates".into(), doubled));
    sets.push(("one place".into(), vec![[0.0, 0.6, 0.8]; 1500]));
    sets.push(("signed zeros".into(), vec![[0.0, -0.0, 1.0], [-0.0, 0.0, 1.0], [1.0, 0.0, -0.0]]));
    sets.push(("poles".into(), lattice(1001, Placement::Offset(0.0))));
    // Nothing for a third of the sphere: long searches through empty cells.
    sets.push(("cap".into(), random(3, 3000).into_iter().filter(|p| p[2] > 0.4).collect()));
    sets.push(("edges of the cube".into(), edges()));
    sets
}

/// Points on and beside the edges and corners where faces meet.
fn edges() -> Points {
    let mut points = Vec::new();
    for step in -20_i32..=20 {
        let t = f64::from(step) / 20.0;
        for tiny in [-1e-9, 0.0, 1e-9] {
            points.push(unit([1.0 + tiny, 1.0, t]));
            points.push(unit([t, -1.0, 1.0 + tiny]));
            points.push(unit([-1.0, t, -1.0 + tiny]));
        }
    }
    points
}

fn index<E: Executor>(points: &Points, executor: &E) -> Index {
    with(points, |points| Index::new(points, executor))
}

fn with<T>(points: &Points, work: impl FnOnce(&Directions<'_>) -> T) -> T {
    let column = |axis: usize| points.iter().map(|point| point[axis]).collect::<Vec<f64>>();
    let [x, y, z] = [column(0), column(1), column(2)];
    work(&Directions::new(&x, &y, &z, Precision::Double).unwrap())
}

/// Compares every pair.
fn brute(points: &Points) -> Neighbours {
    let mut found = Neighbours::NONE;
    for (index, &point) in points.iter().enumerate() {
        let others = points.iter().enumerate().filter(|(other, _)| *other != index);
        let square = others.map(|(_, &other)| squared_distance(point, other));
        let square = square.fold(f64::INFINITY, f64::min);
        found.add(square, chord_angle(square));
        found.duplicates += u64::from(points[..index].contains(&point));
    }
    found
}

fn assert_same(name: &str, found: Neighbours, expected: Neighbours) {
    assert_eq!(found.smallest, expected.smallest, "{name}");
    assert_eq!(found.largest, expected.largest, "{name}");
    assert_eq!(found.duplicates, expected.duplicates, "{name}");
    assert!((found.sum - expected.sum).abs() <= 1e-12 * expected.sum, "{name}");
}

#[test]
fn neighbours_are_those_of_comparing_every_pair() {
    let mut trees = 0;
    for (name, points) in awkward() {
        let expected = brute(&points);
        let index = index(&points, &Serial);
        trees += u32::from(matches!(index, Index::Tree(_)));
        assert_same(&name, index.neighbours(&Serial), expected);
        // Both structures, whichever was chosen.
        let grid = with(&points, |points| Grid::new(points, &Serial));
        assert_same(&name, grid.neighbours(&Serial), expected);
        let tree = Tree::new(points.iter().copied());
        assert_same(&name, tree.neighbours(&Serial, chord_angle), expected);
    }
    assert!(trees > 10, "{trees}");
}

#[test]
fn the_nearest_point_to_any_direction_is_found() {
    let probes = [random(77, 300), edges()].concat();
    for (name, points) in awkward() {
        let grid = with(&points, |points| Grid::new(points, &Serial));
        let tree = Tree::new(points.iter().copied());
        for &probe in &probes {
            let squares = points.iter().map(|&point| squared_distance(probe, point));
            let expected = squares.fold(f64::INFINITY, f64::min);
            assert_eq!(grid.nearest(probe), expected, "{name} {probe:?}");
            assert_eq!(tree.nearest(probe), expected, "{name} {probe:?}");
        }
    }
}

#[test]
fn crowds_do_not_take_quadratic_time() {
    // A million points each: comparing every pair would take the best part of an hour.
    let count = 1_000_000;
    let sets = [
        vec![[0.0, 0.0, 1.0]; count],
        cluster(1, count as u64, unit([0.3, 0.2, 0.9]), 1e-7),
        great_circle(count as u64, 1.0),
    ];
    for points in sets {
        assert!(matches!(index(&points, &Serial), Index::Tree(_)));
        let found = index(&points, &Serial).neighbours(&Serial);
        assert!(found.largest < 1e-4);
    }
}
