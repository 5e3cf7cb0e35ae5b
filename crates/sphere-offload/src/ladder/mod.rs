//! Engines in order of choice: where one fails, the next goes on.

mod action;
mod events;
mod nearest;
mod outcome;
mod points;
mod record;
mod rung;
mod status;
mod supply;
mod task;
#[cfg(test)]
mod tests;
mod walk;
mod way;
#[cfg(test)]
mod way_tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::{EngineName, Job, NearestJob, Sink, Stop};

pub use self::events::{Event, Events, Unheard};
use self::nearest::Nearest;
pub use self::outcome::{Attempt, Executed, Outcome, Trouble, Undone};
use self::points::Points;
pub use self::rung::Rung;
pub use self::status::{Condition, Status};
pub use self::supply::{Ending, Fixed, Supply};
use self::task::Task;
use self::walk::{Step, Walk};
pub use self::way::{NoWay, Way};

/// Engines, the first choice first. Shared by threads; each job has a walk of its own.
pub struct Ladder {
    rungs: Vec<Rung>,
    patience: Duration,
    events: Arc<dyn Events>,
}

impl Ladder {
    /// An engine of these that gives no block for `patience` is passed over; the time that the sink takes
    /// does not count.
    #[must_use]
    pub fn new(rungs: Vec<Rung>, patience: Duration) -> Self {
        Self { rungs, patience, events: Arc::new(Unheard) }
    }

    /// The same, with somebody who is told what happens.
    #[must_use]
    pub fn watched(mut self, events: Arc<dyn Events>) -> Self {
        self.rungs.iter_mut().for_each(|rung| rung.watch(&events));
        self.events = events;
        self
    }

    /// Computes `job` into `out`, in index order, on the first engine of the way that can. Where an engine
    /// fails, the next goes on at the first index that is missing: the points are those of an undisturbed
    /// run.
    ///
    /// # Errors
    /// [`Undone`] when the job or its sink is wrong, when `stop` says so, or when no engine is left.
    pub fn run(
        &self,
        way: &Way,
        job: &Job,
        out: &mut dyn Sink,
        stop: &Stop,
    ) -> Result<Outcome, Box<Undone>> {
        self.walk(way, Points::new(job, out), job.points(), stop)
    }

    /// The nearest lattice point of each direction, as [`Engine::nearest`](sphere_engine::Engine::nearest)
    /// finds it, on the first engine of the way that can.
    ///
    /// # Errors
    /// As [`Ladder::run`]; a direction that is none is [`Cause::Input`](sphere_engine::Cause::Input).
    pub fn nearest(
        &self,
        way: &Way,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<Outcome, Box<Undone>> {
        let count = indices.len() as u64;
        self.walk(way, Nearest::new(job, directions, indices), count, stop)
    }

    /// Finds out, for every engine whose breaker has been open for long enough, whether it works again, so
    /// that no job need be the first. To be called now and then: see [`Ladder::has_to_probe`].
    pub fn probe(&self) {
        self.rungs.iter().for_each(|rung| rung.probe(self.patience));
    }

    /// Whether [`Ladder::probe`] has something to find out. Waits for nothing.
    #[must_use]
    pub fn has_to_probe(&self) -> bool {
        let now = Instant::now();
        self.rungs.iter().any(|rung| rung.has_to_probe(now))
    }

    /// What each engine is in, in order of choice.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        self.rungs.iter().map(Rung::status).collect()
    }

    /// The rungs, the first choice first.
    #[must_use]
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }

    /// The rung of an engine.
    #[must_use]
    pub fn rung(&self, name: EngineName) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.name() == name)
    }

    fn walk(
        &self,
        way: &Way,
        task: impl Task,
        points: u64,
        stop: &Stop,
    ) -> Result<Outcome, Box<Undone>> {
        let started = Instant::now();
        let mut walk = Walk::new(task, stop, self.patience, &*self.events);
        for rung in way.rungs(self) {
            match walk.take(rung) {
                Ok(Step::Done) => return Ok(walk.outcome(points, started.elapsed())),
                Ok(Step::Next) => {}
                Err(cause) => return Err(Box::new(walk.undone(Some(cause)))),
            }
        }
        Err(Box::new(walk.undone(None)))
    }
}

impl std::fmt::Debug for Ladder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Ladder")
            .field("rungs", &self.rungs)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
