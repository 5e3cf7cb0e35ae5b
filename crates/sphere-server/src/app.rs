//! What all requests share.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sphere_engine::CpuEngine;
use sphere_offload::Offload;
use sphere_offload::queue::Queue;
use tokio::sync::{Semaphore, watch};

use crate::access::Token;
use crate::config::Config;
use crate::events::EngineEvents;
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::sample::Kept;
use crate::server::StartError;
use crate::{engines, limits};

/// The state of the service.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) offload: Arc<Offload>,
    /// Whether it is known which engines are here: those who wait for that hold no thread.
    pub(crate) settled: watch::Sender<bool>,
    pub(crate) metrics: Metrics,
    pub(crate) token: Option<Token>,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) columnar: Arc<Semaphore>,
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) judged: Arc<Semaphore>,
    pub(crate) memory: Arc<StreamMemory>,
    pub(crate) kept: Kept,
    /// `None` where no jobs are kept.
    pub(crate) jobs: Option<Arc<Jobs>>,
    draining: AtomicBool,
}

impl App {
    pub(crate) fn new(
        config: Config,
        cpu: CpuEngine,
        queue: Option<Arc<dyn Queue>>,
    ) -> Result<Self, StartError> {
        let token = config.token_file.as_deref().map(|file: &Path| Token::from_file(file));
        let token = token.transpose().map_err(StartError::Token)?;
        let events = EngineEvents::default();
        let offload = engines::start(&config, cpu, Arc::new(events.clone()))?;
        let jobs = queue.map(|queue| Arc::new(Jobs::new(queue)));
        Ok(Self {
            streams: Arc::new(Semaphore::new(config.max_streams)),
            columnar: Arc::new(Semaphore::new(limits::COLUMNAR_STREAMS)),
            bodies: Arc::new(Semaphore::new(limits::BODIES)),
            judged: Arc::new(Semaphore::new(limits::JUDGED_SETS)),
            offload: Arc::new(offload),
            settled: watch::Sender::new(false),
            metrics: Metrics::new(&events, jobs.as_ref().map(|jobs| &jobs.metrics)),
            token,
            memory: Arc::default(),
            kept: Kept::default(),
            jobs,
            draining: AtomicBool::new(false),
            config,
        })
    }

    /// From here on, [`App::is_draining`] and nothing new is begun.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The memory that streams hold, shared out so that one alone has large blocks and a thousand
/// together stay small.
#[derive(Debug, Default)]
pub(crate) struct StreamMemory {
    taken: AtomicUsize,
}

/// A stream's share, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    memory: Arc<StreamMemory>,
    pub(crate) block_bytes: usize,
}

impl Share {
    /// Blocks of a stream that exist at once: two that are computed, one that waits to be sent, one
    /// that is being sent.
    const BLOCKS: usize = 4;

    /// A sixteenth of what is left, within the limits of a block.
    pub(crate) fn of(memory: &Arc<StreamMemory>) -> Self {
        let taken = memory.taken.load(Ordering::Relaxed);
        let left = limits::STREAM_MEMORY_BYTES.saturating_sub(taken);
        let block_bytes =
            (left / 16 / Self::BLOCKS).clamp(limits::LEAST_BLOCK_BYTES, limits::MOST_BLOCK_BYTES);
        memory.taken.fetch_add(block_bytes * Self::BLOCKS, Ordering::Relaxed);
        Self { memory: Arc::clone(memory), block_bytes }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.taken.fetch_sub(self.block_bytes * Self::BLOCKS, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use super::{Share, StreamMemory};
    use crate::limits;

    #[test]
    fn many_streams_share_what_one_has() {
        let memory = Arc::<StreamMemory>::default();
        let shares: Vec<Share> = (0..1_000).map(|_| Share::of(&memory)).collect();
        assert_eq!(shares[0].block_bytes, limits::MOST_BLOCK_BYTES);
        assert_eq!(shares[999].block_bytes, limits::LEAST_BLOCK_BYTES);
        let most = limits::STREAM_MEMORY_BYTES + 1_000 * Share::BLOCKS * limits::LEAST_BLOCK_BYTES;
        assert!(memory.taken.load(Ordering::Relaxed) <= most);
        drop(shares);
        assert_eq!(memory.taken.load(Ordering::Relaxed), 0);
    }
}
