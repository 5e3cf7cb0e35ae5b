//! One job: batches through a device, results handed on in index order.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

use sphere_math::sampling::{Method, Scheme, Tally};

use super::batch::Batches;
use crate::{Cause, EngineError, Job, Stop, Stopped};

/// A device as the run of a job sees it.
pub(crate) trait Launcher {
    /// A batch under way; given up when it is dropped.
    type Flight;

    /// Starts a batch and does not wait for it.
    fn start(&mut self, batch: Range<u64>) -> Result<Self::Flight, EngineError>;

    /// Waits for the oldest batch and hands its results on.
    fn finish(&mut self, flight: Self::Flight, stop: &Stop) -> Result<(), Cause>;

    /// The first index whose result has not been handed on.
    fn next(&self) -> u64;

    /// Releases memory that no batch uses.
    fn relieve(&mut self);
}

/// Computes all batches, the last of which ends at `end`; `most_flights` are under way at once.
pub(crate) fn drive<L: Launcher>(
    launcher: &mut L,
    batches: Batches,
    end: u64,
    most_flights: usize,
    stop: &Stop,
) -> Result<(), Stopped> {
    let ended = Run { launcher, batches, flights: VecDeque::new(), most_flights }.all(end, stop);
    ended.map_err(|cause| Stopped { next: launcher.next(), cause })
}

struct Run<'a, L: Launcher> {
    launcher: &'a mut L,
    batches: Batches,
    flights: VecDeque<L::Flight>,
    most_flights: usize,
}

impl<L: Launcher> Run<'_, L> {
    /// Batches still under way at an error are given up; nobody waits for their results.
    fn all(mut self, end: u64, stop: &Stop) -> Result<(), Cause> {
        loop {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            self.start_batches().map_err(Cause::Engine)?;
            let Some(flight) = self.flights.pop_front() else { break };
            self.launcher.finish(flight, stop)?;
        }
        if self.launcher.next() == end {
            return Ok(());
        }
        let reason = "the device wrote fewer points than asked for".to_string();
        Err(Cause::Engine(EngineError::Failed { reason }))
    }

    /// Starts batches while there is room. Where memory ends, later ones are smaller, and wait until
    /// earlier ones have left; it has ended for good when one point alone has no room.
    fn start_batches(&mut self) -> Result<(), EngineError> {
        while self.flights.len() < self.most_flights {
            let Some(batch) = self.batches.next() else { break };
            match self.launcher.start(batch.clone()) {
                Ok(flight) => self.flights.push_back(flight),
                Err(EngineError::OutOfMemory) => {
                    self.launcher.relieve();
                    let shrunk = self.batches.shrink(&batch);
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

/// Kernels count no candidates: those of a rejecting method are not known.
pub(crate) fn tally(job: &Job) -> Tally {
    let rejects =
        matches!(job.scheme(), Scheme::Random { method: Method::Disk | Method::Ball, .. });
    Tally { attempts: if rejects { 0 } else { job.points() }, accepted: job.points() }
}
