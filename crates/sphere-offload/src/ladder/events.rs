//! What is told while jobs run.

use std::time::Duration;

use sphere_engine::{EngineError, EngineName};

use crate::breaker::State;
#[cfg(target_os = "linux")]
use crate::supervisor::WorkerEvent;

/// What happens on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The breaker of an engine has turned.
    Turned {
        /// The engine.
        engine: EngineName,
        /// What the breaker is in now.
        state: State,
    },
    /// An engine did not come to the end of a job.
    Failed {
        /// The engine.
        engine: EngineName,
        /// How.
        error: &'a EngineError,
        /// Whoever goes on begins with this index.
        next: u64,
        /// Time since its last point that was kept.
        lost: Duration,
    },
    /// Points that a wrong engine had computed are computed again.
    Replayed {
        /// The wrong engine.
        engine: EngineName,
        /// How many.
        points: u64,
    },
    /// What becomes of the process of an engine.
    #[cfg(target_os = "linux")]
    Worker {
        /// The engine.
        engine: EngineName,
        /// What has.
        what: &'a WorkerEvent,
    },
}

/// Whoever counts or logs what happens. Called by the threads of jobs and of supervisors, which wait
/// meanwhile.
pub trait Events: Send + Sync {
    /// Something has happened.
    fn told(&self, event: Event<'_>);
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Unheard;

impl Events for Unheard {
    fn told(&self, _event: Event<'_>) {}
}
