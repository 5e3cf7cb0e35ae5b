//! Random directions are uniform and independent, within one budget for errors.
//!
//! Seeds are fixed, so that nothing here fails by chance tomorrow. [`BUDGET`] is the probability that
//! a correct generator with other seeds would fail anywhere; each check has an equal share. What the
//! checks can see, bad generators show.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod checks;
mod distributions;
mod generators;

use core::f64::consts::PI;
use core::ops::Range;
use std::collections::HashSet;

use checks::{CHECKS, pixel};
use common::directions;
use distributions::normal_beyond;
use generators::BIASED;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Method, Plan, Scheme, Tally};

const COUNT: u64 = 1 << 20;
const METHODS: [Method; 3] = [Method::Cylinder, Method::Disk, Method::Ball];

/// The start, and where the index spills into its second counter word.
const RANGES: [Range<u64>; 2] = [0..COUNT, (1 << 32) - COUNT / 2..(1 << 32) + COUNT / 2];

/// The methods that reject, and the part that they keep.
const ACCEPTANCE: [(Method, f64); 2] = [(Method::Disk, PI / 4.0), (Method::Ball, PI / 6.0)];

/// The probability that any check fails a correct generator, and the share of one.
const BUDGET: f64 = 1e-6;
const SHARE: f64 =
    BUDGET / (METHODS.len() * RANGES.len() * CHECKS.len() + ACCEPTANCE.len() * RANGES.len()) as f64;

fn plan(seed: u64, method: Method) -> Plan {
    Scheme::Random { seed, method }.plan().unwrap()
}

fn every_check_passes(method: Method) {
    for (range, seed) in RANGES.into_iter().zip(1..) {
        let points = directions::<f64>(&plan(seed, method), range.clone());
        for (name, check) in CHECKS {
            let p = check(&points);
            assert!(p > SHARE, "{method:?} {range:?} {name}: p = {p:e}");
        }
    }
}

#[test]
fn cylinder_points_are_uniform() {
    every_check_passes(Method::Cylinder);
}

#[test]
fn disk_points_are_uniform() {
    every_check_passes(Method::Disk);
}

#[test]
fn ball_points_are_uniform() {
    every_check_passes(Method::Ball);
}

#[test]
fn biased_generators_fail_the_checks_meant_to_see_them() {
    let mut seeing = HashSet::new();
    for biased in BIASED {
        let points = (biased.points)(COUNT as usize);
        for (name, check) in CHECKS {
            if biased.seen_by.contains(&name) {
                let p = check(&points);
                assert!(p < SHARE, "{} passes {name}: p = {p:e}", biased.name);
                seeing.insert(name);
            }
        }
    }
    assert_eq!(seeing.len(), CHECKS.len(), "a check that nothing shows to work: {seeing:?}");
}

/// The candidates that so many points need follow a negative binomial distribution, which is normal
/// for as many: mean n / q, variance n (1 - q) / q².
fn acceptance(tally: Tally, part: f64) -> f64 {
    let points = tally.accepted as f64;
    let deviation = (points * (1.0 - part)).sqrt() / part;
    normal_beyond((tally.attempts as f64 - points / part) / deviation)
}

#[test]
fn the_part_accepted_is_that_of_the_areas() {
    for (method, part) in ACCEPTANCE {
        for range in RANGES {
            let mut values = vec![0.0_f64; 3 * COUNT as usize];
            let tally = plan(3, method).fill_rows(range.clone(), &mut values).unwrap();
            assert_eq!(tally.accepted, COUNT);
            let p = acceptance(tally, part);
            assert!(p > SHARE, "{method:?} {range:?}: {tally:?}, p = {p:e}");
            // One candidate in a hundred forgotten.
            let wrong = Tally { attempts: tally.attempts - tally.attempts / 100, ..tally };
            assert!(acceptance(wrong, part) < SHARE, "{wrong:?} passes");
        }
    }
}

#[test]
fn draws_and_fills_try_the_same_candidates() {
    for method in METHODS {
        let plan = plan(4, method);
        let mut columns = vec![vec![0; 10_000]; plan.draw_columns()];
        let mut slices: Vec<&mut [u64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        let drawn = plan.draw(0..10_000, &mut slices).unwrap();
        let filled = plan.fill_rows(0..10_000, &mut vec![0.0_f64; 30_000]).unwrap();
        assert_eq!(drawn, filled, "{method:?}");
    }
}

#[test]
fn seeds_and_methods_are_sequences_of_their_own() {
    let mut seen = HashSet::new();
    for method in METHODS {
        for seed in [0, 1, 1 << 32, u64::MAX] {
            for point in directions::<f64>(&plan(seed, method), 0..1_000) {
                assert!(seen.insert(point.map(f64::to_bits)), "{method:?} {seed}");
            }
        }
    }
}

/// The oracle of a check: the centre of a pixel lies in it.
#[test]
fn centres_lie_in_their_pixels() {
    for order in 0..=6 {
        let scheme = Scheme::Pixels { order, ordering: Ordering::Ring };
        let plan = scheme.plan().unwrap();
        for (expected, centre) in directions::<f64>(&plan, 0..plan.points()).into_iter().enumerate()
        {
            assert_eq!(pixel(1 << order, centre), expected, "order {order}");
        }
    }
}
