//! `sphere serve`: settings, then the service.

use std::io::{self, Write as _};
use std::path::PathBuf;

use sphere_server::{QueueSetting, Settings, serve};

use crate::cli::ServeArguments;
use crate::failure::Failure;
use crate::queue::default_address;

pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let file = match &arguments.config {
        Some(path) => Settings::from_file(path).map_err(Failure::usage)?,
        None => Settings::default(),
    };
    let mut settings = arguments.settings().or(file);
    if settings.queue.is_none() {
        settings.queue = Some(QueueSetting::At(default_address()?));
    }
    let printed = |error: io::Error| Failure::write("standard output", &error);
    if arguments.print_config {
        let config = settings.complete().map_err(Failure::usage)?;
        return io::stdout().write_all(config.to_toml().as_bytes()).map_err(printed);
    }
    let config = settings.or(of_this_program()).complete().map_err(Failure::usage)?;
    let queue = config.queue.clone();
    serve(config, |address| {
        // The line that scripts wait for. Somebody who closed standard output waits for nothing.
        let _ = writeln!(io::stdout(), "Sphere server listening on {address}");
        if queue != QueueSetting::None {
            let _ = writeln!(io::stdout(), "Queue: {queue}");
        }
    })
    .map_err(Failure::work)
}

/// Where nothing else is said, this program is its own worker.
fn of_this_program() -> Settings {
    // The very same one, even if another has been installed over it meanwhile.
    let same = PathBuf::from("/proc/self/exe");
    let program = if same.exists() { Some(same) } else { std::env::current_exe().ok() };
    Settings { worker_program: program, ..Settings::default() }
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
            engines: self.engines.clone(),
            worker_program: self.worker_program.clone(),
            worker_memory_bytes: self.worker_memory_bytes,
            engine_seconds: self.engine_seconds,
            verify: self.verify,
            fault: self.fault.clone(),
            queue: self.queue.clone(),
            workers: self.workers,
            progress_seconds: self.progress_seconds,
            grace_seconds: self.grace_seconds,
            log: self.log.clone(),
        }
    }
}
