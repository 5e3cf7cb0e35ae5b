//! What a queue promises.

use std::fmt;
use std::time::Duration;

use super::{
    Beat, BlobId, Counts, Expired, Filter, Held, JobId, JobState, JobView, LeaseToken, Leased,
    Limits, NewJob, Outcome, Page, QueueError, Refusal, Submitted,
};

/// Jobs that are kept until they are done, once. Every call blocks until its effect is on disk.
///
/// # Errors
///
/// A call that fails has changed nothing. [`QueueError::Storage`], [`QueueError::Busy`] and
/// [`QueueError::Closed`] may come from any call.
#[allow(clippy::missing_errors_doc, reason = "said once, above, and at the errors themselves")]
pub trait Queue: Send + Sync + fmt::Debug {
    /// Keeps all of these jobs, or none. The order of the answer is that of the jobs. A known idempotency
    /// key of the same submitter gives the job from then; two of them in one batch are one job.
    fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, QueueError>;

    /// The next job, for a worker of this name: that of the submitter who was served least recently, and
    /// of hers the oldest that may run. Waits so long for one.
    fn lease(&self, worker: &str, patience: Duration) -> Result<Option<Leased>, QueueError>;

    /// Keeps a job for another lease, and what was done of it.
    fn heartbeat(&self, lease: LeaseToken, beat: Beat) -> Result<Held, QueueError>;

    /// Ends a job that is done. A recipe needs its total, and all its chunks, `beat` included.
    fn finish(&self, lease: LeaseToken, beat: Beat, outcome: Outcome) -> Result<(), QueueError>;

    /// Ends a job that cannot be done, however often it is tried.
    fn fail(&self, lease: LeaseToken, error: Refusal) -> Result<(), QueueError>;

    /// Ends this attempt: the job is queued again after a pause, or dead if this was the last attempt. One that
    /// came further than the one before does not count against the job.
    fn give_up(&self, lease: LeaseToken, cause: &str) -> Result<JobState, QueueError>;

    /// Gives a job back as it is, at once and without counting an attempt: this worker is shutting down.
    fn release(&self, lease: LeaseToken) -> Result<(), QueueError>;

    /// Ends a job that nobody wants; its worker hears of it with the next heartbeat. Again is no error.
    fn cancel(&self, id: JobId) -> Result<(), QueueError>;

    /// Queues a dead job again, with new attempts. It goes on where it was.
    fn retry(&self, id: JobId) -> Result<(), QueueError>;

    /// A job.
    fn view(&self, id: JobId) -> Result<JobView, QueueError>;

    /// Jobs, the newest first.
    fn list(&self, filter: &Filter) -> Result<Page, QueueError>;

    /// Those whose attempts are used up, with the causes.
    fn dead(&self, after: Option<u64>, limit: usize) -> Result<Page, QueueError> {
        let state = Some(JobState::Dead);
        self.list(&Filter { state, submitter: None, after, limit })
    }

    /// Forgets some of the jobs that ended long enough ago, and stored bytes that no job needs; takes jobs
    /// from silent workers, if no lease has done so. To be called from time to time.
    fn expire(&self) -> Result<Expired, QueueError>;

    /// Stores bytes, once. Until a job needs them they are kept for `blob_grace`, from the last call on.
    fn put(&self, bytes: &[u8]) -> Result<BlobId, QueueError>;

    /// Stored bytes.
    fn get(&self, id: BlobId) -> Result<Vec<u8>, QueueError>;

    /// How many of what.
    fn counts(&self) -> Result<Counts, QueueError>;

    /// Its bounds.
    fn limits(&self) -> &Limits;
}
