//! Failures on purpose: what a test or an operator's drill asks for.
//!
//! A [`Fault`] is data with a text form. [`Faulty`] does to an engine what can be done from outside of
//! it; what takes a process or a device is done by whoever has those, what befalls a queue by its
//! [`Drill`](crate::queue::Drill).

mod count;
mod engine;
mod parse;
mod queue;

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sphere_engine::EngineName;

pub use self::engine::{Faults, Faulty};
pub use self::parse::FaultError;
pub use self::queue::QueueFault;

/// A failure and when it comes. In settings it is its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// So long after the start; `None` is from the start on.
    pub after: Option<Duration>,
}

/// What can be made to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A kernel writes where nothing is: the context of CUDA is lost, with its process.
    GpuPoison,
    /// The worker process is killed.
    WorkerKill,
    /// It is stopped, and says nothing any more.
    WorkerFreeze,
    /// The device of WebGPU is taken away.
    WgpuLost,
    /// Every block of an engine takes longer.
    Slow {
        /// Which.
        engine: EngineName,
        /// By so much.
        by: Duration,
    },
    /// One bit of a block is wrong.
    Corrupt {
        /// Of which engine.
        engine: EngineName,
        /// In one block of so many.
        one_in: NonZeroU64,
    },
    /// Every so many-th block for which a device needs memory gets none.
    AllocFail {
        /// 1 is every one.
        every: NonZeroU64,
    },
    /// Something is wrong with the queue. No engine feels it.
    Queue(QueueFault),
}

impl Fault {
    /// Those of these faults that engines feel; a queue feels the others.
    #[must_use]
    pub fn of_engines(faults: &[Self]) -> Vec<Self> {
        faults.iter().filter(|fault| fault.of_queue().is_none()).cloned().collect()
    }

    /// What is wrong with the queue, if it is that.
    #[must_use]
    pub fn of_queue(&self) -> Option<QueueFault> {
        match self.kind {
            FaultKind::Queue(fault) => Some(fault),
            _ => None,
        }
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultError;

    fn try_from(text: String) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// As it is read: `slow:cpu:20@5`.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::GpuPoison => formatter.write_str("gpu-poison")?,
            FaultKind::WorkerKill => formatter.write_str("worker-kill")?,
            FaultKind::WorkerFreeze => formatter.write_str("worker-freeze")?,
            FaultKind::WgpuLost => formatter.write_str("wgpu-lost")?,
            FaultKind::Slow { engine, by } => {
                write!(formatter, "slow:{engine}:{}", by.as_millis())?;
            }
            FaultKind::Corrupt { engine, one_in } => {
                write!(formatter, "corrupt:{engine}:1/{one_in}")?;
            }
            FaultKind::AllocFail { every } => write!(formatter, "alloc-fail:{every}")?,
            FaultKind::Queue(fault) => write!(formatter, "{fault}")?,
        }
        self.after.map_or(Ok(()), |after| write!(formatter, "@{}", after.as_secs_f64()))
    }
}
