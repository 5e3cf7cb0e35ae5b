//! `sphere nearest`: directions in, lattice indices out.

use std::time::Instant;

use sphere_engine::{CpuEngine, EngineChoice, Engines, NearestJob, Stop, Work};
use sphere_io::IndexEncoder;
use sphere_math::DRAW_VERSION;

use crate::cli::NearestArguments;
use crate::failure::Failure;
use crate::output::{self, Output, Place};
use crate::report::Report;
use crate::threads::threads;
use crate::{engines, input, interrupt};

/// Indices that are written at a time.
const AT_ONCE: usize = 1 << 13;

pub(crate) fn run(arguments: &NearestArguments) -> Result<(), Failure> {
    let pairs = [("total", &arguments.total), ("placement", &arguments.placement)];
    let pairs = pairs.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let job = NearestJob::parse(&arguments.scheme, pairs).map_err(Failure::usage)?;
    let place = arguments.output.as_deref().map_or(Place::StandardOutput, Place::of);
    let format = output::format(arguments.format.as_deref(), Some(&place))?;
    place.check(format)?;
    let encoder = IndexEncoder::new(format).map_err(Failure::usage)?;
    let cpu = CpuEngine::new(threads(arguments.threads.as_deref())?).map_err(Failure::work)?;
    let engines = Engines::new(cpu, &arguments.engine.software.options());
    if let EngineChoice::Named(_) = arguments.engine.engine {
        // Before the input is read, which may take its time.
        engines::choose(
            &engines,
            &arguments.engine,
            &Work::Nearest { job: &job, directions: 0 },
            &[],
        )?;
    }

    interrupt::install()?;
    let points = input::points(arguments.input.as_deref(), &arguments.reading)?;
    let [x, y, z] = points.directions().map_err(Failure::usage)?;
    // All of them before the first is written: a row that is no direction leaves nothing behind.
    let started = Instant::now();
    let mut found = vec![0; x.len()];
    let work = Work::Nearest { job: &job, directions: x.len() as u64 };
    let engine = engines::choose(&engines, &arguments.engine, &work, &[])?;
    let done = engine.nearest(&job, [&x, &y, &z], &mut found, &Stop::never());
    done.map_err(|stopped| Failure::work(stopped.cause))?;
    let bytes = write(&place, encoder, &found)?;
    if !arguments.json {
        return Ok(());
    }
    let report = Report {
        points: x.len() as u64,
        seconds: started.elapsed().as_secs_f64(),
        bytes,
        attempts: None,
        draws: DRAW_VERSION,
        requested: arguments.engine.engine,
        capability: engine.capability(),
    };
    report.print(&[&place])
}

/// Writes indices. How many bytes they took.
pub(crate) fn write(
    place: &Place,
    mut encoder: IndexEncoder,
    found: &[u64],
) -> Result<u64, Failure> {
    let mut output = Output::create(place)?;
    output.put(&encoder.begin(found.len() as u64))?;
    for indices in found.chunks(AT_ONCE) {
        output.put(&encoder.indices(indices))?;
    }
    output.put(encoder.end())?;
    let bytes = output.bytes();
    output.flush_all()?;
    interrupt::keep(|| output.commit())?;
    Ok(bytes)
}
