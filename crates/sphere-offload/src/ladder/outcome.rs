//! What became of a job.

use std::ops::Range;
use std::time::Duration;

use sphere_engine::{Cause, EngineError, EngineName, Report};

/// A job that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of the whole job.
    pub report: Report,
    /// Which engine computed which points, in index order. The points are the same whoever did.
    pub executed: Vec<Executed>,
    /// Engines that were tried in vain, in order.
    pub attempts: Vec<Attempt>,
}

/// Points that one engine computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// The engine.
    pub engine: EngineName,
    /// The indices.
    pub points: Range<u64>,
}

/// An engine that was tried and did not come to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The engine.
    pub engine: EngineName,
    /// Another continued here.
    pub next: u64,
    /// Why.
    pub cause: Trouble,
    /// Time since the last point that was kept: what the attempt cost.
    pub lost: Duration,
}

/// Why an engine was passed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It failed.
    #[error(transparent)]
    Failed(#[from] EngineError),
    /// Its breaker is open, because it has failed before.
    #[error("passed over: it has failed before")]
    Open {
        /// It is probed again after so long; `None` while that is going on.
        retry_after: Option<Duration>,
    },
}

/// A job that is not done.
#[derive(Debug, thiserror::Error)]
#[error("not done from point {next} on: {cause}")]
pub struct Undone {
    /// The first index that the sink has not accepted.
    pub next: u64,
    /// Why the last engine stopped, or why none was left.
    #[source]
    pub cause: Cause,
    /// Which engine computed which points before.
    pub executed: Vec<Executed>,
    /// Engines that were tried in vain, in order.
    pub attempts: Vec<Attempt>,
}

impl Outcome {
    /// The time that attempts in vain cost.
    #[must_use]
    pub fn lost(&self) -> Duration {
        self.attempts.iter().map(|attempt| attempt.lost).sum()
    }
}
