//! Which engines there are, and which one is to compute.
//!
//! ```
//! use sphere_engine::{CpuEngine, EngineChoice, EngineOptions, Engines, SampleParameters, Work};
//!
//! let engines = Engines::new(CpuEngine::new(None)?, &EngineOptions::default());
//! let job = SampleParameters::parse("fibonacci", [("count", "10")])?.job()?;
//! let choice: EngineChoice = "auto".parse()?;
//! let engine = engines.choose(choice, &Work::Points(&job))?;
//! assert_eq!(engine.capability().name.as_str(), "cpu");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod choose;
mod cost;
mod name;
mod slot;
mod table;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;
use std::iter::once;
use std::sync::Arc;

pub use self::cost::{Cost, Costs};
pub use self::name::{EngineChoice, EngineName, Exactness};
use self::slot::Slot;
pub use self::work::{Unable, Work};
use crate::{CpuEngine, CudaOptions, Engine, EngineError, Software};

/// What can be asked of engines before any is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// Whether `wgpu` may be a driver that computes on the processor.
    pub software: Software,
    /// Which device `cuda` is, and how much of it.
    pub cuda: CudaOptions,
}

/// What this process can compute on. Any thread may ask: an engine is opened once, when it is first
/// asked for, and it or the reason why there is none is kept.
pub struct Engines {
    cpu: Arc<CpuEngine>,
    /// The same one, as a peer of the others.
    first: Arc<dyn Engine>,
    devices: Vec<Slot>,
}

/// Why work cannot be done on the engine that was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// It is not here, or it is broken.
    #[error("engine {name} is not available: {}", because(error))]
    Unavailable {
        /// The engine.
        name: EngineName,
        /// Why.
        error: EngineError,
    },
    /// It is here, and cannot do this.
    #[error(transparent)]
    Unable(#[from] Unable),
}

impl Engines {
    /// The CPU, and the others as they are asked for. Opens none.
    #[must_use]
    pub fn new(cpu: CpuEngine, options: &EngineOptions) -> Self {
        let devices = table::DEVICES.map(|(name, open)| {
            let options = options.clone();
            Slot::new(name, move || open(&options))
        });
        Self::with(cpu, devices.into())
    }

    fn with(cpu: CpuEngine, devices: Vec<Slot>) -> Self {
        let cpu = Arc::new(cpu);
        Self { first: Arc::<CpuEngine>::clone(&cpu), cpu, devices }
    }

    /// The CPU, whose threads also do what is no job.
    #[must_use]
    pub fn cpu(&self) -> &Arc<CpuEngine> {
        &self.cpu
    }

    /// An engine by name, opened if it has to be: that may take a second, and other threads that ask
    /// wait for it. What work costs on it is measured when it is first compared with another.
    ///
    /// # Errors
    /// Why it is not here, the same every time.
    pub fn open(&self, name: EngineName) -> Result<&Arc<dyn Engine>, EngineError> {
        self.slot(name).map_or(Ok(&self.first), Slot::open)
    }

    /// The engine that does this work.
    ///
    /// # Errors
    /// A named engine that is not here, or cannot do it. `auto` always finds one.
    pub fn choose(
        &self,
        choice: EngineChoice,
        work: &Work<'_>,
    ) -> Result<&Arc<dyn Engine>, ChoiceError> {
        match choice {
            EngineChoice::Auto => Ok(self.auto(work)),
            EngineChoice::Named(name) => self.named(name, work),
        }
    }

    /// The engine of a name, if it can do this work.
    ///
    /// # Errors
    /// It is not here, or cannot do it.
    pub fn named(
        &self,
        name: EngineName,
        work: &Work<'_>,
    ) -> Result<&Arc<dyn Engine>, ChoiceError> {
        // What no device can do is said whether there is one or not.
        work.suits(name)?;
        let opened = self.open(name);
        let engine = opened.map_err(|error| ChoiceError::Unavailable { name, error })?;
        work.check(engine.capability())?;
        Ok(engine)
    }

    /// The engine that is done first by its cost, of those that compute the bits of the CPU. Small jobs
    /// are the CPU's, which has no launch for them.
    #[must_use]
    pub fn auto(&self, work: &Work<'_>) -> &Arc<dyn Engine> {
        if work.is_small() {
            return &self.first;
        }
        if self.may_pay(work) {
            self.exact().for_each(|slot| drop(slot.open()));
        }
        let open = self.exact().filter_map(|slot| slot.opened()?.ok());
        let mut able = open.filter(|engine| work.check(engine.capability()).is_ok()).peekable();
        // The common case: nothing to compare with.
        if able.peek().is_none() {
            return &self.first;
        }
        let known = |engine: &dyn Engine| cost::measure(engine, work).ok();
        let Some(cpu) = known(&*self.first) else { return &self.first };
        let others = able.filter_map(|engine| Some((engine, known(&**engine)?)));
        let candidates = once((&self.first, cpu)).chain(others);
        choose::cheapest(candidates, work.bytes()).unwrap_or(&self.first)
    }

    /// Opens what `auto` may take and measures all that it compares, so that it chooses at once. Where there
    /// is nothing but the CPU, nothing is measured.
    pub fn warm(&self) {
        let devices: Vec<_> = self.exact().filter_map(|slot| slot.open().ok()).collect();
        if devices.is_empty() {
            return;
        }
        for engine in once(&self.first).chain(devices) {
            // What cannot be measured is not compared.
            drop(cost::measure_points(&**engine));
            drop(cost::measure_nearest(&**engine));
        }
    }

    /// Measures what points cost on an engine, unless that is known: for reports.
    ///
    /// # Errors
    /// What kept the engine from computing.
    pub fn measure(&self, engine: &dyn Engine) -> Result<Cost, EngineError> {
        cost::measure_points(engine)
    }

    /// Whether a device that is not open may be worth it.
    fn may_pay(&self, work: &Work<'_>) -> bool {
        let bytes = work.bytes();
        bytes >= choose::NOT_WORTH_A_LOOK
            && self.exact().any(|slot| slot.opened().is_none())
            && cost::measure(&*self.first, work)
                .is_ok_and(|cpu| choose::is_worth_opening(cpu, bytes))
    }

    /// Those that compute the bits of the CPU: `auto` changes none.
    fn exact(&self) -> impl Iterator<Item = &Slot> {
        self.devices.iter().filter(|slot| slot.name.exactness() == Exactness::Bits)
    }

    fn slot(&self, name: EngineName) -> Option<&Slot> {
        self.devices.iter().find(|slot| slot.name == name)
    }
}

impl fmt::Debug for Engines {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Engines")
            .field("cpu", &self.cpu)
            .field("devices", &self.devices)
            .finish_non_exhaustive()
    }
}

/// Opens an engine by name, a new one each time: that may take a second.
///
/// # Errors
/// Why it is not here.
pub fn open(name: EngineName, options: &EngineOptions) -> Result<Arc<dyn Engine>, EngineError> {
    if name == EngineName::Cpu {
        return Ok(Arc::new(CpuEngine::new(None)?));
    }
    let known = table::DEVICES.into_iter().find(|(known, _)| *known == name);
    let none = || EngineError::Unavailable { reason: format!("{name} stands for no device") };
    known.map_or_else(|| Err(none()), |(_, open)| open(options))
}

/// Measures what each kind of work costs on an engine, unless that is known.
///
/// # Errors
/// What kept the engine from computing.
pub fn measure(engine: &dyn Engine) -> Result<Costs, EngineError> {
    cost::measure_points(engine)?;
    cost::measure_nearest(engine)?;
    Ok(engine.capability().costs.clone())
}

/// The reason alone where that is all.
fn because(error: &EngineError) -> String {
    match error {
        EngineError::Unavailable { reason } => reason.clone(),
        error => error.to_string(),
    }
}
