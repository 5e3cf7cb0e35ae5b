//! The streams of one job, and memory of the device on them.

use std::sync::Arc;

use super::chunks::{SMALL_BYTES, Way};
use super::driver::{Driver, EventUse};
use super::owned::{DeviceMemory, Event, Stream};
use super::resources::Resources;
use crate::EngineError;

/// Streams of a job: while one copies, another computes.
const STREAMS: usize = 2;

/// A place for one chunk at a time.
#[derive(Debug)]
pub(super) struct Slot<D: Driver> {
    pub(super) stream: Arc<Stream<D>>,
    memory: Option<DeviceMemory<D>>,
    /// Happens when a chunk is copied; `None` before the first.
    copied: Option<Event<D>>,
}

impl<D: Driver> Slot<D> {
    /// Memory of the device, as much as was asked for or more; `None` if none was.
    pub(super) fn memory(&self) -> Option<&DeviceMemory<D>> {
        self.memory.as_ref()
    }

    /// Marks the end of a chunk that is copied.
    pub(super) fn mark(&mut self) -> Result<(), EngineError> {
        let event = match self.copied.take() {
            Some(event) => event,
            None => Event::new(self.stream.gpu(), EventUse::Order)?,
        };
        self.copied.insert(event).record(&self.stream)
    }

    /// Waits for the end of the chunk. A thread that waits for an event sleeps, and one that waits for
    /// a stream does not, which a small job would notice.
    pub(super) fn finish(&self, way: Way) -> Result<(), EngineError> {
        match (way, &self.copied) {
            (Way::Copied, Some(event)) => event.synchronize(),
            _ => self.stream.synchronize(),
        }
    }
}

/// The slots of one job.
#[derive(Debug)]
pub(super) struct Lanes<'a, D: Driver> {
    resources: &'a Resources<D>,
    streams: Vec<Arc<Stream<D>>>,
    idle: Vec<Slot<D>>,
    made: usize,
}

impl<'a, D: Driver> Lanes<'a, D> {
    pub(super) fn new(resources: &'a Resources<D>) -> Self {
        Self { resources, streams: Vec::new(), idle: Vec::new(), made: 0 }
    }

    /// A slot for a chunk of so many bytes, and the way that it takes: `way`, if the device sees where
    /// the chunk is on the host. Where the device has no memory left, small chunks need none.
    pub(super) fn take(
        &mut self,
        way: Way,
        is_mapped: bool,
        bytes: usize,
    ) -> Result<(Slot<D>, Way), EngineError> {
        if is_mapped && way == Way::Mapped {
            return Ok((self.with_memory(0)?, Way::Mapped));
        }
        match self.with_memory(bytes) {
            Err(EngineError::OutOfMemory) if is_mapped && bytes as u64 <= SMALL_BYTES => {
                Ok((self.with_memory(0)?, Way::Mapped))
            }
            slot => Ok((slot?, Way::Copied)),
        }
    }

    /// A slot with at least so many bytes of the device.
    fn with_memory(&mut self, bytes: usize) -> Result<Slot<D>, EngineError> {
        let mut slot = match self.idle.pop() {
            Some(slot) => slot,
            None => self.make()?,
        };
        if slot.memory.as_ref().map_or(0, DeviceMemory::bytes) < bytes {
            // First what is too small goes.
            slot.memory = None;
            match DeviceMemory::new(&slot.stream, bytes) {
                Ok(memory) => slot.memory = Some(memory),
                Err(error) => {
                    self.idle.push(slot);
                    return Err(error);
                }
            }
        }
        Ok(slot)
    }

    /// Takes back a slot on whose stream nothing of its chunk is left.
    pub(super) fn give_back(&mut self, slot: Slot<D>) {
        self.idle.push(slot);
    }

    /// Releases the memory of slots that nobody uses.
    pub(super) fn relieve(&mut self) {
        for slot in &mut self.idle {
            slot.memory = None;
        }
    }

    fn make(&mut self) -> Result<Slot<D>, EngineError> {
        let at = self.made % STREAMS;
        if at == self.streams.len() {
            self.streams.push(self.resources.streams.take()?);
        }
        self.made += 1;
        Ok(Slot { stream: Arc::clone(&self.streams[at]), memory: None, copied: None })
    }
}

impl<D: Driver> Drop for Lanes<'_, D> {
    fn drop(&mut self) {
        self.idle.clear();
        for stream in self.streams.drain(..) {
            self.resources.streams.give_back(stream);
        }
    }
}
