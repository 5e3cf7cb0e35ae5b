//! The nearest lattice points of directions, which stay with the caller.

use std::time::Instant;

use sphere_engine::{Cause, Engine, EngineName, NearestJob, Progress, Stop, Stopped};
use sphere_math::sampling::Tally;

use super::task::Task;

/// Directions and the indices that are found so far.
pub(super) struct Nearest<'a> {
    job: &'a NearestJob,
    directions: [&'a [f64]; 3],
    indices: &'a mut [u64],
    next: usize,
    since: Instant,
}

impl<'a> Nearest<'a> {
    pub(super) fn new(
        job: &'a NearestJob,
        directions: [&'a [f64]; 3],
        indices: &'a mut [u64],
    ) -> Self {
        Self { job, directions, indices, next: 0, since: Instant::now() }
    }
}

impl Task for Nearest<'_> {
    fn run(
        &mut self,
        _name: EngineName,
        engine: &dyn Engine,
        stop: &Stop,
        _progress: Progress,
    ) -> Result<Tally, Cause> {
        self.since = Instant::now();
        // Columns that are not equally long are the engine's to tell: it is given all of them at first.
        let rest = self.directions.map(|column| column.get(self.next..).unwrap_or_default());
        let indices = self.indices.get_mut(self.next..).unwrap_or_default();
        match engine.nearest(self.job, rest, indices, stop) {
            Ok(()) => {
                self.next = self.indices.len();
                Ok(Tally::default())
            }
            Err(Stopped { next, cause }) => {
                let before = self.next;
                self.next += next as usize;
                Err(match cause {
                    Cause::Input(error) => Cause::Input(error.counted_from(before)),
                    cause => cause,
                })
            }
        }
    }

    fn next(&self) -> u64 {
        self.next as u64
    }

    fn since(&self) -> Instant {
        self.since
    }

    fn back_to(&mut self, next: u64) -> bool {
        self.next = next as usize;
        true
    }

    fn shrink(&mut self) -> bool {
        false
    }
}
