//! The CUDA texts give the bits of the scalar form: all draws, and the lifts of both precisions.
//!
//! No GPU is needed: the same texts are C++, which the compiler of the machine makes a program of. What
//! a GPU rounds otherwise would be a fault of its own: every operation in the texts is one that IEEE 754
//! rounds once. That the compiler for GPUs keeps to them is checked by `make cuda-texts`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

mod canaries;
#[path = "../conformance/cases.rs"]
#[allow(dead_code, reason = "the conformance suite uses more of it")]
mod cases;
#[path = "../common/mod.rs"]
mod common;
mod host;
mod nearest;

use std::ops::Range;

use cases::{ranges, schemes};
use common::{corners, draw, rows};
use host::{Host, Running, Text};
use sphere_math::kernels::{ALL, Launch, Output};
use sphere_math::random::philox4x32;
use sphere_math::sampling::{Domain, Method, Plan, Scheme};
use sphere_math::simd::SimdLevel;

const OUTPUTS: [Output; 3] = [Output::Draw, Output::Single, Output::Double];

fn texts() -> Vec<Text> {
    ALL.iter().map(|kernel| Text { name: kernel.name, text: kernel.cuda.concat() }).collect()
}

fn number(launch: &Launch) -> usize {
    ALL.iter().position(|kernel| kernel.name == launch.kernel.name).unwrap()
}

/// What the scalar form says of a range, as the words that a kernel writes.
fn right(plan: &Plan, output: Output, range: Range<u64>) -> Vec<u32> {
    let scalar = plan.with_simd(SimdLevel::Scalar).unwrap();
    let halves = |word: u64| [word as u32, (word >> 32) as u32];
    match output {
        Output::Draw => {
            let columns = draw(&scalar, range.clone());
            let count = (range.end - range.start) as usize;
            let row = |at: usize| columns.iter().map(move |column| column[at]);
            (0..count).flat_map(row).flat_map(halves).collect()
        }
        Output::Single => rows::<f32>(&scalar, range).into_iter().map(f32::to_bits).collect(),
        Output::Double => {
            rows::<f64>(&scalar, range).into_iter().map(f64::to_bits).flat_map(halves).collect()
        }
    }
}

/// The first word of a launch that is not that of the scalar form.
fn difference(
    running: &mut Running,
    kernel: usize,
    plan: &Plan,
    launch: &Launch,
    range: &Range<u64>,
) -> Option<String> {
    let output = launch.output;
    let given = running.launch(kernel, launch, range);
    let right = right(plan, output, range.clone());
    assert_eq!(given.len(), right.len());
    let at = right.iter().zip(&given).position(|(right, given)| right != given)?;
    let name = launch.kernel.name;
    let [right, given] = [right[at], given[at]];
    Some(format!("{name}, {output:?} of {range:?}: word {at} is {given:#x}, not {right:#x}"))
}

/// Schemes of every kind in the ranges of the conformance suite; then all dimensions, and starts where 32,
/// 52 and 53 bits end, in more than a block of threads. The last bits of the golden angle show in one of
/// 2^12 points, and only at the end of the largest lattice.
fn cases() -> impl Iterator<Item = (Scheme, Range<u64>)> {
    let short = schemes()
        .into_iter()
        .flat_map(|scheme| ranges(scheme).into_iter().map(move |range| (scheme, range)));
    let long = common::schemes().into_iter().flat_map(|(_, scheme)| {
        let length = match scheme {
            Scheme::Fibonacci { .. } | Scheme::Disk { .. } => 1 << 16,
            Scheme::Sobol { domain: Domain::Cube { dimensions: 1_000.. }, .. } => 2,
            _ => 300,
        };
        corners(&scheme.plan().unwrap(), length).into_iter().map(move |range| (scheme, range))
    });
    short.chain(long)
}

#[test]
fn every_kernel_gives_the_bits_of_the_scalar_form() {
    let Some(host) = Host::compile("cuda-texts", &texts()) else { return };
    let mut running = host.start();
    let mut seen = vec![false; ALL.len()];
    for (scheme, range) in cases() {
        let plan = scheme.plan().unwrap();
        for output in OUTPUTS {
            let launch = plan.launch(output);
            seen[number(&launch)] = true;
            let found = difference(&mut running, number(&launch), &plan, &launch, &range);
            assert_eq!(found, None, "{scheme:?}");
        }
    }
    assert!(seen.iter().all(|&seen| seen), "a kernel has no scheme");
}

/// One point in 10^20 needs it: so here all but a few blocks are left out.
#[test]
fn the_last_resort_is_the_cylinder_map() {
    const BLOCKS: u32 = 2;
    let Some(host) = Host::compile("cuda-last-resort", &texts()) else { return };
    let mut running = host.start();
    for method in [Method::Ball, Method::Disk] {
        let seed = 7;
        let plan = Scheme::Random { seed, method }.plan().unwrap();
        let mut launch = plan.launch(Output::Draw);
        *launch.parameters.last_mut().unwrap() = BLOCKS;
        let given = running.launch(number(&launch), &launch, &(0..20_000));
        let right = right(&plan, Output::Draw, 0..20_000);
        let mut exhausted = 0;
        for (index, (row, all)) in given.chunks_exact(6).zip(right.chunks_exact(6)).enumerate() {
            if all[4] < BLOCKS {
                assert_eq!(row, all, "{method:?} {index}");
            } else {
                let words = philox4x32([index as u32, 0, BLOCKS, 2], [seed as u32, 0]);
                assert_eq!((&row[..4], &row[4..]), (&words[..], &[BLOCKS, 0][..]), "{index}");
                exhausted += 1;
            }
        }
        assert!(exhausted > 10, "{method:?}");
    }
}
