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

pub(crate) fn run(arguments: &NearestArguments) -> Result<(), Failure> {
    let plan = plan(arguments)?;
    let place = arguments.output.as_deref().map_or(Place::StandardOutput, Place::of);
    let format = output::format(arguments.format.as_deref(), Some(&place))?;
    place.check(format)?;
    let mut encoder = IndexEncoder::new(format).map_err(Failure::usage)?;
    let engine = CpuEngine::new(threads(arguments.threads.as_deref())?).map_err(Failure::work)?;

    interrupt::install()?;
    let points = input::points(arguments.input.as_deref(), &arguments.reading)?;
    let directions = points.directions().map_err(Failure::usage)?;
    let found = find(&plan, &engine, &directions).map_err(Failure::work)?;
    let mut output = Output::create(&place)?;
    output.put(&encoder.begin(directions[0].len() as u64))?;
    for indices in found {
        output.put(&encoder.indices(&indices))?;
    }
    output.put(encoder.end())?;
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

/// All indices, before the first is written: a row that is no direction leaves nothing behind.
fn find(
    plan: &Plan,
    engine: &CpuEngine,
    [x, y, z]: &[Vec<f64>; 3],
) -> Result<Vec<Vec<u64>>, SampleError> {
    let blocks = engine.map(x.len().div_ceil(BLOCK), |block| {
        let first = block * BLOCK;
        let rows = first..x.len().min(first + BLOCK);
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
    blocks.into_iter().collect()
}
