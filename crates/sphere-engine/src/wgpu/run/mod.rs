//! One job: batches through a device, results to a sink, in index order.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

use super::batch::Batches;
use crate::{Cause, EngineError, Sink, Stop, Stopped};

/// Batches under way at once: while one is handed over, the device computes the other.
const IN_FLIGHT: usize = 2;

/// Blocks are about so large, as those of the CPU engine.
const BLOCK_BYTES: usize = 1 << 21;

/// A device as the run of a job sees it.
pub(super) trait Launcher {
    /// A batch under way; given up when it is dropped.
    type Flight;

    /// Starts a batch and does not wait for it.
    fn start(&self, points: Range<u64>) -> Result<Self::Flight, EngineError>;

    /// Waits for a batch and lends its bytes: rows in C order.
    fn finish(
        &self,
        flight: Self::Flight,
        stop: &Stop,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Cause>,
    ) -> Result<(), Cause>;

    /// Releases memory that no batch uses.
    fn relieve(&self);
}

/// Computes all batches into `out`; every point has `point_bytes`.
pub(super) fn drive<L: Launcher>(
    launcher: &L,
    range: Range<u64>,
    batches: Batches,
    point_bytes: usize,
    out: &mut dyn Sink,
    stop: &Stop,
) -> Result<(), Stopped> {
    let mut handover = Handover::new(out, range.start, point_bytes);
    let mut run = Run { launcher, batches, flights: VecDeque::new() };
    let ended = run.pass_on(range.end, &mut handover, stop);
    ended.map_err(|cause| Stopped { next: handover.next, cause })
}

struct Run<'a, L: Launcher> {
    launcher: &'a L,
    batches: Batches,
    flights: VecDeque<L::Flight>,
}

impl<L: Launcher> Run<'_, L> {
    /// Batches still under way at an error are given up; nobody waits for them.
    fn pass_on(&mut self, end: u64, handover: &mut Handover<'_>, stop: &Stop) -> Result<(), Cause> {
        loop {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            self.start_batches().map_err(Cause::Engine)?;
            let Some(flight) = self.flights.pop_front() else { break };
            self.launcher.finish(flight, stop, &mut |bytes| handover.give(bytes, stop))?;
        }
        if handover.next == end {
            return Ok(());
        }
        let reason = "the device wrote fewer points than asked for".to_string();
        Err(Cause::Engine(EngineError::Failed { reason }))
    }

    /// Starts batches while there is room. Where memory ends, later ones are smaller, and wait until
    /// earlier ones have left; it has ended for good when one point alone has no room.
    fn start_batches(&mut self) -> Result<(), EngineError> {
        while self.flights.len() < IN_FLIGHT {
            let Some(points) = self.batches.next() else { break };
            match self.launcher.start(points.clone()) {
                Ok(flight) => self.flights.push_back(flight),
                Err(EngineError::OutOfMemory) => {
                    self.launcher.relieve();
                    let shrunk = self.batches.shrink(&points);
                    if !self.flights.is_empty() {
                        break;
                    }
                    if !shrunk {
                        return Err(EngineError::OutOfMemory);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Copies results into blocks of the sink, which is the one copy on this side of the device.
struct Handover<'a> {
    out: &'a mut dyn Sink,
    next: u64,
    point_bytes: usize,
    block_bytes: usize,
}

impl<'a> Handover<'a> {
    fn new(out: &'a mut dyn Sink, next: u64, point_bytes: usize) -> Self {
        let points = out.window().block_bytes.min(BLOCK_BYTES) / point_bytes;
        Self { out, next, point_bytes, block_bytes: points.max(1) * point_bytes }
    }

    fn give(&mut self, bytes: &[u8], stop: &Stop) -> Result<(), Cause> {
        for part in bytes.chunks(self.block_bytes) {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            let mut block = self.out.lend().sized_for::<u8>(part.len());
            block.values_mut::<u8>().copy_from_slice(part);
            let end = self.next + (part.len() / self.point_bytes) as u64;
            self.out.accept(self.next..end, block).map_err(Cause::Sink)?;
            self.next = end;
        }
        Ok(())
    }
}
