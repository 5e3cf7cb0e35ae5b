//! What the service and its worker process say to each other.
//!
//! One JSON document a message. Points never travel in one: they are in memory that both see, and a
//! message names the slot.

use serde::{Deserialize, Serialize};
use sphere_engine::{EngineError, Harm, SampleParameters};

use super::told::Told;

/// Both must speak the same: the worker is the same program, but its path is a parameter.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The first message of either side, in every version: each can name the other. What later ones may add
/// is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello {
    /// Of the sender.
    pub(super) version: String,
}

impl Hello {
    /// That of this program.
    pub(super) fn own() -> Self {
        Self { version: VERSION.to_string() }
    }
}

/// To the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Order {
    /// The first one, once versions agree.
    Start {
        /// The engine to open, and how: what a fresh worker needs to be ready.
        engine: String,
        /// Bytes of a slot.
        slot_bytes: usize,
        /// Slots of the shared memory.
        slots: usize,
    },
    /// Computes a job into these slots, as many points into each as fit.
    Run {
        /// Which job this is; answers name it.
        job: u64,
        /// What to compute: a job, said in full.
        parameters: SampleParameters,
        /// Bytes of a slot that are used at most.
        block_bytes: usize,
        /// The first slots.
        slots: Vec<usize>,
    },
    /// A slot may be filled again.
    Lend {
        /// For this job.
        job: u64,
        /// Its number.
        slot: usize,
    },
    /// A job is to end: nobody wants its points.
    Stop {
        /// Which.
        job: u64,
    },
    /// Finds the indices of the lattice points nearest to directions, which are in a slot: columns x, y
    /// and z, and room for the indices.
    Nearest {
        /// Which job this is.
        job: u64,
        /// The lattice.
        lattice: SampleParameters,
        /// Where the directions are.
        slot: usize,
        /// How many.
        rows: usize,
    },
    /// The engine is to be harmed, and says so as a job that is done.
    Harm {
        /// The number of that job.
        job: u64,
        /// What is done to it.
        #[serde(with = "ToldHarm")]
        harm: Harm,
    },
    /// Answer, if you can.
    Ping,
}

/// A [`Harm`] as a message.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Harm", rename_all = "snake_case")]
enum ToldHarm {
    Poison,
    Lose,
}

/// From the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Answer {
    /// The engine is open.
    Ready {
        /// What it can do.
        engine: Told,
    },
    /// The engine cannot be opened; the worker ends.
    Unready {
        /// Why.
        error: Failure,
    },
    /// Points of a job are in a slot, in index order; or the indices for the first rows of it.
    Filled {
        /// Which job.
        job: u64,
        /// Where they are.
        slot: usize,
        /// The first index.
        start: u64,
        /// One past the last.
        end: u64,
    },
    /// A job has come to its end.
    Done {
        /// Which.
        job: u64,
        /// Candidates that were looked at.
        attempts: u64,
    },
    /// A row is no direction; the indices of those before it are there.
    NoDirection {
        /// Which job.
        job: u64,
        /// The place of the row in its slot.
        row: u64,
    },
    /// A job has not.
    Failed {
        /// Which.
        job: u64,
        /// Why.
        error: Failure,
    },
    /// To a ping.
    Pong,
}

/// An [`EngineError`] on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub(super) enum Failure {
    Unavailable(String),
    OutOfMemory,
    Lost(String),
    Wrong(String),
    Rejected(String),
    Failed(String),
    DeadlineExceeded,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Unavailable { reason } => Self::Unavailable(reason),
            EngineError::OutOfMemory => Self::OutOfMemory,
            EngineError::Lost { reason } => Self::Lost(reason),
            EngineError::Wrong { reason } => Self::Wrong(reason),
            EngineError::Rejected { reason } => Self::Rejected(reason),
            EngineError::Failed { reason } => Self::Failed(reason),
            EngineError::DeadlineExceeded => Self::DeadlineExceeded,
        }
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable(reason) => Self::Unavailable { reason },
            Failure::OutOfMemory => Self::OutOfMemory,
            Failure::Lost(reason) => Self::Lost { reason },
            Failure::Wrong(reason) => Self::Wrong { reason },
            Failure::Rejected(reason) => Self::Rejected { reason },
            Failure::Failed(reason) => Self::Failed { reason },
            Failure::DeadlineExceeded => Self::DeadlineExceeded,
        }
    }
}
