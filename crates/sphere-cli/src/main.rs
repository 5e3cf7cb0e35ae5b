//! The `sphere` command: one verb per file.

mod cli;
mod completions;
mod failure;
mod interrupt;
mod sample;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Verb};

fn main() -> ExitCode {
    let result = match Cli::parse().verb {
        Verb::Sample(arguments) => sample::run(&arguments),
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Completions(arguments) => completions::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
