//! How a job ends, or comes back.

use super::super::{
    Beat, JobId, JobResult, JobState, LeaseToken, Limits, Moment, NewJob, Outcome, QueueError,
    Refusal,
};
use super::{Record, cut};

impl Record {
    /// It is done. `bytes` are those that are stored under the name of the outcome.
    pub(in super::super) fn finish(
        &mut self,
        lease: LeaseToken,
        beat: &Beat,
        (outcome, bytes): (Outcome, u64),
        job: &NewJob,
        limits: &Limits,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.held(lease)?;
        self.report(lease.job, beat, job, limits)?;
        self.result = Some(match outcome {
            Outcome::Recipe => self.recipe(lease.job, job)?,
            Outcome::Stored { blob } => JobResult::Stored { blob, bytes },
        });
        self.end(JobState::Done, job, now);
        Ok(())
    }

    /// A job whose parts can be computed again must have something to compare each with.
    fn recipe(&self, id: JobId, job: &NewJob) -> Result<JobResult, QueueError> {
        match &self.chunks {
            Some(chunks) if self.done == job.total && chunks.cover(job.total) => {
                Ok(JobResult::Recipe { points: job.total, chunks: chunks.clone() })
            }
            _ => Err(QueueError::Report { id, what: "it is not done: chunks are missing" }),
        }
    }

    /// It cannot be done.
    pub(in super::super) fn fail(
        &mut self,
        lease: LeaseToken,
        error: &Refusal,
        job: &NewJob,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.held(lease)?;
        self.error = Some(Refusal { code: cut(&error.code), detail: cut(&error.detail) });
        self.end(JobState::Failed, job, now);
        Ok(())
    }

    /// Not this time.
    pub(in super::super) fn give_up(
        &mut self,
        lease: LeaseToken,
        cause: &str,
        job: &NewJob,
        limits: &Limits,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.held(lease)?;
        self.failed(lease.job, job, cause, limits, now);
        Ok(())
    }

    /// As if it had not been leased.
    pub(in super::super) fn release(
        &mut self,
        lease: LeaseToken,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.held(lease)?;
        self.queue(now);
        Ok(())
    }

    /// Nobody wants it. The holder stays known, so that it can be told.
    pub(in super::super) fn cancel(
        &mut self,
        id: JobId,
        job: &NewJob,
        now: Moment,
    ) -> Result<(), QueueError> {
        match self.state {
            JobState::Queued | JobState::Running => {
                self.end(JobState::Cancelled, job, now);
                Ok(())
            }
            JobState::Cancelled => Ok(()),
            state => {
                let rule = "only one that waits or runs can be cancelled";
                Err(QueueError::State { id, state, rule })
            }
        }
    }

    /// New attempts. The causes of the earlier ones stay.
    pub(in super::super) fn retry(&mut self, id: JobId, now: Moment) -> Result<(), QueueError> {
        if self.state != JobState::Dead {
            let rule = "only a dead one can be queued again";
            return Err(QueueError::State { id, state: self.state, rule });
        }
        self.failed_attempts = 0;
        self.error = None;
        self.queue(now);
        Ok(())
    }

    fn queue(&mut self, now: Moment) {
        self.state = JobState::Queued;
        self.wait = None;
        self.holder = None;
        self.expires = None;
        self.updated = now.wall;
    }
}
