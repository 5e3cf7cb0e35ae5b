//! The lattice points nearest to directions, on a device that has f32 alone.
//!
//! Directions are rounded to f32 on their way into memory that the driver uploads from, and batches of
//! them go the way of points. Indices are copied from mapped memory to where they are wanted.

use std::ops::Range;
use std::sync::Arc;

use sphere_math::kernels::{Launch, single_direction};
use sphere_math::sampling::{Method, Placement, SampleError, Scheme};
use wgpu::{BufferSize, ComputePipeline};

use super::IN_FLIGHT;
use super::flights::{Flights, Slot};
use super::gpu::Gpu;
use crate::device::batch::Batches;
use crate::device::pool::Pool;
use crate::device::run::drive;
use crate::{Block, Cause, EngineError, Sink, SinkError, Stop, Stopped, Window};

/// Bytes of a direction in memory of the device.
pub(super) const DIRECTION_BYTES: u64 = 12;
/// Bytes of an index.
pub(super) const INDEX_BYTES: usize = 8;

/// Directions rounded at a time.
const ROUNDED: usize = 1_024;

/// What the kernel makes of what is no direction; no lattice has so many points.
const NO_INDEX: u64 = u64::MAX;

/// Columns x, y and z of directions.
pub(super) type Columns<'a> = [&'a [f64]; 3];

/// Rounds directions to f32 and uploads them, column after column.
pub(super) fn upload(
    gpu: &Gpu,
    slot: &Slot,
    columns: Columns<'_>,
    rows: &Range<u64>,
) -> Result<(), EngineError> {
    let rows = rows.start as usize..rows.end as usize;
    let bytes = rows.len() as u64 * DIRECTION_BYTES;
    let gone = || EngineError::Failed { reason: "no memory to upload from".to_string() };
    let (Some(table), Some(size)) = (slot.table(), BufferSize::new(bytes)) else {
        return Err(gone());
    };
    let view = gpu.captured(|| gpu.queue.write_buffer_with(table, 0, size))?;
    let mut view = view.ok_or_else(gone)?;
    let mut single = [[0.0_f32; ROUNDED]; 3];
    for first in rows.clone().step_by(ROUNDED) {
        let part = first..rows.end.min(first + ROUNDED);
        let [x, y, z] = columns.map(|column| &column[part.clone()]);
        for row in 0..part.len() {
            let rounded = single_direction([x[row], y[row], z[row]]);
            for (column, component) in single.iter_mut().zip(rounded) {
                column[row] = component;
            }
        }
        for (axis, column) in single.iter().enumerate() {
            let bytes: &[u8] = bytemuck::cast_slice(&column[..part.len()]);
            let at = 4 * (axis * rows.len() + part.start - rows.start);
            view.slice(at..at + bytes.len()).copy_from_slice(bytes);
        }
    }
    gpu.captured(|| drop(view))
}

/// What finds the nearest points of lattices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finder<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) pool: &'a Arc<Pool<Slot>>,
    pub(super) pipeline: &'a ComputePipeline,
}

impl Finder<'_> {
    /// The index for each direction, in batches.
    pub(super) fn find(
        self,
        launch: &Launch,
        columns: Columns<'_>,
        batches: Batches,
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        let failed = |error| Stopped { next: 0, cause: Cause::Engine(error) };
        let end = indices.len() as u64;
        let Self { gpu, pool, pipeline } = self;
        let mut found = Indices { indices, block: Block::default() };
        let flights = Flights::of_directions(gpu, pool, pipeline, launch, columns, &mut found);
        let done = drive(&mut flights.map_err(failed)?, batches, end, IN_FLIGHT, stop);
        done.map_err(|stopped| because(stopped, columns))
    }

    /// What differs from the definition, if anything: directions of every kind in lattices of every kind.
    pub(super) fn differs(self) -> Result<Option<String>, EngineError> {
        let [x, y, z] = probed_directions().map_err(rejected)?;
        let columns = [&x[..], &y, &z];
        for (total, placement) in LATTICES {
            let plan = Scheme::Fibonacci { total, placement }.plan().map_err(rejected)?;
            let launch = plan.launch_nearest_single().map_err(rejected)?;
            let count = columns[0].len() as u64;
            let batches = Batches::new(0..count, DIRECTION_BYTES, self.gpu.most_buffer_bytes);
            let batches = batches.ok_or(EngineError::OutOfMemory)?;
            let (mut found, mut expected) = (vec![0; count as usize], vec![0; count as usize]);
            plan.nearest_all(columns, &mut expected).map_err(rejected)?;
            match self.find(&launch, columns, batches, &mut found, &Stop::never()) {
                Err(Stopped { cause: Cause::Engine(error), .. }) => return Err(error),
                Err(stopped) => return Ok(Some(stopped.to_string())),
                Ok(()) if found != expected => {
                    return Ok(Some(format!("indices differ in a lattice of {total} points")));
                }
                Ok(()) => {}
            }
        }
        Ok(None)
    }
}

/// What is probed: the interior of lattices, their poles, and a hole.
const LATTICES: [(u64, Placement); 4] = [
    (1_000_000, Placement::Quadrature),
    ((1 << 33) - 1, Placement::Packing),
    (10_001, Placement::Offset(0.0)),
    (1_000, Placement::Offset(500.0)),
];

/// Directions anywhere, more than a group of threads; and along the axes.
const ANYWHERE: usize = 300;
const AXES: [[f64; 3]; 6] = [
    [0.0, 0.0, 1.0],
    [0.0, 0.0, -1.0],
    [2.0, 0.0, 0.0],
    [-0.5, 0.0, 0.0],
    [0.0, 1e-30, 0.0],
    [0.0, -1e30, 0.0],
];

/// Columns of directions that are f32 already, so that nothing is rounded.
fn probed_directions() -> Result<[Vec<f64>; 3], SampleError> {
    let random = Scheme::Random { seed: 0x0123_4567_89AB_CDEF, method: Method::Ball }.plan()?;
    let mut rows = vec![0.0_f32; 3 * ANYWHERE];
    random.fill_rows(0..ANYWHERE as u64, &mut rows)?;
    let column = |axis: usize| {
        let anywhere = rows.iter().skip(axis).step_by(3).map(|component| f64::from(*component));
        anywhere.chain(AXES.map(|direction| f64::from(direction[axis] as f32))).collect()
    };
    Ok([0, 1, 2].map(column))
}

fn rejected(error: SampleError) -> EngineError {
    EngineError::Rejected { reason: error.to_string() }
}

/// Copies indices to where they are wanted, as far as there are any.
struct Indices<'a> {
    indices: &'a mut [u64],
    block: Block,
}

#[derive(Debug, thiserror::Error)]
#[error("the device found no index for direction {index}")]
struct NoIndex {
    index: u64,
}

impl Sink for Indices<'_> {
    fn window(&self) -> Window {
        Window { blocks: 1, block_bytes: usize::MAX }
    }

    fn lend(&mut self) -> Block {
        std::mem::take(&mut self.block)
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let found: &[u64] = block.values();
        let missing = found.iter().position(|index| *index == NO_INDEX);
        let good = missing.unwrap_or(found.len());
        let first = points.start as usize;
        self.indices[first..first + good].copy_from_slice(&found[..good]);
        self.block = block;
        missing.map_or(Ok(()), |at| Err(NoIndex { index: points.start + at as u64 }.into()))
    }
}

/// A missing index is that of what is no direction, or else a fault of the device.
fn because(stopped: Stopped, columns: Columns<'_>) -> Stopped {
    let missing = match &stopped.cause {
        Cause::Sink(error) => error.downcast_ref::<NoIndex>().map(|missing| missing.index),
        _ => None,
    };
    let Some(next) = missing else { return stopped };
    let index = next as usize;
    let direction = columns.map(|column| column[index]);
    let cause = if single_direction(direction).iter().any(|component| component.is_nan()) {
        Cause::Input(SampleError::NoDirection { index, direction })
    } else {
        let reason = format!("the device found no index for direction {index}");
        Cause::Engine(EngineError::Failed { reason })
    };
    Stopped { next, cause }
}
