//! One kernel, for a few points in memory.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use sphere_math::kernels::Launch;
use wgpu::ComputePipeline;

use super::IN_FLIGHT;
use super::flights::{Flights, Slot};
use super::gpu::Gpu;
use crate::device::batch::Batches;
use crate::device::pool::Pool;
use crate::device::probe::{Lifts, Probed};
use crate::device::run::drive;
use crate::{Cause, Collect, EngineError, Stop};

/// Runs one kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runner<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) pool: &'a Arc<Pool<Slot>>,
    pub(super) pipeline: &'a ComputePipeline,
}

impl Probed for Runner<'_> {
    const LIFTS: Lifts = Lifts::Bounded;

    fn values<T: Pod + Default>(
        &self,
        launch: &Launch,
        range: Range<u64>,
    ) -> Result<Vec<T>, EngineError> {
        let point_bytes = 4 * launch.words_per_point as u64;
        let batches = Batches::new(range.clone(), point_bytes, self.gpu.most_buffer_bytes);
        let batches = batches.ok_or(EngineError::OutOfMemory)?;
        let mut values = Collect::default();
        let (gpu, first) = (self.gpu, range.start);
        let mut flights = Flights::new(gpu, self.pool, self.pipeline, launch, first, &mut values)?;
        let run = drive(&mut flights, batches, range.end, IN_FLIGHT, &Stop::never());
        drop(flights);
        match run.map_err(|stopped| stopped.cause) {
            Ok(()) => Ok(values.values),
            Err(Cause::Engine(error)) => Err(error),
            Err(other) => Err(EngineError::Failed { reason: other.to_string() }),
        }
    }
}
