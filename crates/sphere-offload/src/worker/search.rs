//! Directions on their way through a worker: rows into slots, and indices out of them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use sphere_engine::{Cause, EngineError, LentWords as _, NearestJob, Stop, Stopped};
use sphere_math::sampling::SampleError;

use super::client::{LOOK, Link, MOST_SLOTS, wrong};
use super::jobs::Event;
use super::message::Order;
use super::shared::Slot;

/// Words of a row: a direction, and its index.
pub(super) const ROW_WORDS: usize = 4;

impl Link {
    /// Has the worker look for the nearest points.
    pub(super) fn nearest(
        &self,
        job: &NearestJob,
        columns: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        NearestJob::check(columns, indices)?;
        let flights = VecDeque::new();
        let mut search = Search { link: self, job, columns, indices, flights, sent: 0, next: 0 };
        let ended = search.all(stop);
        // Those that nobody waits for: their slots come back when the worker has ended them.
        for flight in &search.flights {
            let _ = self.order(&Order::Stop { job: flight.number });
        }
        ended.map_err(|cause| Stopped { next: search.next as u64, cause })
    }
}

/// One call.
struct Search<'a> {
    link: &'a Link,
    job: &'a NearestJob,
    columns: [&'a [f64]; 3],
    indices: &'a mut [u64],
    /// The earliest first.
    flights: VecDeque<Flight>,
    /// Rows that are with the worker, or have been.
    sent: usize,
    /// Rows whose indices are here.
    next: usize,
}

/// Rows that the worker has.
struct Flight {
    number: u64,
    rows: Range<usize>,
    events: Receiver<Event>,
}

impl Search<'_> {
    fn all(&mut self, stop: &Stop) -> Result<(), Cause> {
        while self.next < self.indices.len() {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            while self.flights.len() < MOST_SLOTS
                && self.sent < self.indices.len()
                && let Some(slot) = self.link.free_slot()
            {
                self.send(slot).map_err(Cause::Engine)?;
            }
            // All slots may be with jobs whose sinks wait: nobody knows for how long.
            let Some(flight) = self.flights.pop_front() else {
                return Err(Cause::Engine(EngineError::OutOfMemory));
            };
            let finished = self.finish(&flight, stop);
            if finished.is_err() {
                self.flights.push_front(flight);
            }
            finished?;
        }
        Ok(())
    }

    /// Gives the worker as many rows as a slot has room for.
    fn send(&mut self, mut slot: Slot) -> Result<(), EngineError> {
        let words = slot.words_mut();
        let most = words.len() / ROW_WORDS;
        if most == 0 {
            let reason = "a slot of the worker has no room for a direction".to_string();
            return Err(EngineError::Unavailable { reason });
        }
        let rows = self.sent..self.indices.len().min(self.sent.saturating_add(most));
        for (to, from) in words.chunks_exact_mut(rows.len()).zip(self.columns) {
            to.copy_from_slice(bytemuck::cast_slice(&from[rows.clone()]));
        }
        let slot = slot.give_away();
        let (number, events) = self.link.jobs().begin(&[slot])?;
        self.sent = rows.end;
        let (lattice, count) = (self.job.parameters().clone(), rows.len());
        self.flights.push_back(Flight { number, rows, events });
        self.link.order(&Order::Nearest { job: number, lattice, slot, rows: count })
    }

    /// Waits for the indices of the earliest rows.
    fn finish(&mut self, flight: &Flight, stop: &Stop) -> Result<(), Cause> {
        let Flight { rows, events, .. } = flight;
        loop {
            match events.recv_timeout(LOOK) {
                Ok(Event::Filled(filled, found)) => {
                    self.take(rows, &self.link.slot_of(filled), &found)?;
                }
                Ok(Event::Done { .. }) if self.next == rows.end => return Ok(()),
                Ok(Event::Done { .. }) => return Err(wrong("the worker ended before the end")),
                Ok(Event::NoDirection { row }) => return Err(self.no_direction(rows, row)),
                Ok(Event::Failed { error }) => return Err(Cause::Engine(error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Cause::Engine(self.link.jobs().gone("the worker is gone")));
                }
            }
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
        }
    }

    fn take(&mut self, rows: &Range<usize>, slot: &Slot, found: &Range<u64>) -> Result<(), Cause> {
        let count = usize::try_from(found.end).ok().filter(|&count| count <= rows.len());
        let count = count.filter(|_| found.start == 0 && self.next == rows.start);
        let count =
            count.ok_or_else(|| wrong("the worker sent other indices than it was asked"))?;
        let from = &slot.words()[3 * rows.len()..][..count];
        self.indices[rows.start..][..count].copy_from_slice(from);
        self.next = rows.start + count;
        Ok(())
    }

    /// A row of the worker, by its place in the whole call.
    fn no_direction(&self, rows: &Range<usize>, row: u64) -> Cause {
        let index = usize::try_from(row).ok().and_then(|row| rows.start.checked_add(row));
        match index.filter(|&index| index == self.next && index < rows.end) {
            Some(index) => {
                let direction = self.columns.map(|column| column[index]);
                Cause::Input(SampleError::NoDirection { index, direction })
            }
            None => wrong("the worker names a direction that is not next"),
        }
    }
}
