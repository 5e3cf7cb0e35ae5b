//! `sphere nearest`: directions in, lattice indices out.

use sphere_engine::{CpuEngine, SampleParameters};
use sphere_io::IndexEncoder;
use sphere_math::parallel::Executor as _;
use sphere_math::sampling::{Plan, SampleError};

use crate::cli::NearestArguments;
use crate::failure::Failure;
use crate::output::{self, Output, Place};
use crate::threads::threads;
use crate::{input, interrupt};

/// Directions that one thread takes at a time.
const BLOCK: usize = 1 << 14;
/// Blocks whose indices are held until they are written.
const BLOCKS: usize = 64;

pub(crate) fn run(arguments: &NearestArguments) -> Result<(), Failure> {
    let plan = plan(arguments)?;
    let place = arguments.output.as_deref().map_or(Place::StandardOutput, Place::of);
    let format = output::format(arguments.format.as_deref(), Some(&place))?;
    place.check(format)?;
    let encoder = IndexEncoder::new(format).map_err(Failure::usage)?;
    let engine = CpuEngine::new(threads(arguments.threads.as_deref())?).map_err(Failure::work)?;

    interrupt::install()?;
    let points = input::points(arguments.input.as_deref(), &arguments.reading)?;
    let directions = points.directions().map_err(Failure::usage)?;
    let mut output = Output::create(&place)?;
    write(&plan, &engine, &directions, encoder, &mut output)?;
    output.flush_all()?;
    interrupt::keep(|| output.commit())
}

fn plan(arguments: &NearestArguments) -> Result<Plan, Failure> {
    let total = arguments.total.as_deref().ok_or_else(|| {
        Failure::usage("total is missing: --total N says how many points the lattice has")
    })?;
    let placement = arguments.placement.as_deref().map(|placement| ("placement", placement));
    let pairs = [("total", total)].into_iter().chain(placement);
    let parameters = SampleParameters::parse(&arguments.scheme, pairs).map_err(Failure::usage)?;
    let job = parameters.job().map_err(Failure::usage)?;
    job.scheme().plan().map_err(Failure::usage)
}

fn write(
    plan: &Plan,
    engine: &CpuEngine,
    [x, y, z]: &[Vec<f64>; 3],
    mut encoder: IndexEncoder,
    output: &mut Output,
) -> Result<(), Failure> {
    output.put(&encoder.begin(x.len() as u64))?;
    for start in (0..x.len()).step_by(BLOCK * BLOCKS) {
        let end = x.len().min(start + BLOCK * BLOCKS);
        let blocks = engine.map((end - start).div_ceil(BLOCK), |block| {
            let first = start + block * BLOCK;
            let rows = first..end.min(first + BLOCK);
            let mut indices = vec![0; rows.len()];
            let columns = [&x[rows.clone()], &y[rows.clone()], &z[rows]];
            plan.nearest_all(columns, &mut indices).map(|()| indices).map_err(|error| match error {
                // Counted from the first row of the file, not of the block.
                SampleError::NoDirection { index, direction } => {
                    SampleError::NoDirection { index: first + index, direction }
                }
                error => error,
            })
        });
        for indices in blocks {
            output.put(&encoder.indices(&indices.map_err(Failure::work)?))?;
        }
    }
    output.put(encoder.end())
}
