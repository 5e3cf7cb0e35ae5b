//! How long the figures of a quality report take.
//!
//! `cargo run --release -p sphere-examples --example quality_speed [POINTS [THREADS]]`

use std::error::Error;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use sphere_engine::CpuEngine;
use sphere_math::quality::{self, Directions, Precision};
use sphere_math::sampling::{Method, Placement, Scheme};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let points: u64 = arguments.next().map_or(Ok(10_000_000), |count| count.parse())?;
    let threads: NonZeroUsize = arguments.next().map_or(Ok(NonZeroUsize::MIN), |t| t.parse())?;
    let engine = CpuEngine::new(Some(threads))?;
    let schemes = [
        ("random", Scheme::Random { seed: 0, method: Method::Cylinder }),
        ("Fibonacci", Scheme::Fibonacci { total: points, placement: Placement::Quadrature }),
    ];
    let mut out = io::stdout();
    writeln!(out, "{points} points, threads: {threads}")?;
    for (name, scheme) in schemes {
        let [mut x, mut y, mut z] = [(); 3].map(|()| vec![0.0_f64; points as usize]);
        scheme.plan()?.fill(0..points, &mut [&mut x, &mut y, &mut z])?;
        let (set, checked) = timed(|| Directions::new(&x, &y, &z, Precision::Double));
        let set = set?;
        let (neighbours, found) = timed(|| quality::neighbours(&set, &engine));
        let (report, all) = timed(|| quality::directions(&set, &engine));
        writeln!(
            out,
            "{name:>10}: checked {checked:.2?}, neighbours {found:.2?}, whole report {all:.2?}"
        )?;
        if let Some(neighbours) = neighbours {
            let scaled = neighbours.scaled(report.count);
            let figures = [scaled.smallest, scaled.mean, scaled.largest];
            writeln!(out, "  sqrt(n) distances: {:.4?}", figures.map(|one| one.value.central()))?;
        }
        writeln!(out, "  covering radius: {:?}", report.covering_radius.value)?;
        writeln!(out, "  cap discrepancy: {:?}", report.cap_discrepancy_squared.value)?;
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}
