//! What an engine is in, for whoever asks.

use std::time::{Duration, Instant, SystemTime};

use sphere_engine::{Capability, EngineError, EngineName};

use super::record::Record;
use super::supply::Supply;
use crate::breaker::{Gate, State};
#[cfg(target_os = "linux")]
use crate::supervisor::WorkerState;

/// Whether an engine takes jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It does.
    Ready,
    /// It will, when it is open.
    Starting {
        /// What it is waiting for.
        reason: String,
    },
    /// It has failed, and gets no job for a while.
    Failing {
        /// The first job after so long finds out whether it works again.
        retry_after: Duration,
    },
    /// A job is finding out whether it works again.
    Probing,
    /// It is not on this machine.
    Unavailable {
        /// What is missing.
        reason: String,
    },
}

/// What an engine is in, and what has become of its jobs.
#[derive(Clone, Debug)]
pub struct Status {
    /// The engine.
    pub engine: EngineName,
    /// Whether it takes jobs.
    pub condition: Condition,
    /// What its breaker is in.
    pub breaker: State,
    /// What it is, as far as it is open.
    pub capability: Option<Capability>,
    /// Its process, where it has its own.
    #[cfg(target_os = "linux")]
    pub worker: Option<WorkerState>,
    /// Jobs that were begun on it.
    pub jobs: u64,
    /// How often one did not come to its end there.
    pub failures: u64,
    /// What those failures cost.
    pub lost: Duration,
    /// The last failure, and when it was.
    pub last_failure: Option<(SystemTime, EngineError)>,
}

impl Condition {
    /// In one word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Starting { .. } => "starting",
            Self::Failing { .. } => "failing",
            Self::Probing => "probing",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

impl Status {
    pub(super) fn of(supply: &dyn Supply, gate: &Gate, record: &Record) -> Self {
        let (engine, breaker) = (supply.engine(), gate.state());
        let condition = match (&engine, supply.absent(), breaker) {
            (Err(_), Some(reason), _) => Condition::Unavailable { reason },
            (_, _, State::HalfOpen) => Condition::Probing,
            (_, _, State::Open { until }) => {
                let retry_after = until.saturating_duration_since(Instant::now());
                Condition::Failing { retry_after }
            }
            (Err(error), None, State::Closed { .. }) => {
                Condition::Starting { reason: error.to_string() }
            }
            (Ok(_), _, State::Closed { .. }) => Condition::Ready,
        };
        Self {
            engine: supply.name(),
            condition,
            breaker,
            capability: engine.ok().map(|engine| engine.capability().clone()),
            #[cfg(target_os = "linux")]
            worker: supply.process(),
            jobs: record.jobs(),
            failures: record.failures(),
            lost: record.lost(),
            last_failure: record.last(),
        }
    }
}
