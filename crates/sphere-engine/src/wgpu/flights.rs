//! Batches on their way through a device.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use sphere_math::kernels::Launch;
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferAsyncError, BufferUsages,
    ComputePassDescriptor, ComputePipeline, MapMode, PollType, SubmissionIndex,
};

use super::gpu::Gpu;
use super::groups::groups;
use super::handover::Handover;
use super::mapped::{LentSlot, Mapped};
use super::nearest::{Columns, DIRECTION_BYTES, INDEX_BYTES, upload};
use crate::device::pool::Pool;
use crate::device::run::Launcher;
use crate::{Cause, EngineError, Sink, Stop};

/// How long one wait takes at most: so soon a stop is seen while a kernel runs.
const WAIT: Duration = Duration::from_millis(50);
/// Another thread that polls may be about to tell us.
const TOLD_BY_OTHERS: Duration = Duration::from_millis(1);

/// The buffers of one batch.
#[derive(Debug)]
pub(super) struct Slot {
    /// What the kernel writes.
    out: Buffer,
    /// Where results are copied to be read, if they cannot be read where they are.
    staging: Option<Buffer>,
    /// Which points.
    header: Buffer,
    /// A table of its own, where each batch has another.
    table: Option<Buffer>,
}

impl Slot {
    /// One for batches of directions, whose indices have so many bytes.
    fn of_directions(gpu: &Gpu, bytes: u64) -> Result<Self, EngineError> {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let table = gpu.buffer(bytes / INDEX_BYTES as u64 * DIRECTION_BYTES, usage)?;
        Ok(Self { table: Some(table), ..Self::new(gpu, bytes)? })
    }

    fn new(gpu: &Gpu, bytes: u64) -> Result<Self, EngineError> {
        let (written, read) = if gpu.shares_memory {
            (BufferUsages::STORAGE | BufferUsages::MAP_READ, None)
        } else {
            let staging = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
            (BufferUsages::STORAGE | BufferUsages::COPY_SRC, Some(staging))
        };
        Ok(Self {
            out: gpu.buffer(bytes, written)?,
            staging: read.map(|usage| gpu.buffer(bytes, usage)).transpose()?,
            header: gpu.buffer(16, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?,
            table: None,
        })
    }

    /// The table of this batch, if it has one of its own.
    pub(super) fn table(&self) -> Option<&Buffer> {
        self.table.as_ref()
    }

    /// What is mapped.
    pub(super) fn results(&self) -> &Buffer {
        self.staging.as_ref().unwrap_or(&self.out)
    }
}

/// Launches one kernel with one set of parameters, into one sink.
#[derive(Debug)]
pub(super) struct Flights<'a> {
    gpu: &'a Gpu,
    pool: &'a Arc<Pool<Slot>>,
    pipeline: &'a ComputePipeline,
    launch: &'a Launch,
    parameters: Buffer,
    table: Buffer,
    /// What the tables of batches are made from, where each has its own.
    directions: Option<Columns<'a>>,
    handover: Handover<'a>,
}

/// A batch under way. Dropped, its buffers are released when the device is done with them.
#[derive(Debug)]
pub(super) struct Flight {
    lent: LentSlot,
    bytes: u64,
    submission: SubmissionIndex,
    mapped: Receiver<Result<(), BufferAsyncError>>,
}

impl<'a> Flights<'a> {
    /// Uploads what is the same for every batch, if the device can run the kernel at all. `first` is
    /// the first index of the job.
    pub(super) fn new(
        gpu: &'a Gpu,
        pool: &'a Arc<Pool<Slot>>,
        pipeline: &'a ComputePipeline,
        launch: &'a Launch,
        first: u64,
        out: &'a mut dyn Sink,
    ) -> Result<Self, EngineError> {
        let (words, most) = (launch.words_per_point, gpu.most_words);
        if words > most {
            let reason = format!("a point of {words} words; kernels of this device write {most}");
            return Err(EngineError::Unavailable { reason });
        }
        let (parameters, table) = (gpu.words(&launch.parameters)?, gpu.words(&launch.table)?);
        let handover = Handover::new(out, first, 4 * words);
        let directions = None;
        Ok(Self { gpu, pool, pipeline, launch, parameters, table, directions, handover })
    }

    /// The same for a kernel whose table is directions, from the first one on.
    pub(super) fn of_directions(
        gpu: &'a Gpu,
        pool: &'a Arc<Pool<Slot>>,
        pipeline: &'a ComputePipeline,
        launch: &'a Launch,
        columns: Columns<'a>,
        out: &'a mut dyn Sink,
    ) -> Result<Self, EngineError> {
        let directions = Some(columns);
        Ok(Self { directions, ..Self::new(gpu, pool, pipeline, launch, 0, out)? })
    }

    fn bind(&self, slot: &Slot) -> BindGroup {
        let mut binding = 0;
        let table = slot.table().unwrap_or(&self.table);
        let entries = [&slot.out, &slot.header, &self.parameters, table].map(|buffer| {
            let entry = BindGroupEntry { binding, resource: buffer.as_entire_binding() };
            binding += 1;
            entry
        });
        let layout = &self.gpu.bindings;
        self.gpu.device.create_bind_group(&BindGroupDescriptor {
            label: None,
            layout,
            entries: &entries,
        })
    }

    /// Queues the kernel, the copy of its results and their mapping.
    fn submit(
        &self,
        slot: &Slot,
        points: &Range<u64>,
        bytes: u64,
    ) -> (SubmissionIndex, Receiver<Result<(), BufferAsyncError>>) {
        let Gpu { device, queue, .. } = self.gpu;
        let header = self.launch.header(points);
        queue.write_buffer(&slot.header, 0, bytemuck::cast_slice(&header));
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
        pass.set_pipeline(self.pipeline);
        pass.set_bind_group(0, &self.bind(slot), &[]);
        let [x, y] = groups((points.end - points.start) as u32);
        pass.dispatch_workgroups(x, y, 1);
        drop(pass);
        if let Some(staging) = &slot.staging {
            encoder.copy_buffer_to_buffer(&slot.out, 0, staging, 0, bytes);
        }
        let submission = queue.submit([encoder.finish()]);
        let (sender, mapped) = channel();
        slot.results().map_async(MapMode::Read, ..mapped_bytes(bytes), move |result| {
            // Fails when the batch has been given up; then nobody needs to know.
            let _ = sender.send(result);
        });
        (submission, mapped)
    }

    /// Waits until the results of a batch can be read.
    fn wait(&self, flight: &Flight, stop: &Stop) -> Result<(), Cause> {
        loop {
            let submission_index = Some(flight.submission.clone());
            let poll = PollType::Wait { submission_index, timeout: Some(WAIT) };
            self.gpu.poll(poll).map_err(Cause::Engine)?;
            match flight.mapped.recv_timeout(TOLD_BY_OTHERS) {
                Ok(Ok(())) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(Cause::Engine(self.gpu.failure("the results cannot be read")));
                }
            }
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
        }
    }
}

impl Launcher for Flights<'_> {
    type Flight = Flight;

    fn start(&mut self, points: Range<u64>) -> Result<Flight, EngineError> {
        let bytes = (points.end - points.start) * self.launch.words_per_point as u64 * 4;
        let make = if self.directions.is_some() { Slot::of_directions } else { Slot::new };
        let lent = Pool::take(Arc::clone(self.pool), bytes, |bytes| make(self.gpu, bytes))?;
        let gone = || EngineError::Failed { reason: "a buffer is gone".to_string() };
        let slot = lent.buffer().ok_or_else(gone)?;
        if let Some(columns) = self.directions {
            upload(self.gpu, slot, columns, &points)?;
        }
        let (submission, mapped) = self.gpu.captured(|| self.submit(slot, &points, bytes))?;
        Ok(Flight { lent, bytes, submission, mapped })
    }

    fn finish(&mut self, flight: Flight, stop: &Stop) -> Result<(), Cause> {
        self.wait(&flight, stop)?;
        let Flight { lent, bytes, .. } = flight;
        let Some(slot) = lent.buffer() else { return Ok(()) };
        let view = slot.results().get_mapped_range(..mapped_bytes(bytes));
        let view = view.map_err(|error| Cause::Engine(self.gpu.failure(&error.to_string())))?;
        self.handover.give(&Arc::new(Mapped::new(view, lent)), bytes as usize, stop)
    }

    fn next(&self) -> u64 {
        self.handover.next()
    }

    fn relieve(&mut self) {
        self.pool.clear();
    }
}

/// Buffers end on a word of eight bytes, and so does what is mapped of them.
const fn mapped_bytes(bytes: u64) -> u64 {
    bytes.next_multiple_of(8)
}
