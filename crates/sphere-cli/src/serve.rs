//! `sphere serve`: settings, then the service.

use std::io::{self, Write as _};

use sphere_server::{Settings, serve};

use crate::cli::ServeArguments;
use crate::failure::Failure;

pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let file = match &arguments.config {
        Some(path) => Settings::from_file(path).map_err(Failure::usage)?,
        None => Settings::default(),
    };
    let config = arguments.settings().or(file).complete().map_err(Failure::usage)?;
    let printed = |error: io::Error| Failure::write("standard output", &error);
    if arguments.print_config {
        return io::stdout().write_all(config.to_toml().as_bytes()).map_err(printed);
    }
    serve(config, |address| {
        // The line that scripts wait for. Somebody who closed standard output waits for nothing.
        let _ = writeln!(io::stdout(), "Sphere server listening on {address}");
    })
    .map_err(Failure::work)
}

impl ServeArguments {
    /// What flags and environment say; clap has put the flags first.
    fn settings(&self) -> Settings {
        Settings {
            listen: self.listen,
            token_file: self.token_file.clone(),
            insecure_remote: self.insecure_remote,
            max_points: self.max_points,
            max_connections: self.max_connections,
            max_streams: self.max_streams,
            threads: self.threads,
            numa: self.numa,
            software_gpu: self.software_gpu,
            progress_seconds: self.progress_seconds,
            grace_seconds: self.grace_seconds,
            log: self.log.clone(),
        }
    }
}
