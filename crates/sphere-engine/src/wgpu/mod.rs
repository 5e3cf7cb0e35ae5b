//! The engine for whatever graphics processor there is, through WebGPU.
//!
//! A job is cut into batches, two of which are under way at a time ([`drive`]). A kernel writes a batch to
//! memory of the device, which copies it to where it can be read, if that is elsewhere. Blocks are parts of
//! that mapped memory ([`mapped`]): nothing is copied on this side.

mod adapter;
mod faults;
mod flights;
mod gpu;
mod groups;
mod handover;
mod mapped;
mod nearest;
mod options;
mod ready;
mod runner;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use ::wgpu::ComputePipeline;
use sphere_math::kernels::{ALL, Kernel, Launch, NEAREST, Output};
use sphere_math::sampling::Plan;

use self::flights::{Flights, Slot};
use self::gpu::Gpu;
use self::nearest::{DIRECTION_BYTES, Finder, INDEX_BYTES};
pub use self::options::{Power, Software, WgpuOptions};
use self::runner::Runner;
use crate::device::batch::Batches;
use crate::device::pool::Pool;
use crate::device::probe::{self, Probed};
use crate::device::run::{drive, tally};
use crate::device::trusted::Trusted;
use crate::numa::NumaState;
use crate::plans::Plans;
use crate::{
    Capability, Cause, Coordinates, Costs, Engine, EngineError, EngineName, Harm, Job, NearestJob,
    Precision, Report, Sink, Stop, Stopped,
};

/// Bytes of a batch: many times what a launch costs, few enough that the first points arrive at once.
/// Chosen, not measured: no graphics processor was at hand.
const BATCH_BYTES: u64 = 1 << 25;

/// Batches under way at once: while one is handed over, the device computes the other.
const IN_FLIGHT: usize = 2;

/// Bytes of results that stay with the engine between jobs, in the buffers of four jobs; twice that
/// where results are copied.
const IDLE_BYTES: u64 = 8 * BATCH_BYTES;

/// Computes on a graphics processor. Points are f32, within a bound of those of the CPU engine
/// ([`SINGLE_BOUND`](sphere_math::kernels::SINGLE_BOUND)); draws are the same integers. Directions are
/// rounded to f32: a point that is found for one is at most
/// [`NEAREST_BOUND`](sphere_math::kernels::NEAREST_BOUND) further away than the nearest, and lattices that
/// f32 does not resolve are refused.
#[derive(Debug)]
pub struct WgpuEngine {
    kernels: Trusted<ComputePipeline>,
    pool: Arc<Pool<Slot>>,
    /// Buffers for directions and their indices.
    finders: Arc<Pool<Slot>>,
    gpu: Gpu,
    plans: Plans,
    capability: Capability,
}

impl WgpuEngine {
    /// Opens the best device of this machine, compiles its kernels and compares a few points of each
    /// with their definition.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] with what is missing; [`EngineError::Lost`] or
    /// [`EngineError::OutOfMemory`] from the device. A kernel that computes something else is no error:
    /// the [`Capability`] names it, and jobs that need it are refused.
    pub fn open(options: WgpuOptions) -> Result<Self, EngineError> {
        Self::with_texts(options, &|kernel| kernel.wgsl.concat())
    }

    /// The same with other texts of the kernels: how a wrong one is tested.
    fn with_texts(
        options: WgpuOptions,
        text: &dyn Fn(&Kernel) -> String,
    ) -> Result<Self, EngineError> {
        let adapter = adapter::find(options.power, options.software)?;
        let gpu = Gpu::open(&adapter, options.most_buffer_bytes)?;
        let pool = Arc::new(Pool::new(IDLE_BYTES, gpu.most_buffer_bytes));
        let most_indices = gpu.most_buffer_bytes / DIRECTION_BYTES * INDEX_BYTES as u64;
        let finders = Arc::new(Pool::new(IDLE_BYTES, most_indices));
        let kernels = Trusted::open(
            &[&ALL[..], &[NEAREST]].concat(),
            |kernel| gpu.pipeline(kernel.name, &text(kernel)),
            |kernel, pipeline| match kernel {
                kernel if kernel == NEAREST => {
                    Finder { gpu: &gpu, pool: &finders, pipeline }.differs()
                }
                kernel => probe::differs(kernel.name, &Runner { gpu: &gpu, pool: &pool, pipeline }),
            },
        )?;
        let capability = Capability {
            name: EngineName::Wgpu,
            device: gpu.name.clone(),
            driver: gpu.driver.clone(),
            kernels: kernels.names(),
            refused: kernels.refused(),
            precisions: EngineName::Wgpu.precisions(),
            coordinates: EngineName::Wgpu.coordinates(),
            most_point_words: Some((gpu.most_words as u64).min(gpu.most_buffer_bytes / 4)),
            memory_bytes: None,
            simd: "wgsl",
            threads: 1,
            numa: NumaState::Off,
            costs: Costs::default(),
        };
        Ok(Self { kernels, pool, finders, gpu, plans: Plans::default(), capability })
    }

    /// The raw integers of some points as the device computes them, row after row: what
    /// [`Plan::draw`] says column by column.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub fn draws(&self, plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, EngineError> {
        let launch = plan.launch(Output::Draw);
        let pipeline = self.kernels.get(launch.kernel.name)?;
        Runner { gpu: &self.gpu, pool: &self.pool, pipeline }.values(&launch, range)
    }

    fn launch(&self, job: &Job) -> Result<Launch, EngineError> {
        if job.coordinates() != Coordinates::Native || job.precision() != Precision::Single {
            let reason = "wgpu computes f32 in native coordinates only".to_string();
            return Err(EngineError::Unavailable { reason });
        }
        let plan = self.plans.get(job.scheme());
        let plan = plan.map_err(|error| EngineError::Rejected { reason: error.to_string() })?;
        Ok(plan.launch(Output::Single))
    }

    /// The batches of a job, as large as they should be and the device allows.
    fn batches(&self, range: Range<u64>, point_bytes: u64) -> Result<Batches, EngineError> {
        let most = self.gpu.most_buffer_bytes;
        let batches = Batches::new(range, point_bytes, most.min(BATCH_BYTES.max(point_bytes)));
        batches.ok_or_else(|| {
            let reason =
                format!("a point of {point_bytes} bytes; a buffer of the device has {most}");
            EngineError::Unavailable { reason }
        })
    }
}

impl Engine for WgpuEngine {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let started = Instant::now();
        let range = job.range();
        let failed = |error| Stopped { next: range.start, cause: Cause::Engine(error) };
        self.gpu.faults.check().map_err(failed)?;
        let launch = self.launch(job).map_err(failed)?;
        let pipeline = self.kernels.get(launch.kernel.name).map_err(failed)?;
        let point_bytes = 4 * launch.words_per_point;
        let batches = self.batches(range.clone(), point_bytes as u64).map_err(failed)?;
        let flights = Flights::new(&self.gpu, &self.pool, pipeline, &launch, range.start, out);
        drive(&mut flights.map_err(failed)?, batches, range.end, IN_FLIGHT, stop)?;
        Ok(Report { points: job.points(), tally: tally(job), elapsed: started.elapsed() })
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        NearestJob::check(directions, indices)?;
        let failed = |error| Stopped { next: 0, cause: Cause::Engine(error) };
        self.gpu.faults.check().map_err(failed)?;
        let launch = job.plan().launch_nearest_single();
        let launch = launch.map_err(|error| failed(unavailable(error.to_string())))?;
        let pipeline = self.kernels.get(NEAREST.name).map_err(failed)?;
        let batches = self.batches(0..indices.len() as u64, DIRECTION_BYTES).map_err(failed)?;
        let finder = Finder { gpu: &self.gpu, pool: &self.finders, pipeline };
        finder.find(&launch, directions, batches, indices, stop)
    }

    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        match harm {
            // As a driver that is reset takes it away.
            Harm::Lose => {
                self.gpu.device.destroy();
                Ok(())
            }
            Harm::Poison => Err(unavailable(format!("{harm:?} is no harm to wgpu"))),
        }
    }
}

fn unavailable(reason: String) -> EngineError {
    EngineError::Unavailable { reason }
}
