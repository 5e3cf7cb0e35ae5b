//! The `sphere` command: one verb per file.

#![forbid(unsafe_code)]

mod bench;
mod cli;
mod completions;
mod engine_worker;
mod engines;
mod failure;
mod input;
mod interrupt;
mod nearest;
mod output;
mod quality;
mod report;
mod sample;
mod serve;
mod threads;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Verb};

fn main() -> ExitCode {
    let (verb, result) = match Cli::parse().verb {
        Verb::Sample(arguments) => ("sample", sample::run(&arguments)),
        Verb::Quality(arguments) => ("quality", quality::run(&arguments)),
        Verb::Nearest(arguments) => ("nearest", nearest::run(&arguments)),
        Verb::Serve(arguments) => ("serve", serve::run(&arguments)),
        Verb::Bench(arguments) => ("bench", bench::run(&arguments)),
        Verb::Engines(arguments) => ("engines", engines::run(&arguments)),
        Verb::EngineWorker(arguments) => ("engine-worker", engine_worker::run(&arguments)),
        Verb::Completions(arguments) => ("completions", completions::run(&arguments)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(verb),
    }
}
