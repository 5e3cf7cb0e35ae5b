//! What happens to the jobs of a worker, for whoever counts or logs it.

use std::time::Duration;

use sphere_offload::queue::{JobId, JobState, QueueError};

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub enum WorkerEvent<'a> {
    /// A worker has taken a job.
    Leased {
        /// Which.
        id: JobId,
        /// Of which kind.
        kind: &'a str,
    },
    /// It has ended with it.
    Ended {
        /// Which.
        id: JobId,
        /// What the job is now; `None` where it is not this worker's to say: it was cancelled, or is
        /// somebody else's.
        state: Option<JobState>,
        /// How long it took.
        after: Duration,
    },
    /// The queue did not do what it was asked. It is asked again.
    Trouble {
        /// Why.
        error: &'a QueueError,
    },
}

/// Who is told. Called on the threads of workers.
pub trait WorkerEvents: Send + Sync {
    /// Something has happened.
    fn told(&self, event: WorkerEvent<'_>);
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unheard;

impl WorkerEvents for Unheard {
    fn told(&self, _event: WorkerEvent<'_>) {}
}
