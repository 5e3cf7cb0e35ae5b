//! `sphere quality`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{InputArguments, PointArguments};

/// Judge points in numbers: spacing, covering, discrepancy, harmonics, strata
///
/// Each figure stands beside what a perfect and a random set of that size would give.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QualityArguments {
    /// A scheme with its parameters, or a file of points; - reads standard input
    #[arg(value_name = "SCHEME-or-FILE", value_hint = ValueHint::FilePath)]
    pub(crate) points: String,

    #[command(flatten)]
    pub(crate) parameters: PointArguments,
    #[command(flatten)]
    pub(crate) input: InputArguments,

    /// Print the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw the figures against those of random points, and the harmonics
    #[arg(long, value_name = "FILE.svg", value_hint = ValueHint::FilePath)]
    pub(crate) plot: Option<PathBuf>,
    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  sphere quality fibonacci --count 1000                    how even 1,000 lattice points are
  sphere quality random --count 1000 --plot random.svg     and random ones, as a picture
  sphere quality points.parquet --json                     any file, for a program
  sphere quality sobol --dimensions 2 --count 4096         discrepancy and strata in the square

A point of a file is a row: x y z, longitude_deg latitude_deg, theta_rad phi_rad, x y (the disk) or
u0 u1 ... (the cube). csv, npy, raw, json, parquet, arrow and ply are read.

Figures: 'perfect' is a bound that no set beats, or with ~ what the best known sets come to; 'random'
is the expectation for independent points. Spacing and mesh ratio say whether points crowd; covering
radius how large a hole is; the cap discrepancy bounds the error of a mean over the sphere; the power
of a harmonic is 1 for random points, and 0 where the set integrates the degree exactly.";
