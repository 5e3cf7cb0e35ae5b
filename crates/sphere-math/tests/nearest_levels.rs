//! The nearest points of many directions, on every instruction set that this machine has, are those
//! of each direction alone.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

mod common;

use common::directions;
use common::tree::squared_distance;
use sphere_math::sampling::{MAX_LATTICE_POINTS, Method, Placement, Plan, SampleError, Scheme};
use sphere_math::simd::SimdLevel;

const TOTALS: [u64; 12] =
    [1, 2, 3, 17, 100, 300, 1_000, 65_536, 1_000_000, 1 << 33, (1 << 52) - 1, MAX_LATTICE_POINTS];

const PLACEMENTS: [Placement; 9] = [
    Placement::Quadrature,
    Placement::Packing,
    Placement::Spacing,
    Placement::Offset(0.0),
    Placement::Offset(0.36),
    Placement::Offset(75.0),
    Placement::Offset(1e4),
    Placement::Offset(1e9),
    Placement::Offset(4503599627370496.0),
];

type Columns = [Vec<f64>; 3];

fn nearest_all(plan: &Plan, [x, y, z]: &Columns) -> (Vec<u64>, Result<(), SampleError>) {
    let mut indices = vec![u64::MAX; x.len()];
    let done = plan.nearest_all([x, y, z], &mut indices);
    (indices, done)
}

fn columns(directions: &[[f64; 3]]) -> Columns {
    [0, 1, 2].map(|axis| directions.iter().map(|v| v[axis]).collect())
}

fn random(count: u64) -> Vec<[f64; 3]> {
    directions(&Scheme::Random { seed: 11, method: Method::Cylinder }.plan().unwrap(), 0..count)
}

/// Directions everywhere, at the poles, on the axes and beside them; points, and what lies between
/// two or three that are neighbours.
fn queries(plan: &Plan, count: u64) -> Vec<[f64; 3]> {
    let mut queries = Vec::new();
    let total = plan.points();
    for (k, [x, y, z]) in random(count).into_iter().enumerate() {
        let small = 10_f64.powf(-18.0 * k as f64 / count as f64);
        queries.push([x, y, z]);
        queries.push([small * x, small * y, if k % 2 == 0 { 1.0 } else { -1.0 }]);
        let axis = if k % 2 == 0 { [x, small * y, z] } else { [small * x, y, z] };
        queries.extend([axis, [x, y, small * z]]);
        // Everywhere, and at both ends.
        let index = match k % 4 {
            0 => k as u64 / 4,
            1 => total.saturating_sub(1 + k as u64 / 4),
            _ => ((z * 0.5 + 0.5) * total as f64) as u64,
        };
        let point = |index: u64| directions::<f64>(plan, index..index + 1)[0];
        let a = point(index.min(total - 1));
        queries.push(a);
        let (mut short, mut long) = (1, 1);
        while let Some(next) = index.checked_add(long).filter(|&next| next < total) {
            let (b, c) = (point(next), point(index + short));
            // Where the steps are those between neighbours.
            if squared_distance(a, b) < 40.0 / total as f64 {
                queries.push([0, 1, 2].map(|axis| a[axis] + b[axis]));
                queries.push([0, 1, 2].map(|axis| a[axis] + b[axis] + c[axis]));
            }
            (short, long) = (long, short + long);
        }
    }
    // Between two points there may be the centre.
    queries.retain(|&query| query != [0.0; 3]);
    queries
}

fn plans(level: SimdLevel) -> impl Iterator<Item = Plan> {
    let schemes = TOTALS.into_iter().flat_map(|total| {
        PLACEMENTS.into_iter().map(move |placement| Scheme::Fibonacci { total, placement })
    });
    let plans = schemes.filter_map(|scheme| scheme.plan().ok());
    plans.map(move |plan| plan.with_simd(level).unwrap())
}

fn each_is_as_alone(level: SimdLevel) {
    for plan in plans(level) {
        let queries = queries(&plan, 400);
        let (found, done) = nearest_all(&plan, &columns(&queries));
        assert_eq!(done, Ok(()));
        for (&direction, &found) in queries.iter().zip(&found) {
            assert_eq!(plan.nearest(direction), Ok(found), "{level} {plan:?} {direction:?}");
        }
    }
}

fn small_ones_by_search(level: SimdLevel) {
    for plan in plans(level).filter(|plan| plan.points() <= 1_000) {
        let points = directions::<f64>(&plan, 0..plan.points());
        let queries = queries(&plan, 100);
        let (found, _) = nearest_all(&plan, &columns(&queries));
        for (&[x, y, z], &found) in queries.iter().zip(&found) {
            let scale = 1.0 / (x * x + y * y + z * z).sqrt();
            let unit = [x * scale, y * scale, z * scale];
            let distance = |index: u64| squared_distance(unit, points[index as usize]);
            let nearest = |a: &u64, b: &u64| distance(*a).partial_cmp(&distance(*b)).unwrap();
            let expected = (0..plan.points()).min_by(nearest).unwrap();
            assert_eq!(found, expected, "{level} {plan:?} {x} {y} {z}");
        }
    }
}

fn any_lengths(level: SimdLevel) {
    let scales = [1.0, 1e-161, 3.0, 1e300, 1e-310, 1e-200, 7e-145, 1e160, f64::MAX, 5e-324];
    let plan = Scheme::Fibonacci { total: 10_000, placement: Placement::Offset(3.33) };
    let plan = plan.plan().unwrap().with_simd(level).unwrap();
    for stretch in [1, 3, 16, 40] {
        for count in [0, 1, 7, 15, 16, 17, 31, 32, 33, 200] {
            let scale =
                |k: usize| if k.is_multiple_of(stretch) { scales[k / stretch % 10] } else { 1.0 };
            let scaled = random(count).into_iter().enumerate();
            let queries: Vec<_> = scaled.map(|(k, v)| v.map(|c| c * scale(k))).collect();
            // What is too short may be left without a length.
            let queries: Vec<_> = queries.into_iter().filter(|&v| v != [0.0; 3]).collect();
            let (found, done) = nearest_all(&plan, &columns(&queries));
            assert_eq!(done, Ok(()));
            for (&direction, &found) in queries.iter().zip(&found) {
                assert_eq!(plan.nearest(direction), Ok(found), "{level} {direction:?}");
            }
        }
    }
}

fn the_first_that_is_none(level: SimdLevel) {
    const INF: f64 = f64::INFINITY;
    let bad = [[0.0; 3], [-0.0, 0.0, 0.0], [f64::NAN, 1.0, 0.0], [1.0, INF, 0.0], [0.0, 0.0, -INF]];
    let plan = Scheme::Fibonacci { total: 1_000_000, placement: Placement::Quadrature };
    let plan = plan.plan().unwrap().with_simd(level).unwrap();
    for (which, bad) in bad.into_iter().enumerate() {
        for place in 0..40 {
            let mut queries = random(45);
            // A pole before it, which is not decided in lanes, and another that is none behind it.
            queries[place / 2] = [0.0, 0.0, 1.0];
            for at in [place, 44.min(place + which)] {
                queries[at] = bad;
            }
            let (found, done) = nearest_all(&plan, &columns(&queries));
            // Compared as text, for no number equals itself.
            let expected = SampleError::NoDirection { index: place, direction: bad };
            assert_eq!(format!("{done:?}"), format!("{:?}", Err::<(), _>(expected)), "{level}");
            for (&direction, &found) in queries[..place].iter().zip(&found) {
                assert_eq!(plan.nearest(direction), Ok(found), "{level} {direction:?}");
            }
        }
    }
}

fn check(level: SimdLevel) {
    if !SimdLevel::available().contains(&level) {
        println!("skipped: this machine has no {level}");
        return;
    }
    each_is_as_alone(level);
    small_ones_by_search(level);
    any_lengths(level);
    the_first_that_is_none(level);
}

macro_rules! levels {
    ($($name:ident: $level:ident),* $(,)?) => {
        $(#[test] fn $name() { check(SimdLevel::$level); })*
    };
}

levels! {
    nearest_scalar: Scalar,
    nearest_avx2: Avx2,
    nearest_avx512: Avx512,
    nearest_neon: Neon,
}
