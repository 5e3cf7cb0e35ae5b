//! How an engine gets its threads.

use std::num::NonZeroUsize;

use sphere_math::kernels::{ALL, NEAREST};
use sphere_math::simd::SimdLevel;

use super::CpuEngine;
use super::pool::Pool;
use crate::numa::{Numa, NumaError, NumaState, Pinning, Topology};
use crate::plans::Plans;
use crate::{Capability, Costs, EngineError, EngineName};

impl CpuEngine {
    /// An engine of so many threads, wherever the system puts them; `None` is one per core that this
    /// process may use.
    ///
    /// # Errors
    /// [`EngineError::Rejected`] above [`Self::MAX_THREADS`], [`EngineError::Unavailable`] when the system
    /// refuses to start them.
    pub fn new(threads: Option<NonZeroUsize>) -> Result<Self, EngineError> {
        Self::unpinned(threads, NumaState::Off)
    }

    /// An engine whose threads stay on their nodes of memory. As an
    /// [`Executor`](sphere_math::parallel::Executor) it runs each task on the node that its number
    /// belongs to, so that memory which it [touched](crate::memory::Output::touch) is filled from
    /// beside it.
    ///
    /// On one node, [`Numa::Auto`] is [`CpuEngine::new`]; the [`Capability`] says so.
    ///
    /// # Errors
    /// As [`CpuEngine::new`]; [`EngineError::Rejected`] names the nodes if there is no such one,
    /// [`EngineError::Unavailable`] if a node was asked for and the system knows none or pins nothing.
    pub fn with_numa(threads: Option<NonZeroUsize>, numa: Numa) -> Result<Self, EngineError> {
        match Self::on_nodes(threads, numa) {
            // Nobody asked for a node: the same points, wherever they are computed.
            Err(EngineError::Unavailable { reason }) if numa == Numa::Auto => {
                Self::unpinned(threads, NumaState::Unavailable { reason })
            }
            engine => engine,
        }
    }

    /// An engine with threads at these places.
    ///
    /// # Errors
    /// As [`CpuEngine::with_numa`].
    pub fn pinned(pinning: Pinning) -> Result<Self, EngineError> {
        let threads = check(pinning.threads())?;
        let nodes = pinning.nodes().iter().map(|node| node.node).collect();
        Ok(Self::of(Pool::pinned(pinning)?, threads, NumaState::Pinned { nodes }))
    }

    fn unpinned(threads: Option<NonZeroUsize>, numa: NumaState) -> Result<Self, EngineError> {
        let threads = check(threads.unwrap_or_else(all_cores).get())?;
        Ok(Self::of(Pool::new(threads)?, threads, numa))
    }

    fn on_nodes(threads: Option<NonZeroUsize>, numa: Numa) -> Result<Self, EngineError> {
        if numa == Numa::Off {
            return Self::new(threads);
        }
        let topology = Topology::here().map_err(|error| unplaced(&error))?;
        let pinning =
            |threads| Pinning::new(&topology, numa, threads).map_err(|error| unplaced(&error));
        match pinning(threads)? {
            None => Self::unpinned(threads, NumaState::OneNode),
            // A container may be granted less time than the processors that it sees have.
            Some(all) if threads.is_none() && all.threads() > all_cores().get() => {
                pinning(Some(all_cores()))?.map_or_else(|| Self::new(threads), Self::pinned)
            }
            Some(pinning) => Self::pinned(pinning),
        }
    }

    fn of(pool: Pool, threads: usize, numa: NumaState) -> Self {
        let simd = SimdLevel::best();
        let capability = Capability {
            name: EngineName::Cpu,
            device: std::env::consts::ARCH.to_string(),
            driver: String::new(),
            kernels: ALL.into_iter().chain([NEAREST]).map(|kernel| kernel.name).collect(),
            refused: Vec::new(),
            precisions: EngineName::Cpu.precisions(),
            coordinates: EngineName::Cpu.coordinates(),
            most_point_words: None,
            memory_bytes: memory_bytes(),
            simd: simd.name(),
            threads,
            numa,
            costs: Costs::default(),
        };
        Self { pool, plans: Plans::default(), simd, capability }
    }
}

fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The memory of the machine, where the system says.
fn memory_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let info = rustix::system::sysinfo();
        u64::try_from(u128::from(info.totalram) * u128::from(info.mem_unit)).ok()
    }
    #[cfg(not(target_os = "linux"))]
    None
}

fn check(threads: usize) -> Result<usize, EngineError> {
    if threads <= CpuEngine::MAX_THREADS {
        return Ok(threads);
    }
    let reason = format!("{threads} threads; at most {} are started", CpuEngine::MAX_THREADS);
    Err(EngineError::Rejected { reason })
}

fn unplaced(error: &NumaError) -> EngineError {
    let reason = error.to_string();
    match error {
        NumaError::UnknownNode { .. } => EngineError::Rejected { reason },
        _ => EngineError::Unavailable { reason },
    }
}
