//! Draws and lifts against 40-digit references made by other programs (`tools/oracles.py`).
//!
//! The bounds here are those of `docs/numerics.md`. Draws are compared with `==`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stdout, reason = "`--nocapture` shows the figures of docs/numerics.md")]

mod common;

use common::{directions, draw, parse, rows, table};
use sphere_math::Turn;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

/// Errors in units in the last place of the f64 reference, and of f32 in units of 2^-24.
#[derive(Debug, Default)]
struct Worst {
    double: f64,
    single: f64,
}

impl Worst {
    fn see(&mut self, double: f64, single: f32, reference: &str) {
        let expected: f64 = parse(reference);
        self.double = self.double.max((double - expected).abs() / ulp(expected));
        let unit = 1.0 / f64::from(1 << 24);
        self.single = self.single.max((f64::from(single) - expected).abs() / unit);
    }

    fn within(&self, what: &str, double: f64, single: f64) {
        println!("{what}: f64 {} ulp, f32 {:.3} x 2^-24", self.double, self.single);
        assert!(self.double <= double && self.single <= single, "{what}: {self:?}");
    }
}

fn ulp(value: f64) -> f64 {
    value.abs().next_up() - value.abs()
}

#[test]
fn sine_and_cosine() {
    let mut worst = Worst::default();
    for record in table(include_str!("data/sincos_turns.csv")) {
        let turn = Turn(parse(record[0]));
        let (double, single) = (turn.cos_sin::<f64>(), turn.cos_sin::<f32>());
        for (at, reference) in record[1..].iter().enumerate() {
            worst.see(double[at], single[at], reference);
        }
    }
    worst.within("cos, sin", 1.0, 1.0);
}

#[test]
fn fibonacci_points() {
    let mut worst = Worst::default();
    for record in table(include_str!("data/fibonacci_points.csv")) {
        let (total, offset, k): (u64, f64, u64) =
            (parse(record[0]), parse(record[1]), parse(record[2]));
        let plan = Scheme::Fibonacci { total, placement: Placement::Offset(offset) };
        let plan = plan.plan().unwrap();
        see_direction(&mut worst, &plan, k, &record[3..]);
        if offset == 0.5 {
            let quadrature = Scheme::Fibonacci { total, placement: Placement::Quadrature };
            let quadrature = quadrature.plan().unwrap();
            assert_eq!(rows::<f64>(&quadrature, k..k + 1), rows::<f64>(&plan, k..k + 1));
        }
    }
    worst.within("fibonacci", 3.0, 2.0);
}

#[test]
fn disk_points() {
    let mut worst = Worst::default();
    for record in table(include_str!("data/disk_points.csv")) {
        let (total, k): (u64, u64) = (parse(record[0]), parse(record[1]));
        let plan = Scheme::Disk { total }.plan().unwrap();
        let double = rows::<f64>(&plan, k..k + 1);
        let single = rows::<f32>(&plan, k..k + 1);
        for (at, reference) in record[2..].iter().enumerate() {
            worst.see(double[at], single[at], reference);
        }
    }
    worst.within("disk", 3.0, 2.0);
}

#[test]
fn random_draws_and_points() {
    let mut worst = [Worst::default(), Worst::default(), Worst::default()];
    for record in table(include_str!("data/random_points.csv")) {
        let (seed, index): (u64, u64) = (parse(record[0]), parse(record[1]));
        let (at, method) = match record[2] {
            "cylinder" | "2" => (0, Method::Cylinder),
            "disk" | "1" => (1, Method::Disk),
            _ => (2, Method::Ball),
        };
        // The last index has no range of its own: ranges are half open and the counter is full.
        if index == u64::MAX {
            continue;
        }
        let plan = Scheme::Random { seed, method }.plan().unwrap();
        let drawn = draw(&plan, index..index + 1);
        let expected: [u64; 3] = [parse(record[4]), parse(record[5]), parse(record[3])];
        assert_eq!(drawn.concat(), expected[..drawn.len()], "seed {seed}, index {index}");
        see_direction(&mut worst[at], &plan, index, &record[6..]);
    }
    for (worst, what) in worst.iter().zip(["random, cylinder", "random, disk", "random, ball"]) {
        worst.within(what, 3.0, 2.0);
    }
}

#[test]
fn sobol_words_are_those_of_scipy() {
    let all = Domain::Cube { dimensions: 21_201 };
    let plan = Scheme::Sobol { domain: all, scramble: Scramble::None }.plan().unwrap();
    let mut at: Option<(u64, Vec<Vec<u64>>)> = None;
    let mut seen = 0;
    for record in table(include_str!("data/sobol_scipy.csv")) {
        let (index, dimension): (u64, usize) = (parse(record[0]), parse(record[1]));
        if at.as_ref().is_none_or(|(known, _)| *known != index) {
            at = Some((index, draw(&plan, index..index + 1)));
        }
        let words = &at.as_ref().unwrap().1;
        assert_eq!(words[dimension][0], parse::<u64>(record[2]), "{index}, dimension {dimension}");
        seen += 1;
    }
    assert!(seen > 100);
}

#[test]
fn sobol_directions() {
    let mut worst = Worst::default();
    let plan = Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None }.plan().unwrap();
    for record in table(include_str!("data/sobol_points.csv")) {
        see_direction(&mut worst, &plan, parse(record[0]), &record[1..]);
    }
    worst.within("sobol", 3.0, 2.0);
}

#[test]
fn healpix_centres() {
    let mut worst = Worst::default();
    for record in table(include_str!("data/healpix_centres.csv")) {
        let (order, pixel, ring): (u32, u64, u64) =
            (parse(record[0]), parse(record[2]), parse(record[3]));
        let ordering = if record[1] == "nested" { Ordering::Nested } else { Ordering::Ring };
        let plan = Scheme::Pixels { order, ordering }.plan().unwrap();
        assert_eq!(draw(&plan, pixel..pixel + 1), [[ring]], "order {order}, {ordering:?} {pixel}");
        see_direction(&mut worst, &plan, pixel, &record[4..]);
    }
    worst.within("pixels", 3.0, 2.0);
}

fn see_direction(
    worst: &mut Worst,
    plan: &sphere_math::sampling::Plan,
    index: u64,
    reference: &[&str],
) {
    let range = index..index + 1;
    let double = directions::<f64>(plan, range.clone())[0];
    let single = directions::<f32>(plan, range)[0];
    assert_eq!(reference.len(), 3);
    for (at, reference) in reference.iter().enumerate() {
        worst.see(double[at], single[at], reference);
    }
}
