//! New jobs.

use std::collections::{BTreeMap, HashMap};

use super::super::{BlobId, JobId, Moment, NewJob, QueueError, Submitted};
use super::core::Core;
use super::entry::{Head, Name, Stage, What};
use super::index::Places;
use super::jobs::Stored;
use super::publish::{BATCH, Entry, Put};

/// Places that were reserved, until it is known what became of the jobs.
struct Reserved<'a>(&'a Core, Places);

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.0.index().turns.settle(&self.1);
    }
}

/// What becomes of a submission, if nobody submits the same key meanwhile.
struct Plan {
    answers: Vec<Submitted>,
    new: Vec<Stored>,
}

impl Core {
    /// Keeps all of them, or refuses all.
    pub(super) async fn submit(
        &self,
        jobs: Vec<(JobId, NewJob)>,
        now: Moment,
    ) -> Result<Vec<Submitted>, QueueError> {
        self.tick(now).await?;
        let mut gone = HashMap::new();
        loop {
            let Plan { answers, new } = self.plan(&jobs, &gone, now).await?;
            if new.is_empty() {
                return Ok(answers);
            }
            let mut entries =
                new.iter().map(|job| job.entry(now.age)).collect::<Result<Vec<_>, _>>()?;
            let blobs = new.iter().flat_map(Stored::blobs).collect();
            entries.extend(self.needed(blobs, now).await?);
            if entries.len() > BATCH {
                let (size, limit) = (entries.len() as u64, BATCH as u64);
                let what = "jobs of one submission, with the stored bytes that they need";
                return Err(QueueError::TooLarge { what, size, limit });
            }
            let _places = self.reserve(&new)?;
            match self.store.put(&mut entries).await? {
                Put::At(first) => self.saw_put(entries, first),
                Put::Overtaken => self.catch_up().await?,
                Put::Conflict => {
                    gone = self.replaced(&new).await?;
                    continue;
                }
            }
            return Ok(answers);
        }
    }

    /// Somebody has submitted the same key, or it was forgotten: what there is instead.
    async fn replaced(&self, new: &[Stored]) -> Result<HashMap<Name, u64>, QueueError> {
        let mut gone = HashMap::new();
        for name in new.iter().map(|job| job.name).filter(|name| matches!(name, Name::Key(_))) {
            if let Some(found) = self.look(name).await?
                && found.head.what == What::Gone
            {
                gone.insert(name, found.number);
            }
        }
        for blob in new.iter().flat_map(Stored::blobs) {
            self.look(Name::Blob(blob)).await?;
        }
        Ok(gone)
    }

    /// Which jobs are new.
    async fn plan(
        &self,
        jobs: &[(JobId, NewJob)],
        gone: &HashMap<Name, u64>,
        now: Moment,
    ) -> Result<Plan, QueueError> {
        let mut plan = Plan { answers: Vec::with_capacity(jobs.len()), new: Vec::new() };
        let mut here: HashMap<Name, (JobId, &NewJob)> = HashMap::new();
        for (id, job) in jobs {
            let name = Name::of(*id, job);
            let known = match here.get(&name) {
                Some((id, known)) => Some((*id, same(*id, job, known)?)),
                None => match self.known(name).await? {
                    Some(known) => Some((known.head.id, same(known.head.id, job, &known.job)?)),
                    None => None,
                },
            };
            let (id, new) = (known.map_or(*id, |(id, ())| id), known.is_none());
            if new {
                here.insert(name, (id, job));
                let expected = gone.get(&name).copied();
                let expected = expected.unwrap_or_else(|| self.index().gone(name));
                plan.new.push(Stored::new(id, job.clone(), expected, now)?);
            }
            plan.answers.push(Submitted { id, new });
        }
        Ok(plan)
    }

    /// The job of an idempotency key.
    async fn known(&self, name: Name) -> Result<Option<Stored>, QueueError> {
        let found = self.index().find_key(name).map(|job| job.number);
        match found {
            Some(number) => self.read(name, number).await,
            None => Ok(None),
        }
    }

    /// Keeps places for new jobs.
    fn reserve(&self, new: &[Stored]) -> Result<Reserved<'_>, QueueError> {
        let mut of = BTreeMap::new();
        for job in new {
            *of.entry(job.job.submitter.as_str()).or_insert(0) += 1;
        }
        let unfinished = of.into_iter().map(|(name, more)| (name.into(), more)).collect();
        self.places(Places { unfinished, kept: new.len() as u64 })
    }

    fn places(&self, places: Places) -> Result<Reserved<'_>, QueueError> {
        let mut index = self.index();
        let there = (index.unfinished(), index.kept());
        index.turns.reserve(&places, there, &self.limits)?;
        Ok(Reserved(self, places))
    }

    /// Stored bytes that are needed are stored again as they are, in the same step: so nobody removes them
    /// at the same moment.
    pub(super) async fn needed(
        &self,
        mut blobs: Vec<BlobId>,
        now: Moment,
    ) -> Result<Vec<Entry>, QueueError> {
        blobs.sort_unstable();
        blobs.dedup();
        let mut entries = Vec::with_capacity(blobs.len());
        for id in blobs {
            let (head, number) = self.blob(id).await?;
            let (name, head) = (Name::Blob(id), Head::new(now.age, What::Blob(head)));
            entries.push(Entry { name, expected: number, head, body: bytes::Bytes::new() });
        }
        Ok(entries)
    }

    /// What is known of stored bytes.
    pub(super) async fn blob(
        &self,
        id: BlobId,
    ) -> Result<(super::entry::BlobHead, u64), QueueError> {
        let find = || self.index().blobs.get(id).filter(|(head, _)| head.stage == Stage::Stored);
        if let Some(found) = find() {
            return Ok(found);
        }
        self.look(Name::Blob(id)).await?;
        find().ok_or(QueueError::UnknownBlob { id })
    }

    /// Queues a dead job again.
    pub(super) async fn retry(&self, id: JobId, now: Moment) -> Result<(), QueueError> {
        self.tick(now).await?;
        loop {
            let mut stored = self.find(id).await?;
            stored.record.retry(id, now)?;
            let unfinished = vec![(stored.job.submitter.as_str().into(), 1)];
            let _places = self.places(Places { unfinished, kept: 0 })?;
            if self.put(vec![stored.entry(now.age)?]).await? != Put::Conflict {
                return Ok(());
            }
        }
    }
}

/// Whether a key is that of the same job.
fn same(id: JobId, job: &NewJob, known: &NewJob) -> Result<(), QueueError> {
    if job == known {
        return Ok(());
    }
    let key = job.idempotency_key.clone().unwrap_or_default();
    Err(QueueError::KeyUsed { key, id })
}
