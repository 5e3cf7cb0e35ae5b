//! A job's computation for any range of indices.

use std::ops::Range;

use bytemuck::Pod;
use sphere_math::Real;
use sphere_math::direction::{longitude_latitude_deg, theta_phi};
use sphere_math::sampling::{Plan, SampleError, Tally};

use crate::{Block, Coordinates, EngineError, Job, Precision};

/// Directions that are turned into angles at a time: a few cache lines of stack.
const BATCH: usize = 128;

#[derive(Debug)]
pub(super) struct Kernel {
    plan: Plan,
    coordinates: Coordinates,
    precision: Precision,
    columns: usize,
}

impl Kernel {
    /// `plan` is that of the job's scheme.
    pub(super) fn new(job: &Job, plan: Plan) -> Self {
        Self {
            plan,
            coordinates: job.coordinates(),
            precision: job.precision(),
            columns: job.columns(),
        }
    }

    pub(super) fn row_bytes(&self) -> usize {
        self.columns * self.precision.bytes()
    }

    pub(super) fn compute(
        &self,
        range: Range<u64>,
        block: Block,
    ) -> Result<(Block, Tally), EngineError> {
        let computed = match self.precision {
            Precision::Double => self.compute_as::<f64>(range, block),
            Precision::Single => self.compute_as::<f32>(range, block),
        };
        computed.map_err(|error| EngineError::Rejected { reason: error.to_string() })
    }

    fn compute_as<R: Real + Pod>(
        &self,
        range: Range<u64>,
        block: Block,
    ) -> Result<(Block, Tally), SampleError> {
        let rows = (range.end - range.start) as usize;
        let mut block = block.sized_for::<R>(rows * self.columns);
        let values = block.values_mut::<R>();
        let tally = match self.coordinates {
            Coordinates::Native => self.plan.fill_rows(range, values)?,
            Coordinates::LongitudeLatitudeDeg => {
                self.fill_angles(range, values, longitude_latitude_deg)?
            }
            Coordinates::ThetaPhi => self.fill_angles(range, values, theta_phi)?,
        };
        Ok((block, tally))
    }

    /// Angles come from the f64 directions whatever the precision, and are rounded once.
    fn fill_angles<R: Real>(
        &self,
        range: Range<u64>,
        values: &mut [R],
        angles: impl Fn([f64; 3]) -> [R; 2],
    ) -> Result<Tally, SampleError> {
        let mut directions = [0.0; 3 * BATCH];
        let mut tally = Tally::default();
        let mut start = range.start;
        for chunk in values.chunks_mut(2 * BATCH) {
            let rows = chunk.len() / 2;
            let batch = &mut directions[..3 * rows];
            tally += self.plan.fill_rows(start..start + rows as u64, batch)?;
            let (directions, _) = batch.as_chunks::<3>();
            let (pairs, _) = chunk.as_chunks_mut::<2>();
            for (pair, &direction) in pairs.iter_mut().zip(directions) {
                *pair = angles(direction);
            }
            start += rows as u64;
        }
        Ok(tally)
    }
}
