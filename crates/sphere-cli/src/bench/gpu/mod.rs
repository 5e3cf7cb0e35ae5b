//! `sphere bench gpu`: a CUDA device against its own limits.

mod auto;
mod host;
mod markdown;
mod record;
mod resident;
mod search;

use std::fs;
use std::io::{self, Write as _};
use std::time::Instant;

use sphere_engine::{CpuEngine, CudaEngine, CudaOptions, Engine as _};
use sphere_math::DRAW_VERSION;

use self::record::{Record, Row};
use crate::cli::BenchGpuArguments;
use crate::failure::Failure;

/// What all rows are measured with.
struct Bench<'a> {
    arguments: &'a BenchGpuArguments,
    cuda: &'a CudaEngine,
    cpu: &'a CpuEngine,
}

/// A part of the table.
type Part = fn(&Bench<'_>) -> Vec<Row>;

pub(super) fn run(arguments: &BenchGpuArguments) -> Result<(), Failure> {
    let cuda = CudaEngine::open(options(arguments)).map_err(Failure::work)?;
    let cpu = CpuEngine::new(None).map_err(Failure::work)?;
    let bench = Bench { arguments, cuda: &cuda, cpu: &cpu };
    let parts: [(&str, Part); 6] = [
        ("kernels on the device", resident::rows),
        ("points into memory of this machine", host::into_memory),
        ("nearest lattice points", search::rows),
        ("more points than memory", host::through_little_memory),
        ("the launch of a small job", host::launch),
        ("what auto chooses", auto::rows),
    ];
    let (started, mut rows) = (Instant::now(), Vec::new());
    for (what, part) in parts {
        tell(&format!("{:4.0} s  {what}", started.elapsed().as_secs_f64()));
        rows.extend(part(&bench));
    }
    let capability = cuda.capability();
    let record = Record {
        sphere: env!("CARGO_PKG_VERSION"),
        draws: DRAW_VERSION,
        device: capability.device.clone(),
        driver: capability.driver.clone(),
        memory_bytes: capability.memory_bytes.map(|bytes| bytes.to_string()),
        seconds: started.elapsed().as_secs_f64(),
        rows,
    };
    write(arguments, &record)
}

fn options(arguments: &BenchGpuArguments) -> CudaOptions {
    let default = CudaOptions::default();
    let cache = arguments.cubins.clone().or(default.cache);
    CudaOptions { device: arguments.device, cache, ..CudaOptions::default() }
}

/// For whoever waits.
fn tell(line: &str) {
    // Nobody has to listen.
    let _ = writeln!(io::stderr(), "{line}");
}

fn write(arguments: &BenchGpuArguments, record: &Record) -> Result<(), Failure> {
    let page = markdown::page(record);
    let Some(folder) = &arguments.output else {
        let printed = io::stdout().write_all(page.as_bytes());
        return printed.map_err(|error| Failure::write("standard output", &error));
    };
    let json = serde_json::to_string_pretty(record).map_err(Failure::work)? + "\n";
    let failed = |error: io::Error| Failure::write(&folder.display().to_string(), &error);
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join("gpu.json"), json).map_err(failed)?;
    fs::write(folder.join("gpu.md"), page).map_err(failed)
}

/// 10^9 bytes a second.
fn gigabytes(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}
