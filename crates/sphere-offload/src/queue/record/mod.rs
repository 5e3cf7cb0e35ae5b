//! What is stored of a job, and all that can happen to it. Data in, data out: no file, no clock.
//!
//! A back end loads a [`Record`], calls one of the transitions, and stores what came out, all in one step
//! or if nobody else has stored another meanwhile. So every back end has the same rules, and a job ends
//! once: only the holder of its lease ends it, and whoever takes it away takes the lease.

mod beat;
mod end;
mod submit;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limits::{ATTEMPTS_KEPT, CAUSE_BYTES};
use super::{
    Attempt, Chunks, Executed, JobId, JobResult, JobState, JobView, LeaseToken, Limits, Moment,
    NewJob, Progress, QueueError, Refusal, Timestamp,
};

pub(super) use self::submit::{check, name as named};

/// How the text of a record is to be read.
const VERSION: u32 = 1;

/// The part of a job that changes. The other is the [`NewJob`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    pub(super) state: JobState,
    /// What must pass without a change before something happens by itself: the lease of a job that runs,
    /// the pause of one that is queued again.
    pub(super) wait: Option<Duration>,
    done: u64,
    chunks: Option<Chunks>,
    executed: Vec<Executed>,
    /// In a row, of those that came no further than the one before, since the job was queued by somebody.
    failed_attempts: u32,
    attempts: Vec<Attempt>,
    holder: Option<Holder>,
    pub(super) created: Timestamp,
    updated: Timestamp,
    /// The [`Moment::age`] of the queue at which the job is forgotten.
    pub(super) expires: Option<u64>,
    error: Option<Refusal>,
    pub(super) result: Option<JobResult>,
}

/// Who has the job. Of a cancelled one, who is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    fence: u64,
    worker: String,
    since: Timestamp,
    /// Chunks that were known then.
    from_chunk: usize,
}

impl Record {
    /// Of a job that was just submitted.
    pub(super) fn new(now: Moment) -> Self {
        Self {
            version: VERSION,
            state: JobState::Queued,
            wait: None,
            done: 0,
            chunks: None,
            executed: Vec::new(),
            failed_attempts: 0,
            attempts: Vec::new(),
            holder: None,
            created: now.wall,
            updated: now.wall,
            expires: None,
            error: None,
            result: None,
        }
    }

    /// From its text.
    pub(super) fn read(text: &str) -> Result<Self, QueueError> {
        let record: Self = serde_json::from_str(text)
            .map_err(|error| QueueError::Storage { what: format!("a job is damaged: {error}") })?;
        if record.version == VERSION {
            Ok(record)
        } else {
            let what = format!("a job is of version {}, known is {VERSION}", record.version);
            Err(QueueError::Storage { what })
        }
    }

    /// Whether a worker may take it.
    pub(super) fn is_ready(&self) -> bool {
        self.state == JobState::Queued && self.wait.is_none()
    }

    /// A worker takes it.
    pub(super) fn lease(&mut self, worker: &str, fence: u64, limits: &Limits, now: Moment) {
        self.state = JobState::Running;
        self.wait = Some(limits.lease);
        let (worker, since, from_chunk) = (worker.to_owned(), now.wall, self.chunks_known());
        self.holder = Some(Holder { fence, worker, since, from_chunk });
        self.updated = now.wall;
    }

    /// Names the fence of a lease that was stored before it was known: where the number of the stored
    /// message is the fence, nobody knows it earlier.
    pub(super) fn fence(&mut self, fence: u64) {
        if let Some(holder) = &mut self.holder {
            holder.fence = fence;
        }
    }

    /// Its wait has passed, and nothing has happened.
    pub(super) fn overdue(&mut self, id: JobId, job: &NewJob, limits: &Limits, now: Moment) {
        match self.state {
            JobState::Running => {
                let seconds = limits.lease.as_secs_f64();
                self.failed(
                    id,
                    job,
                    &format!("the worker was silent for {seconds} s"),
                    limits,
                    now,
                );
            }
            _ => self.wait = None,
        }
    }

    fn chunks_known(&self) -> usize {
        self.chunks.as_ref().map_or(0, |chunks| chunks.checksums.0.len())
    }

    /// Its attempt is over; there may be another. One that came further than the one before shows that the
    /// job can be done, and is counted as the first: a job of hours outlives any number of workers.
    fn failed(&mut self, id: JobId, job: &NewJob, cause: &str, limits: &Limits, now: Moment) {
        let cause = cut(cause);
        let mut earlier = self.failed_attempts;
        if let Some(holder) = self.holder.take() {
            if self.chunks_known() > holder.from_chunk {
                earlier = 0;
            }
            let (worker, began, ended) = (holder.worker, holder.since, now.wall);
            self.attempts.push(Attempt { worker, began, ended, cause: cause.clone() });
            let surplus = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
            self.attempts.drain(..surplus);
        }
        self.failed_attempts = earlier.saturating_add(1);
        if self.failed_attempts >= limits.attempts {
            self.error = Some(Refusal { code: "attempts_used_up".to_owned(), detail: cause });
            self.end(JobState::Dead, job, now);
        } else {
            self.state = JobState::Queued;
            self.wait = Some(pause(id, earlier, limits));
            self.updated = now.wall;
        }
    }

    /// Nothing happens any more, but that it expires.
    fn end(&mut self, state: JobState, job: &NewJob, now: Moment) {
        self.state = state;
        self.wait = None;
        self.updated = now.wall;
        self.expires = Some(now.age.saturating_add(super::clock::millis(job.expires_after)));
    }

    /// Whether this is the lease under which it runs.
    fn held(&self, lease: LeaseToken) -> Result<(), QueueError> {
        let holder = self.holder.as_ref().map(|holder| holder.fence);
        if self.state == JobState::Running && holder == Some(lease.fence) {
            Ok(())
        } else {
            Err(QueueError::LeaseLost { id: lease.job })
        }
    }

    /// As it is shown.
    pub(super) fn view(&self, id: JobId, job: &NewJob) -> JobView {
        let running = self.holder.as_ref().filter(|_| self.state == JobState::Running);
        JobView {
            id,
            state: self.state,
            kind: job.kind.clone(),
            parameters: job.parameters.clone(),
            submitter: job.submitter.clone(),
            inputs: job.inputs.clone(),
            progress: Progress { done: self.done, total: job.total },
            chunks: self.chunks.clone(),
            attempts: self.attempts.clone(),
            failed_attempts: self.failed_attempts,
            position: None,
            worker: running.map(|holder| holder.worker.clone()),
            executed: self.executed.clone(),
            created: self.created,
            updated: self.updated,
            expires: self.expires.map(|_| self.updated.plus(job.expires_after)),
            error: self.error.clone(),
            result: self.result.clone(),
        }
    }
}

/// Before the attempt after so many that failed. Jobs that failed together do not come back together.
fn pause(id: JobId, earlier: u32, limits: &Limits) -> Duration {
    let seed = u128::from_le_bytes(*id.as_bytes()) as u64;
    let backoff = crate::breaker::Backoff { seed, ..limits.backoff };
    // In whole milliseconds, as it is stored.
    Duration::from_millis(super::clock::millis(backoff.pause(earlier)))
}

/// Not longer than it may be.
fn cut(text: &str) -> String {
    let end = (0..=CAUSE_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}
