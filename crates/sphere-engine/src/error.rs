//! How a job ends early.

use sphere_math::sampling::SampleError;

use crate::block::SinkError;

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
    /// [`Stop::request`](crate::Stop::request) was called.
    #[error("stopped on request")]
    Requested,
    /// The sink took no more.
    #[error(transparent)]
    Sink(SinkError),
    /// What the job computes from is wrong, and would be on every engine.
    #[error(transparent)]
    Input(SampleError),
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
    /// What it computed is not what is defined: nothing of it can be trusted, take the next engine.
    #[error("engine wrong: {reason}")]
    Wrong {
        /// What differs.
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
