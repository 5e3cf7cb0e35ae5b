//! The jobs of an index.

use std::sync::Arc;
use std::time::Duration;

use super::super::super::{Filter, JobId, JobState};
use super::super::entry::{JobHead, Name};
use super::{Index, is_news};

/// What is known of a job.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Job {
    pub(in super::super) id: JobId,
    pub(in super::super) name: Name,
    /// Of the last message.
    pub(in super::super) number: u64,
    pub(in super::super) created: u64,
    pub(in super::super) state: JobState,
    pub(in super::super) submitter: Arc<str>,
    submitted: u64,
    fence: Option<u64>,
    wait: Option<u64>,
    expires: Option<u64>,
    blobs: Box<[super::BlobId]>,
}

impl Job {
    fn is_ready(&self) -> bool {
        self.state == JobState::Queued && self.wait.is_none()
    }
}

impl Index {
    /// Whether it became ready.
    pub(super) fn job(&mut self, name: Name, head: &JobHead, number: u64, now: Duration) -> bool {
        let known = self.jobs.get(&head.created);
        if !is_news(known.map(|job| job.number), number) {
            return false;
        }
        // Another job had the same key; that it is gone was not seen.
        let before = if let Name::Key(key) = name { self.by_key.get(&key).copied() } else { None };
        if before.is_some_and(|before| before > head.created) {
            return false;
        }
        let submitter = self.turns.name(&head.submitter);
        let job = Job {
            id: head.id,
            name,
            number,
            created: head.created,
            state: head.state,
            submitter,
            submitted: head.submitted,
            fence: head.fence,
            wait: head.wait,
            expires: head.expires,
            blobs: head.blobs.clone().into_boxed_slice(),
        };
        let ready = job.is_ready();
        let known = self.jobs.remove(&head.created);
        // First in, then out: a submitter or stored bytes do not become unknown in between.
        self.turns.job(&job.submitter, job.created, job.fence);
        self.enter(&job, now);
        if let Some(known) = &known {
            self.leave(known, Some(&job));
        }
        self.turns.ready(&job.submitter, job.created, ready && !self.taken.contains(&job.created));
        self.jobs.insert(job.created, job);
        if let Some(before) = before.filter(|before| *before != head.created) {
            self.remove(Some(before), number);
        }
        ready
    }

    fn enter(&mut self, job: &Job, now: Duration) {
        *self.states.entry(job.state).or_default() += 1;
        self.turns.count(&job.submitter, 1, i64::from(!job.state.is_final()));
        job.blobs.iter().for_each(|blob| self.blobs.used(*blob, 1));
        self.by_id.insert(job.id, job.created);
        if let Name::Key(key) = job.name {
            self.by_key.insert(key, job.created);
        }
        if job.state == JobState::Queued {
            self.queued.insert(job.created);
        }
        if let Some(expires) = job.expires {
            self.expiring.insert((expires, job.created));
        }
        if let Some(wait) = job.wait {
            let wait = Duration::from_millis(wait);
            self.waits.see(job.created as i64, job.number, wait, now);
        }
    }

    /// `next` is what it has become.
    fn leave(&mut self, job: &Job, next: Option<&Job>) {
        if let Some(count) = self.states.get_mut(&job.state) {
            *count -= 1;
        }
        self.turns.count(&job.submitter, -1, -i64::from(!job.state.is_final()));
        job.blobs.iter().for_each(|blob| self.blobs.used(*blob, -1));
        if next.is_none_or(|next| next.state != JobState::Queued) {
            self.queued.remove(&job.created);
        }
        if let Some(expires) = job.expires
            && next.is_none_or(|next| next.expires != Some(expires))
        {
            self.expiring.remove(&(expires, job.created));
        }
        if next.is_none_or(|next| next.wait.is_none()) {
            self.waits.forget(job.created as i64);
        }
    }

    /// It is not there since this message.
    pub(super) fn remove(&mut self, created: Option<u64>, number: u64) {
        let Some(created) = created else { return };
        if self.jobs.get(&created).is_none_or(|job| job.number > number) {
            return;
        }
        let Some(job) = self.jobs.remove(&created) else { return };
        self.leave(&job, None);
        self.turns.ready(&job.submitter, created, false);
        self.turns.clean(&job.submitter);
        self.by_id.remove(&job.id);
        if let Name::Key(key) = job.name
            && self.by_key.get(&key) == Some(&created)
        {
            self.by_key.remove(&key);
        }
    }

    pub(in super::super) fn find(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(self.by_id.get(&id)?)
    }

    pub(in super::super) fn find_key(&self, name: Name) -> Option<&Job> {
        let Name::Key(key) = name else { return None };
        self.jobs.get(self.by_key.get(&key)?)
    }

    pub(in super::super) fn at(&self, created: u64) -> Option<&Job> {
        self.jobs.get(&created)
    }

    /// Waits that are over, with the message since which they were seen.
    pub(in super::super) fn over(&mut self, now: Duration) -> Vec<(u64, u64)> {
        let mut over = Vec::new();
        while let Some((job, number)) = self.waits.over(now) {
            over.push((job as u64, number));
        }
        over
    }

    /// A wait was over, but that could not be stored: it is so the next time.
    pub(in super::super) fn still_over(&mut self, created: u64, number: u64) {
        if self.jobs.get(&created).is_some_and(|job| job.number == number) {
            self.waits.see(created as i64, number, Duration::ZERO, Duration::ZERO);
        }
    }

    /// All waits begin again: for a while nothing was to be heard of anybody.
    pub(in super::super) fn wait_anew(&mut self, now: Duration) {
        let waits = self.jobs.values().filter_map(|job| Some((job.created, job.number, job.wait?)));
        for (created, number, wait) in waits {
            self.waits.forget(created as i64);
            self.waits.see(created as i64, number, Duration::from_millis(wait), now);
        }
    }

    /// The next job, and nobody else of this process gets it.
    pub(in super::super) fn take(&mut self) -> Option<Job> {
        let created = self.turns.next()?;
        let job = self.jobs.get(&created)?.clone();
        self.taken.insert(created);
        self.turns.ready(&job.submitter, created, false);
        // So that others who choose meanwhile choose of others. The true number is higher.
        self.turns.served_now(&job.submitter);
        Some(job)
    }

    /// The lease has been tried, whatever came of it.
    pub(in super::super) fn give_back(&mut self, created: u64) {
        self.taken.remove(&created);
        if let Some(job) = self.jobs.get(&created) {
            self.turns.ready(&job.submitter, created, job.is_ready());
        }
    }

    /// Since when the oldest job that waits was submitted.
    pub(in super::super) fn oldest(&self) -> Option<u64> {
        self.queued.first().and_then(|created| self.jobs.get(created)).map(|job| job.submitted)
    }

    /// The first that have expired.
    pub(in super::super) fn expired(&self, age: u64, most: usize) -> Vec<Job> {
        let due = self.expiring.iter().take_while(|(expires, _)| *expires <= age).take(most);
        due.filter_map(|(_, created)| self.jobs.get(created).cloned()).collect()
    }

    /// How many jobs are leased before this one, if no other comes.
    pub(in super::super) fn position(&self, job: &Job) -> u64 {
        self.turns.position(&job.submitter, job.created)
    }

    /// The newest of a filter.
    pub(in super::super) fn list(&self, filter: &Filter, most: usize) -> Vec<Job> {
        let before = filter.after.unwrap_or(u64::MAX);
        let jobs = self.jobs.range(..before).rev().map(|(_, job)| job);
        jobs.filter(|job| filter.state.is_none_or(|state| state == job.state))
            .filter(|job| filter.submitter.as_deref().is_none_or(|name| name == &*job.submitter))
            .take(most)
            .cloned()
            .collect()
    }
}
