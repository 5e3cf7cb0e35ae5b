//! The engine for NVIDIA devices, through CUDA.
//!
//! Found where the program runs: [`driver`] is the one seam to the library of the system, [`compile`] and
//! [`cache`] make the code of the kernels. Points take one of two ways to the block that a sink lends
//! ([`chunks`]): small jobs are written there by the kernel, large ones flow through memory of the device
//! ([`ring`]). Directions flow in and indices out between memory of the caller and the device ([`search`]).

mod cache;
mod chunks;
mod compile;
mod driver;
mod gpu;
mod harm;
mod host;
mod in_use;
mod inner;
mod lanes;
mod library;
mod measure;
mod options;
mod owned;
mod place;
mod resources;
mod ring;
mod search;
#[cfg(test)]
#[path = "../../tests/stand_in/mod.rs"]
mod stand_in;
#[cfg(test)]
mod tests;
mod uploads;
mod values;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytemuck::Pod;
use sphere_math::kernels::{ALL, Kernel, NEAREST};
use sphere_math::sampling::Plan;

use self::cache::Cubins;
pub use self::compile::Architecture;
use self::driver::real::Cuda;
use self::driver::{Driver as _, Grid};
use self::harm::POISON;
use self::inner::Inner;
pub use self::measure::{HostMemory, LinkWay, Measure};
pub use self::options::CudaOptions;
pub use self::values::CudaValues;
use crate::{
    Capability, Engine, EngineError, FixedMemory, Harm, Job, NearestJob, Report, Sink, Stop,
    Stopped,
};

/// Computes on an NVIDIA device. Draws and points, in f64 and f32, are the bits of the CPU engine.
///
/// Any number of threads may call it at once. A job whose sink waits keeps its own chunks and nothing
/// else.
#[derive(Debug)]
pub struct CudaEngine {
    inner: Inner<Cuda>,
    /// What code comes from that is not needed from the start.
    cubins: Cubins,
    architecture: Architecture,
}

impl CudaEngine {
    /// Opens a device, has its kernels compiled, or takes them from the cache, and compares a few points
    /// of each with their definition.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] with what is missing: the driver, a newer one, a device;
    /// [`EngineError::Lost`] or [`EngineError::OutOfMemory`] from the device. A kernel that does not
    /// compile or computes something else is no error: the [`Capability`] names it, and jobs that need it
    /// are refused.
    pub fn open(options: CudaOptions) -> Result<Self, EngineError> {
        Self::with_texts(options, &|kernel| kernel.cuda.concat())
    }

    /// The same with other texts of the kernels: how a wrong one is tested.
    fn with_texts(
        options: CudaOptions,
        text: &dyn Fn(&Kernel) -> String,
    ) -> Result<Self, EngineError> {
        let CudaOptions { device, most_device_bytes, cache } = options;
        let driver = Cuda::open(device)?;
        let [major, minor] = driver.device().architecture;
        let cubins = Cubins::new(cache);
        let architecture = Architecture { major, minor };
        let compile = |kernel: &Kernel| cubins.get(kernel.name, &text(kernel), architecture);
        let inner = Inner::open(driver, most_device_bytes, &compile)?;
        Ok(Self { inner, cubins, architecture })
    }

    /// The raw integers of some points as the device computes them, row after row: what
    /// [`Plan::draw`] says column by column.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub fn draws(&self, plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, EngineError> {
        self.inner.draws(plan, range)
    }

    /// Memory that [`Engine::nearest`] reads and writes where it is, without registering it first: for
    /// columns of directions and indices that are used more than once.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] if the system or the driver has not so much to lock.
    pub fn values<T: Pod>(&self, count: usize) -> Result<CudaValues<T>, EngineError> {
        CudaValues::new(self.inner.resources(), count)
    }

    /// Times by the clock of the device.
    #[must_use]
    pub fn measure(&self) -> Measure<'_> {
        Measure::new(&self.inner)
    }
}

impl Engine for CudaEngine {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.inner.run(job, out, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.inner.nearest(job, directions, indices, stop)
    }

    fn keep(&self, memory: Arc<dyn FixedMemory>) -> Result<(), EngineError> {
        self.inner.resources().keep(memory)
    }

    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        match harm {
            Harm::Poison => {
                let text = POISON.cuda.concat();
                self.inner.poison(&self.cubins.get(POISON.name, &text, self.architecture)?)
            }
            Harm::Lose => {
                let reason = format!("{harm:?} is no harm to cuda");
                Err(EngineError::Unavailable { reason })
            }
        }
    }
}

/// Compiles every kernel into a folder, for devices of one architecture: what
/// [`CudaOptions::cache`] names on machines that have no compiler. Their names and bytes.
///
/// # Errors
/// [`EngineError::Unavailable`] without NVRTC; [`EngineError::Failed`] with the compiler's log, or if
/// the folder cannot be written.
pub fn compile_kernels(
    folder: &Path,
    to: Architecture,
) -> Result<Vec<(&'static str, usize)>, EngineError> {
    let cubins = Cubins::new(Some(folder.to_path_buf()));
    let kernels = ALL.into_iter().chain([NEAREST]);
    let fill = |text: String, name| Ok((name, cubins.fill(name, &text, to)?));
    kernels.map(|kernel| fill(kernel.cuda.concat(), kernel.name)).collect()
}

/// One thread a point, in groups that every device runs.
fn grid(points: u64) -> Grid {
    const GROUP: u32 = 256;
    Grid { groups: points.div_ceil(GROUP.into()) as u32, group_threads: GROUP }
}
