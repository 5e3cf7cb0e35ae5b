//! `sphere nearest`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{COMPUTING, EngineArguments, InputArguments, formats};

/// Find the lattice point nearest to each direction of a file
///
/// Takes the same time however large the lattice is, and is exact; of points equally near, the one
/// with the lowest index.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct NearestArguments {
    /// The lattice
    #[arg(value_name = "SCHEME", value_parser = ["fibonacci"])]
    pub(crate) scheme: String,

    /// Points of the whole lattice, up to 2^52
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) total: Option<String>,
    /// Where the lattice puts its points, as in 'sphere sample' [default: quadrature]
    #[arg(long, value_name = "GOAL")]
    pub(crate) placement: Option<String>,

    /// Read the directions here, of any length but 0 [default: standard input]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: InputArguments,

    /// Write the indices here, in the order of the directions [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// The format of the indices: csv, npy, raw or json [default: by the suffix of FILE, else csv]
    #[arg(long, value_name = "F", value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Print a report of the run as one JSON object (on standard error when the indices go to
    /// standard output)
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) engine: EngineArguments,
    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", help_heading = COMPUTING, allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  echo 1,2,3 | sphere nearest fibonacci --total 1000
  sphere nearest fibonacci --total 1e6 -i directions.npy -o indices.npy
  sphere nearest fibonacci --total 65536 -i cities.csv --as lonlat-deg

A direction of a file is a row: x y z, longitude_deg latitude_deg or theta_rad phi_rad.";
