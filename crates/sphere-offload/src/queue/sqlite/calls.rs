//! The calls of a queue.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::super::record::{Record, check, named};
use super::super::time::Time;
use super::super::wake::Bell;
use super::super::{
    Beat, BlobId, Clock, Counts, Drill, Expired, Filter, Held, JobId, JobState, JobView,
    LeaseToken, Leased, Limits, Moment, NewJob, OpenError, Outcome, Page, Queue, QueueError,
    Refusal, Submitted,
};
use super::keeper::Tools;
use super::open::Opened;
use super::ours::Ours;
use super::submit::{self, Prepared};
use super::trouble::{Halt, opening};
use super::work::Work;
use super::writer::Writer;
use super::{blobs, jobs, open, read, turn};

/// How often a worker that waits looks whether a pause is over, or another process has submitted.
const LOOK: Duration = Duration::from_millis(100);

/// A queue in a file. Dropped, it is closed, when all calls are done.
#[derive(Debug)]
pub struct SqliteQueue {
    /// Closed first: who closes last moves the journal into the file, and must be able to write.
    reader: Mutex<Connection>,
    writer: Writer,
    _ours: Ours,
    bell: Arc<Bell>,
    time: Arc<Time>,
    limits: Limits,
    path: PathBuf,
}

impl SqliteQueue {
    /// Opens a file, or makes it if there is none: readable by its owner alone, as are folders that are
    /// made for it. Takes a second for some hundred thousand jobs, because all is checked.
    ///
    /// # Errors
    ///
    /// If it is no queue, is damaged, or is not to be had; it is left as it is then.
    pub fn open(path: &Path, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::drilled(path, limits, clock, Drill::default())
    }

    /// The same, with faults.
    ///
    /// # Errors
    ///
    /// As without. Faults befall an open queue.
    pub fn drilled(
        path: &Path,
        limits: Limits,
        clock: Arc<dyn Clock>,
        drill: Drill,
    ) -> Result<Self, OpenError> {
        let clock = drill.clock(clock);
        let Opened { reader, writer, ours } = open::open(path)?;
        let age = writer
            .query_row("SELECT age FROM queue", [], |row| row.get(0))
            .map_err(|error| opening(path, &error))?;
        let (time, bell) = (Arc::new(Time::after(age, clock)), Arc::new(Bell::default()));
        let path = path.to_owned();
        let tools = Tools {
            path: path.clone(),
            limits,
            time: Arc::clone(&time),
            bell: Arc::clone(&bell),
            drill,
        };
        let writer = Writer::start(tools, writer)
            .map_err(|error| OpenError::System { path: path.clone(), what: error.to_string() })?;
        let queue =
            Self { reader: Mutex::new(reader), writer, _ours: ours, bell, time, limits, path };
        // Sees what waits since an earlier process.
        match queue.writer.call(|_| Ok(())) {
            Ok(()) => {}
            Err(QueueError::Busy { path }) => return Err(OpenError::Locked { path }),
            Err(error) => {
                let (path, what) = (queue.path, error.to_string());
                return Err(OpenError::System { path, what });
            }
        }
        Ok(queue)
    }

    /// Reads, while others write.
    fn read<T>(&self, body: impl FnOnce(&Connection) -> Result<T, Halt>) -> Result<T, QueueError> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        body(&reader).map_err(|halt| halt.told(&self.path))
    }

    /// Changes a job.
    fn change<T: Send + 'static>(
        &self,
        id: JobId,
        body: impl FnOnce(&mut Changing<'_>) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        self.writer.call(move |work| {
            let mut stored = jobs::find(work.connection, id)?;
            let (record, job) = (&mut stored.record, &stored.job);
            let (limits, now) = (work.limits, work.now);
            let answer = body(&mut Changing { record, job, limits, now })?;
            work.save(&stored)?;
            Ok(answer)
        })
    }
}

/// A job that may be changed, with what that needs.
struct Changing<'a> {
    record: &'a mut Record,
    job: &'a NewJob,
    limits: &'a Limits,
    now: Moment,
}

impl Queue for SqliteQueue {
    fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, QueueError> {
        check(&jobs, &self.limits)?;
        let jobs = jobs.into_iter().map(Prepared::new).collect::<Result<Vec<_>, _>>()?;
        self.writer.call(move |work| submit::submit(work, &jobs))
    }

    fn lease(&self, worker: &str, patience: Duration) -> Result<Option<Leased>, QueueError> {
        named("bytes of the name of the worker", worker)?;
        let began = Instant::now();
        loop {
            let (heard, worker) = (self.bell.rings(), worker.to_owned());
            let leased = self.writer.call(move |work| turn::lease(work, &worker))?;
            let left = patience.saturating_sub(began.elapsed());
            if leased.is_some() || left.is_zero() {
                return Ok(leased);
            }
            self.bell.wait(heard, left.min(LOOK));
        }
    }

    fn heartbeat(&self, lease: LeaseToken, beat: Beat) -> Result<Held, QueueError> {
        let known = self.writer.call(move |work| heartbeat(work, lease, &beat));
        match known {
            // It has expired meanwhile, so it is nobody's.
            Err(QueueError::UnknownJob { .. }) => Ok(Held::Lost),
            known => known,
        }
    }

    fn finish(&self, lease: LeaseToken, beat: Beat, outcome: Outcome) -> Result<(), QueueError> {
        self.writer.call(move |work| {
            let mut stored = jobs::find(work.connection, lease.job)?;
            let bytes = match outcome {
                Outcome::Recipe => 0,
                Outcome::Stored { blob } => blobs::used(work.connection, stored.seq, blob)?,
            };
            let (record, outcome) = (&mut stored.record, (outcome, bytes));
            record.finish(lease, &beat, outcome, &stored.job, work.limits, work.now)?;
            work.save(&stored)
        })
    }

    fn fail(&self, lease: LeaseToken, error: Refusal) -> Result<(), QueueError> {
        self.change(lease.job, move |it| it.record.fail(lease, &error, it.job, it.now))
    }

    fn give_up(&self, lease: LeaseToken, cause: &str) -> Result<JobState, QueueError> {
        let cause = cause.to_owned();
        self.change(lease.job, move |it| {
            it.record.give_up(lease, &cause, it.job, it.limits, it.now)?;
            Ok(it.record.state)
        })
    }

    fn release(&self, lease: LeaseToken) -> Result<(), QueueError> {
        self.change(lease.job, move |it| it.record.release(lease, it.now))
    }

    fn cancel(&self, id: JobId) -> Result<(), QueueError> {
        self.change(id, move |it| it.record.cancel(id, it.job, it.now))
    }

    fn retry(&self, id: JobId) -> Result<(), QueueError> {
        self.writer.call(move |work| {
            let mut stored = jobs::find(work.connection, id)?;
            stored.record.retry(id, work.now)?;
            work.save(&stored)?;
            submit::within_limits(work, &[stored.job.submitter.as_str()].into())
        })
    }

    fn view(&self, id: JobId) -> Result<JobView, QueueError> {
        self.read(|connection| read::view(connection, id))
    }

    fn list(&self, filter: &Filter) -> Result<Page, QueueError> {
        self.read(|connection| read::list(connection, filter, self.limits.page))
    }

    fn expire(&self) -> Result<Expired, QueueError> {
        self.writer.call(blobs::expire)
    }

    fn put(&self, bytes: &[u8]) -> Result<BlobId, QueueError> {
        let (size, limit) = (bytes.len() as u64, self.limits.blob_bytes);
        if size > limit {
            return Err(QueueError::TooLarge { what: "bytes to store", size, limit });
        }
        let (id, bytes) = (BlobId::of(bytes), bytes.to_vec());
        self.writer.call(move |work| blobs::put(work, id, &bytes))?;
        Ok(id)
    }

    fn get(&self, id: BlobId) -> Result<Vec<u8>, QueueError> {
        self.read(|connection| blobs::get(connection, id))
    }

    fn counts(&self) -> Result<Counts, QueueError> {
        let now = self.time.now();
        self.read(|connection| read::counts(connection, now))
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}

fn heartbeat(work: &mut Work<'_>, lease: LeaseToken, beat: &Beat) -> Result<Held, Halt> {
    let mut stored = jobs::find(work.connection, lease.job)?;
    let held = stored.record.heartbeat(lease, beat, &stored.job, work.limits, work.now)?;
    if held == Held::Yes {
        work.save(&stored)?;
    }
    Ok(held)
}
