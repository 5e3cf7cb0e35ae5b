//! `sphere bench gpu`: a CUDA device against its own limits.

mod auto;
mod host;
mod markdown;
mod record;
mod resident;
mod search;

use std::fs;
use std::io::{self, Write as _};
use std::time::{Duration, Instant, SystemTime};

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
    /// From here on a row has no further rounds, and a part no further rows.
    end: Instant,
}

impl Bench<'_> {
    fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// The rounds of a row: one to warm up, and those that count, while there is time. The first of them
    /// there always is.
    fn rounds(&self) -> impl Iterator<Item = u32> {
        (0..=self.arguments.runs).take_while(|round| *round < 2 || !self.is_over())
    }
}

/// A part of the table.
type Part = fn(&Bench<'_>) -> Vec<Row>;

/// In this order: what is the least for the machine comes first.
const PARTS: [(&str, Part); 6] = [
    ("kernels on the device", resident::rows),
    ("the launch of a small job", host::launch),
    ("points into memory of this machine", host::into_memory),
    ("more points than memory", host::through_little_memory),
    ("what auto chooses", auto::rows),
    ("nearest lattice points", search::rows),
];

pub(super) fn run(arguments: &BenchGpuArguments) -> Result<(), Failure> {
    let cuda = CudaEngine::open(options(arguments)).map_err(Failure::work)?;
    let cpu = CpuEngine::new(None).map_err(Failure::work)?;
    let started = Instant::now();
    let end = started + Duration::from_secs(arguments.most_seconds.into());
    let bench = Bench { arguments, cuda: &cuda, cpu: &cpu, end };
    let capability = cuda.capability();
    let cpu_is = cpu.capability();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut record = Record {
        sphere: env!("CARGO_PKG_VERSION"),
        draws: DRAW_VERSION,
        device: capability.device.clone(),
        driver: capability.driver.clone(),
        memory_bytes: capability.memory_bytes.map(|bytes| bytes.to_string()),
        host: format!("{}, {} threads", cpu_is.simd, cpu_is.threads),
        unix_seconds: now.map_or(0, |now| now.as_secs()),
        seconds: 0.0,
        rows: Vec::new(),
    };
    for (what, part) in PARTS {
        tell(&format!("{:4.0} s  {what}", started.elapsed().as_secs_f64()));
        if bench.is_over() {
            record.rows.push(Row::missing(what, "all of it", &"the time was over"));
        } else {
            record.rows.extend(part(&bench));
        }
        record.seconds = started.elapsed().as_secs_f64();
        // After each part: what a later one does to the machine takes nothing away.
        keep(arguments, &record)?;
    }
    print(arguments, &record)
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

/// Writes the record into the folder that was asked for, if one was.
fn keep(arguments: &BenchGpuArguments, record: &Record) -> Result<(), Failure> {
    let Some(folder) = &arguments.output else { return Ok(()) };
    let json = serde_json::to_string_pretty(record).map_err(Failure::work)? + "\n";
    let failed = |error: io::Error| Failure::write(&folder.display().to_string(), &error);
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join("gpu.json"), json).map_err(failed)?;
    fs::write(folder.join("gpu.md"), markdown::page(record)).map_err(failed)
}

/// Prints it where no folder was asked for.
fn print(arguments: &BenchGpuArguments, record: &Record) -> Result<(), Failure> {
    if arguments.output.is_some() {
        return Ok(());
    }
    let printed = io::stdout().write_all(markdown::page(record).as_bytes());
    printed.map_err(|error| Failure::write("standard output", &error))
}

/// 10^9 bytes a second.
fn gigabytes(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}
