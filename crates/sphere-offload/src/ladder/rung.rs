//! An engine of the ladder, and whether it is trusted.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sphere_engine::{Cost, Costs, Engine, EngineError, EngineName, Work};

use super::events::{Event, Events};
use super::record::Record;
use super::status::Status;
use super::supply::Supply;
use crate::breaker::{Gate, Tolerance};

/// One step of the ladder.
#[derive(Debug)]
pub struct Rung {
    pub(super) supply: Box<dyn Supply>,
    pub(super) gate: Gate,
    pub(super) record: Record,
    tolerance: Tolerance,
    /// What work costs on the engine. Kept here, since the engine may be a new one every minute.
    costs: OnceLock<Costs>,
}

impl Rung {
    /// An engine behind a breaker.
    #[must_use]
    pub fn new(supply: impl Supply + 'static, tolerance: Tolerance) -> Self {
        Self {
            supply: Box::new(supply),
            gate: Gate::new(tolerance),
            record: Record::default(),
            tolerance,
            costs: OnceLock::new(),
        }
    }

    /// The engine's name.
    #[must_use]
    pub fn name(&self) -> EngineName {
        self.supply.name()
    }

    /// The engine as it is now, whether it is trusted or not.
    ///
    /// # Errors
    /// Why there is none now.
    pub fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        self.supply.engine()
    }

    /// Waits until the engine is there or known to be absent, but not longer than `patience`.
    pub fn settle(&self, patience: Duration) {
        self.supply.settle(patience);
    }

    /// Measures what work costs on the engine, once.
    ///
    /// # Errors
    /// What kept it from computing.
    pub fn measure(&self) -> Result<(), EngineError> {
        if self.costs.get().is_none() {
            let costs = sphere_engine::measure(&*self.supply.engine()?)?;
            // Another thread may have been faster.
            let _ = self.costs.set(costs);
        }
        Ok(())
    }

    /// What work costs on it, if that was measured.
    pub(super) fn cost(&self, work: &Work<'_>) -> Option<Cost> {
        self.costs.get()?.of(work)
    }

    pub(super) fn watch(&mut self, events: &Arc<dyn Events>) {
        let (engine, events) = (self.name(), Arc::clone(events));
        let on_turn = move |state| events.told(Event::Turned { engine, state });
        self.gate = Gate::watched(self.tolerance, Arc::new(on_turn));
    }

    pub(super) fn status(&self) -> Status {
        Status::of(&*self.supply, &self.gate, &self.record)
    }
}
