//! `sphere bench`.

use clap::{Args, Subcommand, ValueEnum};
use sphere_engine::numa::Numa;

use super::{BenchCountersArguments, BenchGpuArguments, PointArguments, choices, simd_levels};

/// Measure how fast points are computed here, against what memory takes
///
/// Try 'sphere bench sample fibonacci', then 'sphere bench sample --help'.
#[derive(Args, Debug)]
pub(crate) struct BenchArguments {
    #[command(subcommand)]
    pub(crate) what: Bench,
}

/// What is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    Sample(Box<BenchSampleArguments>),
    Latency(Box<BenchLatencyArguments>),
    Counters(Box<BenchCountersArguments>),
    Gpu(Box<BenchGpuArguments>),
}

/// Points a second into memory, and as a share of a pure fill of that memory
///
/// Computing points and filling the same memory with one number take turns, on the same threads;
/// medians are printed. No scheme can be faster than the fill: a fraction of 1 is the end.
#[derive(Args, Debug)]
#[command(after_help = SAMPLE_EXAMPLES, mut_arg("count", |count| count.help(SAMPLE_COUNT)))]
pub(crate) struct BenchSampleArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,

    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", help_heading = MEASURE, allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
    /// Keep threads and memory on nodes: auto where there are several, off, or the number of one
    #[arg(long, value_name = "NODES", help_heading = MEASURE, default_value_t)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) numa: Numa,
    /// How points lie in memory
    #[arg(long, value_name = "HOW", help_heading = MEASURE, default_value = "columns")]
    pub(crate) layout: Layout,
    /// Measure so many times, and take medians
    #[arg(long, value_name = "R", help_heading = MEASURE, default_value_t = 7)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) runs: u32,
}

/// How long a small fill takes, in an idle and in a busy machine
///
/// Fills follow one another on one thread. First nothing else runs, then other threads fill memory with
/// lattice points without a pause. The 99.9th percentile is what one request in a thousand waits for.
#[derive(Args, Debug)]
#[command(after_help = LATENCY_EXAMPLES, mut_arg("count", |count| count.help(LATENCY_COUNT)))]
pub(crate) struct BenchLatencyArguments {
    #[command(flatten)]
    pub(crate) subject: SubjectArguments,

    /// Threads that keep the machine busy [default: as many as there are cores]
    #[arg(long, value_name = "T", help_heading = MEASURE, allow_negative_numbers = true)]
    pub(crate) load: Option<String>,
    /// Measure for so long, idle and again busy; at least 1,000 fills
    #[arg(long, value_name = "S", help_heading = MEASURE, default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub(crate) seconds: u32,
}

/// What all measurements are told: which points, on which instruction set.
#[derive(Args, Debug)]
pub(crate) struct SubjectArguments {
    /// The kind of points
    #[arg(value_name = "SCHEME", value_parser = choices("scheme"))]
    #[arg(required_unless_present = "named", conflicts_with = "named")]
    scheme: Option<String>,
    /// The same as an option
    #[arg(long = "scheme", id = "named", value_name = "SCHEME", value_parser = choices("scheme"))]
    named: Option<String>,

    #[command(flatten)]
    pub(crate) points: PointArguments,

    /// Compute with this instruction set [default: auto]
    #[arg(long, value_name = "L", help_heading = MEASURE, value_parser = simd_levels())]
    pub(crate) simd: Option<String>,
    /// Print one JSON object
    #[arg(long, help_heading = MEASURE)]
    pub(crate) json: bool,
}

impl SubjectArguments {
    pub(crate) fn scheme(&self) -> &str {
        self.scheme.as_deref().or(self.named.as_deref()).unwrap_or_default()
    }
}

/// How points lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// One array for each coordinate
    Columns,
    /// Point after point: C order, as in files
    Rows,
}

impl Layout {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Rows => "rows",
        }
    }
}

const MEASURE: &str = "How to measure";

const SAMPLE_COUNT: &str = "How many points [default: as many as fill 240 MB]";

const LATENCY_COUNT: &str = "Points of a fill [default: 1024]";

const SAMPLE_EXAMPLES: &str = "\
Examples:
  sphere bench sample fibonacci                            10 million directions, all cores
  sphere bench sample fibonacci --count 1e8 --threads 1 --json
  sphere bench sample random --method ball --simd avx2     another instruction set
  sphere bench sample sobol --dimensions 8 --count 1024 --threads 1
  sphere bench sample pixels --layout rows --precision f32

points a second     of all threads together
GB/s                bytes of points written a second, 10^9 each
pure fill           the same memory, filled with one number on the same threads in the same run
fraction            of the two
spread              the middle half of the runs lies within so much of the median

Pixels without --order are those of the smallest order that has so many. What is little is computed
many times over in one run. Other programs slow both sides down: trust fractions more than rates.";

const LATENCY_EXAMPLES: &str = "\
Examples:
  sphere bench latency fibonacci
  sphere bench latency sobol --dimensions 8 --load 1 --seconds 10 --json";
