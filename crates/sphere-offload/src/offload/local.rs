//! An engine in this process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sphere_engine::{Engine, EngineError, EngineName};

use crate::ladder::Supply;

type Opened = Result<Arc<dyn Engine>, EngineError>;

/// An engine that is opened in this process, and again after it was lost. One that crashes takes the
/// process with it: where there are workers, it is better off in one.
pub struct Local {
    name: EngineName,
    open: Box<dyn Fn() -> Opened + Send + Sync>,
    opened: Mutex<Option<Opened>>,
    /// Held by whoever opens it: others wait for the same one.
    opening: Mutex<()>,
}

impl Local {
    /// Opens nothing yet.
    pub fn new(name: EngineName, open: impl Fn() -> Opened + Send + Sync + 'static) -> Self {
        Self { name, open: Box::new(open), opened: Mutex::default(), opening: Mutex::default() }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opening(&self) -> MutexGuard<'_, ()> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Local").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Supply for Local {
    fn name(&self) -> EngineName {
        self.name
    }

    fn engine(&self) -> Opened {
        let closed = || EngineError::Unavailable { reason: "it is being opened".to_string() };
        self.opened().clone().unwrap_or_else(|| Err(closed()))
    }

    /// Opens it again, whatever became of it.
    fn renewed(&self) -> Opened {
        let _turn = self.opening();
        let opened = (self.open)();
        *self.opened() = Some(opened.clone());
        opened
    }

    fn absent(&self) -> Option<String> {
        match &*self.opened() {
            Some(Err(EngineError::Unavailable { reason })) => Some(reason.clone()),
            _ => None,
        }
    }

    /// Opens it, if nobody has. The one who opens waits for as long as that takes.
    fn settle(&self, _patience: Duration) {
        let _turn = self.opening();
        if self.opened().is_none() {
            let opened = (self.open)();
            *self.opened() = Some(opened);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use sphere_engine::CpuEngine;

    use super::*;

    #[test]
    fn an_engine_is_opened_once_and_again_after_it_failed() {
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let local = Local::new(EngineName::Wgpu, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(Arc::new(CpuEngine::new(None)?))
        });
        assert!(local.engine().is_err() && local.absent().is_none());
        local.settle(Duration::ZERO);
        local.settle(Duration::ZERO);
        assert!(local.engine().is_ok());
        assert_eq!(times.load(Ordering::Relaxed), 1);
        local.renewed().unwrap();
        assert_eq!(times.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_is_not_here_is_absent_with_its_reason() {
        let reason = "no adapter".to_string();
        let error = EngineError::Unavailable { reason };
        let local = Local::new(EngineName::Wgpu, move || Err(error.clone()));
        local.settle(Duration::ZERO);
        assert!(local.engine().is_err());
        assert_eq!(local.absent().as_deref(), Some("no adapter"));
    }
}
