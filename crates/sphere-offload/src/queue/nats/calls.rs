//! The calls of a queue.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Runtime;

use super::super::record::{check, named};
use super::super::{
    Beat, BlobId, Clock, Counts, Expired, Filter, Held, JobId, JobState, JobView, LeaseToken,
    Leased, Limits, NewJob, OpenError, Outcome, Page, Queue, QueueError, Refusal, Submitted,
};
use super::core::Core;
use super::jobs::Changed;
use super::open::NatsOptions;
use super::publish::Put;

/// How often a worker that waits looks whether a pause is over.
const LOOK: Duration = Duration::from_millis(100);

/// A queue on servers. Its calls may come from any thread; they wait, and threads of its own do what is to be
/// done.
#[derive(Debug)]
pub struct NatsQueue {
    core: Arc<Core>,
    /// Gone only when this is dropped.
    runtime: Option<Runtime>,
}

impl NatsQueue {
    pub(super) fn new(core: Arc<Core>, runtime: Runtime) -> Self {
        Self { core, runtime: Some(runtime) }
    }

    /// Opens the queue of these servers: see [`NatsOptions`].
    ///
    /// # Errors
    ///
    /// As [`NatsOptions::open`].
    pub fn open(servers: &str, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        NatsOptions::new(servers).open(limits, clock)
    }

    /// Cuts the connection for so long, for drills. Calls wait, and fail if it lasts longer than they may.
    pub fn cut(&self, length: Duration) {
        self.core.store.connection.cut.last(length);
        let client = self.core.store.connection.client.clone();
        self.spawn(async move {
            // A client that is gone has no connection to cut.
            let _ = client.force_reconnect().await;
        });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }

    /// Has a call done by the threads of the queue, and waits for it.
    fn call<T: Send + 'static, F>(&self, call: impl FnOnce(Arc<Core>) -> F) -> Result<T, QueueError>
    where
        F: Future<Output = Result<T, QueueError>> + Send + 'static,
    {
        let (answers, answer) = sync_channel(1);
        let call = call(Arc::clone(&self.core));
        self.spawn(async move {
            // Who does not wait any more needs no answer.
            let _ = answers.send(call.await);
        });
        answer.recv().unwrap_or(Err(QueueError::Closed))
    }
}

impl Drop for NatsQueue {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // No call is under way. Waits for nobody, so that it may be dropped anywhere.
            runtime.shutdown_background();
        }
    }
}

impl Queue for NatsQueue {
    fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, QueueError> {
        check(&jobs, &self.core.limits)?;
        let named = |job| Ok((JobId::random()?, job));
        let jobs = jobs.into_iter().map(named).collect::<Result<Vec<_>, QueueError>>()?;
        let now = self.core.time.now();
        self.call(|core| async move { core.submit(jobs, now).await })
    }

    fn lease(&self, worker: &str, patience: Duration) -> Result<Option<Leased>, QueueError> {
        named("bytes of the name of the worker", worker)?;
        let began = Instant::now();
        loop {
            let (heard, worker) = (self.core.bell.rings(), worker.to_owned());
            let now = self.core.time.now();
            let leased = self.call(|core| async move { core.lease(&worker, now).await })?;
            let left = patience.saturating_sub(began.elapsed());
            if leased.is_some() || left.is_zero() {
                return Ok(leased);
            }
            self.core.bell.wait(heard, left.min(LOOK));
        }
    }

    fn heartbeat(&self, lease: LeaseToken, beat: Beat) -> Result<Held, QueueError> {
        let now = self.core.time.now();
        let known = self.call(|core| async move {
            core.change(lease.job, now, |it| {
                let held = it.record.heartbeat(lease, &beat, &it.job, &core.limits, now)?;
                Ok(if held == Held::Yes { Changed::Store(held) } else { Changed::Leave(held) })
            })
            .await
        });
        match known {
            // It has expired meanwhile, so it is nobody's.
            Err(QueueError::UnknownJob { .. }) => Ok(Held::Lost),
            known => known,
        }
    }

    fn finish(&self, lease: LeaseToken, beat: Beat, outcome: Outcome) -> Result<(), QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move { core.finish(lease, &beat, outcome, now).await })
    }

    fn fail(&self, lease: LeaseToken, error: Refusal) -> Result<(), QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move {
            core.change(lease.job, now, |it| {
                it.record.fail(lease, &error, &it.job, now).map(Changed::Store)
            })
            .await
        })
    }

    fn give_up(&self, lease: LeaseToken, cause: &str) -> Result<JobState, QueueError> {
        let (now, cause) = (self.core.time.now(), cause.to_owned());
        self.call(|core| async move {
            core.change(lease.job, now, |it| {
                it.record.give_up(lease, &cause, &it.job, &core.limits, now)?;
                Ok(Changed::Store(it.record.state))
            })
            .await
        })
    }

    fn release(&self, lease: LeaseToken) -> Result<(), QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move {
            core.change(lease.job, now, |it| it.record.release(lease, now).map(Changed::Store))
                .await
        })
    }

    fn cancel(&self, id: JobId) -> Result<(), QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move {
            core.change(id, now, |it| {
                let before = it.record.state;
                it.record.cancel(id, &it.job, now)?;
                let changed = it.record.state != before;
                Ok(if changed { Changed::Store(()) } else { Changed::Leave(()) })
            })
            .await
        })
    }

    fn retry(&self, id: JobId) -> Result<(), QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move { core.retry(id, now).await })
    }

    fn view(&self, id: JobId) -> Result<JobView, QueueError> {
        self.call(|core| async move { core.view(id).await })
    }

    fn list(&self, filter: &Filter) -> Result<Page, QueueError> {
        let filter = filter.clone();
        self.call(|core| async move { core.list(&filter).await })
    }

    fn expire(&self) -> Result<Expired, QueueError> {
        let now = self.core.time.now();
        self.call(|core| async move { core.expire(now).await })
    }

    fn put(&self, bytes: &[u8]) -> Result<BlobId, QueueError> {
        let (size, limit) = (bytes.len() as u64, self.core.limits.blob_bytes);
        if size > limit {
            return Err(QueueError::TooLarge { what: "bytes to store", size, limit });
        }
        let (id, bytes) = (BlobId::of(bytes), Bytes::copy_from_slice(bytes));
        let now = self.core.time.now();
        self.call(|core| async move { core.store_bytes(id, &bytes, now).await })?;
        Ok(id)
    }

    fn get(&self, id: BlobId) -> Result<Vec<u8>, QueueError> {
        self.call(|core| async move { core.bytes(id).await })
    }

    fn counts(&self) -> Result<Counts, QueueError> {
        Ok(self.core.counts(self.core.time.now()))
    }

    fn limits(&self) -> &Limits {
        &self.core.limits
    }
}

impl Core {
    /// Ends a job that is done. Stored bytes that are its result are needed from then on.
    async fn finish(
        &self,
        lease: LeaseToken,
        beat: &Beat,
        outcome: Outcome,
        now: super::super::Moment,
    ) -> Result<(), QueueError> {
        self.tick(now).await?;
        loop {
            let mut stored = self.find(lease.job).await?;
            let blobs = match outcome {
                Outcome::Recipe => Vec::new(),
                Outcome::Stored { blob } => vec![blob],
            };
            let needed = self.needed(blobs, now).await?;
            let bytes = needed.iter().map(super::publish::Entry::bytes).sum();
            let (job, limits) = (&stored.job, &self.limits);
            stored.record.finish(lease, beat, (outcome, bytes), job, limits, now)?;
            let entries = std::iter::once(stored.entry(now.age)?).chain(needed).collect();
            if self.put(entries).await? != Put::Conflict {
                return Ok(());
            }
        }
    }
}
