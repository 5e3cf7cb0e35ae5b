//! The threads of the engine, and where they run.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::EngineError;
use crate::numa::{Pinning, pin};

/// Threads, each on a node of memory or wherever the system puts it.
#[derive(Debug)]
pub(super) struct Pool {
    threads: ThreadPool,
    pinning: Option<Pinning>,
}

impl Pool {
    pub(super) fn new(threads: usize) -> Result<Self, EngineError> {
        Ok(Self { threads: start(threads)?, pinning: None })
    }

    /// As many threads as there are places for.
    pub(super) fn pinned(pinning: Pinning) -> Result<Self, EngineError> {
        let threads = start(pinning.threads())?;
        // Every thread pins itself, once: rayon replaces none.
        let pinned = threads.broadcast(|thread| {
            let place = pinning.place_of(thread.index());
            place.map_or(Ok(()), |place| pin(&pinning.nodes()[place]))
        });
        let pinned = pinned.into_iter().collect::<Result<(), _>>();
        pinned.map_err(|error| EngineError::Unavailable { reason: error.to_string() })?;
        Ok(Self { threads, pinning: Some(pinning) })
    }

    /// Runs a task on the next thread that is free.
    pub(super) fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        self.threads.spawn_fifo(task);
    }

    /// As [`Executor::map`](sphere_math::parallel::Executor::map).
    pub(super) fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        match &self.pinning {
            None => self.threads.install(|| (0..tasks).into_par_iter().map(&task).collect()),
            Some(pinning) => self.map_on_nodes(pinning, tasks, task),
        }
    }

    /// Task i of n runs on the node whose share of n has i in it, always: what a task was first to
    /// touch lies beside the thread that runs the same task again. Threads help each other within a
    /// node only, which rayon's own stealing would not keep to.
    fn map_on_nodes<T: Send>(
        &self,
        pinning: &Pinning,
        tasks: usize,
        task: impl Fn(usize) -> T + Sync,
    ) -> Vec<T> {
        let share = |share: std::ops::Range<u64>| {
            (AtomicUsize::new(share.start as usize), share.end as usize)
        };
        let shares: Vec<_> = pinning.shares(tasks as u64).into_iter().map(share).collect();
        let done = self.threads.broadcast(|thread| {
            let Some((next, end)) = pinning.place_of(thread.index()).map(|place| &shares[place])
            else {
                return Vec::new();
            };
            let run = || {
                let index = next.fetch_add(1, Ordering::Relaxed);
                (index < *end).then(|| (index, task(index)))
            };
            iter::from_fn(run).collect()
        });
        let mut done: Vec<(usize, T)> = done.into_iter().flatten().collect();
        done.sort_unstable_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

fn start(threads: usize) -> Result<ThreadPool, EngineError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("sphere-{index}"))
        .build()
        .map_err(|error| EngineError::Unavailable { reason: error.to_string() })
}
