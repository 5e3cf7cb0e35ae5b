//! An engine of the ladder, and whether it is trusted.

use std::fmt;
use std::sync::Arc;

use sphere_engine::{Engine, EngineError};

use crate::breaker::{Gate, Tolerance};

/// Where an engine comes from.
pub trait Supply: fmt::Debug + Send + Sync {
    /// The name of the engine: `cpu`, `wgpu`, `cuda`.
    fn name(&self) -> &'static str;

    /// The engine, opened if it is not open.
    ///
    /// # Errors
    /// As opening it.
    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError>;

    /// The engine again after it failed: a lost one is opened anew, which probes its kernels.
    ///
    /// # Errors
    /// As opening it.
    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError>;
}

impl<S: Supply + ?Sized> Supply for Arc<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        (**self).engine()
    }

    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError> {
        (**self).renewed()
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
    fn name(&self) -> &'static str {
        self.0.capability().name.as_str()
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::clone(&self.0))
    }

    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError> {
        self.engine()
    }
}

/// One step of the ladder.
#[derive(Debug)]
pub struct Rung {
    pub(super) supply: Box<dyn Supply>,
    pub(super) gate: Gate,
}

impl Rung {
    /// An engine behind a breaker.
    #[must_use]
    pub fn new(supply: impl Supply + 'static, tolerance: Tolerance) -> Self {
        Self { supply: Box::new(supply), gate: Gate::new(tolerance) }
    }
}
