//! The search for the nearest point of a lattice: the index of the definition for directions in f32, and
//! never a point that is further away by more than the bound.

use sphere_math::kernels::{Launch, NEAREST, NEAREST_SINGLE_BOUND, Output};
use sphere_math::sampling::{Method, Placement, Plan, SampleError, Scheme};

use super::device::Device;

/// Points up to which every index is that of the definition, for the directions that are tried.
const ALWAYS_RIGHT: u64 = 1 << 33;

/// Directions anywhere.
const ANYWHERE: u64 = 4_001;

type Directions = Vec<[f32; 3]>;

const LATTICES: [(u64, Placement); 17] = [
    (1, Placement::Quadrature),
    (2, Placement::Offset(0.0)),
    (2, Placement::Offset(1e8)),
    (3, Placement::Packing),
    (10, Placement::Offset(1e-18)),
    (64, Placement::Quadrature),
    (1_000, Placement::Packing),
    (1_000, Placement::Offset(500.0)),
    (4_096, Placement::Quadrature),
    (100_003, Placement::Offset(0.0)),
    (100_003, Placement::Offset(3e4)),
    (1_000_000, Placement::Spacing),
    // The longest walks.
    (100_000_000, Placement::Offset(3e8)),
    (1 << 33, Placement::Packing),
    (1 << 33, Placement::Offset(30_000_000.0)),
    ((1 << 40) - 10, Placement::Quadrature),
    ((1 << 40) - 1_000, Placement::Packing),
];

fn lattice((total, placement): (u64, Placement)) -> Plan {
    Scheme::Fibonacci { total, placement }.plan().unwrap()
}

fn points(plan: &Plan, first: u64, count: u64) -> Vec<[f64; 3]> {
    let first = first.min(plan.points());
    let range = first..plan.points().min(first + count);
    let mut rows = vec![0.0; 3 * (range.end - range.start) as usize];
    plan.fill_rows(range, &mut rows).unwrap();
    rows.as_chunks().0.to_vec()
}

/// Anywhere; at points and in the middle between two, at both ends and in the middle; around the poles,
/// on axes and diagonals, of any length.
pub(crate) fn directions(plan: &Plan) -> Directions {
    let single = |direction: [f64; 3]| direction.map(|component| component as f32);
    let random = Scheme::Random { seed: plan.points(), method: Method::Ball }.plan().unwrap();
    let mut all: Vec<_> = points(&random, 0, ANYWHERE).into_iter().map(single).collect();
    let last = plan.points() - 1;
    for first in [0, last / 2, last / 3, last.saturating_sub(300)] {
        let near = points(plan, first, 300);
        all.extend(near.iter().copied().map(single));
        for step in [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144] {
            let pairs = near.iter().zip(near.iter().skip(step)).step_by(1 + step / 8);
            all.extend(pairs.map(|(a, b)| single([0, 1, 2].map(|axis| a[axis] + b[axis]))));
        }
    }
    for z in [1.0, -1.0] {
        for small in [0.0, -0.0, 1e-42, 1e-30, 3e-8, 1e-6, 4e-5, 1e-3, 0.05, 0.3, 0.7] {
            for [x, y] in [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.6, -0.8], [-1.0, -1.0]] {
                all.push([x * small, y * small, z]);
                all.push([z, x * small, y * small]);
            }
        }
    }
    for scale in [1e-44, 1e-40, 2e-38, 1e-19, 1e19, 1e38] {
        all.extend([[1.0, -2.0, 2.0], [2.0, 0.5, -1.0]].map(|v| v.map(|c| c * scale)));
    }
    // Halfway between opposite points there is no direction.
    all.retain(|direction| direction.iter().any(|component| *component != 0.0));
    all
}

/// The launch of a search for the points nearest to directions.
pub(crate) fn launch(plan: &Plan, directions: &[[f32; 3]]) -> Launch {
    let mut launch = plan.launch_nearest_single().unwrap();
    let column = |axis: usize| directions.iter().map(move |direction| direction[axis].to_bits());
    launch.table = [0, 1, 2].into_iter().flat_map(column).collect();
    launch
}

fn search(device: &Device, text: &str, plan: &Plan, directions: &[[f32; 3]]) -> Vec<u64> {
    let launch = launch(plan, directions);
    let words = device.run(&device.compile(text), &launch, &(0..directions.len() as u64));
    words.as_chunks().0.iter().map(|&[low, high]| u64::from(high) << 32 | u64::from(low)).collect()
}

/// Distances in space to two points.
fn distances(plan: &Plan, direction: [f64; 3], indices: [u64; 2]) -> [f64; 2] {
    let length = direction.into_iter().map(|c| c * c).sum::<f64>().sqrt();
    indices.map(|index| {
        let Some(point) = points(plan, index, 1).first().copied() else { return f64::INFINITY };
        let apart = [0, 1, 2].map(|axis| point[axis] - direction[axis] / length);
        apart.into_iter().map(|c| c * c).sum::<f64>().sqrt()
    })
}

/// How much further away than the nearest points those are that are found in their place; or the first
/// direction for which that is more than the bound, or than a coarse lattice leaves in doubt.
fn check(device: &Device, text: &str, plan: &Plan) -> Result<f64, [f32; 3]> {
    let directions = directions(plan);
    let bound = if plan.points() <= ALWAYS_RIGHT { 0.0 } else { NEAREST_SINGLE_BOUND };
    let mut most = 0.0_f64;
    for (direction, found) in directions.iter().zip(search(device, text, plan, &directions)) {
        let exact = direction.map(f64::from);
        let right = plan.nearest(exact).unwrap();
        if found != right {
            let [further, least] = distances(plan, exact, [found, right]);
            most = most.max(further - least);
            if further - least > bound {
                eprintln!("{direction:?}: {found} at {further:e}, {right} at {least:e}");
                return Err(*direction);
            }
        }
    }
    Ok(most)
}

#[test]
fn the_nearest_point_is_found() {
    let Some(device) = super::device() else { return };
    for which in LATTICES {
        let further = check(&device, &NEAREST.wgsl.concat(), &lattice(which))
            .unwrap_or_else(|at| panic!("{which:?} at {at:?}"));
        eprintln!("{which:?}: at most {further:e} further");
    }
}

/// A text whose f32 rounds the heights and longitudes of directions by so many units of 2^-24, in parts
/// of 1 - |z| and in radians.
fn rounded(height: f64, longitude: f64) -> String {
    let turned = (longitude * 256.0 / std::f64::consts::TAU) as i32;
    let (from_pole, azimuth) = (
        "let from_pole = below / float64(direction.length)",
        "vec2(0u, azimuth(direction.x, direction.y))",
    );
    let text = NEAREST.wgsl.concat();
    assert!(text.contains(from_pole) && text.contains(azimuth), "the text has changed");
    let wrong_azimuth = format!("vec2(0u, azimuth(direction.x, direction.y) + {}u)", turned as u32);
    let wrong_from_pole = format!("{from_pole} * {:?}", 1.0 + height / f64::from(1 << 24));
    text.replace(from_pole, &wrong_from_pole).replace(azimuth, &wrong_azimuth)
}

#[test]
fn the_widest_roundings_of_f32_change_no_index() {
    let Some(device) = super::device() else { return };
    for (height, longitude) in [(9.0, 5.3), (-9.0, -5.3)] {
        for which in LATTICES {
            check(&device, &rounded(height, longitude), &lattice(which))
                .unwrap_or_else(|at| panic!("{which:?} at {at:?}, {height}, {longitude}"));
        }
    }
    let all = LATTICES.map(|which| check(&device, &rounded(200.0, 200.0), &lattice(which)));
    assert!(all.iter().any(Result::is_err), "they are not looked at");
}

#[test]
fn what_is_no_direction_gets_no_index() {
    let Some(device) = super::device() else { return };
    let plan = &lattice(LATTICES[8]);
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let directions = [
        [0.0; 3],
        [-0.0; 3],
        [nan, 0.0, 1.0],
        [1.0, -inf, 0.0],
        [0.0, 1.0, nan],
        [0.0, 0.0, 1e-45],
    ];
    let found = search(&device, &NEAREST.wgsl.concat(), plan, &directions);
    assert_eq!(found, [[u64::MAX; 5].as_slice(), &[0]].concat());
}

#[test]
fn a_lattice_that_f32_does_not_resolve_is_refused() {
    for (total, placement) in [
        ((1 << 40) + 1, Placement::Quadrature),
        (1 << 52, Placement::Packing),
        (1_000_000, Placement::Offset(1e12)),
        (1 << 40, Placement::Offset(1e6)),
    ] {
        let plan = lattice((total, placement));
        assert_eq!(plan.launch_nearest_single(), Err(SampleError::NearestTooFine { total }));
    }
    let plan = Scheme::Disk { total: 5 }.plan().unwrap();
    assert_eq!(plan.launch_nearest_single(), Err(SampleError::NoNearest));
    assert_eq!(lattice(LATTICES[0]).launch_nearest_single().unwrap().output, Output::Draw);
}

#[test]
fn one_wrong_bit_of_the_search_is_caught() {
    let Some(device) = super::device() else { return };
    for (right, wrong, which) in [
        ("0x80b583eau", "0x80b583ebu", 14),
        // Of the polynomials, of the root, of the cap.
        ("vec2(0x25be409fu, 0x14abbce6u)", "vec2(0x25be409fu, 0x14abb4e6u)", 13),
        ("vec2(0x06d6ab0eu, 0x040f07c2u)", "vec2(0x06d6ab0eu, 0x050f07c2u)", 6),
        ("step < 2u", "step < 0u", 13),
        ("const RELATIVE: f32 = 0x1p-18;", "const RELATIVE: f32 = -0.75;", 6),
        ("max(squared - rim.y,", "max(0.05 * (squared - rim.y),", 10),
    ] {
        let text = NEAREST.wgsl.concat();
        assert!(text.contains(right), "{right} is not in the text");
        check(&device, &text.replace(right, wrong), &lattice(LATTICES[which]))
            .expect_err(&format!("{wrong} for {right} goes unnoticed"));
    }
}
