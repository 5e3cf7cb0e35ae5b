//! What happens to jobs, counted and logged.

use std::sync::atomic::{AtomicI64, AtomicU64};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use sphere_jobs::{WorkerEvent, WorkerEvents};
use sphere_offload::queue::{Counts, JobState};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

/// The counters and gauges of the queue. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueMetrics {
    jobs: Family<State, Gauge>,
    oldest: Gauge<f64, AtomicU64>,
    blobs: Gauge<i64, AtomicI64>,
    blob_bytes: Gauge<i64, AtomicI64>,
    submitted: Counter,
    instead: Counter,
    ended: Family<State, Counter>,
    troubles: Counter,
    different: Counter,
    pub(super) watchers: Gauge,
}

impl QueueMetrics {
    pub(crate) fn register(&self, registry: &mut Registry) {
        let queue = registry.sub_registry_with_prefix("sphere_queue");
        queue.register("jobs", "Jobs in the queue, by state", self.jobs.clone());
        let help = "Age of the oldest job that waits; 0 where none does";
        queue.register_with_unit("oldest_queued", help, Unit::Seconds, self.oldest.clone());
        queue.register("blobs", "Stored inputs and results", self.blobs.clone());
        let help = "Size of the stored inputs and results";
        queue.register_with_unit("blobs_size", help, Unit::Bytes, self.blob_bytes.clone());
        queue.register("submitted", "Jobs that this service has taken", self.submitted.clone());
        let help = "Requests that no engine served and that became jobs";
        queue.register("instead", help, self.instead.clone());
        let help =
            "Leases of this service that ended, by what the job was then; other: not its own";
        queue.register("leases_ended", help, self.ended.clone());
        let help = "Calls of workers that the queue did not answer";
        queue.register("troubles", help, self.troubles.clone());
        let help = "Results that were computed again and were others: the answers were cut";
        queue.register("results_different", help, self.different.clone());
        queue.register("watchers", "Clients that watch a job", self.watchers.clone());
    }

    /// So much is in the queue.
    pub(super) fn counted(&self, counts: &Counts) {
        for (state, jobs) in &counts.jobs {
            self.jobs.get_or_create(&State { state: state.name() }).set(*jobs as i64);
        }
        self.oldest.set(counts.oldest_queued.map_or(0.0, |age| age.as_secs_f64()));
        self.blobs.set(counts.blobs as i64);
        self.blob_bytes.set(counts.blob_bytes as i64);
    }

    /// So many jobs were taken.
    pub(super) fn submitted(&self, jobs: usize) {
        self.submitted.inc_by(jobs as u64);
    }

    /// A request became a job.
    pub(super) fn instead(&self) {
        self.instead.inc();
    }

    /// A result is not what it was.
    pub(crate) fn different(&self) {
        self.different.inc();
    }
}

impl WorkerEvents for QueueMetrics {
    fn told(&self, event: WorkerEvent<'_>) {
        match event {
            WorkerEvent::Leased { id, kind } => tracing::debug!(%id, kind, "a job was begun"),
            WorkerEvent::Ended { id, state, after } => {
                let word = state.map_or("other", JobState::name);
                let milliseconds = after.as_millis() as u64;
                if state == Some(JobState::Dead) {
                    tracing::error!(%id, milliseconds, "the last attempt at a job failed");
                } else {
                    tracing::debug!(%id, state = word, milliseconds, "a worker has left a job");
                }
                self.ended.get_or_create(&State { state: word }).inc();
            }
            WorkerEvent::Trouble { error } => {
                tracing::warn!(%error, "the queue did not do what a worker asked");
                self.troubles.inc();
            }
        }
    }
}
