//! The engine on any driver.

use std::ops::Range;
use std::time::Instant;

use bytemuck::Pod;
use sphere_math::kernels::{ALL, Kernel, Launch, NEAREST, Output};
use sphere_math::sampling::{Plan, SampleError};

use super::chunks::cut;
use super::driver::Driver;
use super::gpu::Gpu;
use super::owned::Loaded;
use super::resources::Resources;
use super::ring::Ring;
use super::search::{ROW_BYTES, Search};
use crate::device::batch::Batches;
use crate::device::probe::{self, Lifts, Probed};
use crate::device::run::{drive, tally};
use crate::device::trusted::Trusted;
use crate::numa::NumaState;
use crate::plans::Plans;
use crate::{
    Capability, Cause, Collect, Coordinates, Costs, EngineError, EngineName, Job, NearestJob,
    Precision, Report, Sink, Stop, Stopped, Window,
};

/// The kernels of a device, and what jobs share.
#[derive(Debug)]
pub(super) struct Inner<D: Driver> {
    kernels: Trusted<Loaded<D>>,
    plans: Plans,
    capability: Capability,
    // Last: kernels are unloaded before.
    resources: Resources<D>,
}

impl<D: Driver> Inner<D> {
    /// Loads and probes all kernels; `compile` makes what the device loads.
    pub(super) fn open(
        driver: D,
        most_device_bytes: Option<u64>,
        compile: &dyn Fn(&Kernel) -> Result<Vec<u8>, EngineError>,
    ) -> Result<Self, EngineError> {
        let device = driver.device().clone();
        let resources = Resources::new(Gpu::new(driver, most_device_bytes));
        let mut kernels = ALL.to_vec();
        kernels.push(NEAREST);
        let load = |kernel: &Kernel| Loaded::new(&resources.gpu, kernel.name, &compile(kernel)?);
        let kernels = Trusted::open(&kernels, load, |kernel, loaded| {
            let runner = Runner { resources: &resources, kernel: loaded };
            if kernel.name == NEAREST.name {
                return probe::nearest_differs(|plan, columns| runner.nearest(plan, columns));
            }
            probe::differs(kernel.name, &runner)
        })?;
        let capability = Capability {
            name: EngineName::Cuda,
            device: device.name,
            driver: device.driver,
            kernels: kernels.names(),
            refused: kernels.refused(),
            precisions: EngineName::Cuda.precisions(),
            coordinates: EngineName::Cuda.coordinates(),
            most_point_words: None,
            memory_bytes: Some(device.memory_bytes),
            simd: "cuda",
            threads: 1,
            numa: NumaState::Off,
            costs: Costs::default(),
        };
        Ok(Self { kernels, plans: Plans::default(), capability, resources })
    }

    pub(super) fn capability(&self) -> &Capability {
        &self.capability
    }

    pub(super) fn resources(&self) -> &Resources<D> {
        &self.resources
    }

    /// A kernel that can be trusted.
    pub(super) fn kernel(&self, launch: &Launch) -> Result<&Loaded<D>, EngineError> {
        self.kernels.get(launch.kernel.name)
    }

    pub(super) fn draws(&self, plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, EngineError> {
        let launch = plan.launch(Output::Draw);
        let kernel = self.kernel(&launch)?;
        Runner { resources: &self.resources, kernel }.values(&launch, range)
    }

    pub(super) fn run(
        &self,
        job: &Job,
        out: &mut dyn Sink,
        stop: &Stop,
    ) -> Result<Report, Stopped> {
        let started = Instant::now();
        let failed = |error| Stopped { next: job.range().start, cause: Cause::Engine(error) };
        self.resources.gpu.check().map_err(failed)?;
        let launch = self.launch(job).map_err(failed)?;
        let kernel = self.kernel(&launch).map_err(failed)?;
        run(&self.resources, kernel, &launch, job.range(), out, stop)?;
        Ok(Report { points: job.points(), tally: tally(job), elapsed: started.elapsed() })
    }

    fn launch(&self, job: &Job) -> Result<Launch, EngineError> {
        if job.coordinates() != Coordinates::Native {
            let reason = "cuda computes native coordinates only".to_string();
            return Err(EngineError::Unavailable { reason });
        }
        let plan = self.plans.get(job.scheme()).map_err(rejected)?;
        Ok(plan.launch(match job.precision() {
            Precision::Double => Output::Double,
            Precision::Single => Output::Single,
        }))
    }

    pub(super) fn nearest(
        &self,
        job: &NearestJob,
        columns: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        NearestJob::check(columns, indices)?;
        let failed = |error| Stopped { next: 0, cause: Cause::Engine(error) };
        self.resources.gpu.check().map_err(failed)?;
        let launch = job.plan().launch_nearest().map_err(rejected).map_err(failed)?;
        let kernel = self.kernel(&launch).map_err(failed)?;
        nearest(&self.resources, kernel, &launch, columns, indices, stop)
    }
}

/// Runs one kernel, trusted or not.
#[derive(Debug)]
struct Runner<'a, D: Driver> {
    resources: &'a Resources<D>,
    kernel: &'a Loaded<D>,
}

impl<D: Driver> Runner<'_, D> {
    fn nearest(&self, plan: &Plan, columns: [&[f64]; 3]) -> Result<Vec<u64>, EngineError> {
        let launch = plan.launch_nearest().map_err(rejected)?;
        let mut indices = vec![0; columns[0].len()];
        let stop = Stop::never();
        nearest(self.resources, self.kernel, &launch, columns, &mut indices, &stop)
            .map_err(engine_error)?;
        Ok(indices)
    }
}

impl<D: Driver> Probed for Runner<'_, D> {
    const LIFTS: Lifts = Lifts::Exact;

    fn values<T: Pod + Default>(
        &self,
        launch: &Launch,
        range: Range<u64>,
    ) -> Result<Vec<T>, EngineError> {
        let mut values = Collect::default();
        run(self.resources, self.kernel, launch, range, &mut values, &Stop::never())
            .map_err(engine_error)?;
        Ok(values.values)
    }
}

fn run<D: Driver>(
    resources: &Resources<D>,
    kernel: &Loaded<D>,
    launch: &Launch,
    range: Range<u64>,
    out: &mut dyn Sink,
    stop: &Stop,
) -> Result<(), Stopped> {
    let (first, end) = (range.start, range.end);
    let failed = |error| Stopped { next: first, cause: Cause::Engine(error) };
    let point_bytes = 4 * launch.words_per_point as u64;
    let job_bytes = point_bytes.saturating_mul(end - first);
    let most = resources.gpu.budget().most();
    let (cut, batches) = cut(job_bytes, point_bytes, out.window(), most)
        .and_then(|cut| Some((cut, Batches::new(range, point_bytes, cut.chunk_bytes)?)))
        .ok_or_else(|| failed(EngineError::OutOfMemory))?;
    let ring = Ring::new(resources, kernel, launch, cut, first, out);
    drive(&mut ring.map_err(failed)?, batches, end, cut.chunks, stop)
}

fn nearest<D: Driver>(
    resources: &Resources<D>,
    kernel: &Loaded<D>,
    launch: &Launch,
    columns: [&[f64]; 3],
    indices: &mut [u64],
    stop: &Stop,
) -> Result<(), Stopped> {
    let failed = |error| Stopped { next: 0, cause: Cause::Engine(error) };
    let rows = indices.len() as u64;
    let most = resources.gpu.budget().most();
    let (cut, batches) = cut(rows * ROW_BYTES, ROW_BYTES, Window::default(), most)
        .and_then(|cut| Some((cut, Batches::new(0..rows, ROW_BYTES, cut.chunk_bytes)?)))
        .ok_or_else(|| failed(EngineError::OutOfMemory))?;
    let search = Search::new(resources, kernel, launch, cut, columns, indices);
    drive(&mut search.map_err(failed)?, batches, rows, cut.chunks, stop)
}

fn rejected(error: SampleError) -> EngineError {
    EngineError::Rejected { reason: error.to_string() }
}

fn engine_error(stopped: Stopped) -> EngineError {
    match stopped.cause {
        Cause::Engine(error) => error,
        other => EngineError::Failed { reason: other.to_string() },
    }
}
