//! What a process knows of all entries: it sees each as it is stored, by itself or by another.
//!
//! Entries come in any order (an own one when it is acknowledged, all of them again from the watch); the later
//! of two with the same name counts. What is decided by the index is decided by the server once more, so
//! that an index which is behind costs time and nothing else.

mod blobs;
mod jobs;
mod turns;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::super::waits::Waits;
use super::super::{BlobId, JobId, JobState};
use super::entry::{Head, Name, What};

pub(super) use self::blobs::Blobs;
pub(super) use self::jobs::Job;
pub(super) use self::turns::{Places, Turns};

/// All there is, without what is large.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// In the order of their submission.
    jobs: BTreeMap<u64, Job>,
    by_id: HashMap<JobId, u64>,
    by_key: HashMap<[u8; 32], u64>,
    pub(super) turns: Turns,
    pub(super) blobs: Blobs,
    waits: Waits,
    states: BTreeMap<JobState, u64>,
    queued: BTreeSet<u64>,
    expiring: BTreeSet<(u64, u64)>,
    /// Jobs that this process is about to lease.
    taken: HashSet<u64>,
    /// What is gone, until the watch has seen that: earlier messages of it may still come.
    gone: HashMap<Name, u64>,
    /// All messages up to this one were seen.
    seen: u64,
}

impl Index {
    /// Sees an entry under its number. Whether a job became ready.
    pub(super) fn apply(&mut self, name: Name, head: &Head, number: u64, now: Duration) -> bool {
        if self.gone.get(&name).is_some_and(|gone| *gone >= number) {
            return false;
        }
        match &head.what {
            What::Job(job) => return self.job(name, job, number, now),
            What::Blob(blob) => {
                if let Name::Blob(id) = name {
                    self.blobs.see(id, *blob, number);
                }
            }
            What::Turn(turn) => self.turns.see(name, turn, number),
            What::Gone => self.forget(name, number),
        }
        false
    }

    /// Whether this message of it was seen, or a later one.
    pub(super) fn knows(&self, name: Name, number: u64) -> bool {
        let known = match name {
            Name::Job(id) => self.find(id).map(|job| job.number),
            Name::Key(_) => self.find_key(name).map(|job| job.number),
            Name::Blob(id) => self.blobs.get(id).map(|(_, number)| number),
            Name::Turn(_) => None,
        };
        !is_news(known, number)
    }

    /// It is gone since this message.
    pub(super) fn forget(&mut self, name: Name, number: u64) {
        if number > self.seen {
            self.gone.insert(name, number);
        }
        match name {
            Name::Job(id) => self.remove(self.by_id.get(&id).copied(), number),
            Name::Key(key) => self.remove(self.by_key.get(&key).copied(), number),
            Name::Blob(id) => self.blobs.forget(id, number),
            Name::Turn(_) => self.turns.forget(name, number),
        }
    }

    /// It is not there, whatever was known of it.
    pub(super) fn absent(&mut self, name: Name) {
        match name {
            Name::Job(id) => self.remove(self.by_id.get(&id).copied(), u64::MAX),
            Name::Key(key) => self.remove(self.by_key.get(&key).copied(), u64::MAX),
            Name::Blob(id) => self.blobs.forget(id, u64::MAX),
            Name::Turn(_) => self.turns.forget(name, u64::MAX),
        }
    }

    /// The watch has come so far.
    pub(super) fn saw(&mut self, number: u64) {
        self.seen = self.seen.max(number);
        if !self.gone.is_empty() {
            let seen = self.seen;
            self.gone.retain(|_, gone| *gone > seen);
        }
    }

    /// What to replace where a name is not known: what is gone, or nothing.
    pub(super) fn gone(&self, name: Name) -> u64 {
        self.gone.get(&name).copied().unwrap_or(0)
    }

    /// How many are in a state.
    pub(super) fn count(&self, state: JobState) -> u64 {
        self.states.get(&state).copied().unwrap_or(0)
    }

    pub(super) fn unfinished(&self) -> u64 {
        self.count(JobState::Queued) + self.count(JobState::Running)
    }

    pub(super) fn kept(&self) -> u64 {
        self.jobs.len() as u64
    }
}

/// Where a name is known with an entry of this number or a later one, the earlier is no news.
fn is_news(known: Option<u64>, number: u64) -> bool {
    known.is_none_or(|known| known < number)
}
