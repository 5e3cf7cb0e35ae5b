//! How exact the lifts are: every scheme, at every level of this machine, against 106 bits.
//!
//! `cargo test -p sphere-math --test accuracy -- --nocapture` prints the figures of
//! `docs/numerics.md`. The tables of `tests/numerics.rs` come from other programs; here the ruler is
//! made in the test (and measured in `wide`), so that millions of points can be looked at.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]
#![allow(clippy::print_stdout, reason = "`--nocapture` shows the figures")]

mod reference;
mod wide;

use std::ops::Range;

use sphere_math::Turn;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{
    Domain, MAX_LATTICE_POINTS, Method, Placement, Plan, Scheme, Scramble, Shape,
};
use sphere_math::simd::SimdLevel;

use wide::Wide;

/// Of a component, in units in the last place.
const COMPONENT: f64 = 3.0;
/// Of | |v| - 1 |.
const LENGTH: f64 = 4e-16;
/// Of the sine and the cosine, in units in the last place: what 2^26 turns showed, rounded up. Analysis
/// allows 2 (`docs/numerics.md`).
const ELEMENTARY: f64 = 1.3;

fn schemes() -> Vec<Scheme> {
    let owen = Scramble::Owen { seed: 3, randomisation: 1 };
    let fibonacci = |total, placement| Scheme::Fibonacci { total, placement };
    let mut schemes = Vec::new();
    for total in [1, 2, 3, 1_000, 100_001, 1 << 33, MAX_LATTICE_POINTS - 1, MAX_LATTICE_POINTS] {
        schemes.push(fibonacci(total, Placement::Quadrature));
        schemes.push(Scheme::Disk { total });
    }
    for offset in [0.0, 0.36, 3.33, 1e6] {
        schemes.push(fibonacci(100_001, Placement::Offset(offset)));
        schemes.push(fibonacci(1 << 40, Placement::Offset(offset)));
    }
    for method in [Method::Cylinder, Method::Disk, Method::Ball] {
        schemes.push(Scheme::Random { seed: 5, method });
    }
    for scramble in [Scramble::None, owen] {
        schemes.push(Scheme::Sobol { domain: Domain::Sphere, scramble });
    }
    for order in [0, 3, 12, 29] {
        schemes.push(Scheme::Pixels { order, ordering: Ordering::Ring });
    }
    schemes.push(Scheme::Pixels { order: 29, ordering: Ordering::Nested });
    schemes
}

fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Fibonacci { .. } => "Fibonacci sphere",
        Scheme::Disk { .. } => "Fibonacci disk",
        Scheme::Random { method: Method::Cylinder, .. } => "random, cylinder",
        Scheme::Random { method: Method::Disk, .. } => "random, disk",
        Scheme::Random { method: Method::Ball, .. } => "random, ball",
        Scheme::Sobol { .. } => "Sobol sphere",
        Scheme::Pixels { .. } => "HEALPix centres",
    }
}

/// First, last, middle, and around the points where a coordinate is nearest to 0.
fn ranges(plan: &Plan) -> Vec<Range<u64>> {
    const SCANNED: u64 = 1 << 18;
    const CROSSINGS: usize = 24;
    let points = plan.points();
    let around = |centre: u64, reach: u64| {
        centre.saturating_sub(reach)..points.min(centre.saturating_add(reach))
    };
    let mut ranges: Vec<Range<u64>> =
        [0, 1 << 32, points / 2, points].map(|at| around(at.min(points), 3_000)).into();
    let columns = plan.shape().columns();
    for scanned in [0..points.min(SCANNED), around(points / 2, SCANNED / 2)] {
        let rows = fill(plan, scanned.clone());
        for column in 0..columns {
            let values = rows.iter().skip(column).step_by(columns).map(|value| value.abs());
            let mut order: Vec<(f64, u64)> = values.zip(scanned.clone()).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            ranges.extend(order.iter().take(CROSSINGS).map(|(_, index)| around(*index, 9)));
        }
    }
    ranges
}

fn fill(plan: &Plan, range: Range<u64>) -> Vec<f64> {
    let mut rows = vec![f64::NAN; (range.end - range.start) as usize * plan.shape().columns()];
    plan.fill_rows(range, &mut rows).unwrap();
    rows
}

fn references(scheme: Scheme, plan: &Plan, range: Range<u64>) -> Vec<Wide> {
    let count = (range.end - range.start) as usize;
    let mut columns = vec![vec![0; count]; plan.draw_columns()];
    let mut slices: Vec<&mut [u64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    plan.draw(range.clone(), &mut slices).unwrap();
    let drawn = |row: usize| columns.iter().map(|column| column[row]).collect::<Vec<_>>();
    range
        .enumerate()
        .flat_map(|(row, index)| reference::point(scheme, index, &drawn(row)))
        .collect()
}

/// The largest errors seen of a component and of the length, and among how many points.
#[derive(Debug, Default, Clone, Copy)]
struct Worst {
    points: usize,
    component: f64,
    length: f64,
}

impl Worst {
    fn see(&mut self, shape: Shape, rows: &[f64], references: &[Wide]) {
        assert_eq!(rows.len(), references.len());
        self.points += rows.len() / shape.columns();
        for (value, reference) in rows.iter().zip(references) {
            self.component = self.component.max(reference.ulps_to(*value));
        }
        if shape == Shape::Directions {
            for row in rows.chunks_exact(3) {
                self.length = self.length.max(excess_length(row).abs());
            }
        }
    }

    fn is_within_bounds(&self) -> bool {
        self.component <= COMPONENT && self.length <= LENGTH
    }
}

/// |v| - 1, which is half of |v|² - 1 but for its square.
fn excess_length(row: &[f64]) -> f64 {
    let square = |value: &f64| Wide::from(*value) * Wide::from(*value);
    let excess = row.iter().map(square).fold(Wide::from(-1.0), |sum, square| sum + square);
    excess.to_f64() / 2.0
}

#[test]
fn components_and_lengths_at_every_level() {
    let mut found: Vec<(&str, Worst)> = Vec::new();
    for scheme in schemes() {
        let best = scheme.plan().unwrap();
        let mut worst = Worst::default();
        for range in ranges(&best) {
            let references = references(scheme, &best, range.clone());
            for level in SimdLevel::available() {
                let rows = fill(&best.with_simd(level).unwrap(), range.clone());
                worst.see(best.shape(), &rows, &references);
            }
        }
        assert!(worst.is_within_bounds(), "{scheme:?}: {worst:?}");
        match found.iter_mut().find(|(known, _)| *known == name(scheme)) {
            Some((_, known)) => {
                known.points += worst.points;
                known.component = known.component.max(worst.component);
                known.length = known.length.max(worst.length);
            }
            None => found.push((name(scheme), worst)),
        }
    }
    for (name, Worst { points, component, length }) in found {
        println!("{name}: {points} points, component {component:.3} ulp, length {length:.2e}");
    }
}

#[test]
fn a_value_that_is_eight_units_off_is_caught() {
    for scheme in schemes() {
        let plan = scheme.plan().unwrap();
        let range = 0..plan.points().min(100);
        let references = references(scheme, &plan, range.clone());
        let right = fill(&plan, range);
        for at in 0..right.len() {
            let mut wrong = right.clone();
            wrong[at] = f64::from_bits(wrong[at].to_bits() ^ 8);
            let mut worst = Worst::default();
            worst.see(plan.shape(), &wrong, &references);
            assert!(!worst.is_within_bounds(), "{scheme:?}: value {at}");
        }
    }
}

/// Turns near the quarters, where one of the two is 0, and the eighths, where the polynomials end; and
/// `count` others, evenly.
fn turns(count: u64) -> impl Iterator<Item = u64> {
    let eighths = (0..8).map(|eighth: u64| eighth << 61);
    let steps = (0..61).flat_map(|bit| (0..40_u64).map(move |k| (1 << bit) | (k << bit >> 5)));
    let near = steps.chain(0..2_000);
    let near = eighths.flat_map(move |at| {
        near.clone().flat_map(move |step| [at.wrapping_add(step), at.wrapping_sub(step)])
    });
    near.chain((0..count).map(|k| k.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn elementary(count: u64) {
    // By polynomial: in odd quarters that of the cosine makes the sine.
    let mut worst = [0.0_f64; 2];
    let (mut all, mut above) = (0, 0);
    for turn in turns(count) {
        let (values, references) = (Turn(turn).cos_sin::<f64>(), Wide::cos_sin(turn));
        let mut errors = [0, 1].map(|at| references[at].ulps_to(values[at]));
        if turn.wrapping_add(1 << 61) >> 62 & 1 == 1 {
            errors.reverse();
        }
        worst = [0, 1].map(|at| worst[at].max(errors[at]));
        let error = errors[0].max(errors[1]);
        assert!(error <= ELEMENTARY, "turn {turn}: {error} ulp");
        all += 1;
        above += u64::from(error > 1.0);
    }
    let [cosine, sine] = worst;
    println!("{all} turns, by polynomial: cosine {cosine:.3} ulp, sine {sine:.3} ulp");
    println!("above 1 ulp: {above} turns");
}

#[test]
fn sine_and_cosine() {
    elementary(1 << 19);
}

#[test]
#[ignore = "some minutes"]
fn sine_and_cosine_of_many_turns() {
    elementary(1 << 26);
}
