//! Writes the texts of all kernels into a folder, for the compilers of other devices:
//! `cargo run --package sphere-math --example kernels -- FOLDER`.

#![allow(clippy::print_stderr, reason = "a program says why it fails")]

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use sphere_math::kernels::{ALL, NEAREST};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("usage: kernels FOLDER");
        return ExitCode::from(2);
    };
    match write_all(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kernels: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for kernel in ALL.into_iter().chain([NEAREST]) {
        let languages = [(kernel.wgsl, "wgsl"), (kernel.cuda, "cu")];
        for (texts, extension) in languages.into_iter().filter(|(texts, _)| !texts.is_empty()) {
            fs::write(folder.join(kernel.name).with_extension(extension), texts.concat())?;
        }
    }
    Ok(())
}
