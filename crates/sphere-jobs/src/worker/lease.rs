//! Keeps a lease while a job is being done, and ends the work when it is lost.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use sphere_engine::Stop;
use sphere_offload::queue::{Held, Leased, Queue, QueueError};

use super::Report;
use super::events::{WorkerEvent, WorkerEvents};

/// A beat is told so often in the time of a lease: some may fail.
const BEATS: u32 = 4;
/// Progress is told no less often, for whoever watches it. Not much more often either: it is a sync each.
const SHOWN: Duration = Duration::from_secs(1);
/// Looks whether this worker is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Work that does not stop so soon is given back while it goes on: its end does not count then. Points stop within a
/// block of them, judgements do not.
const STOPPING: Duration = Duration::from_secs(2);

/// A lease that is held.
pub(super) struct Lease<'a> {
    queue: &'a dyn Queue,
    leased: &'a Leased,
    report: &'a Report,
    /// Ends this worker.
    parent: &'a Stop,
    events: &'a dyn WorkerEvents,
}

impl<'a> Lease<'a> {
    pub(super) fn hold(
        queue: &'a dyn Queue,
        leased: &'a Leased,
        report: &'a Report,
        parent: &'a Stop,
        events: &'a dyn WorkerEvents,
    ) -> Self {
        Self { queue, leased, report, parent, events }
    }

    /// Does something that may take longer than the lease. It is told to stop when the lease is lost, or
    /// nobody wants the job any more, or the worker is to end.
    pub(super) fn during<T>(&self, work: impl FnOnce(&Stop) -> T) -> T {
        let stop = Stop::never();
        let (ended, end) = channel::<()>();
        thread::scope(|scope| {
            let watched = stop.clone();
            scope.spawn(move || self.beat(&watched, &end));
            let answer = work(&stop);
            drop(ended);
            answer
        })
    }

    /// Until the work has ended.
    fn beat(&self, stop: &Stop, end: &Receiver<()>) {
        let every = (self.leased.lasts / BEATS).min(SHOWN);
        let (mut left, mut stopping) = (every, Duration::ZERO);
        while end.recv_timeout(LOOK.min(left)) == Err(RecvTimeoutError::Timeout) {
            left = left.saturating_sub(LOOK);
            if self.parent.cause().is_some() {
                stop.request();
                stopping += LOOK;
                if stopping >= STOPPING {
                    self.give_back();
                    return;
                }
            }
            if !left.is_zero() {
                continue;
            }
            left = every;
            let beat = self.report.beat();
            match self.queue.heartbeat(self.leased.token, beat.clone()) {
                Ok(Held::Yes) => self.report.heard(&beat),
                // Nobody wants it, or what is computed again is not what it was.
                Ok(Held::Cancelled | Held::Lost) | Err(QueueError::Report { .. }) => stop.request(),
                // It may pass before the lease is over.
                Err(error) => self.events.told(WorkerEvent::Trouble { error: &error }),
            }
        }
    }

    /// Leaves the job to others, as far as it has come.
    fn give_back(&self) {
        let (queue, token) = (self.queue, self.leased.token);
        let given = queue.heartbeat(token, self.report.beat()).and_then(|_| queue.release(token));
        match given {
            // It was somebody else's already.
            Ok(()) | Err(QueueError::LeaseLost { .. }) => {}
            // If the queue does not listen, the lease ends by itself.
            Err(error) => self.events.told(WorkerEvent::Trouble { error: &error }),
        }
    }
}
