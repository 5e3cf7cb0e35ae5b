//! What is only read.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::super::{Counts, Filter, JobId, JobState, JobView, Moment, Page, QueueError};
use super::core::Core;

/// Questions on their way at once.
const AT_ONCE: usize = 32;

impl Core {
    /// A job, and where it stands as far as is known here.
    pub(super) async fn view(&self, id: JobId) -> Result<JobView, QueueError> {
        let mut view = self.find(id).await?.view();
        if view.state == JobState::Queued {
            let index = self.index();
            view.position = index.find(id).map(|job| index.position(job));
        }
        Ok(view)
    }

    /// A page of jobs. One more is chosen than is given, to know whether there is one.
    pub(super) async fn list(&self, filter: &Filter) -> Result<Page, QueueError> {
        let limit = filter.limit.clamp(1, self.limits.page);
        let mut chosen = self.index().list(filter, limit + 1);
        let more = chosen.len() > limit;
        chosen.truncate(limit);
        let next = chosen.last().map(|job| job.created).filter(|_| more);
        let read =
            chosen.into_iter().map(|job| async move { self.read(job.name, job.number).await });
        let read: Vec<_> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
        // Those that have changed meanwhile may be of no interest any more.
        let wanted = |state| filter.state.is_none_or(|wanted| wanted == state);
        let views = read.into_iter().flatten().map(|stored| stored.view());
        Ok(Page { jobs: views.filter(|view| wanted(view.state)).collect(), next })
    }

    /// As far as is known here.
    pub(super) fn counts(&self, now: Moment) -> Counts {
        let index = self.index();
        let oldest = index.oldest();
        Counts {
            jobs: JobState::ALL.into_iter().map(|state| (state, index.count(state))).collect(),
            oldest_queued: oldest.map(|age| Duration::from_millis(now.age.saturating_sub(age))),
            blobs: index.blobs.stored,
            blob_bytes: index.blobs.bytes,
        }
    }
}
