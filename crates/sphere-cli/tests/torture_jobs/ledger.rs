//! What became of every job, counted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use sphere_offload::queue::{Filter, JobId, JobResult, JobState, Queue, QueueError};

use crate::fleet::Victim;
use crate::load::Seen;

/// The head of the table.
pub(crate) const HEAD: &str = "\
| scenario | kills (server, worker, engine) | other blows | jobs | submitted again | attempts that failed | lost | doubled | wrong | stuck | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

/// A scenario and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) scenario: &'static str,
    pub(crate) kills: BTreeMap<Victim, u64>,
    pub(crate) other: u64,
    pub(crate) jobs: u64,
    pub(crate) again: u64,
    pub(crate) attempts: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) wrong: u64,
    pub(crate) stuck: u64,
    pub(crate) took: Duration,
}

impl Row {
    /// Waits until everything has ended, then looks at every job.
    pub(crate) fn settle(
        &mut self,
        queue: &dyn Queue,
        seen: &[Seen],
        undisturbed: &[JobResult],
        patience: Duration,
    ) {
        let until = Instant::now() + patience;
        while unfinished(queue) > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut ids = HashSet::new();
        for one in seen.iter().flat_map(|seen| &seen.acknowledged) {
            if !ids.insert(one.id) {
                // Another document, or the same twice, under one name.
                self.doubled += 1;
            }
            self.look(queue, one.id, &undisturbed[one.document]);
        }
        self.again = seen.iter().map(|seen| seen.again).sum();
        self.jobs = ids.len() as u64;
        // Whatever is there and was not acknowledged was made twice.
        let known: BTreeSet<_> = ids.into_iter().collect();
        self.doubled += all(queue).into_iter().filter(|id| !known.contains(id)).count() as u64;
    }

    fn look(&mut self, queue: &dyn Queue, id: JobId, undisturbed: &JobResult) {
        let view = match queue.view(id) {
            Ok(view) => view,
            Err(QueueError::UnknownJob { .. }) => {
                self.lost += 1;
                return;
            }
            Err(error) => panic!("{error}"),
        };
        self.attempts += view.attempts.len() as u64;
        match (view.state, &view.result) {
            (JobState::Done, Some(result)) if result == undisturbed => {}
            (JobState::Done, result) => {
                println!("wrong: {id} {} is {result:?}", view.kind);
                self.wrong += 1;
            }
            (state, _) => {
                println!(
                    "stuck: {id} {} is {state}: {:?} {:?}",
                    view.kind, view.error, view.attempts
                );
                self.stuck += 1;
            }
        }
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.jobs > 0 && [self.lost, self.doubled, self.wrong, self.stuck] == [0; 4]
    }
}

fn unfinished(queue: &dyn Queue) -> u64 {
    let counts = queue.counts().unwrap();
    counts.jobs[&JobState::Queued] + counts.jobs[&JobState::Running]
}

fn all(queue: &dyn Queue) -> Vec<JobId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let filter = Filter { after, limit: 1000, ..Filter::default() };
        let page = queue.list(&filter).unwrap();
        ids.extend(page.jobs.iter().map(|job| job.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kills = |victim| self.kills.get(&victim).copied().unwrap_or(0);
        let by = [Victim::Server, Victim::Worker, Victim::Engine].map(kills);
        write!(
            formatter,
            "| {} | {} ({}, {}, {}) | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} |",
            self.scenario,
            by.iter().sum::<u64>(),
            by[0],
            by[1],
            by[2],
            self.other,
            self.jobs,
            self.again,
            self.attempts,
            self.lost,
            self.doubled,
            self.wrong,
            self.stuck,
            self.took.as_secs_f64(),
        )
    }
}
