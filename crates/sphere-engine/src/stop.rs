//! How a job is told to end early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::error::{Cause, EngineError};

/// A request to stop, shared by whoever may make it, and a deadline that makes it by itself.
///
/// Engines look at it once per block, so a job ends within the time of a few blocks.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    requested: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Stop {
    /// Runs to the end unless [`Stop::request`] is called.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Gives up at `deadline`.
    #[must_use]
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// Ends every job that watches this stop or a clone of it.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// Why to stop now, if so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        if self.requested.load(Ordering::Relaxed) {
            return Some(Cause::Requested);
        }
        let deadline = self.deadline?;
        (Instant::now() >= deadline).then_some(Cause::Engine(EngineError::DeadlineExceeded))
    }
}
