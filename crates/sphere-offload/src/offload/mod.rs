//! The ladder of a service, put together: engines, the processes that they are in, what looks after them,
//! and the faults of a drill.

mod dressed;
mod drill;
mod local;

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::{CpuEngine, Engine, EngineError, EngineName, EngineOptions, Exactness};

use self::dressed::{Dressed, Verify};
use self::drill::{Drill, is_felt};
pub use self::local::Local;
use crate::breaker::{Backoff, Tolerance};
use crate::fault::{Fault, FaultKind, Faults};
#[cfg(target_os = "linux")]
use crate::ladder::Event;
use crate::ladder::{Events, Fixed, Ladder, Rung, Supply};
#[cfg(target_os = "linux")]
use crate::supervisor::{Limits, Supervisor};
#[cfg(target_os = "linux")]
use crate::worker::{WorkerOptions, check};

/// What a service computes on.
#[derive(Clone)]
pub struct OffloadOptions {
    /// The engines, the first choice first.
    pub engines: Vec<EngineName>,
    /// The one that is `cpu`, and by which others are verified.
    pub cpu: Arc<CpuEngine>,
    /// How the others are opened, where they are in this process.
    pub devices: EngineOptions,
    /// How the processes are started that the others are in; where there is none, they are in this one.
    #[cfg(target_os = "linux")]
    pub workers: Option<Workers>,
    /// About one point in so many of what the others compute is computed again on the CPU.
    pub verify: Option<NonZeroU64>,
    /// Decides which; should be known to nobody.
    pub seed: u64,
    /// What is to fail, on purpose. Faults of a queue are not for engines: they are its
    /// [`Drill`](crate::queue::Drill)'s.
    pub faults: Vec<Fault>,
    /// An engine that gives nothing for so long is passed over.
    pub patience: Duration,
    /// Who is told what happens.
    pub events: Arc<dyn Events>,
}

impl fmt::Debug for OffloadOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OffloadOptions")
            .field("engines", &self.engines)
            .field("verify", &self.verify)
            .field("faults", &self.faults)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// How worker processes are started, and what they may do.
#[cfg(target_os = "linux")]
#[derive(Clone, Debug)]
pub struct Workers {
    /// All but the engine, which each has its own of.
    pub options: WorkerOptions,
    /// What ends one.
    pub limits: Limits,
}

/// Why there is no such service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffloadError {
    /// Nothing to compute on.
    #[error("engines is empty; name at least one, such as cpu")]
    NoEngine,
    /// An engine is there once.
    #[error("engines names {engine} twice")]
    Twice {
        /// Which.
        engine: EngineName,
    },
    /// Nobody would notice.
    #[error("fault {fault} is felt on none of the engines {engines}; {advice}")]
    Unfelt {
        /// The fault.
        fault: Fault,
        /// What there is.
        engines: String,
        /// What to do.
        advice: &'static str,
    },
    /// No process can be started for the engines that have one of their own.
    #[error("{reason} (engines=cpu does without processes of their own)")]
    Worker {
        /// Why.
        reason: String,
    },
    /// Engines cannot be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// A ladder, and what keeps it going. Dropped, it ends its processes.
#[derive(Debug)]
pub struct Offload {
    ladder: Ladder,
    cpu: Arc<CpuEngine>,
    /// Ends before the engines do.
    _drill: Option<Drill>,
}

impl Offload {
    /// Starts the engines, without waiting for them.
    ///
    /// # Errors
    /// Options that cannot be, and a program for workers that is none.
    pub fn start(options: &OffloadOptions) -> Result<Self, OffloadError> {
        options.check()?;
        let started = Instant::now();
        let supplies = options.engines.iter().map(|engine| options.supply(*engine));
        let supplies = supplies.collect::<Result<Vec<_>, EngineError>>()?;
        let rungs = supplies.iter().map(|(supply, _)| options.rung(supply, started)).collect();
        let ladder = Ladder::new(rungs, options.patience).watched(Arc::clone(&options.events));
        let drill = Drill::start(&options.faults, &supplies, started)?;
        Ok(Self { ladder, cpu: Arc::clone(&options.cpu), _drill: drill })
    }

    /// The ladder.
    #[must_use]
    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// The CPU, whose threads also do what is no job.
    #[must_use]
    pub fn cpu(&self) -> &Arc<CpuEngine> {
        &self.cpu
    }

    /// Waits until every engine is there or known to be absent, each at most as long as `patience`.
    pub fn settle(&self, patience: Duration) {
        self.ladder.rungs().iter().for_each(|rung| rung.settle(patience));
    }

    /// Measures those engines that `auto` compares, so that it can choose. With nothing to compare nothing
    /// is measured, and a drill is not about time.
    pub fn measure(&self) {
        let exact = |rung: &&Rung| rung.name().exactness() == Exactness::Bits;
        let here = |rung: &&Rung| rung.engine().is_ok();
        let compared: Vec<&Rung> = self.ladder.rungs().iter().filter(exact).filter(here).collect();
        let is_drill = compared.iter().any(|rung| rung.name() == EngineName::Scripted);
        if compared.len() > 1 && !is_drill {
            for rung in compared {
                // What cannot be measured is not compared.
                let _ = rung.measure();
            }
        }
    }
}

impl OffloadOptions {
    fn check(&self) -> Result<(), OffloadError> {
        if self.engines.is_empty() {
            return Err(OffloadError::NoEngine);
        }
        let mut seen = BTreeSet::new();
        for &engine in &self.engines {
            if !seen.insert(engine.as_str()) {
                return Err(OffloadError::Twice { engine });
            }
        }
        let felt = |fault: &&Fault| {
            let on = |engine: &EngineName| is_felt(&fault.kind, *engine, self.has_process(*engine));
            !self.engines.iter().any(on)
        };
        if let Some(fault) = self.faults.iter().find(felt) {
            let engines: Vec<&str> = self.engines.iter().map(|engine| engine.as_str()).collect();
            let advice = match fault.kind {
                FaultKind::Queue(_) => "it befalls a queue",
                _ => "use one that it names, or scripted, which stands for a device",
            };
            let engines = engines.join(",");
            return Err(OffloadError::Unfelt { fault: fault.clone(), engines, advice });
        }
        #[cfg(target_os = "linux")]
        if let Some(workers) = &self.workers
            && let Some(&engine) = self.engines.iter().find(|engine| self.has_process(**engine))
        {
            let checked = check(&WorkerOptions { engine, ..workers.options.clone() });
            checked.map_err(|error| OffloadError::Worker {
                reason: match error {
                    EngineError::Unavailable { reason } => reason,
                    error => error.to_string(),
                },
            })?;
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn has_process(&self, engine: EngineName) -> bool {
        engine != EngineName::Cpu && self.workers.is_some()
    }

    #[cfg(not(target_os = "linux"))]
    fn has_process(&self, _engine: EngineName) -> bool {
        false
    }

    /// Where an engine comes from, and whether it has a process of its own.
    fn supply(&self, engine: EngineName) -> Result<(Arc<dyn Supply>, bool), EngineError> {
        if engine == EngineName::Cpu {
            let cpu: Arc<dyn Engine> = Arc::<CpuEngine>::clone(&self.cpu);
            return Ok((Arc::new(Fixed(cpu)), false));
        }
        #[cfg(target_os = "linux")]
        if let Some(Workers { options, limits }) = &self.workers {
            let options = WorkerOptions { engine, ..options.clone() };
            let events = Arc::clone(&self.events);
            let told = move |what| events.told(Event::Worker { engine, what: &what });
            return Ok((Arc::new(Supervisor::observed(options, *limits, Box::new(told))?), true));
        }
        let devices = self.devices.clone();
        let open = move || sphere_engine::open(engine, &devices);
        Ok((Arc::new(Local::new(engine, open)), false))
    }

    fn rung(&self, supply: &Arc<dyn Supply>, started: Instant) -> Rung {
        let engine = supply.name();
        let reference: Arc<dyn Engine> = Arc::<CpuEngine>::clone(&self.cpu);
        // The CPU is what others are compared with.
        let verify = self.verify.filter(|_| engine != EngineName::Cpu);
        let dressed = Dressed {
            supply: Arc::clone(supply),
            faults: Faults::of(engine, &self.faults, started).map(Arc::new),
            verify: verify.map(|one_in| Verify { reference, one_in, seed: self.seed }),
        };
        // Breakers of one service do not probe together.
        let seed = self.seed ^ engine as u64;
        let backoff = Backoff { seed, ..Backoff::default() };
        Rung::new(dressed, Tolerance { backoff, ..Tolerance::default() })
    }
}
