//! Directions from the library: the mean of a function over the sphere, by three schemes.
//!
//! `cargo run --release -p sphere-examples --example directions`

use std::error::Error;
use std::io::{self, Write as _};

use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

const POINTS: u64 = 10_000;
/// The mean of exp(x) over the sphere is sinh(1).
const EXACT: f64 = 1.175_201_193_643_801_4;

fn main() -> Result<(), Box<dyn Error>> {
    let schemes = [
        ("Fibonacci", Scheme::Fibonacci { total: POINTS, placement: Placement::Quadrature }),
        ("Sobol", Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None }),
        ("random", Scheme::Random { seed: 0, method: Method::Cylinder }),
    ];
    let mut out = io::stdout();
    for (name, scheme) in schemes {
        let plan = scheme.plan()?;
        // Structure of arrays: one column per coordinate.
        let [mut x, mut y, mut z] = [(); 3].map(|()| vec![0.0_f64; POINTS as usize]);
        plan.fill(0..POINTS, &mut [&mut x, &mut y, &mut z])?;
        let mean = x.iter().map(|x| x.exp()).sum::<f64>() / POINTS as f64;
        writeln!(out, "{name:>10}: mean of exp(x) {mean:.9}, error {:+.1e}", mean - EXACT)?;
    }
    Ok(())
}
