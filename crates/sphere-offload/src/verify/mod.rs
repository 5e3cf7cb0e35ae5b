//! A fraction of what an engine computes is computed again, by one that is trusted.
//!
//! Wrong answers are worse than errors: a block with a wrong point is not passed on, and the job ends as
//! [`EngineError::Wrong`], which has a ladder replay what the engine has computed.

mod compare;
mod fraction;
mod sample;

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;

use sphere_engine::{
    Block, Capability, Cause, Engine, EngineError, Exactness, Harm, Job, NearestJob, Report, Sink,
    SinkError, Stop, Stopped, Window,
};

use self::compare::{is_as_near, is_right};
pub use self::fraction::{Fraction, FractionError};
use self::sample::Sample;
use crate::between::found_again;

/// An engine that is looked after.
pub struct Verified {
    engine: Arc<dyn Engine>,
    reference: Arc<dyn Engine>,
    sample: Sample,
}

impl Verified {
    /// About one point in `one_in` of what `engine` computes is compared with `reference`, bit by bit, or
    /// by the bound that the engine promises. `seed` says which: a number that nobody outside knows, where
    /// somebody may wish to be missed.
    #[must_use]
    pub fn new(
        engine: Arc<dyn Engine>,
        reference: Arc<dyn Engine>,
        one_in: NonZeroU64,
        seed: u64,
    ) -> Self {
        Self { engine, reference, sample: Sample::new(one_in, seed) }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("engine", &self.engine.capability().name)
            .field("sample", &self.sample)
            .finish_non_exhaustive()
    }
}

impl Engine for Verified {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let Self { engine, reference, sample } = self;
        let exactness = engine.capability().name.exactness();
        let reference = &**reference;
        let mut checked = Checked { out, reference, sample: *sample, job, exactness };
        let ran = engine.run(job, &mut checked, stop);
        let wrong = |mismatch: &Mismatch| EngineError::Wrong { reason: mismatch.to_string() };
        ran.map_err(|stopped| found_again(stopped, wrong))
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.engine.nearest(job, directions, indices, stop)?;
        let exactness = self.capability().name.exactness();
        for run in self.sample.runs(0..indices.len() as u64) {
            let rows = run.start as usize..run.end as usize;
            let mut right = [0; sample::RUN as usize];
            let right = &mut right[..rows.len()];
            let columns = directions.map(|column| &column[rows.clone()]);
            self.reference.nearest(job, columns, right, &Stop::never())?;
            let as_near = |(row, right): (usize, &u64)| {
                let direction = directions.map(|column| column[row]);
                is_as_near(exactness, job.plan(), direction, indices[row], *right)
            };
            if !rows.zip(&*right).all(as_near) {
                let reason = Mismatch { points: run }.to_string();
                return Err(Stopped {
                    next: 0,
                    cause: Cause::Engine(EngineError::Wrong { reason }),
                });
            }
        }
        Ok(())
    }

    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        self.engine.harm(harm)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("one of points {} to {} differs from its definition", .points.start, .points.end - 1)]
struct Mismatch {
    points: Range<u64>,
}

/// Between the engine and the sink.
struct Checked<'a> {
    out: &'a mut dyn Sink,
    reference: &'a dyn Engine,
    sample: Sample,
    job: &'a Job,
    exactness: Exactness,
}

impl Sink for Checked<'_> {
    fn window(&self) -> Window {
        self.out.window()
    }

    fn lend(&mut self) -> Block {
        self.out.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let row = self.job.row_bytes();
        for run in self.sample.runs(points.clone()) {
            let part = self.job.part(run.clone()).ok_or("points that are not of the job")?;
            let mut right = Compared::default();
            // What the reference cannot compute now stays unchecked: that is no fault of the engine.
            let Ok(_) = self.reference.run(&part, &mut right, &Stop::never()) else { continue };
            let at = (run.start - points.start) as usize * row;
            let found = block.bytes().get(at..at + (run.end - run.start) as usize * row);
            if !found.is_some_and(|found| is_right(self.exactness, found, &right.bytes)) {
                return Err(Mismatch { points: run }.into());
            }
        }
        self.out.accept(points, block)
    }

    fn rewind(&mut self, next: u64) -> bool {
        self.out.rewind(next)
    }
}

/// Keeps the bytes of a few points.
#[derive(Debug, Default)]
struct Compared {
    bytes: Vec<u8>,
}

impl Sink for Compared {
    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.bytes.extend_from_slice(block.bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
