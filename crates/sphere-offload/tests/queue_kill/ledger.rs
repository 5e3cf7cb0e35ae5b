//! What the killed had said, against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sphere_offload::queue::{
    Filter, JobId, JobResult, JobState, JobView, Queue as _, SqliteQueue, Submitted,
};

use crate::roles::{checksums, job};

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The key of each job that was acknowledged.
    submitted: BTreeMap<JobId, String>,
    done: BTreeSet<JobId>,
}

/// Whole lines after the first: the last may have been cut.
pub(crate) fn lines(said: &str) -> impl Iterator<Item = &str> {
    let whole = said.rfind('\n').map_or("", |end| &said[..end]);
    whole.lines().skip(1)
}

impl Ledger {
    pub(crate) fn acknowledged(&mut self, said: &str) {
        for line in lines(said) {
            let (id, key) = line.split_once(' ').unwrap();
            let before = self.submitted.insert(id.parse().unwrap(), key.to_owned());
            assert_eq!(before, None, "{id} was given twice");
        }
    }

    pub(crate) fn done(&mut self, said: &str) {
        for line in lines(said) {
            assert!(self.done.insert(line.parse().unwrap()), "{line} was done twice");
        }
    }

    /// What was acknowledged is there, what was done is done, and no job is there twice.
    pub(crate) fn check(&self, queue: &SqliteQueue) -> BTreeMap<JobId, JobView> {
        let all = everything(queue);
        for (id, key) in &self.submitted {
            assert_eq!(all[id].parameters.as_str(), Some(&**key), "{id}");
        }
        for id in &self.done {
            assert_eq!(all[id].state, JobState::Done, "{id}");
        }
        let keys: BTreeSet<_> = all.values().map(|view| view.parameters.to_string()).collect();
        assert_eq!(keys.len(), all.len(), "a key is there twice");
        let counted: u64 = queue.counts().unwrap().jobs.values().sum();
        assert_eq!(counted, all.len() as u64);
        all
    }

    /// Somebody who heard nothing submits again: nothing is new.
    pub(crate) fn resubmit(&self, queue: &SqliteQueue) {
        for (id, key) in &self.submitted {
            let same = Submitted { id: *id, new: false };
            assert_eq!(queue.submit(vec![job(key)]), Ok(vec![same]));
        }
    }

    /// All are done, and right.
    pub(crate) fn settle(&self, queue: &SqliteQueue) -> Tally {
        let all = self.check(queue);
        for (id, view) in &all {
            let Some(JobResult::Recipe { points: 1000, chunks }) = &view.result else {
                panic!("{id}: {view:?}")
            };
            assert_eq!(chunks.checksums.0, checksums(view), "{id}");
        }
        let interrupted = all.values().filter(|view| !view.attempts.is_empty()).count();
        assert!(!self.done.is_empty() && interrupted > 0, "nobody was interrupted");
        let (acknowledged, done) = (self.submitted.len(), self.done.len());
        Tally { acknowledged, unheard: all.len() - acknowledged, done, interrupted }
    }
}

/// How many jobs.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    acknowledged: usize,
    /// Kept, but killed was who would have said so.
    unheard: usize,
    done: usize,
    interrupted: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.unheard += other.unheard;
        self.done += other.done;
        self.interrupted += other.interrupted;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, unheard, done, interrupted } = self;
        write!(
            formatter,
            "{acknowledged} jobs acknowledged, {unheard} more kept, {done} done before the end, \
             {interrupted} interrupted; 0 lost, 0 doubled, 0 wrong"
        )
    }
}

fn everything(queue: &SqliteQueue) -> BTreeMap<JobId, JobView> {
    let (mut all, mut after) = (BTreeMap::new(), None);
    loop {
        let page = queue.list(&Filter { after, limit: 1000, ..Filter::default() }).unwrap();
        for view in page.jobs {
            assert!(all.insert(view.id, view).is_none());
        }
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
