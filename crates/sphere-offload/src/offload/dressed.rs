//! An engine as the ladder sees it: with the faults that a drill gives it, and looked after.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use sphere_engine::{Engine, EngineError, EngineName};

use crate::fault::{Faults, Faulty};
use crate::ladder::{Ending, Supply};
#[cfg(target_os = "linux")]
use crate::supervisor::WorkerState;
use crate::verify::Verified;

/// How much of an engine is looked after, and by whom.
#[derive(Clone)]
pub(super) struct Verify {
    pub(super) reference: Arc<dyn Engine>,
    pub(super) one_in: NonZeroU64,
    pub(super) seed: u64,
}

/// A supply whose engines are dressed on their way out. Faults are inside: what looks after the engine sees
/// them.
pub(super) struct Dressed {
    pub(super) supply: Arc<dyn Supply>,
    pub(super) faults: Option<Arc<Faults>>,
    pub(super) verify: Option<Verify>,
}

impl Dressed {
    fn dress(&self, mut engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        if let Some(faults) = &self.faults {
            engine = Arc::new(Faulty::new(engine, Arc::clone(faults)));
        }
        if let Some(Verify { reference, one_in, seed }) = &self.verify {
            engine = Arc::new(Verified::new(engine, Arc::clone(reference), *one_in, *seed));
        }
        engine
    }
}

impl std::fmt::Debug for Dressed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Dressed")
            .field("supply", &self.supply)
            .field("faults", &self.faults)
            .field("verified", &self.verify.as_ref().map(|verify| verify.one_in))
            .finish()
    }
}

impl Supply for Dressed {
    fn name(&self) -> EngineName {
        self.supply.name()
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        self.supply.engine().map(|engine| self.dress(engine))
    }

    fn renewed(&self) -> Result<Arc<dyn Engine>, EngineError> {
        self.supply.renewed().map(|engine| self.dress(engine))
    }

    fn absent(&self) -> Option<String> {
        self.supply.absent()
    }

    fn settle(&self, patience: Duration) {
        self.supply.settle(patience);
    }

    fn end(&self, ending: Ending) -> Result<(), EngineError> {
        self.supply.end(ending)
    }

    #[cfg(target_os = "linux")]
    fn process(&self) -> Option<WorkerState> {
        self.supply.process()
    }
}
