//! The seam between a job and the machine that runs it.

use std::time::Duration;

use sphere_math::sampling::Tally;

use crate::{Job, Sink, SinkError, Stop};

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
    /// The instruction set of its kernels: `scalar`.
    pub simd: &'static str,
    /// Points are computed on so many threads at once.
    pub threads: usize,
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

/// Where a job ended early, and why.
#[derive(Debug, thiserror::Error)]
#[error("stopped before point {next}: {cause}")]
pub struct Stopped {
    /// The first index that the sink has not accepted.
    pub next: u64,
    /// Why.
    #[source]
    pub cause: Cause,
}

/// Why a job ended early.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// [`Stop::request`] was called.
    #[error("stopped on request")]
    Requested,
    /// The sink took no more.
    #[error(transparent)]
    Sink(SinkError),
    /// The engine could not go on.
    #[error(transparent)]
    Engine(EngineError),
}

/// What went wrong in an engine, by what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine is not on this machine: take the next one.
    #[error("engine unavailable: {reason}")]
    Unavailable {
        /// What is missing.
        reason: String,
    },
    /// Not enough memory for the job: take smaller blocks, or the next engine.
    #[error("engine out of memory")]
    OutOfMemory,
    /// The device is lost until its process is replaced.
    #[error("engine lost: {reason}")]
    Lost {
        /// What the device said.
        reason: String,
    },
    /// The job is wrong and would be on every engine.
    #[error("job rejected: {reason}")]
    Rejected {
        /// What is wrong with it.
        reason: String,
    },
    /// A failure that may pass: try again.
    #[error("engine failed: {reason}")]
    Failed {
        /// What happened.
        reason: String,
    },
    /// The time for the job is over.
    #[error("deadline exceeded")]
    DeadlineExceeded,
}
