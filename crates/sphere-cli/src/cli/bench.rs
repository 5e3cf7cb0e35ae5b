//! `sphere bench`.

use clap::{Args, Subcommand};

use super::BenchCountersArguments;

/// Measure how fast points are computed here, against what memory takes
#[derive(Args, Debug)]
pub(crate) struct BenchArguments {
    #[command(subcommand)]
    pub(crate) what: Bench,
}

/// What is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    Counters(Box<BenchCountersArguments>),
}
