//! The command line: what there is to say, and the help that teaches it.

mod bench;
mod bench_counters;
mod bench_gpu;
mod engines;
mod input;
mod jobs;
mod nearest;
mod points;
mod quality;
mod serve;
mod worker;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use sphere_engine::SampleParameters;
use sphere_engine::numa::Numa;
use sphere_io::Format;
use sphere_io::read::PointColumns;
use sphere_math::simd::SimdLevel;

pub(crate) use self::bench::{
    Bench, BenchArguments, BenchLatencyArguments, BenchSampleArguments, Layout, SubjectArguments,
};
pub(crate) use self::bench_counters::BenchCountersArguments;
pub(crate) use self::bench_gpu::BenchGpuArguments;
use self::engines::COMPUTING;
pub(crate) use self::engines::{EngineArguments, EnginesArguments};
pub(crate) use self::input::InputArguments;
pub(crate) use self::jobs::{
    DeadArguments, JobsArguments, JobsVerb, ListArguments, QueueArgument, ResultArguments,
    ShowArguments, SubmitArguments, SubmitKind, SubmitNearest, SubmitPoints, TermArguments,
    WaitArguments,
};
pub(crate) use self::nearest::NearestArguments;
pub(crate) use self::points::PointArguments;
pub(crate) use self::quality::QualityArguments;
pub(crate) use self::serve::{EngineWorkerArguments, ServeArguments};
pub(crate) use self::worker::WorkerArguments;

/// Computes on the unit sphere
///
/// Try 'sphere sample fibonacci --count 2000 --plot lattice.png', then 'sphere sample --help'.
#[derive(Debug, Parser)]
#[command(name = "sphere", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Sample(Box<SampleArguments>),
    Quality(Box<QualityArguments>),
    Nearest(Box<NearestArguments>),
    Serve(Box<ServeArguments>),
    Jobs(JobsArguments),
    Worker(Box<WorkerArguments>),
    Bench(BenchArguments),
    Engines(EnginesArguments),
    Completions(CompletionsArguments),
    #[command(hide = true)]
    EngineWorker(EngineWorkerArguments),
}

/// Write points on the sphere, in the disk or in the cube, and pictures of them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = LONG_HELP)]
pub(crate) struct SampleArguments {
    /// The kind of points
    #[arg(value_name = "SCHEME", value_parser = choices("scheme"))]
    pub(crate) scheme: String,

    #[command(flatten)]
    pub(crate) points: PointArguments,

    /// Write the points here [default: standard output, unless there is a --plot]
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// The format of the points [default: by the suffix of FILE, else csv]
    #[arg(long, value_name = "F", help_heading = OUTPUT, value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Draw a picture of the points
    #[arg(long, value_name = "FILE.png", help_heading = OUTPUT, value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
    /// Print a report of the run as one JSON object (on standard error when the points go to
    /// standard output)
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
    /// Show a bar with rate and time left while working
    #[arg(long, value_name = "WHEN", help_heading = OUTPUT, default_value = "auto")]
    pub(crate) progress: ProgressWhen,
    #[command(flatten)]
    pub(crate) engine: EngineArguments,
    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", help_heading = COMPUTING, allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
    /// Keep threads on nodes of memory: auto where there are several, off, or the number of one
    #[arg(long, value_name = "NODES", help_heading = COMPUTING, default_value_t, allow_negative_numbers = true)]
    pub(crate) numa: Numa,
    /// Compute with this instruction set; the points are the same [default: auto]
    #[arg(long, value_name = "L", help_heading = COMPUTING, value_parser = simd_levels())]
    pub(crate) simd: Option<String>,
}

/// When to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressWhen {
    /// On a terminal
    Auto,
    /// Not at all
    Never,
}

/// Write a completion script for a shell
///
/// For bash: sphere completions bash > ~/.local/share/bash-completion/completions/sphere
#[derive(Args, Debug)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn choices(parameter: &str) -> PossibleValuesParser {
    PossibleValuesParser::new(SampleParameters::choices(parameter).unwrap_or_default())
}

fn point_columns() -> PossibleValuesParser {
    PossibleValuesParser::new(PointColumns::ALL.iter().map(|columns| columns.name()))
}

fn simd_levels() -> PossibleValuesParser {
    PossibleValuesParser::new(["auto"].into_iter().chain(SimdLevel::ALL.map(SimdLevel::name)))
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()))
}

const OUTPUT: &str = "Where they go";

const EXAMPLES: &str = "\
Examples:
  sphere sample fibonacci --count 1000                        1,000 even directions, as CSV
  sphere sample fibonacci --count 2000 --plot lattice.png     a picture of 2,000
  sphere sample random --count 1e6 --seed 7 -o random.npy     a million random ones, for NumPy
  sphere sample pixels --order 3 --columns lonlat-deg         the 768 HEALPix centres in degrees

'--help' says more, with every scheme explained.";

const LONG_HELP: &str = "\
Schemes:
  fibonacci  The spherical Fibonacci lattice: even, deterministic, any number of points. The best
             choice for means and integrals. Point k is one of --total.
  disk       The same spiral in the unit disk: x, y.
  random     Independent, uniform directions; every --seed is another sequence without end.
  sobol      The Sobol sequence: evenly spread however many you take, to 2^63. Directions, or points
             of the cube with --dimensions. --scramble randomises it without harm to its evenness;
             each --randomisation is independent of the others.
  pixels     The centres of the HEALPix grid of an --order, in its RING or NESTED numbering.

Every point is a function of its index alone: '--start 500 --count 500' writes what the second half
of '--count 1000' would be (for lattices with the same --total), on any machine, on any number of
threads.

Examples:
  Means over the sphere, half the lattice from each of two machines:
    sphere sample fibonacci --total 1e6 --count 500_000 -o first.npy
    sphere sample fibonacci --total 1e6 --start 500_000 -o second.npy
  Directions into another program:
    sphere sample random --count 1e9 --format raw --precision f32 | consumer
  Four independent randomisations of one sequence:
    for r in 0 1 2 3; do
      sphere sample sobol --count 1024 --scramble owen --randomisation $r -o sobol-$r.csv
    done
  A design of 1,024 points in 100 dimensions:
    sphere sample sobol --dimensions 100 --count 1024 -o design.npy

Formats: csv (shortest decimals that read back to the same bits), npy (NumPy), raw (npy's data
without its header: C order, little-endian), json, parquet and arrow (columns, with zstd), ply. How the
points were made is in json, parquet, arrow and ply. Numbers may be written 1000000, 1_000_000 or 1e6.

Exit status: 0 done (also when the reader of a pipe stops early), 1 failed while working, 2 wrong
arguments, 130 interrupted. A file appears under its name only when it is complete.";
