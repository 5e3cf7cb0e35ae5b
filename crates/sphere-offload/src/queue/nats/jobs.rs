//! A job as an entry: read, changed, and stored if nobody else was faster.

use bytes::Bytes;

use super::super::clock::millis;
use super::super::record::Record;
use super::super::{BlobId, JobId, JobResult, JobState, JobView, Moment, NewJob, QueueError};
use super::core::Core;
use super::entry::{Head, JobHead, Name, What, damaged};
use super::publish::{Entry, Put};
use super::store::Loaded;

/// So often somebody else may be faster. Each time a job has changed.
const ATTEMPTS: usize = 64;

/// What is needed to change a job.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) name: Name,
    pub(super) number: u64,
    pub(super) head: JobHead,
    pub(super) job: NewJob,
    pub(super) record: Record,
    writes: Vec<u64>,
    /// The job as it was submitted.
    text: String,
}

/// Whether what came out is to be stored.
#[derive(Debug)]
pub(super) enum Changed<T> {
    Store(T),
    Leave(T),
}

impl Stored {
    /// A new job.
    pub(super) fn new(
        id: JobId,
        job: NewJob,
        expected: u64,
        now: Moment,
    ) -> Result<Self, QueueError> {
        let text = serde_json::to_string(&job).map_err(|error| damaged(&error))?;
        let head = JobHead {
            id,
            created: 0,
            fence: None,
            submitter: job.submitter.clone(),
            state: JobState::Queued,
            wait: None,
            expires: None,
            submitted: now.age,
            blobs: Vec::new(),
        };
        let (name, record, writes) = (Name::of(id, &job), Record::new(now), Vec::new());
        Ok(Self { name, number: expected, head, job, record, writes, text })
    }

    /// `None` if it is gone.
    pub(super) fn read(name: Name, loaded: Loaded) -> Result<Option<Self>, QueueError> {
        let Loaded { number, head, body } = loaded;
        let Head { writes, what: What::Job(head), .. } = head else { return Ok(None) };
        let body = std::str::from_utf8(&body).map_err(|error| damaged(&error))?;
        let (job, record) = body.split_once('\n').ok_or_else(|| damaged(&"a line is missing"))?;
        let text = job.to_owned();
        let job = serde_json::from_str(job).map_err(|error| damaged(&error))?;
        let mut record = Record::read(record)?;
        if head.fence == Some(number) {
            record.fence(number);
        }
        Ok(Some(Self { name, number, head, job, record, writes, text }))
    }

    /// As it is to be stored.
    pub(super) fn entry(&self, age: u64) -> Result<Entry, QueueError> {
        let mut head = self.head.clone();
        head.state = self.record.state;
        head.wait = self.record.wait.map(millis);
        head.expires = self.record.expires;
        head.blobs = self.blobs();
        let mut head = Head::new(age, What::Job(head));
        head.writes.clone_from(&self.writes);
        let record = serde_json::to_string(&self.record).map_err(|error| damaged(&error))?;
        let body = Bytes::from(format!("{}\n{record}", self.text));
        Ok(Entry { name: self.name, expected: self.number, head, body })
    }

    /// Stored bytes that it needs, each once.
    pub(super) fn blobs(&self) -> Vec<BlobId> {
        let result = match self.record.result {
            Some(JobResult::Stored { blob, .. }) => Some(blob),
            _ => None,
        };
        let mut blobs: Vec<_> = self.job.inputs.iter().copied().chain(result).collect();
        blobs.sort_unstable();
        blobs.dedup();
        blobs
    }

    pub(super) fn view(&self) -> JobView {
        self.record.view(self.head.id, &self.job)
    }
}

impl Core {
    /// A job by its name.
    pub(super) async fn find(&self, id: JobId) -> Result<Stored, QueueError> {
        let unknown = QueueError::UnknownJob { id };
        let find = || self.index().find(id).map(|job| (job.name, job.number));
        let mut found = find();
        if found.is_none() {
            self.catch_up().await?;
            found = find();
        }
        let found = found.ok_or(unknown.clone())?;
        self.read(found.0, found.1).await?.filter(|stored| stored.head.id == id).ok_or(unknown)
    }

    /// A job that the index knows; `None` if it is gone.
    pub(super) async fn read(&self, name: Name, number: u64) -> Result<Option<Stored>, QueueError> {
        let Some(loaded) = self.store.load(name, number).await? else {
            self.index().absent(name);
            return Ok(None);
        };
        if loaded.number > number {
            self.see(name, &loaded.head, loaded.number);
        }
        Stored::read(name, loaded)
    }

    /// Changes a job, as often as somebody else is faster.
    pub(super) async fn change<T>(
        &self,
        id: JobId,
        now: Moment,
        mut change: impl FnMut(&mut Stored) -> Result<Changed<T>, QueueError>,
    ) -> Result<T, QueueError> {
        self.tick(now).await?;
        for _ in 0..ATTEMPTS {
            let mut stored = self.find(id).await?;
            let answer = match change(&mut stored)? {
                Changed::Leave(answer) => return Ok(answer),
                Changed::Store(answer) => answer,
            };
            if self.put(vec![stored.entry(now.age)?]).await? != Put::Conflict {
                return Ok(answer);
            }
        }
        Err(self.busy())
    }

    pub(super) fn busy(&self) -> QueueError {
        self.store.connection.storage("others change the same all the time")
    }

    /// What was due by now happens before anything else does.
    pub(super) async fn tick(&self, now: Moment) -> Result<(), QueueError> {
        use futures_util::{StreamExt as _, stream};

        loop {
            let over = self.index().over(now.steady);
            if over.is_empty() {
                return Ok(());
            }
            let over = over.into_iter().map(|(created, number)| self.overdue(created, number, now));
            let ended: Vec<_> = stream::iter(over).buffer_unordered(16).collect().await;
            ended.into_iter().collect::<Result<(), _>>()?;
        }
    }

    /// The wait of a job is over, if its last message still is this one.
    async fn overdue(&self, created: u64, number: u64, now: Moment) -> Result<(), QueueError> {
        let Some(name) = self.index().at(created).map(|job| job.name) else { return Ok(()) };
        let ended = async {
            let Some(mut stored) = self.read(name, number).await? else { return Ok(()) };
            if stored.number == number {
                stored.record.overdue(stored.head.id, &stored.job, &self.limits, now);
                self.put(vec![stored.entry(now.age)?]).await?;
            }
            Ok(())
        };
        let ended = ended.await;
        if ended.is_err() {
            self.index().still_over(created, number);
        }
        ended
    }
}
