//! The seam between a job and the machine that runs it.

use std::time::Duration;

use sphere_math::sampling::Tally;

use crate::block::Sink;
use crate::error::Stopped;
use crate::job::Job;
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
}

/// What an engine is, for reports and for choosing among engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The name that users choose it by: `cpu`.
    pub name: &'static str,
    /// The instruction set of its kernels: `scalar`, `avx2`, `avx512`, `neon`.
    pub simd: &'static str,
    /// Points are computed on so many threads at once.
    pub threads: usize,
    /// Where they run.
    pub numa: NumaState,
}

/// What a finished job did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Points that the sink accepted.
    pub points: u64,
    /// Candidates examined and accepted.
    pub tally: Tally,
    /// From the call to the last accepted block.
    pub elapsed: Duration,
}
