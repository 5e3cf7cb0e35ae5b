//! Chunks of points on their way to a sink, in memory that the sink lends and the device fills.

#![allow(unsafe_code, reason = "the device is given memory by its address")]

use std::ops::Range;
use std::sync::Arc;

use sphere_math::kernels::Launch;

use super::chunks::{Cut, Way};
use super::driver::{Arguments, Driver, FunctionHandle};
use super::grid;
use super::in_use::InUse;
use super::lanes::{Lanes, Slot};
use super::owned::Loaded;
use super::resources::{Landing, Resources};
use super::uploads::Uploaded;
use crate::device::run::Launcher;
use crate::{Cause, EngineError, Sink, Stop};

/// Launches one kernel with one set of parameters, into one sink.
pub(super) struct Ring<'a, D: Driver> {
    resources: &'a Resources<D>,
    function: FunctionHandle,
    launch: &'a Launch,
    uploaded: Arc<Uploaded<D>>,
    way: Way,
    lanes: Lanes<'a, D>,
    /// Lent, and not filled.
    spare: Option<Landing<D>>,
    out: &'a mut dyn Sink,
    next: u64,
}

/// A chunk under way.
#[derive(Debug)]
pub(super) struct Chunk<D: Driver> {
    points: Range<u64>,
    bytes: usize,
    way: Way,
    slot: Slot<D>,
    landing: Landing<D>,
    /// Kept on the device as long as the kernel runs.
    uploaded: Arc<Uploaded<D>>,
}

impl<'a, D: Driver> Ring<'a, D> {
    /// Uploads what is the same for every chunk. `first` is the first index of the job.
    pub(super) fn new(
        resources: &'a Resources<D>,
        kernel: &'a Loaded<D>,
        launch: &'a Launch,
        cut: Cut,
        first: u64,
        out: &'a mut dyn Sink,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            resources,
            function: kernel.function(),
            launch,
            uploaded: resources.uploads.get(&resources.streams, launch)?,
            way: cut.way,
            lanes: Lanes::new(resources),
            spare: None,
            out,
            next: first,
        })
    }

    /// A block of the sink, with a place for so many bytes.
    fn land(&mut self, bytes: usize) -> Result<Landing<D>, EngineError> {
        match self.spare.take() {
            Some(spare) if spare.holds(bytes) => Ok(spare),
            Some(spare) => self.resources.landing(spare.into_block(0), bytes),
            None => self.resources.landing(self.out.lend(), bytes),
        }
    }

    /// Queues the kernel, the copy of its results and the event.
    fn queue(&self, chunk: &mut Chunk<D>) -> Result<(), EngineError> {
        let no_room = || EngineError::Failed { reason: "a chunk has no room".to_string() };
        let Chunk { points, bytes, way, slot, landing, uploaded } = chunk;
        let count = points.end - points.start;
        let room = match way {
            Way::Mapped => landing.mapped(),
            Way::Copied => slot.memory().map(|memory| (memory.pointer(), memory.bytes())),
        };
        let (out, _) = room.filter(|(_, room)| *room >= *bytes).ok_or_else(no_room)?;
        if !landing.holds(*bytes) || *bytes as u64 != count * self.point_bytes() {
            return Err(no_room());
        }
        let header = self.launch.header(points);
        let [parameters, table] = [uploaded.parameters(), uploaded.table()];
        let arguments = Arguments { out, header, parameters, table };
        let (gpu, stream) = (&self.resources.gpu, slot.stream.handle());
        gpu.call(|driver| {
            // SAFETY: `out` has been seen to have room for what the kernel writes for this header. It and
            // the parameters belong to the chunk, which an `InUse` holds until the stream is done; nobody
            // reads or writes them before.
            unsafe { driver.launch(self.function, grid(count), &arguments, stream) }
        })?;
        if *way == Way::Copied {
            let to = landing.address();
            gpu.call(|driver| {
                // SAFETY: both have `bytes` bytes and belong to the chunk, as above.
                unsafe { driver.copy_to_host(to, out, *bytes, stream) }
            })?;
            slot.mark()?;
        }
        Ok(())
    }

    fn point_bytes(&self) -> u64 {
        4 * self.launch.words_per_point as u64
    }
}

impl<D: Driver> Launcher for Ring<'_, D> {
    type Flight = InUse<D, Chunk<D>>;

    fn start(&mut self, points: Range<u64>) -> Result<Self::Flight, EngineError> {
        let bytes = ((points.end - points.start) * self.point_bytes()) as usize;
        let landing = self.land(bytes)?;
        let (slot, way) = match self.lanes.take(self.way, landing.mapped().is_some(), bytes) {
            Ok(taken) => taken,
            Err(error) => {
                self.spare = Some(landing);
                return Err(error);
            }
        };
        let stream = Arc::clone(&slot.stream);
        let uploaded = Arc::clone(&self.uploaded);
        let mut flight = InUse::new(&stream, Chunk { points, bytes, way, slot, landing, uploaded });
        match flight.held().map_or(Ok(()), |chunk| self.queue(chunk)) {
            Ok(()) => Ok(flight),
            Err(error) => {
                if let Some(chunk) = flight.give_up() {
                    self.spare = Some(chunk.landing);
                    self.lanes.give_back(chunk.slot);
                }
                Err(error)
            }
        }
    }

    fn finish(&mut self, mut flight: Self::Flight, _stop: &Stop) -> Result<(), Cause> {
        let waited = flight.held().map_or(Ok(()), |chunk| chunk.slot.finish(chunk.way));
        waited.map_err(Cause::Engine)?;
        let Some(Chunk { points, bytes, slot, landing, .. }) = flight.done() else {
            return Ok(());
        };
        self.lanes.give_back(slot);
        let block = landing.into_block(bytes);
        let end = points.end;
        self.out.accept(points, block).map_err(Cause::Sink)?;
        self.next = end;
        Ok(())
    }

    fn next(&self) -> u64 {
        self.next
    }

    fn relieve(&mut self) {
        self.lanes.relieve();
        self.resources.relieve();
    }
}
