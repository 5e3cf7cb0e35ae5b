//! Whose turn it is.

use super::super::{JobState, LeaseToken, Leased, Moment, QueueError};
use super::core::Core;
use super::index::Job;
use super::jobs::Stored;
use super::publish::Put;

/// A job that this process is about to lease, and nobody else of it.
struct Taken<'a>(&'a Core, Job);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.index().give_back(self.1.created);
    }
}

impl Core {
    /// Gives the next job to a worker. Where another process was faster, the next after that.
    pub(super) async fn lease(
        &self,
        worker: &str,
        now: Moment,
    ) -> Result<Option<Leased>, QueueError> {
        self.tick(now).await?;
        loop {
            let Some(job) = self.index().take() else { return Ok(None) };
            let taken = Taken(self, job);
            if let Some(leased) = self.lease_this(&taken.1, worker, now).await? {
                return Ok(Some(leased));
            }
        }
    }

    async fn lease_this(
        &self,
        job: &Job,
        worker: &str,
        now: Moment,
    ) -> Result<Option<Leased>, QueueError> {
        let Some(mut stored) = self.read(job.name, job.number).await? else { return Ok(None) };
        let record = &mut stored.record;
        if record.state != JobState::Queued || record.wait.is_some() {
            return Ok(None);
        }
        // Its fence is the number under which this is stored.
        record.lease(worker, 0, &self.limits, now);
        stored.head.fence = Some(0);
        let Put::At(fence) = self.put(vec![stored.entry(now.age)?]).await? else { return Ok(None) };
        let Stored { head, .. } = &stored;
        let (token, lasts) = (LeaseToken { job: head.id, fence }, self.limits.lease);
        Ok(Some(Leased { token, job: stored.view(), lasts }))
    }
}
