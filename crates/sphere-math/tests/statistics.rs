//! Random directions are uniform: fixed seeds, and bounds that chance passes but for one in 10^6.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::directions;
use sphere_math::direction::theta_phi;
use sphere_math::sampling::{Method, Plan, Scheme};

const COUNT: u64 = 1 << 20;
const METHODS: [Method; 3] = [Method::Cylinder, Method::Disk, Method::Ball];

fn plan(seed: u64, method: Method) -> Plan {
    Scheme::Random { seed, method }.plan().unwrap()
}

/// Ranges to look at: the start, and where the index spills into its second counter word.
fn ranges() -> [core::ops::Range<u64>; 2] {
    [0..COUNT, (1 << 32) - COUNT / 2..(1 << 32) + COUNT / 2]
}

#[test]
fn equal_areas_hold_equal_numbers() {
    const SIDE: usize = 32;
    for method in METHODS {
        for range in ranges() {
            let mut counts = vec![0.0_f64; SIDE * SIDE];
            for v in directions::<f64>(&plan(1, method), range) {
                let band = (((1.0 - v[2]) / 2.0 * SIDE as f64) as usize).min(SIDE - 1);
                let [_, phi] = theta_phi::<f64>(v);
                let sector = ((phi / std::f64::consts::TAU * SIDE as f64) as usize).min(SIDE - 1);
                counts[band * SIDE + sector] += 1.0;
            }
            let expected = COUNT as f64 / (SIDE * SIDE) as f64;
            let chi2: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            // 1,023 degrees of freedom: mean 1,023, deviation 45.2.
            assert!((800.0..1_260.0).contains(&chi2), "{method:?}: chi2 {chi2}");
        }
    }
}

#[test]
fn the_moments_are_those_of_the_sphere() {
    for method in METHODS {
        for range in ranges() {
            let points = directions::<f64>(&plan(2, method), range);
            let n = points.len() as f64;
            let mean = |f: &dyn Fn(&[f64; 3]) -> f64| points.iter().map(f).sum::<f64>() / n;
            // Rayleigh: 3 n |mean|² is chi² with 3 degrees of freedom; 30.7 is its 10^-6.
            let rayleigh: f64 = (0..3).map(|i| mean(&|v| v[i]).powi(2)).sum::<f64>() * 3.0 * n;
            assert!(rayleigh < 30.7, "{method:?}: Rayleigh {rayleigh}");
            // Bingham: 7.5 n (tr T² - 1/3) is chi² with 5; 35.9 is its 10^-6.
            let trace: f64 = (0..9).map(|at| mean(&|v| v[at / 3] * v[at % 3]).powi(2)).sum::<f64>();
            let bingham = 7.5 * n * (trace - 1.0 / 3.0);
            assert!(bingham < 35.9, "{method:?}: Bingham {bingham}");
        }
    }
}

#[test]
fn the_tally_counts_what_was_rejected() {
    use std::f64::consts::PI;
    for (method, acceptance) in
        [(Method::Cylinder, 1.0), (Method::Disk, PI / 4.0), (Method::Ball, PI / 6.0)]
    {
        let plan = plan(3, method);
        let mut values = vec![0.0_f64; 3 * COUNT as usize];
        let tally = plan.fill_rows(0..COUNT, &mut values).unwrap();
        assert_eq!(tally.accepted, COUNT);
        let found = tally.accepted as f64 / tally.attempts as f64;
        // Five deviations of a binomial fraction of a million.
        assert!((found - acceptance).abs() < 0.0025, "{method:?}: {found}");
        let mut columns = vec![vec![0; 1_000]; plan.draw_columns()];
        let mut slices: Vec<&mut [u64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        let drawn = plan.draw(0..1_000, &mut slices).unwrap();
        let filled = plan.fill_rows(0..1_000, &mut values[..3_000]).unwrap();
        assert_eq!(drawn, filled, "{method:?}: a draw and a fill try the same blocks");
    }
}

#[test]
fn seeds_and_methods_are_sequences_of_their_own() {
    let mut seen = std::collections::HashSet::new();
    for method in METHODS {
        for seed in [0, 1, 1 << 32, u64::MAX] {
            for [x, y, z] in directions::<f64>(&plan(seed, method), 0..1_000) {
                assert!(seen.insert([x.to_bits(), y.to_bits(), z.to_bits()]), "{method:?} {seed}");
            }
        }
    }
}
