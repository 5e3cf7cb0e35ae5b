//! The Sobol sequence keeps its strata, plain and scrambled: counts, not statistics.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::ops::Range;

use common::draw;
use sphere_math::Real;
use sphere_math::sampling::{Domain, Plan, Scheme, Scramble};
use sphere_math::simd::SimdLevel;

fn plan(dimensions: u32, scramble: Scramble) -> Plan {
    Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble }.plan().unwrap()
}

/// Plain, and several randomisations of each kind.
fn scrambles() -> Vec<Scramble> {
    let mut scrambles = vec![Scramble::None];
    for (seed, randomisation) in [(0, 0), (0, 1), (0, 1 << 40), (1, 0), (u64::MAX, 7)] {
        scrambles.push(Scramble::Shift { seed, randomisation });
        scrambles.push(Scramble::Owen { seed, randomisation });
    }
    scrambles
}

/// Whether every box of the partition 2^-d0 x 2^-d1 x ... has the same number of points.
fn is_even(words: &[Vec<u64>], digits: &[u32]) -> bool {
    let boxes = 1 << digits.iter().sum::<u32>();
    let mut counts = vec![0_usize; boxes];
    for point in 0..words[0].len() {
        let place = words.iter().zip(digits).fold(0, |place, (column, &digits)| {
            let top = column[point].checked_shr(64 - digits).unwrap_or(0);
            place << digits | top as usize
        });
        counts[place] += 1;
    }
    counts.iter().all(|&count| count == words[0].len() / boxes)
}

/// All ways to write `sum` as so many parts.
fn partitions(sum: u32, parts: usize) -> Vec<Vec<u32>> {
    if parts == 1 {
        return vec![vec![sum]];
    }
    (0..=sum)
        .flat_map(|first| {
            partitions(sum - first, parts - 1).into_iter().map(move |rest| {
                let mut partition = vec![first];
                partition.extend(rest);
                partition
            })
        })
        .collect()
}

/// The t of a (t, m, s)-net of 2^m points: every box of volume 2^(t - m) has 2^t of them.
fn net_quality(words: &[Vec<u64>], m: u32) -> u32 {
    (0..=m)
        .find(|t| partitions(m - t, words.len()).iter().all(|digits| is_even(words, digits)))
        .unwrap()
}

#[test]
fn each_dimension_alone_is_a_permutation() {
    const M: u32 = 10;
    for scramble in scrambles() {
        let plan = plan(21_201, scramble);
        for block in [0, 5_u64 << M] {
            for column in draw(&plan, block..block + (1 << M)).iter().step_by(53) {
                assert!(is_even(std::slice::from_ref(column), &[M]), "{scramble:?} from {block}");
            }
        }
    }
}

#[test]
fn the_first_two_dimensions_are_a_net_of_the_best_quality() {
    for scramble in scrambles() {
        let plan = plan(2, scramble);
        for start in [0, 1 << 10, (1 << 52) + (3 << 10), (1 << 63) - (1 << 10)] {
            let words = draw(&plan, start..start + (1 << 10));
            assert_eq!(net_quality(&words, 10), 0, "{scramble:?} from {start}");
        }
    }
}

/// Coordinates as words: what bits they have, on top of zeros.
fn words_of<R: Real>(columns: &[Vec<R>]) -> Vec<Vec<u64>> {
    let word = |value: &R| (value.to_f64() * 2.0_f64.powi(64)) as u64;
    columns.iter().map(|column| column.iter().map(word).collect()).collect()
}

fn check_coordinates<R: Real>(plan: &Plan, range: Range<u64>, m: u32) {
    let count = (range.end - range.start) as usize;
    let mut columns = vec![vec![R::default(); count]; 2];
    let mut slices: Vec<&mut [R]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    plan.fill(range.clone(), &mut slices).unwrap();
    assert_eq!(net_quality(&words_of(&columns), m), 0, "columns of {plan:?} {range:?}");

    let rows: Vec<R> = common::rows(plan, range.clone());
    let columns = [0, 1].map(|column| rows.iter().copied().skip(column).step_by(2).collect());
    assert_eq!(net_quality(&words_of(&columns), m), 0, "rows of {plan:?} {range:?}");
}

/// Every elementary interval of the square, at every level: what is filled, not only what is drawn.
#[test]
fn coordinates_of_the_square_have_one_point_in_every_elementary_interval() {
    const M: u32 = 11;
    for level in SimdLevel::available() {
        for scramble in scrambles() {
            let plan = plan(2, scramble).with_simd(level).unwrap();
            for start in [0, 5 << M, (1 << 52) + (3 << M), (1 << 63) - (1 << M)] {
                check_coordinates::<f64>(&plan, start..start + (1 << M), M);
                check_coordinates::<f32>(&plan, start..start + (1 << M), M);
            }
        }
    }
}

#[test]
fn scrambling_keeps_the_quality_of_the_net() {
    for (dimensions, m) in [(3, 10), (4, 9), (5, 8)] {
        let quality = |scramble| net_quality(&draw(&plan(dimensions, scramble), 0..1 << m), m);
        let plain = quality(Scramble::None);
        assert!((1..m).contains(&plain), "{dimensions} dimensions: t = {plain} shows nothing");
        for scramble in scrambles() {
            assert_eq!(quality(scramble), plain, "{dimensions} dimensions, {scramble:?}");
        }
    }
}

#[test]
fn a_point_moved_is_noticed() {
    let mut words = draw(&plan(2, Scramble::None), 0..1 << 10);
    words[1][77] ^= 1 << 54;
    assert_ne!(net_quality(&words, 10), 0);
}

#[test]
fn randomisations_share_their_tables_and_nothing_else() {
    let plain = plan(3, Scramble::None);
    let mut seen = std::collections::HashSet::new();
    for scramble in scrambles() {
        let shared = plain.scrambled(scramble).unwrap();
        let words = draw(&shared, 0..16);
        assert_eq!(words, draw(&plan(3, scramble), 0..16), "{scramble:?}");
        assert!(seen.insert(words), "{scramble:?} repeats another");
    }
    let lattice = Scheme::Disk { total: 5 }.plan().unwrap();
    assert!(lattice.scrambled(Scramble::None).is_none());
}

/// Over many randomisations the first point is anywhere with the same probability.
#[test]
fn randomised_points_are_uniform() {
    const RANDOMISATIONS: u64 = 16_384;
    const BINS: usize = 64;
    let plain = plan(2, Scramble::None);
    for kind in [
        |randomisation| Scramble::Shift { seed: 9, randomisation },
        |randomisation| Scramble::Owen { seed: 9, randomisation },
    ] {
        // Index 0 is the corner of the cube: what a bad hash leaves where it is.
        for index in [0, 1, 1_000] {
            let mut counts = [0.0_f64; BINS];
            for randomisation in 0..RANDOMISATIONS {
                let shared = plain.scrambled(kind(randomisation)).unwrap();
                let words = draw(&shared, index..index + 1);
                counts[(words[0][0] >> 61 << 3 | words[1][0] >> 61) as usize] += 1.0;
            }
            let expected = RANDOMISATIONS as f64 / BINS as f64;
            let chi2: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            // 63 degrees of freedom: mean 63, deviation 11.2; six tests at 10^-6 together.
            assert!((20.0..140.0).contains(&chi2), "{:?} index {index}: {chi2}", kind(0));
        }
    }
}

/// Scrambled nets integrate smooth functions with an error of n^-1.5, chance with n^-0.5.
#[test]
fn owen_scrambling_speeds_up_smooth_integrals() {
    let plain = plan(2, Scramble::None);
    let rms_error = |count: u64| {
        let squares: f64 = (0..32)
            .map(|randomisation| {
                let shared = plain.scrambled(Scramble::Owen { seed: 4, randomisation }).unwrap();
                let points: Vec<f64> = common::rows(&shared, 0..count);
                let sum: f64 = points.chunks_exact(2).map(|u| (u[0] + u[1]).exp()).sum();
                (sum / count as f64 - (std::f64::consts::E - 1.0).powi(2)).powi(2)
            })
            .sum();
        (squares / 32.0).sqrt()
    };
    let slope = (rms_error(1 << 12) / rms_error(1 << 6)).log2() / 6.0;
    assert!((-1.8..-1.3).contains(&slope), "the error falls as n^{slope}");
}
