//! An engine of the ladder, and whether it is trusted.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sphere_engine::{
    Cause, Cost, Costs, Discard, Engine, EngineError, EngineName, Job, SampleParameters, Stop, Work,
};

use super::events::{Event, Events};
use super::record::Record;
use super::status::Status;
use super::supply::{Ending, Supply};
use crate::breaker::{Fault, Gate, Permit, State, Tolerance};

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

    /// Finds out whether an engine works again whose breaker has been open for long enough: opened anew, it
    /// has to compute a few points within `patience`. Others are left alone.
    pub(super) fn probe(&self, patience: Duration) {
        let now = Instant::now();
        if !self.has_to_probe(now) {
            return;
        }
        // A job may have been faster.
        let Some(permit) = self.gate.enter(now).ok().filter(Permit::is_probe) else { return };
        let worked = self.supply.renewed().map_err(Cause::Engine).and_then(|engine| {
            let run = engine.run(&probe_job()?, &mut Discard::default(), &Stop::at(now + patience));
            run.map_err(|stopped| stopped.cause)
        });
        match worked {
            Ok(_) => permit.succeeded(),
            Err(cause) => {
                if matches!(cause, Cause::Engine(EngineError::Wrong { .. })) {
                    self.distrust();
                }
                permit.failed(Fault::Lasting, Instant::now());
            }
        }
    }

    /// Whether its breaker has been open for long enough.
    pub(super) fn has_to_probe(&self, now: Instant) -> bool {
        matches!(self.gate.state(), State::Open { until } if until <= now)
    }

    /// Has an engine that was wrong opened anew, which compares it with its definition. One without a process
    /// of its own is opened anew when its breaker lets it be.
    pub(super) fn distrust(&self) {
        // Fails where it has ended already.
        let _ = self.supply.end(Ending::Kill);
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

/// A few points that every engine computes.
fn probe_job() -> Result<Job, Cause> {
    let parameters = SampleParameters::parse("fibonacci", [("count", "256"), ("precision", "f32")]);
    let job = parameters.and_then(|parameters| parameters.job());
    job.map_err(|error| Cause::Engine(EngineError::Failed { reason: error.to_string() }))
}
