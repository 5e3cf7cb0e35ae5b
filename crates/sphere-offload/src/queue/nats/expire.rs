//! Forgetting: jobs whose time is over, and bytes that no job needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::clock::millis;
use super::super::limits::EXPIRED_AT_ONCE;
use super::super::{BlobId, Expired, Moment, QueueError};
use super::core::Core;
use super::entry::{BlobHead, Head, Name, Stage, What};
use super::publish::{Entry, Put};

impl Core {
    pub(super) async fn expire(&self, now: Moment) -> Result<Expired, QueueError> {
        self.tick(now).await?;
        let jobs = self.expire_jobs(now).await?;
        let blobs = self.expire_blobs(now).await?;
        let more = jobs == EXPIRED_AT_ONCE || blobs == EXPIRED_AT_ONCE;
        Ok(Expired { jobs: jobs as u64, blobs: blobs as u64, more })
    }

    /// All of these in one step, with what is to be known of their submitters.
    async fn expire_jobs(&self, now: Moment) -> Result<usize, QueueError> {
        let entries = self.expired(now);
        let jobs = entries.iter().filter(|entry| !matches!(entry.name, Name::Turn(_))).count();
        if jobs == 0 {
            return Ok(0);
        }
        match self.put(entries).await? {
            Put::At(_) | Put::Overtaken => Ok(jobs),
            // Others do the same. What they left comes the next time.
            Put::Conflict => Ok(0),
        }
    }

    fn expired(&self, now: Moment) -> Vec<Entry> {
        let index = self.index();
        let jobs = index.expired(now.age, EXPIRED_AT_ONCE);
        let entry = |name, expected, what| {
            let head = Head::new(now.age, what);
            Entry { name, expected, head, body: Bytes::new() }
        };
        let mut of: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        let mut entries = Vec::with_capacity(2 * jobs.len());
        for job in jobs {
            entries.push(entry(job.name, job.number, What::Gone));
            *of.entry(job.submitter).or_default() += 1;
        }
        for (submitter, fewer) in of {
            if let Some((expected, turn)) = index.turns.rest(&submitter, fewer) {
                entries.push(entry(
                    Name::turn(&submitter),
                    expected,
                    turn.map_or(What::Gone, What::Turn),
                ));
            }
        }
        entries
    }

    /// First nobody can ask for them any more, then their messages are removed, then that is remembered.
    async fn expire_blobs(&self, now: Moment) -> Result<usize, QueueError> {
        let before = now.age.saturating_sub(millis(self.limits.blob_grace));
        let unused = self.index().blobs.unused(before, EXPIRED_AT_ONCE);
        let mut expired = 0;
        for id in unused {
            let dropped = |head| What::Blob(BlobHead { stage: Stage::Dropped, ..head });
            expired += usize::from(self.replace(id, now, dropped).await?);
        }
        let dropped = self.index().blobs.dropped(EXPIRED_AT_ONCE);
        for id in dropped {
            let Some((head, _)) = self.index().blobs.get(id) else { continue };
            self.purge(id, head.generation).await?;
            self.replace(id, now, |_| What::Gone).await?;
        }
        Ok(expired)
    }

    /// Whether nobody else was faster.
    async fn replace(
        &self,
        id: BlobId,
        now: Moment,
        what: impl FnOnce(BlobHead) -> What,
    ) -> Result<bool, QueueError> {
        let Some((head, expected)) = self.index().blobs.get(id) else { return Ok(false) };
        let (name, head) = (Name::Blob(id), Head::new(now.age, what(head)));
        let entry = Entry { name, expected, head, body: Bytes::new() };
        Ok(self.put(vec![entry]).await? != Put::Conflict)
    }
}
