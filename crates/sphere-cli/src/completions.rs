//! `sphere completions`: what to source in a shell.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::generate;

use crate::cli::{Cli, CompletionsArguments};
use crate::failure::Failure;

pub(crate) fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "sphere", &mut script);
    io::stdout().write_all(&script).map_err(|error| Failure::write("standard output", &error))
}
