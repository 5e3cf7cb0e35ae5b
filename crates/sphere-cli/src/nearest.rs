//! `sphere nearest`: directions in, lattice indices out.

use sphere_engine::{CpuEngine, Engine as _, NearestJob, Stop};
use sphere_io::IndexEncoder;

use crate::cli::NearestArguments;
use crate::failure::Failure;
use crate::output::{self, Output, Place};
use crate::threads::threads;
use crate::{input, interrupt};

/// Indices that are written at a time.
const AT_ONCE: usize = 1 << 13;

pub(crate) fn run(arguments: &NearestArguments) -> Result<(), Failure> {
    let pairs = [("total", &arguments.total), ("placement", &arguments.placement)];
    let pairs = pairs.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let job = NearestJob::parse(&arguments.scheme, pairs).map_err(Failure::usage)?;
    let place = arguments.output.as_deref().map_or(Place::StandardOutput, Place::of);
    let format = output::format(arguments.format.as_deref(), Some(&place))?;
    place.check(format)?;
    let mut encoder = IndexEncoder::new(format).map_err(Failure::usage)?;
    let engine = CpuEngine::new(threads(arguments.threads.as_deref())?).map_err(Failure::work)?;

    interrupt::install()?;
    let points = input::points(arguments.input.as_deref(), &arguments.reading)?;
    let [x, y, z] = points.directions().map_err(Failure::usage)?;
    // All of them before the first is written: a row that is no direction leaves nothing behind.
    let mut found = vec![0; x.len()];
    let done = engine.nearest(&job, [&x, &y, &z], &mut found, &Stop::never());
    done.map_err(|stopped| Failure::work(stopped.cause))?;
    let mut output = Output::create(&place)?;
    output.put(&encoder.begin(x.len() as u64))?;
    for indices in found.chunks(AT_ONCE) {
        output.put(&encoder.indices(indices))?;
    }
    output.put(encoder.end())?;
    output.flush_all()?;
    interrupt::keep(|| output.commit())
}
