//! `sphere bench counters`.

use clap::Args;

/// What it costs to count attempts on several threads
///
/// Random points by the ball method need 1.91 attempts each. They are counted in five ways: in tallies
/// that each chunk returns, in a shared counter that each thread adds its own to every 10,000 attempts,
/// and one by one in a shared counter, by an atomic add, by a loop that compares and swaps, and under a
/// mutex.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BenchCountersArguments {
    /// Compute on so many threads, one after the other
    #[arg(long, value_name = "T,...", value_delimiter = ',', default_value = "1,2,8")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) threads: Vec<u32>,
    /// Points of all threads together, and attempts of the bare loop
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000_000_000))]
    pub(crate) count: u64,
    /// Measure so many times, and take medians
    #[arg(long, value_name = "R", default_value_t = 7)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) runs: u32,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
Examples:
  sphere bench counters
  sphere bench counters --threads 1,2,4 --count 1000000 --json

points      chunks of 4,096 random points are computed, and their attempts counted after each
bare loop   nothing is done but count: the most that counting can cost
M/s         million attempts a second, of all threads together
of tallies  the rate as a share of that of tallies in the same run
failures    swaps that another thread was faster than, as a share of all attempts

More threads than cores take turns on them, and meet less often than as many cores would.";
