//! `sphere bench`: how fast this machine computes points. One measurement per file.

mod counters;
mod statistics;

use crate::cli::{Bench, BenchArguments};
use crate::failure::Failure;

pub(crate) fn run(arguments: &BenchArguments) -> Result<(), Failure> {
    match &arguments.what {
        Bench::Counters(arguments) => counters::run(arguments),
    }
}
