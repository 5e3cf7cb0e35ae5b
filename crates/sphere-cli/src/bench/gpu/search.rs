//! Nearest lattice points of directions of this machine, in and out at once.

use std::time::Instant;

use sphere_engine::{CudaValues, Engine as _, EngineError, HostMemory, LinkWay, NearestJob, Stop};
use sphere_math::sampling::{Method, SampleError, Scheme};

use super::record::{Goal, Row, ratios};
use super::{Bench, gigabytes};
use crate::bench::memory::free_bytes;
use crate::bench::statistics::Summary;

const NAME: &str = "nearest lattice points of directions of this machine";
const OF: &str = "the time of the slower way of the link, of that of the search";
const GOAL: Goal = Goal::AtLeast(0.85);

/// Bytes of a direction.
const IN: u64 = 24;
/// Bytes of an index.
const OUT: u64 = 8;

pub(super) fn rows(bench: &Bench<'_>) -> Vec<Row> {
    // Where the memory of this machine ends, there are fewer: half of it is for others.
    let most = free_bytes().map_or(u64::MAX, |bytes| bytes / 2 / (IN + OUT)).max(1_000);
    let mut directions = bench.arguments.directions.min(most);
    loop {
        match measure(bench, directions) {
            Err(EngineError::OutOfMemory) if directions > 1_000 => directions /= 2,
            Ok(row) => return vec![row],
            Err(error) => return vec![Row::missing(NAME, OF, &error)],
        }
    }
}

fn measure(bench: &Bench<'_>, directions: u64) -> Result<Row, EngineError> {
    let rejected = |error: SampleError| EngineError::Rejected { reason: error.to_string() };
    let lattice = NearestJob::parse("fibonacci", [("total", "1e9")]);
    let lattice = lattice.map_err(|error| EngineError::Rejected { reason: error.to_string() })?;
    let count = directions as usize;
    let mut columns: [CudaValues<f64>; 3] =
        [bench.cuda.values(count)?, bench.cuda.values(count)?, bench.cuda.values(count)?];
    let mut indices: CudaValues<u64> = bench.cuda.values(count)?;
    let [x, y, z] = columns.each_mut().map(CudaValues::as_mut_slice);
    let anywhere = Scheme::Random { seed: 7, method: Method::Cylinder }.plan().map_err(rejected)?;
    anywhere.fill_on(bench.cpu, 0..directions, &mut [x, y, z]).map_err(rejected)?;
    let columns = columns.each_ref().map(CudaValues::as_slice);

    let link_bytes = bench.arguments.link_bytes as usize;
    let link = |way, bytes: u64| {
        let taken = bench.cuda.measure().link_seconds(way, HostMemory::Registered, link_bytes, 1);
        taken.map(|taken| taken.iter().sum::<f64>() * bytes as f64 / link_bytes as f64)
    };
    let (mut searches, mut limits) = (Vec::new(), Vec::new());
    for round in bench.rounds() {
        let started = Instant::now();
        let found = bench.cuda.nearest(&lattice, columns, indices.as_mut_slice(), &Stop::never());
        found.map_err(|stopped| EngineError::Failed { reason: stopped.to_string() })?;
        let search = started.elapsed().as_secs_f64();
        let ways =
            [link(LinkWay::ToDevice, IN * directions)?, link(LinkWay::ToHost, OUT * directions)?];
        if round > 0 {
            searches.push(search);
            limits.push(ways[0].max(ways[1]));
        }
    }
    let median = Summary::of(searches.clone()).median;
    let absolute = format!(
        "{directions} directions, {:.2} of them in a nanosecond, {:.1} GB/s in",
        directions as f64 / median / 1e9,
        gigabytes(IN * directions, median)
    );
    Ok(Row::measured(NAME, OF, ratios(&limits, &searches), GOAL, absolute))
}
