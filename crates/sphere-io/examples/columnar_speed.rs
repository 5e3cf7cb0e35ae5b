//! How fast rows become a file: `cargo run --release -p sphere-io --example columnar_speed -- parquet`.
//!
//! Writes 10^8 points of three `f64` (or as many as the second argument says) to nowhere, and prints
//! the bytes before compression per second and the most memory that the process held.

use std::error::Error;
use std::time::{Duration, Instant};

use sphere_io::{Encoder, Format, Header};

/// What an engine computes at a time.
const BLOCK_ROWS: usize = 87_381;

/// Points on the unit sphere by a generator that costs little beside an encoder: three uniform
/// coordinates, to the length of one.
fn fill(values: &mut [f64], state: &mut u64) {
    for point in values.chunks_exact_mut(3) {
        for coordinate in &mut *point {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *coordinate = (*state >> 11) as f64 * 2.0_f64.powi(-52) - 1.0;
        }
        let norm = point.iter().map(|value| value * value).sum::<f64>().sqrt();
        for coordinate in &mut *point {
            *coordinate /= norm;
        }
    }
}

/// The most memory that the process held, in megabytes, where the system tells.
fn most_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1e3)
}

#[allow(clippy::print_stdout)] // what an example is for
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let format: Format = arguments.next().as_deref().unwrap_or("parquet").parse()?;
    let rows: u64 = arguments.next().map_or(Ok(100_000_000), |rows| rows.parse())?;
    let columns = ["x", "y", "z"].map(String::from).to_vec();
    let mut encoder = Encoder::<f64>::new(format, Header::new(columns, rows));
    let mut bytes = encoder.begin().len() as u64;
    let (mut state, mut left, mut encoding) = (1, rows, Duration::ZERO);
    let mut block = vec![0.0; 3 * BLOCK_ROWS];
    while left > 0 {
        let count = left.min(BLOCK_ROWS as u64);
        let block = &mut block[..3 * count as usize];
        fill(block, &mut state);
        let start = Instant::now();
        bytes += encoder.rows(block)?.len() as u64;
        encoding += start.elapsed();
        left -= count;
    }
    let start = Instant::now();
    bytes += encoder.end()?.len() as u64;
    encoding += start.elapsed();
    let megabytes = rows as f64 * 24.0 / 1e6;
    println!(
        "{format}: {:.0} MB/s before compression, {:.3} of its length after, {:.1} MB of memory",
        megabytes / encoding.as_secs_f64(),
        bytes as f64 / 1e6 / megabytes,
        most_megabytes().unwrap_or(f64::NAN)
    );
    Ok(())
}
