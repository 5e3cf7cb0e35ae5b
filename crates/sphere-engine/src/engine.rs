//! The seam between a job and the machine that runs it.

use std::time::Duration;

use sphere_math::sampling::Tally;

use crate::block::Sink;
use crate::error::Stopped;
use crate::job::{Job, Precision};
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
}

/// What an engine is, for reports and for choosing among engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The name that users choose it by: `cpu`, `wgpu`, `cuda`.
    pub name: &'static str,
    /// What it computes on.
    pub device: String,
    /// The driver of that device and its version; empty where there is none.
    pub driver: String,
    /// The kernels that it runs, by name. Points are computed in batches, so jobs may have any size.
    pub kernels: Vec<&'static str>,
    /// Kernels that it does not run.
    pub refused: Vec<Refused>,
    /// The types of values that it computes.
    pub precisions: &'static [Precision],
    /// The memory of the device; `None` where nothing tells.
    pub memory_bytes: Option<u64>,
    /// The instruction set of its kernels: `scalar`, `avx2`, `avx512`, `neon`; `wgsl` and `cuda` are
    /// languages, which the driver compiles.
    pub simd: &'static str,
    /// Points are computed on so many threads of the processor at once.
    pub threads: usize,
    /// Where they run.
    pub numa: NumaState,
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
