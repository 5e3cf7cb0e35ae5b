//! The way of one job up the ladder.

use std::time::{Duration, Instant};

use sphere_engine::{Cause, EngineError, Report, Stop};
use sphere_math::sampling::Tally;

use super::action::{Action, action};
use super::events::{Event, Events};
use super::outcome::{Attempt, Executed, Outcome, Trouble, Undone};
use super::rung::Rung;
use super::task::Task;
use crate::breaker::{Fault, Permit};

/// Runs of one job on one engine at most: the second finds out whether a failure has passed.
const RUNS: u32 = 2;

/// What is done, and what was tried.
pub(super) struct Walk<'a, T> {
    task: T,
    stop: &'a Stop,
    patience: Duration,
    events: &'a dyn Events,
    tally: Tally,
    executed: Vec<Executed>,
    attempts: Vec<Attempt>,
}

/// How a rung ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The job has come to its end.
    Done,
    /// Another engine is to go on.
    Next,
}

impl<'a, T: Task> Walk<'a, T> {
    pub(super) fn new(task: T, stop: &'a Stop, patience: Duration, events: &'a dyn Events) -> Self {
        let (executed, attempts) = (Vec::new(), Vec::new());
        Self { task, stop, patience, events, tally: Tally::default(), executed, attempts }
    }

    /// Runs the rest of the job on one engine; an error ends the walk.
    pub(super) fn take(&mut self, rung: &Rung) -> Result<Step, Cause> {
        if let Some(cause) = self.stop.cause() {
            return Err(cause);
        }
        let permit = match rung.gate.enter(Instant::now()) {
            Ok(permit) => permit,
            Err(retry_after) => {
                let cause = Trouble::Open { retry_after };
                self.note(rung, cause, Duration::ZERO);
                return Ok(Step::Next);
            }
        };
        rung.record.began();
        let first = self.task.next();
        for run in 1.. {
            let begun = self.task.next();
            let result = self.run_on(rung, &permit);
            self.ran(rung, begun);
            let Err(cause) = result else { break };
            if let Some(cause) = self.stop.cause() {
                return Err(cause);
            }
            match self.follows(rung, &cause, run < RUNS) {
                Action::Again | Action::Smaller => {}
                Action::Stop => return Err(cause),
                Action::Next(fault) => {
                    if let Some(fault) = fault {
                        permit.failed(fault, Instant::now());
                    }
                    return Ok(Step::Next);
                }
                Action::Replay => {
                    permit.failed(Fault::Lasting, Instant::now());
                    rung.distrust();
                    // Points of a wrong engine that are gone cannot be made right: the job must not
                    // look whole.
                    return if self.back_to(rung, first) { Ok(Step::Next) } else { Err(cause) };
                }
            }
        }
        permit.succeeded();
        Ok(Step::Done)
    }

    /// What follows an early end, if the engine may run once more or may not.
    fn follows(&mut self, rung: &Rung, cause: &Cause, may_run: bool) -> Action {
        let follows = action(cause);
        if let Cause::Engine(error) = cause
            && follows != Action::Stop
        {
            self.failed(rung, error);
        }
        match follows {
            Action::Again if !may_run => Action::Next(Some(Fault::Passing)),
            Action::Smaller if !may_run || !self.task.shrink() => Action::Next(None),
            follows => follows,
        }
    }

    fn run_on(&mut self, rung: &Rung, permit: &Permit) -> Result<(), Cause> {
        let (stop, progress) = self.stop.with_patience(self.patience);
        let engine = if permit.is_probe() { rung.supply.renewed() } else { rung.supply.engine() };
        let engine = engine.map_err(Cause::Engine)?;
        self.tally += self.task.run(rung.supply.name(), &*engine, &stop, progress)?;
        Ok(())
    }

    fn ran(&mut self, rung: &Rung, begun: u64) {
        let points = begun..self.task.next();
        if !points.is_empty() {
            self.executed.push(Executed { engine: rung.supply.name(), points });
        }
    }

    /// Forgets what was computed from an index on.
    fn back_to(&mut self, rung: &Rung, next: u64) -> bool {
        let points = self.task.next() - next;
        let back = self.task.back_to(next);
        if back {
            self.executed.retain(|part| part.points.start < next);
            self.events.told(Event::Replayed { engine: rung.supply.name(), points });
        }
        back
    }

    fn failed(&mut self, rung: &Rung, error: &EngineError) {
        let lost = self.task.since().elapsed();
        rung.record.failed(error, lost);
        let (engine, next) = (rung.supply.name(), self.task.next());
        self.events.told(Event::Failed { engine, error, next, lost });
        self.note(rung, Trouble::Failed(error.clone()), lost);
    }

    fn note(&mut self, rung: &Rung, cause: Trouble, lost: Duration) {
        let (engine, next) = (rung.supply.name(), self.task.next());
        self.attempts.push(Attempt { engine, next, cause, lost });
    }

    /// Of a job of so many points that has come to its end.
    pub(super) fn outcome(self, points: u64, elapsed: Duration) -> Outcome {
        // An engine that failed has not said how many candidates it looked at.
        let attempts = if self.attempts.is_empty() { self.tally.attempts } else { 0 };
        let report = Report { points, tally: Tally { attempts, accepted: points }, elapsed };
        Outcome { report, executed: self.executed, attempts: self.attempts }
    }

    /// Of a job that has not: why, or `None` where no engine is left.
    pub(super) fn undone(self, cause: Option<Cause>) -> Undone {
        let last = self.attempts.iter().rev().find_map(|attempt| match &attempt.cause {
            Trouble::Failed(error) => Some(error.clone()),
            Trouble::Open { .. } => None,
        });
        let none = || EngineError::Unavailable { reason: "no engine takes jobs now".to_string() };
        let cause = cause.unwrap_or_else(|| Cause::Engine(last.unwrap_or_else(none)));
        let next = self.task.next();
        Undone { next, cause, executed: self.executed, attempts: self.attempts }
    }
}
