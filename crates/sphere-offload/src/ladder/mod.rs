//! Engines in order of choice: where one fails, the next goes on.

mod action;
mod outcome;
mod rung;
#[cfg(test)]
mod tests;
mod watch;

use std::time::{Duration, Instant};

use sphere_engine::{Cause, EngineError, Job, Report, Sink, Stop, Stopped};
use sphere_math::sampling::Tally;

use self::action::{Action, action};
pub use self::outcome::{Attempt, Executed, Outcome, Trouble, Undone};
pub use self::rung::{Fixed, Rung, Supply};
use self::watch::Watch;
use crate::breaker::{Fault, Permit};

/// Runs of one job on one engine at most: the second finds out whether a failure has passed.
const RUNS: u32 = 2;

/// Engines, the first choice first. Shared by threads; each job has a walk of its own.
#[derive(Debug)]
pub struct Ladder {
    rungs: Vec<Rung>,
    patience: Duration,
}

impl Ladder {
    /// An engine of these that gives no block for `patience` is passed over; the time that the sink takes
    /// does not count.
    #[must_use]
    pub fn new(rungs: Vec<Rung>, patience: Duration) -> Self {
        Self { rungs, patience }
    }

    /// Computes `job` into `out`, in index order, on the first engine that can. Where an engine fails,
    /// the next goes on at the first index that is missing: the points are those of an undisturbed run.
    ///
    /// # Errors
    /// [`Undone`] when the job or its sink is wrong, when `stop` says so, or when no engine is left.
    pub fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Outcome, Box<Undone>> {
        let started = Instant::now();
        let mut walk = Walk::new(job, out);
        for rung in &self.rungs {
            match walk.take(rung, stop, self.patience) {
                Ok(true) => return Ok(walk.outcome(started.elapsed())),
                Ok(false) => {}
                Err(cause) => return Err(Box::new(walk.undone(cause))),
            }
        }
        let last = walk.attempts.iter().rev().find_map(|attempt| match &attempt.cause {
            Trouble::Failed(error) => Some(error.clone()),
            Trouble::Open { .. } => None,
        });
        let none = || EngineError::Unavailable { reason: "no engine takes jobs now".to_string() };
        let cause = Cause::Engine(last.unwrap_or_else(none));
        Err(Box::new(walk.undone(cause)))
    }
}

/// The way of one job.
struct Walk<'a> {
    job: &'a Job,
    watch: Watch<'a>,
    tally: Tally,
    executed: Vec<Executed>,
    attempts: Vec<Attempt>,
}

impl<'a> Walk<'a> {
    fn new(job: &'a Job, out: &'a mut dyn Sink) -> Self {
        let watch = Watch::new(out, job.range().start);
        Self { job, watch, tally: Tally::default(), executed: Vec::new(), attempts: Vec::new() }
    }

    /// Whether this rung came to the end of the job; an error ends the walk.
    fn take(&mut self, rung: &Rung, stop: &Stop, patience: Duration) -> Result<bool, Cause> {
        if let Some(cause) = stop.cause() {
            return Err(cause);
        }
        let permit = match rung.gate.enter(Instant::now()) {
            Ok(permit) => permit,
            Err(retry_after) => {
                self.passed_over(rung, Trouble::Open { retry_after }, Duration::ZERO);
                return Ok(false);
            }
        };
        let first = self.watch.next();
        for run in 1..=RUNS {
            let begun = self.watch.next();
            let result = self.run_on(rung, &permit, stop, patience);
            self.ran(rung, begun);
            let Err(cause) = result else {
                permit.succeeded();
                return Ok(true);
            };
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            let step = match action(&cause) {
                Action::Again if run == RUNS => Action::Next(Some(Fault::Passing)),
                step => step,
            };
            if step == Action::Stop {
                return Err(cause);
            }
            // Points of a wrong engine that are gone cannot be made right: the job must not look whole.
            if step == Action::Replay && !self.back_to(first) {
                return Err(cause);
            }
            if let Cause::Engine(error) = cause {
                self.passed_over(rung, Trouble::Failed(error), self.watch.at().elapsed());
            }
            let step =
                if step == Action::Replay { Action::Next(Some(Fault::Lasting)) } else { step };
            if let Action::Next(fault) = step {
                if let Some(fault) = fault {
                    permit.failed(fault, Instant::now());
                }
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn run_on(
        &mut self,
        rung: &Rung,
        permit: &Permit,
        stop: &Stop,
        patience: Duration,
    ) -> Result<(), Cause> {
        let (stop, progress) = stop.with_patience(patience);
        self.watch.restart(progress);
        let engine = if permit.is_probe() { rung.supply.renewed() } else { rung.supply.engine() };
        let engine = engine.map_err(Cause::Engine)?;
        let rest = self.watch.next()..self.job.range().end;
        let rest = self.job.part(rest).unwrap_or_else(|| self.job.clone());
        let ran = engine.run(&rest, &mut self.watch, &stop);
        let report = ran.map_err(|Stopped { cause, .. }| cause)?;
        self.tally += report.tally;
        Ok(())
    }

    fn ran(&mut self, rung: &Rung, begun: u64) {
        let points = begun..self.watch.next();
        if !points.is_empty() {
            self.executed.push(Executed { engine: rung.supply.name(), points });
        }
    }

    /// Forgets what was computed from an index on.
    fn back_to(&mut self, next: u64) -> bool {
        let back = self.watch.back_to(next);
        if back {
            self.executed.retain(|part| part.points.start < next);
        }
        back
    }

    fn passed_over(&mut self, rung: &Rung, cause: Trouble, lost: Duration) {
        let (engine, next) = (rung.supply.name(), self.watch.next());
        self.attempts.push(Attempt { engine, next, cause, lost });
    }

    fn outcome(self, elapsed: Duration) -> Outcome {
        // An engine that failed has not said how many candidates it looked at.
        let attempts = if self.attempts.is_empty() { self.tally.attempts } else { 0 };
        let tally = Tally { attempts, accepted: self.job.points() };
        let report = Report { points: self.job.points(), tally, elapsed };
        Outcome { report, executed: self.executed, attempts: self.attempts }
    }

    fn undone(self, cause: Cause) -> Undone {
        let next = self.watch.next();
        Undone { next, cause, executed: self.executed, attempts: self.attempts }
    }
}
