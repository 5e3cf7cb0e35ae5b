//! The engine for whatever graphics processor there is, through WebGPU.
//!
//! A job is cut into batches ([`batch`]), two of which are under way at a time ([`run`]). A kernel
//! writes a batch to memory of the device; on its way to the sink it is copied once by the device,
//! where that has memory of its own, and once from mapped memory into the block that the sink lends.

mod adapter;
mod batch;
mod faults;
mod flights;
mod gpu;
mod kernels;
mod options;
mod pool;
mod probe;
mod ready;
mod run;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::time::Instant;

use sphere_math::kernels::{Kernel, Launch, Output};
use sphere_math::sampling::{Method, Plan, Scheme, Tally};

use self::batch::Batches;
use self::flights::{Flights, Slot};
use self::gpu::Gpu;
use self::kernels::Kernels;
pub use self::options::{Power, Software, WgpuOptions};
use self::pool::Pool;
use self::probe::Runner;
use self::run::drive;
use crate::numa::NumaState;
use crate::plans::Plans;
use crate::{
    Capability, Cause, Coordinates, Costs, Engine, EngineError, EngineName, Job, NearestJob,
    Precision, Report, Sink, Stop, Stopped,
};

/// Bytes of a batch: many times what a launch costs, few enough that the first points arrive at once.
/// Chosen, not measured: no graphics processor was at hand.
const BATCH_BYTES: u64 = 1 << 25;

/// Bytes of results that stay with the engine between jobs, in the buffers of four jobs; twice that
/// where results are copied.
const IDLE_BYTES: u64 = 8 * BATCH_BYTES;

/// Computes on a graphics processor. Points are f32, within a bound of those of the CPU engine
/// ([`SINGLE_BOUND`](sphere_math::kernels::SINGLE_BOUND)); draws are the same integers.
#[derive(Debug)]
pub struct WgpuEngine {
    kernels: Kernels,
    pool: Pool<Slot>,
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
        let pool = Pool::new(IDLE_BYTES, gpu.most_buffer_bytes);
        let kernels = Kernels::open(&gpu, &pool, text)?;
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
        Ok(Self { kernels, pool, gpu, plans: Plans::default(), capability })
    }

    /// The raw integers of some points as the device computes them, row after row: what
    /// [`Plan::draw`] says column by column.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub fn draws(&self, plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, EngineError> {
        let pipeline = self.kernels.get(plan.launch(Output::Draw).kernel.name)?;
        Runner { gpu: &self.gpu, pool: &self.pool, pipeline }.draws(plan, range)
    }

    /// Gives the device up, as a driver that is reset takes it away: jobs under way end with
    /// [`EngineError::Lost`], and so does every later one. For tests of what comes after.
    pub fn lose(&self) {
        self.gpu.device.destroy();
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
        let flights = Flights::new(&self.gpu, &self.pool, pipeline, &launch).map_err(failed)?;
        drive(&flights, range.clone(), batches, point_bytes, out, stop)?;
        Ok(Report { points: job.points(), tally: tally(job), elapsed: started.elapsed() })
    }

    fn nearest(
        &self,
        _job: &NearestJob,
        _directions: [&[f64]; 3],
        _indices: &mut [u64],
        _stop: &Stop,
    ) -> Result<(), Stopped> {
        let reason = "wgpu has no kernel for directions in f64".to_string();
        Err(Stopped { next: 0, cause: Cause::Engine(EngineError::Unavailable { reason }) })
    }
}

/// Kernels count no candidates: those of a rejecting method are not known.
fn tally(job: &Job) -> Tally {
    let rejects =
        matches!(job.scheme(), Scheme::Random { method: Method::Disk | Method::Ball, .. });
    Tally { attempts: if rejects { 0 } else { job.points() }, accepted: job.points() }
}
