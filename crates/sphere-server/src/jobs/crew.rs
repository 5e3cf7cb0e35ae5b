//! The threads of a service that do jobs, and what looks after the queue.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use sphere_jobs::{Housekeeper, QueueWorker, WorkerEvents, worker_name};
use sphere_offload::queue::{Drill, Kept, Limits, Queue, SystemClock};

use super::Jobs;
use crate::app::App;
use crate::config::{Config, QueueSetting};
use crate::limits;
use crate::problem::Problem;
use crate::server::StartError;

/// Opens the queue of a configuration, on a thread that may wait.
pub(crate) async fn open(config: &Config) -> Result<Option<Arc<dyn Queue>>, StartError> {
    let QueueSetting::At(address) = config.queue.clone() else {
        Drill::of(&config.fault, Kept::Nowhere, Instant::now()).map_err(StartError::Fault)?;
        return Ok(None);
    };
    let drill = Drill::of(&config.fault, address.kept(), Instant::now());
    let drill = drill.map_err(StartError::Fault)?;
    let opened = tokio::task::spawn_blocking(move || {
        address.drilled(Limits::default(), Arc::new(SystemClock::default()), drill)
    });
    let queue = opened.await.map_err(|error| StartError::Runtime(error.into()))?;
    queue.map(Some).map_err(StartError::Queue)
}

/// Who does jobs, and forgets those that have expired. Dropped, all of them end, and are waited for.
#[derive(Debug)]
pub(crate) struct Crew {
    workers: Vec<QueueWorker>,
    _housekeeper: Housekeeper,
}

impl Crew {
    /// As many workers as are configured.
    pub(crate) fn start(app: &App, jobs: &Jobs) -> Result<Self, StartError> {
        let events: Arc<dyn WorkerEvents> = Arc::new(jobs.metrics.clone());
        let worker = |number| {
            let (queue, offload) = (Arc::clone(&jobs.queue), Arc::clone(&app.offload));
            QueueWorker::start(queue, offload, worker_name(number), Arc::clone(&events))
        };
        let workers = (0..app.config.workers).map(worker).collect::<Result<_, _>>();
        let housekeeper = Housekeeper::start(Arc::clone(&jobs.queue), Arc::clone(&events));
        Ok(Self {
            workers: workers.map_err(StartError::Runtime)?,
            _housekeeper: housekeeper.map_err(StartError::Runtime)?,
        })
    }

    /// Tells all of them to give back the jobs that they have, and to end.
    pub(crate) fn stop(&self) {
        self.workers.iter().for_each(QueueWorker::stop);
    }
}

/// Counts now and then what the queue holds, for as long as the service lives: whoever asks for metrics
/// costs the queue nothing.
pub(crate) fn look_after(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            let Some(app) = app.upgrade() else { return };
            let Some(jobs) = app.jobs.as_deref() else { return };
            let counts =
                jobs.call(1, |queue| queue.counts().map_err(|error| Problem::queue(&error))).await;
            jobs.is_well.store(counts.is_ok(), Ordering::Relaxed);
            if let Ok(counts) = counts {
                jobs.metrics.counted(&counts);
            }
            drop(app);
            tokio::time::sleep(limits::COUNT_TIME).await;
        }
    });
}
