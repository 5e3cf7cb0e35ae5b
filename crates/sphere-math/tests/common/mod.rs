//! What the integration tests share.

// Each test binary uses its own part of this.
#![allow(dead_code)]

pub(crate) mod executors;
pub(crate) mod harmonics;
pub(crate) mod tree;

use sphere_math::Real;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Plan, Scheme, Scramble};

/// One of each kind, and each variant of it.
pub(crate) fn schemes() -> Vec<(&'static str, Scheme)> {
    let offset = |e| Placement::Offset(e);
    let owen = |seed, randomisation| Scramble::Owen { seed, randomisation };
    let shift = |seed, randomisation| Scramble::Shift { seed, randomisation };
    let cube = |dimensions| Domain::Cube { dimensions };
    let fibonacci = |total, placement| Scheme::Fibonacci { total, placement };
    let random = |seed, method| Scheme::Random { seed, method };
    let sobol = |domain, scramble| Scheme::Sobol { domain, scramble };
    let pixels = |order, ordering| Scheme::Pixels { order, ordering };
    vec![
        ("fibonacci one", fibonacci(1, Placement::Quadrature)),
        ("fibonacci 1000", fibonacci(1_000, Placement::Quadrature)),
        ("fibonacci 2^52", fibonacci(1 << 52, Placement::Quadrature)),
        ("fibonacci poles", fibonacci(1_001, offset(0.0))),
        ("fibonacci offset", fibonacci(1 << 33, offset(3.33))),
        ("fibonacci packing", fibonacci(100_000, Placement::Packing)),
        ("fibonacci spacing", fibonacci(1_000, Placement::Spacing)),
        ("disk 1000", Scheme::Disk { total: 1_000 }),
        ("disk 2^52", Scheme::Disk { total: 1 << 52 }),
        ("random cylinder", random(0, Method::Cylinder)),
        ("random disk", random(42, Method::Disk)),
        ("random ball", random(u64::MAX, Method::Ball)),
        ("sobol sphere", sobol(Domain::Sphere, Scramble::None)),
        ("sobol sphere shift", sobol(Domain::Sphere, shift(1, 0))),
        ("sobol sphere owen", sobol(Domain::Sphere, owen(1, 2))),
        ("sobol cube", sobol(cube(40), Scramble::None)),
        ("sobol cube shift", sobol(cube(7), shift(u64::MAX, 1 << 32))),
        ("sobol cube owen", sobol(cube(7), owen(u64::MAX, 1 << 32))),
        ("sobol all dimensions", sobol(cube(21_201), owen(0, 0))),
        ("pixels 0 ring", pixels(0, Ordering::Ring)),
        ("pixels 3 nested", pixels(3, Ordering::Nested)),
        ("pixels 13 ring", pixels(13, Ordering::Ring)),
        ("pixels 29 ring", pixels(29, Ordering::Ring)),
        ("pixels 29 nested", pixels(29, Ordering::Nested)),
    ]
}

/// Ranges worth a look: first, last, and the places where 32, 52 and 53 bits end.
pub(crate) fn corners(plan: &Plan, length: u64) -> Vec<core::ops::Range<u64>> {
    let points = plan.points();
    [
        0,
        (1 << 32) - length / 2,
        (1 << 52) - length / 2,
        (1 << 53) - length / 2,
        points / 2,
        u64::MAX,
    ]
    .into_iter()
    .map(|start| start.min(points.saturating_sub(length)))
    .map(|start| start..points.min(start + length))
    .collect()
}

/// The points of a range, row after row.
pub(crate) fn rows<R: Real>(plan: &Plan, range: core::ops::Range<u64>) -> Vec<R> {
    let count = (range.end - range.start) as usize * plan.shape().columns();
    let mut rows = vec![R::from_f64(f64::NAN); count];
    plan.fill_rows(range, &mut rows).unwrap();
    rows
}

/// The directions of a range.
pub(crate) fn directions<R: Real>(plan: &Plan, range: core::ops::Range<u64>) -> Vec<[R; 3]> {
    rows(plan, range).chunks_exact(3).map(|row| [row[0], row[1], row[2]]).collect()
}

/// The draw of a range, column after column.
pub(crate) fn draw(plan: &Plan, range: core::ops::Range<u64>) -> Vec<Vec<u64>> {
    let count = (range.end - range.start) as usize;
    let mut columns = vec![vec![0; count]; plan.draw_columns()];
    let mut slices: Vec<&mut [u64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    plan.draw(range, &mut slices).unwrap();
    columns
}

/// The records of a table in `tests/data`: comma separated, `#` starts a comment, then one header.
pub(crate) fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .skip(1)
        .map(|line| line.split(',').collect())
}

/// The value of a field.
pub(crate) fn parse<T: core::str::FromStr>(field: &str) -> T {
    field.parse().ok().unwrap()
}
