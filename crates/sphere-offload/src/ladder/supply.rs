//! Where the engine of a rung comes from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sphere_engine::{Engine, EngineError, EngineName};

#[cfg(target_os = "linux")]
use crate::supervisor::WorkerState;

/// Where an engine comes from.
pub trait Supply: fmt::Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> EngineName;

    /// The engine as it is now. Waits for nothing.
    ///
    /// # Errors
    /// Why there is none now.
    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError>;

    /// The engine again after it failed: a lost one is opened anew, which probes its kernels.
    ///
    /// # Errors
    /// Why there is none now.
    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError> {
        self.engine()
    }

    /// Why the engine is not on this machine at all, where that is known: nobody need try.
    fn absent(&self) -> Option<String> {
        None
    }

    /// Waits until the engine is there or known to be absent, but not longer than `patience`.
    fn settle(&self, patience: Duration) {
        let _ = patience;
    }

    /// Ends the process of the engine, on purpose.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`]: it has none of its own, or none now.
    fn end(&self, ending: Ending) -> Result<(), EngineError> {
        let reason = format!("{} has no process of its own, to {ending:?}", self.name());
        Err(EngineError::Unavailable { reason })
    }

    /// The process that the engine is in, where it has its own.
    #[cfg(target_os = "linux")]
    fn process(&self) -> Option<WorkerState> {
        None
    }
}

/// How a process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is killed.
    Kill,
    /// It is stopped, and says nothing any more.
    Freeze,
}

impl<S: Supply + ?Sized> Supply for Arc<S> {
    fn name(&self) -> EngineName {
        (**self).name()
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        (**self).engine()
    }

    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError> {
        (**self).renewed()
    }

    fn absent(&self) -> Option<String> {
        (**self).absent()
    }

    fn settle(&self, patience: Duration) {
        (**self).settle(patience);
    }

    fn end(&self, ending: Ending) -> Result<(), EngineError> {
        (**self).end(ending)
    }

    #[cfg(target_os = "linux")]
    fn process(&self) -> Option<WorkerState> {
        (**self).process()
    }
}

/// An engine that is always there and cannot be lost.
#[derive(Clone)]
pub struct Fixed(pub Arc<dyn Engine>);

impl fmt::Debug for Fixed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Fixed").field(self.0.capability()).finish()
    }
}

impl Supply for Fixed {
    fn name(&self) -> EngineName {
        self.0.capability().name
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::clone(&self.0))
    }
}
