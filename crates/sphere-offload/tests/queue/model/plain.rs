//! A queue as a list. Looked through from the front whenever something is asked.

use std::collections::BTreeMap;
use std::time::Duration;

use sphere_offload::queue::{Held, JobId, JobState, Limits, QueueError};

use crate::stand::MINUTE;

/// A job of one of few submitters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Submission {
    pub(super) submitter: usize,
    pub(super) key: Option<u8>,
}

/// Why not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trouble {
    Full,
    Kept,
    Quota,
    Unknown,
    Lost,
    State,
}

impl Trouble {
    /// An error of the same kind.
    pub(super) fn as_error(self) -> QueueError {
        let (id, limit, state) = (JobId::from_bytes([0; 16]), 0, JobState::Done);
        match self {
            Self::Full => QueueError::Full { limit },
            Self::Kept => QueueError::Kept { limit },
            Self::Quota => QueueError::Quota { submitter: String::new(), limit },
            Self::Unknown => QueueError::UnknownJob { id },
            Self::Lost => QueueError::LeaseLost { id },
            Self::State => QueueError::State { id, state, rule: "" },
        }
    }
}

#[derive(Clone, Debug)]
struct Job {
    submission: Submission,
    state: JobState,
    failed: u32,
    done: u64,
    /// Chunks that are known, and were at the last lease.
    chunks: usize,
    from_chunk: usize,
    /// Of the last lease.
    fence: u64,
    /// When a lease or a pause is over, and how long it is.
    wait: Option<(Duration, Duration)>,
    expires: Option<Duration>,
    forgotten: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Plain {
    jobs: Vec<Job>,
    /// When each submitter was served; set anew when one comes who has no jobs.
    served: BTreeMap<usize, u64>,
    turn: u64,
    now: Duration,
    limits: Limits,
}

/// As if there were no chance: no step is shorter.
const PAUSE: Duration = Duration::from_secs(2);

impl Plain {
    pub(super) fn new(limits: Limits) -> Self {
        let (jobs, served) = (Vec::new(), BTreeMap::new());
        Self { jobs, served, turn: 0, now: Duration::ZERO, limits }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    pub(super) fn reopen(&mut self) {
        for job in &mut self.jobs {
            job.wait = job.wait.map(|(_, length)| (self.now + length, length));
        }
    }

    /// What was due happens before anything else does.
    fn tick(&mut self) {
        for number in 0..self.jobs.len() {
            let job = &mut self.jobs[number];
            if job.wait.is_none_or(|(end, _)| end > self.now) {
                continue;
            }
            job.wait = None;
            if job.state == JobState::Running {
                self.attempt_failed(number);
            }
        }
    }

    fn attempt_failed(&mut self, number: usize) {
        let (now, most) = (self.now, self.limits.attempts);
        let job = &mut self.jobs[number];
        if job.chunks > job.from_chunk {
            job.failed = 0;
        }
        job.failed += 1;
        if job.failed == most {
            self.stop(number, JobState::Dead);
        } else {
            job.state = JobState::Queued;
            job.wait = Some((now + PAUSE, PAUSE));
        }
    }

    fn stop(&mut self, number: usize, state: JobState) {
        let job = &mut self.jobs[number];
        (job.state, job.wait, job.expires) = (state, None, Some(self.now + MINUTE));
    }

    fn kept(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter().filter(|job| !job.forgotten)
    }

    fn within_limits(&self) -> Result<(), Trouble> {
        let of = |submitter| {
            let unfinished = self.kept().filter(|job| !job.state.is_final());
            let own = unfinished
                .filter(|job| submitter == usize::MAX || job.submission.submitter == submitter);
            own.count() as u64
        };
        if of(usize::MAX) > self.limits.unfinished {
            Err(Trouble::Full)
        } else if self.kept().count() as u64 > self.limits.kept {
            Err(Trouble::Kept)
        } else if (0..3).any(|submitter| of(submitter) > self.limits.per_submitter) {
            Err(Trouble::Quota)
        } else {
            Ok(())
        }
    }

    /// The numbers of the jobs.
    pub(super) fn submit(&mut self, batch: &[Submission]) -> Result<Vec<usize>, Trouble> {
        self.tick();
        let before = self.clone();
        let numbers: Vec<usize> = batch.iter().map(|submission| self.add(*submission)).collect();
        let added = self.jobs.len() > before.jobs.len();
        if added && let Err(trouble) = self.within_limits() {
            *self = before;
            return Err(trouble);
        }
        Ok(numbers)
    }

    fn add(&mut self, submission: Submission) -> usize {
        let Submission { submitter, key } = submission;
        let same = |job: &Job| {
            !job.forgotten && job.submission.submitter == submitter && job.submission.key == key
        };
        if key.is_some()
            && let Some(number) = self.jobs.iter().position(same)
        {
            return number;
        }
        self.turn += 1;
        if !self.kept().any(|job| job.submission.submitter == submitter) {
            self.served.insert(submitter, self.turn);
        }
        let (state, wait, expires) = (JobState::Queued, None, None);
        let (failed, done, fence, forgotten) = (0, 0, 0, false);
        let (chunks, from_chunk) = (0, 0);
        self.jobs.push(Job {
            submission,
            state,
            failed,
            done,
            chunks,
            from_chunk,
            fence,
            wait,
            expires,
            forgotten,
        });
        self.jobs.len() - 1
    }

    pub(super) fn lease(&mut self, fence: u64) -> Option<usize> {
        self.tick();
        let ready = |job: &Job| job.state == JobState::Queued && job.wait.is_none();
        let numbers = (0..self.jobs.len()).filter(|number| ready(&self.jobs[*number]));
        let turn = |number: usize| self.served[&self.jobs[number].submission.submitter];
        let number = numbers.min_by_key(|number| (turn(*number), *number))?;
        self.turn += 1;
        let (now, lease) = (self.now, self.limits.lease);
        let job = &mut self.jobs[number];
        self.served.insert(job.submission.submitter, self.turn);
        (job.state, job.fence, job.wait) = (JobState::Running, fence, Some((now + lease, lease)));
        job.from_chunk = job.chunks;
        Some(number)
    }

    /// Whether that lease holds.
    fn held(&mut self, number: usize, fence: u64) -> Result<(), Trouble> {
        self.tick();
        match &self.jobs[number] {
            job if job.forgotten => Err(Trouble::Unknown),
            job if job.state == JobState::Running && job.fence == fence => Ok(()),
            _ => Err(Trouble::Lost),
        }
    }

    pub(super) fn beat(&mut self, number: usize, fence: u64, chunks: usize) -> Held {
        let held = self.held(number, fence).is_ok();
        let (now, lease) = (self.now, self.limits.lease);
        let job = &mut self.jobs[number];
        if held {
            (job.done, job.wait) = (100 * chunks as u64, Some((now + lease, lease)));
            job.chunks = job.chunks.max(chunks);
            return Held::Yes;
        }
        let cancelled = job.state == JobState::Cancelled && job.fence == fence && !job.forgotten;
        if cancelled { Held::Cancelled } else { Held::Lost }
    }

    pub(super) fn end(
        &mut self,
        number: usize,
        fence: u64,
        state: JobState,
    ) -> Result<(), Trouble> {
        self.held(number, fence)?;
        if state == JobState::Done {
            self.jobs[number].done = 1000;
        }
        self.stop(number, state);
        Ok(())
    }

    pub(super) fn give_up(&mut self, number: usize, fence: u64) -> Result<(), Trouble> {
        self.held(number, fence)?;
        self.attempt_failed(number);
        Ok(())
    }

    pub(super) fn release(&mut self, number: usize, fence: u64) -> Result<(), Trouble> {
        self.held(number, fence)?;
        let job = &mut self.jobs[number];
        (job.state, job.wait, job.fence) = (JobState::Queued, None, 0);
        Ok(())
    }

    pub(super) fn cancel(&mut self, number: usize) -> Result<(), Trouble> {
        self.tick();
        match &self.jobs[number] {
            job if job.forgotten => Err(Trouble::Unknown),
            job if job.state == JobState::Cancelled => Ok(()),
            job if job.state.is_final() => Err(Trouble::State),
            _ => {
                // Whose attempt has failed is not told of the end.
                if self.jobs[number].state == JobState::Queued {
                    self.jobs[number].fence = 0;
                }
                self.stop(number, JobState::Cancelled);
                Ok(())
            }
        }
    }

    pub(super) fn retry(&mut self, number: usize) -> Result<(), Trouble> {
        self.tick();
        let before = self.clone();
        let job = &mut self.jobs[number];
        if job.forgotten {
            return Err(Trouble::Unknown);
        }
        if job.state != JobState::Dead {
            return Err(Trouble::State);
        }
        (job.state, job.failed, job.expires) = (JobState::Queued, 0, None);
        self.within_limits().inspect_err(|_| *self = before)
    }

    /// How many were forgotten.
    pub(super) fn expire(&mut self) -> u64 {
        self.tick();
        let due = |job: &&mut Job| !job.forgotten && job.expires.is_some_and(|end| end <= self.now);
        let due = self.jobs.iter_mut().filter(due);
        due.map(|job| job.forgotten = true).count() as u64
    }

    /// State, attempts that failed, and what is done.
    pub(super) fn look(&self, number: usize) -> Option<(JobState, u32, u64)> {
        let job = &self.jobs[number];
        (!job.forgotten).then_some((job.state, job.failed, job.done))
    }

    pub(super) fn counts(&self) -> BTreeMap<JobState, u64> {
        let count = |state| self.kept().filter(|job| job.state == state).count() as u64;
        JobState::ALL.map(|state| (state, count(state))).into()
    }
}
