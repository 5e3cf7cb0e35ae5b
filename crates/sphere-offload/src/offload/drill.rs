//! Faults that come at their time.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sphere_engine::{EngineError, EngineName, Harm};

use crate::fault::{Fault, FaultKind};
use crate::ladder::{Ending, Supply};

/// How soon it is tried again to do harm to an engine that is only being opened.
const AGAIN: Duration = Duration::from_millis(10);

/// What happens once, to whom, and when.
struct Strike {
    fault: Fault,
    supplies: Vec<Arc<dyn Supply>>,
}

/// The faults under way. Dropped, no more come.
#[derive(Debug)]
pub(super) struct Drill {
    end: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

/// Which engines a fault is felt on. Of those with a process, that is known by whoever started it.
pub(super) fn is_felt(fault: &FaultKind, engine: EngineName, has_process: bool) -> bool {
    match fault {
        FaultKind::GpuPoison => matches!(engine, EngineName::Cuda | EngineName::Scripted),
        FaultKind::WgpuLost => engine == EngineName::Wgpu,
        FaultKind::WorkerKill | FaultKind::WorkerFreeze => has_process,
        FaultKind::Slow { engine: of, .. } | FaultKind::Corrupt { engine: of, .. } => *of == engine,
        FaultKind::AllocFail { .. } => engine != EngineName::Cpu,
        FaultKind::Queue(_) => false,
    }
}

impl Drill {
    /// Has those of the faults that happen once happen at their time, counted from `started`; `None` where
    /// there are none.
    pub(super) fn start(
        faults: &[Fault],
        supplies: &[(Arc<dyn Supply>, bool)],
        started: Instant,
    ) -> Result<Option<Self>, EngineError> {
        let mut strikes: Vec<Strike> = faults
            .iter()
            .filter(|fault| strike(&fault.kind).is_some())
            .map(|fault| {
                let felt = supplies.iter().filter(|(supply, has_process)| {
                    is_felt(&fault.kind, supply.name(), *has_process)
                });
                let supplies = felt.map(|(supply, _)| Arc::clone(supply)).collect();
                Strike { fault: fault.clone(), supplies }
            })
            .collect();
        if strikes.is_empty() {
            return Ok(None);
        }
        strikes.sort_by_key(|strike| strike.fault.after);
        let (end, ended) = channel();
        let work = move || {
            for Strike { fault, supplies } in strikes {
                let at = started + fault.after.unwrap_or_default();
                let wait = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
                if !wait(at.saturating_duration_since(Instant::now())) {
                    return;
                }
                for supply in supplies {
                    while !done(&fault.kind, &*supply) {
                        if !wait(AGAIN) {
                            return;
                        }
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("drill".to_string()).spawn(work);
        let thread = thread.map_err(|error| EngineError::Unavailable {
            reason: format!("no thread for faults: {error}"),
        })?;
        Ok(Some(Self { end, thread: Some(thread) }))
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        // Fails where all faults have come.
        let _ = self.end.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is done to an engine.
enum Blow {
    Harm(Harm),
    Ending(Ending),
}

fn strike(fault: &FaultKind) -> Option<Blow> {
    match fault {
        FaultKind::GpuPoison => Some(Blow::Harm(Harm::Poison)),
        FaultKind::WgpuLost => Some(Blow::Harm(Harm::Lose)),
        FaultKind::WorkerKill => Some(Blow::Ending(Ending::Kill)),
        FaultKind::WorkerFreeze => Some(Blow::Ending(Ending::Freeze)),
        FaultKind::Slow { .. }
        | FaultKind::Corrupt { .. }
        | FaultKind::AllocFail { .. }
        | FaultKind::Queue(_) => None,
    }
}

/// Does it. False where the engine is not open yet, but may be soon.
fn done(fault: &FaultKind, supply: &dyn Supply) -> bool {
    if supply.absent().is_some() {
        return true;
    }
    let struck = match strike(fault) {
        Some(Blow::Harm(harm)) => supply.engine().and_then(|engine| engine.harm(harm)),
        Some(Blow::Ending(ending)) => supply.end(ending),
        None => Ok(()),
    };
    // One that was lost meanwhile has had its harm.
    matches!(struck, Ok(()) | Err(EngineError::Lost { .. }))
}
