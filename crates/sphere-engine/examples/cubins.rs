//! Compiles every kernel for some devices into a folder, for machines that have no compiler:
//! `cargo run --package sphere-engine --example cubins -- FOLDER sm_80 sm_90`.
//!
//! `CudaOptions::cache` names the folder there. NVRTC has to be found here: `tools/nvrtc` brings it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program says what it does")]

use std::env;
use std::path::Path;
use std::process::ExitCode;

use sphere_engine::{EngineError, compile_kernels};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((folder, architectures)) = arguments.split_first().filter(|(_, of)| !of.is_empty())
    else {
        eprintln!("usage: cubins FOLDER ARCHITECTURE...");
        return ExitCode::from(2);
    };
    match compile(Path::new(folder), architectures) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cubins: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compile(folder: &Path, architectures: &[String]) -> Result<(), EngineError> {
    for architecture in architectures {
        for (kernel, bytes) in compile_kernels(folder, architecture.parse()?)? {
            println!("{architecture} {kernel}: {bytes} bytes");
        }
    }
    Ok(())
}
