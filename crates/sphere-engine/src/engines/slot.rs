//! An engine that is opened when it is asked for.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::EngineName;
use crate::{Engine, EngineError};

type Opened = Result<Arc<dyn Engine>, EngineError>;

/// A place for an engine, or for the reason why there is none.
pub(super) struct Slot {
    pub(super) name: EngineName,
    open: Box<dyn Fn() -> Opened + Send + Sync>,
    opened: OnceLock<Opened>,
}

impl Slot {
    pub(super) fn new(name: EngineName, open: impl Fn() -> Opened + Send + Sync + 'static) -> Self {
        Self { name, open: Box::new(open), opened: OnceLock::new() }
    }

    /// The engine; the first to ask opens it, others wait meanwhile.
    pub(super) fn open(&self) -> Result<&Arc<dyn Engine>, EngineError> {
        self.opened.get_or_init(&self.open).as_ref().map_err(Clone::clone)
    }

    /// The engine if it is open, or why there is none if that is known.
    pub(super) fn opened(&self) -> Option<Result<&Arc<dyn Engine>, EngineError>> {
        self.opened.get().map(|opened| opened.as_ref().map_err(Clone::clone))
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.opened.get() {
            None => "not opened",
            Some(Ok(_)) => "open",
            Some(Err(_)) => "unavailable",
        };
        out.debug_tuple("Slot").field(&self.name).field(&state).finish()
    }
}
