//! The seam between a job and the machine that runs it.

use std::sync::Arc;
use std::time::Duration;

use sphere_math::sampling::Tally;

use crate::block::Sink;
use crate::engines::{Costs, EngineName};
use crate::error::{EngineError, Stopped};
use crate::fixed_memory::FixedMemory;
use crate::job::{Coordinates, Job, Precision};
use crate::nearest::NearestJob;
use crate::numa::NumaState;
use crate::stop::Stop;

/// A device that computes jobs. Object-safe, one call per job.
pub trait Engine: Send + Sync {
    /// What this engine is.
    fn capability(&self) -> &Capability;

    /// Computes `job` into `out`, in index order.
    ///
    /// # Errors
    /// [`Stopped`]: every point before `next` was accepted by the sink, none after; another engine
    /// can continue there.
    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped>;

    /// The index of the lattice point nearest to each direction: columns x, y and z, as long as
    /// `indices`, in memory of the caller, which is read and written where it is. O(directions). An engine
    /// whose device has no f64 says how much further away than the nearest such a point may be.
    ///
    /// # Errors
    /// [`Stopped`]: every index before `next` is written, what comes after it may be; another engine can
    /// continue there. [`Cause::Input`](crate::Cause::Input) names the first direction that is zero or not
    /// finite, or columns that are not equally long.
    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped>;

    /// Has the device keep memory of the caller at hand for as long as the engine lives: blocks that lie
    /// in it are written where they are. An engine without use for it does nothing.
    ///
    /// # Errors
    /// What the device says. The engine computes without it.
    fn keep(&self, memory: Arc<dyn FixedMemory>) -> Result<(), EngineError> {
        drop(memory);
        Ok(())
    }

    /// Does harm to the device, on purpose: for drills and tests of what comes after.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`]: there is no such harm to this engine.
    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        let name = self.capability().name;
        Err(EngineError::Unavailable { reason: format!("{harm:?} is no harm to {name}") })
    }
}

/// What can be done to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// A kernel writes where no memory is, which poisons its context for the life of the process.
    Poison,
    /// The device is taken away.
    Lose,
}

/// What an engine is, for reports and for choosing among engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// What users choose it by; says how its points compare with those of the CPU.
    pub name: EngineName,
    /// What it computes on.
    pub device: String,
    /// The driver of that device and its version; empty where there is none.
    pub driver: String,
    /// The kernels that it runs, by name.
    pub kernels: Vec<&'static str>,
    /// Kernels that it does not run.
    pub refused: Vec<Refused>,
    /// The types of values that it computes.
    pub precisions: &'static [Precision],
    /// The coordinates that it computes.
    pub coordinates: &'static [Coordinates],
    /// The largest job: 32-bit words of a point, `None` where any fits. Of points there may be any number,
    /// because they are computed in batches; only a batch has to hold one.
    pub most_point_words: Option<u64>,
    /// The memory of the device; `None` where nothing tells.
    pub memory_bytes: Option<u64>,
    /// The instruction set of its kernels: `scalar`, `avx2`, `avx512`, `neon`; `wgsl` and `cuda` are
    /// languages, which the driver compiles.
    pub simd: &'static str,
    /// Points are computed on so many threads of the processor at once.
    pub threads: usize,
    /// Where they run.
    pub numa: NumaState,
    /// What work costs on it, as far as it was measured.
    pub costs: Costs,
}

/// A kernel that a device computes wrongly or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name.
    pub kernel: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// What a finished job did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Points that the sink accepted.
    pub points: u64,
    /// Candidates examined and accepted. Where a method rejects and a device does not count, there are
    /// 0 attempts.
    pub tally: Tally,
    /// From the call to the last accepted block.
    pub elapsed: Duration,
}
