//! `sphere bench`: how fast this machine computes points. One measurement per file.

mod counters;
mod gpu;
mod latency;
mod memory;
mod request;
mod rounds;
mod sample;
mod statistics;
mod workers;

use crate::cli::{Bench, BenchArguments};
use crate::failure::Failure;

pub(crate) fn run(arguments: &BenchArguments) -> Result<(), Failure> {
    match &arguments.what {
        Bench::Counters(arguments) => counters::run(arguments),
        Bench::Gpu(arguments) => gpu::run(arguments),
        Bench::Latency(arguments) => latency::run(arguments),
        Bench::Sample(arguments) => sample::run(arguments),
    }
}
