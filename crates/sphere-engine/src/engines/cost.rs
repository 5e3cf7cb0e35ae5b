//! What work costs on an engine: two constants, measured.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sphere_math::sampling::{Method, Placement, SampleError, Scheme};

use super::Work;
use super::work::NEAREST_BYTES;
use crate::{
    Capability, Cause, Coordinates, Discard, Engine, EngineError, Job, NearestJob, Precision, Stop,
    Stopped,
};

/// Measurements of which the median counts.
const TURNS: usize = 3;

/// Bytes of a job that is mostly launch, and more than what the CPU does on the thread that asks.
const SMALL: u64 = 1 << 15;

/// Sizes of the large job that is compared with it; the next one only while the last was done too
/// soon to tell.
const LARGE: [u64; 4] = [1 << 20, 1 << 22, 1 << 24, 1 << 26];

/// What takes this long, tells a rate: many times what waking a thread takes.
const LONG_ENOUGH: Duration = Duration::from_millis(4);

/// A job takes `launch`, and its bytes at this rate on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What a job takes besides its bytes.
    pub launch: Duration,
    /// Bytes a second of large jobs, at least 1.
    pub bytes_per_second: u64,
}

/// What each kind of work costs, each measured once, when it is first asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    points: OnceLock<Cost>,
    nearest: OnceLock<Cost>,
}

impl Cost {
    /// How long so many bytes take.
    #[must_use]
    pub fn estimate(self, bytes: u64) -> Duration {
        let rate = u128::from(self.bytes_per_second.max(1));
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / rate;
        let transfer = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        self.launch.saturating_add(transfer)
    }

    /// The cost of what takes `run(bytes)`: the line through a small job and a large one, after a turn
    /// of each that warms up.
    pub(super) fn measure<E>(mut run: impl FnMut(u64) -> Result<Duration, E>) -> Result<Self, E> {
        run(SMALL)?;
        let small = median(SMALL, &mut run)?;
        let mut size = LARGE[0];
        for bytes in LARGE {
            size = bytes;
            if run(bytes)? >= LONG_ENOUGH {
                break;
            }
        }
        let large = (size, median(size, &mut run)?);
        let nanoseconds = large.1.saturating_sub(small).as_nanos().max(1);
        let rate = u128::from(large.0 - SMALL) * 1_000_000_000 / nanoseconds;
        let bytes_per_second = u64::try_from(rate).unwrap_or(u64::MAX).max(1);
        let without_launch = Self { launch: Duration::ZERO, bytes_per_second };
        let launch = small.saturating_sub(without_launch.estimate(SMALL));
        Ok(Self { launch, bytes_per_second })
    }
}

fn median<E>(bytes: u64, run: &mut impl FnMut(u64) -> Result<Duration, E>) -> Result<Duration, E> {
    let turns: Result<Vec<_>, E> = (0..TURNS).map(|_| run(bytes)).collect();
    turns.map(|mut turns| {
        turns.sort_unstable();
        turns[TURNS / 2]
    })
}

impl Costs {
    /// What need not be measured: for tests, since measuring on a busy machine may say anything.
    #[cfg(test)]
    pub(super) fn known(cost: Cost) -> Self {
        Self { points: OnceLock::from(cost), nearest: OnceLock::from(cost) }
    }

    /// What points cost, if it was measured.
    #[must_use]
    pub fn points(&self) -> Option<Cost> {
        self.points.get().copied()
    }

    /// What nearest points cost, if it was measured.
    #[must_use]
    pub fn nearest(&self) -> Option<Cost> {
        self.nearest.get().copied()
    }

    /// What this work costs, if it was measured.
    #[must_use]
    pub fn of(&self, work: &Work<'_>) -> Option<Cost> {
        match work {
            Work::Points(_) => self.points(),
            Work::Nearest { .. } => self.nearest(),
        }
    }
}

/// Measures what work of a kind costs on an engine, unless that is known.
pub(super) fn measure(engine: &dyn Engine, work: &Work<'_>) -> Result<Cost, EngineError> {
    match work {
        Work::Points(_) => measure_points(engine),
        Work::Nearest { .. } => measure_nearest(engine),
    }
}

/// Measures what points cost on an engine, unless that is known.
pub(super) fn measure_points(engine: &dyn Engine) -> Result<Cost, EngineError> {
    let Capability { costs, precisions, .. } = engine.capability();
    if let Some(known) = costs.points() {
        return Ok(known);
    }
    let precision = precisions.first().copied().unwrap_or_default();
    let mut sink = Discard::default();
    let cost = Cost::measure(|bytes| {
        let job = points_of(bytes, precision)?;
        let started = Instant::now();
        let run = engine.run(&job, &mut sink, &Stop::never());
        run.map_err(failure).map(|_| started.elapsed())
    })?;
    Ok(*costs.points.get_or_init(|| cost))
}

/// Measures what nearest points cost on an engine, unless that is known.
pub(super) fn measure_nearest(engine: &dyn Engine) -> Result<Cost, EngineError> {
    let costs = &engine.capability().costs;
    if let Some(known) = costs.nearest() {
        return Ok(known);
    }
    let job = NearestJob::parse("fibonacci", [("total", "1e9")]);
    let job = job.map_err(|error| EngineError::Failed { reason: error.to_string() })?;
    let mut directions = Directions::default();
    let cost = Cost::measure(|bytes| {
        let (columns, indices) = directions.first((bytes / NEAREST_BYTES).max(1) as usize)?;
        let started = Instant::now();
        let found = engine.nearest(&job, columns, indices, &Stop::never());
        found.map_err(failure).map(|()| started.elapsed())
    })?;
    Ok(*costs.nearest.get_or_init(|| cost))
}

/// The lattice of so many bytes, at least one point of it.
fn points_of(bytes: u64, precision: Precision) -> Result<Job, EngineError> {
    let points = (bytes / (3 * precision.bytes() as u64)).max(1);
    let scheme = Scheme::Fibonacci { total: points, placement: Placement::Quadrature };
    Job::new(scheme, 0..points, Coordinates::Native, precision).map_err(|error| rejected(&error))
}

/// Random directions, as many as were asked for, and room for their indices.
#[derive(Debug, Default)]
struct Directions {
    columns: [Vec<f64>; 3],
    indices: Vec<u64>,
}

impl Directions {
    fn first(&mut self, count: usize) -> Result<([&[f64]; 3], &mut [u64]), EngineError> {
        if self.indices.len() < count {
            self.indices.resize(count, 0);
            self.columns.iter_mut().for_each(|column| column.resize(count, 0.0));
            let plan = Scheme::Random { seed: 0, method: Method::Cylinder }.plan();
            let [x, y, z] = &mut self.columns;
            let filled = plan.and_then(|plan| plan.fill(0..count as u64, &mut [x, y, z]));
            filled.map_err(|error| rejected(&error))?;
        }
        let columns = self.columns.each_ref().map(|column| &column[..count]);
        Ok((columns, &mut self.indices[..count]))
    }
}

fn failure(stopped: Stopped) -> EngineError {
    match stopped.cause {
        Cause::Engine(error) => error,
        other => EngineError::Failed { reason: other.to_string() },
    }
}

fn rejected(error: &SampleError) -> EngineError {
    EngineError::Rejected { reason: error.to_string() }
}
