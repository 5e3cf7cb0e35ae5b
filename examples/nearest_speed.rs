//! How long the nearest lattice point takes: nanoseconds a direction on one thread, for lattices of
//! several sizes and placements.
//!
//! `cargo run --release -p sphere-examples --example nearest_speed`

#![allow(clippy::print_stdout, reason = "this is a program")]

use std::error::Error;
use std::time::Instant;

use sphere_math::sampling::{Method, Placement, Scheme};

const DIRECTIONS: usize = 100_000;
const PASSES: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let mut columns = [vec![0.0; DIRECTIONS], vec![0.0; DIRECTIONS], vec![0.0; DIRECTIONS]];
    let random = Scheme::Random { seed: 1, method: Method::Cylinder }.plan()?;
    let [x, y, z] = &mut columns;
    random.fill(0..DIRECTIONS as u64, &mut [x, y, z])?;
    let [x, y, z] = &columns;
    let mut indices = vec![0; DIRECTIONS];
    for total in [1_000, 1_000_000, 1 << 52] {
        for placement in [Placement::Quadrature, Placement::Packing, Placement::Offset(1e4)] {
            let plan = Scheme::Fibonacci { total, placement }.plan()?;
            let mut best = f64::INFINITY;
            for _ in 0..PASSES {
                let begun = Instant::now();
                plan.nearest_all([x, y, z], &mut indices)?;
                best = best.min(begun.elapsed().as_secs_f64());
            }
            let nanoseconds = best / DIRECTIONS as f64 * 1e9;
            println!("{total:>16} points, {placement:?}: {nanoseconds:.1} ns");
        }
    }
    Ok(())
}
