//! What is done to a queue at random is done to a model of it too: jobs in a list, and nothing else. Both
//! must answer the same and look the same after every step.

mod plain;

use std::mem::discriminant;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sphere_offload::queue::{
    Counts, Expired, JobId, JobState, LeaseToken, Limits, Outcome, QueueError, Refusal,
};

use crate::stand::{Make, SECOND, Stand, chunks, job, keyed, short_pauses};
use plain::{Plain, Submission, Trouble};

/// One thing that is done. Jobs and leases are numbered as they came, modulo how many there are.
#[derive(Clone, Debug)]
enum Step {
    Submit(Vec<Submission>),
    Lease,
    Beat(usize, usize),
    Finish(usize),
    Fail(usize),
    GiveUp(usize),
    Release(usize),
    Cancel(usize),
    Retry(usize),
    /// In units of three seconds: longer than any pause, so that chance decides nothing.
    Pass(u64),
    Expire,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let submission = (0..3_usize, prop::option::of(0..3_u8))
        .prop_map(|(submitter, key)| Submission { submitter, key });
    let which = 0..32_usize;
    let step = prop_oneof![
        6 => prop::collection::vec(submission, 1..4).prop_map(Step::Submit),
        6 => Just(Step::Lease),
        3 => (which.clone(), 1..10_usize).prop_map(|(which, chunks)| Step::Beat(which, chunks)),
        3 => which.clone().prop_map(Step::Finish),
        1 => which.clone().prop_map(Step::Fail),
        2 => which.clone().prop_map(Step::GiveUp),
        1 => which.clone().prop_map(Step::Release),
        1 => which.clone().prop_map(Step::Cancel),
        2 => which.prop_map(Step::Retry),
        3 => (1..5_u64).prop_map(Step::Pass),
        1 => Just(Step::Expire),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..60)
}

/// Small, so that all of them are met.
fn limits() -> Limits {
    Limits { unfinished: 9, per_submitter: 5, kept: 14, attempts: 2, ..short_pauses() }
}

/// Both, with the names that the queue gave.
struct Pair {
    stand: Stand,
    plain: Plain,
    ids: Vec<JobId>,
    leases: Vec<(LeaseToken, usize)>,
}

pub(crate) fn compare(make: Make) {
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let outcome = runner.run(&steps(), |steps| {
        let stand = Stand::with(make, limits());
        let mut pair =
            Pair { stand, plain: Plain::new(limits()), ids: Vec::new(), leases: Vec::new() };
        for step in steps {
            let passes = matches!(step, Step::Pass(_));
            pair = pair.take(&step)?;
            // Time alone changes nothing: whoever calls next sees what it did.
            if !passes {
                pair.same(&step)?;
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

/// Both refuse for the same reason, or neither.
fn agree<T>(queue: Result<T, QueueError>, plain: Result<(), Trouble>) -> Result<(), TestCaseError> {
    let same = match (&queue, plain) {
        (Ok(_), Ok(())) => true,
        (Err(error), Err(trouble)) => discriminant(error) == discriminant(&trouble.as_error()),
        _ => false,
    };
    prop_assert!(same, "{:?}, but {plain:?}", queue.err());
    Ok(())
}

impl Pair {
    fn take(mut self, step: &Step) -> Result<Self, TestCaseError> {
        let queue = &self.stand.queue;
        match *step {
            Step::Submit(ref batch) => self.submit(batch)?,
            Step::Lease => self.lease()?,
            Step::Beat(which, count) => {
                let Some((token, number)) = self.leased(which) else { return Ok(self) };
                let held = queue.heartbeat(token, chunks(0, count)).unwrap();
                prop_assert_eq!(held, self.plain.beat(number, token.fence, count));
            }
            Step::Finish(which) => {
                let Some((token, number)) = self.leased(which) else { return Ok(self) };
                let plain = self.plain.end(number, token.fence, JobState::Done);
                agree(queue.finish(token, chunks(0, 10), Outcome::Recipe), plain)?;
            }
            Step::Fail(which) => {
                let Some((token, number)) = self.leased(which) else { return Ok(self) };
                let error = Refusal { code: "no".to_owned(), detail: "never".to_owned() };
                let plain = self.plain.end(number, token.fence, JobState::Failed);
                agree(queue.fail(token, error), plain)?;
            }
            Step::GiveUp(which) => {
                let Some((token, number)) = self.leased(which) else { return Ok(self) };
                agree(queue.give_up(token, "tired"), self.plain.give_up(number, token.fence))?;
            }
            Step::Release(which) => {
                let Some((token, number)) = self.leased(which) else { return Ok(self) };
                agree(queue.release(token), self.plain.release(number, token.fence))?;
            }
            Step::Cancel(which) => {
                let Some(number) = self.numbered(which) else { return Ok(self) };
                agree(queue.cancel(self.ids[number]), self.plain.cancel(number))?;
            }
            Step::Retry(which) => {
                let Some(number) = self.numbered(which) else { return Ok(self) };
                agree(queue.retry(self.ids[number]), self.plain.retry(number))?;
            }
            Step::Pass(threes) => {
                let time = 3 * SECOND * threes as u32;
                self.stand.clock.pass(time);
                self.plain.pass(time);
            }
            Step::Expire => {
                let jobs = self.plain.expire();
                prop_assert_eq!(queue.expire(), Ok(Expired { jobs, blobs: 0, more: false }));
            }
            Step::Reopen => {
                self.stand = self.stand.reopened();
                self.plain.reopen();
            }
        }
        Ok(self)
    }

    fn leased(&self, which: usize) -> Option<(LeaseToken, usize)> {
        self.leases.get(which.checked_rem(self.leases.len())?).copied()
    }

    fn numbered(&self, which: usize) -> Option<usize> {
        which.checked_rem(self.ids.len())
    }

    fn submit(&mut self, batch: &[Submission]) -> Result<(), TestCaseError> {
        let jobs = batch.iter().map(|it| {
            let submitter = format!("submitter {}", it.submitter);
            it.key.map_or_else(|| job(&submitter), |key| keyed(&submitter, &key.to_string()))
        });
        let queue = self.stand.queue.submit(jobs.collect());
        match (queue, self.plain.submit(batch)) {
            (Ok(kept), Ok(numbers)) => {
                for (kept, number) in kept.into_iter().zip(numbers) {
                    prop_assert_eq!(kept.new, number == self.ids.len());
                    if kept.new {
                        self.ids.push(kept.id);
                    }
                    prop_assert_eq!(kept.id, self.ids[number]);
                }
                Ok(())
            }
            (queue, plain) => agree(queue, plain.map(drop)),
        }
    }

    fn lease(&mut self) -> Result<(), TestCaseError> {
        let leased = self.stand.queue.lease("worker", Duration::ZERO);
        let leased = leased.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let fence = leased.as_ref().map_or(0, |leased| leased.token.fence);
        let number = self.plain.lease(fence);
        let id = leased.as_ref().map(|leased| leased.job.id);
        prop_assert_eq!(id, number.map(|number| self.ids[number]));
        if let (Some(leased), Some(number)) = (leased, number) {
            let earlier = self.leases.iter().map(|(token, _)| token.fence).max();
            prop_assert!(earlier < Some(leased.token.fence), "fences rise");
            self.leases.push((leased.token, number));
        }
        Ok(())
    }

    /// All that can be seen is the same.
    fn same(&self, step: &Step) -> Result<(), TestCaseError> {
        for (number, id) in self.ids.iter().enumerate() {
            let view = self.stand.queue.view(*id).ok();
            let seen = view.map(|view| (view.state, view.failed_attempts, view.progress.done));
            prop_assert_eq!(seen, self.plain.look(number), "job {} after {:?}", number, step);
        }
        let Counts { jobs, .. } = self.stand.queue.counts().unwrap();
        prop_assert_eq!(jobs, self.plain.counts());
        Ok(())
    }
}
