//! Takes jobs from a queue, one at a time, and does them.

mod events;
mod lease;
mod report;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sphere_engine::Stop;
use sphere_offload::Offload;
use sphere_offload::ladder::Condition;
use sphere_offload::queue::{JobState, Leased, Outcome, Queue, QueueError};

pub use self::events::{Unheard, WorkerEvent, WorkerEvents};
use self::lease::Lease;
pub(crate) use self::report::Report;
use crate::task::{Ended, Place, Task};

/// How long a worker waits for a job before it looks around.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between looks whether an engine works again, or the queue.
const PAUSE: Duration = Duration::from_millis(100);
/// For so long the end of a job is told to a queue that does not listen. By then the lease is over.
const TELLING: Duration = Duration::from_secs(30);

/// A name for a worker of this process: unlike that of any other.
#[must_use]
pub fn worker_name(number: usize) -> String {
    let process = std::process::id();
    #[cfg(unix)]
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let host = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "host".to_owned());
    // Short enough for any queue.
    let host: String = host.chars().take(48).collect();
    format!("{host}-{process}-{number}")
}

/// A thread that does jobs. Dropped, it gives back the job that it has, as far as it has come, and ends.
#[derive(Debug)]
pub struct QueueWorker {
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl QueueWorker {
    /// Starts a worker of this name.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(
        queue: Arc<dyn Queue>,
        offload: Arc<Offload>,
        name: String,
        events: Arc<dyn WorkerEvents>,
    ) -> io::Result<Self> {
        let stop = Stop::never();
        let worker = Worker { queue, offload, name, events, stop: stop.clone() };
        let thread =
            thread::Builder::new().name("queue-worker".to_owned()).spawn(move || worker.serve())?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Tells it to end, and does not wait. Several of them end together that way.
    pub fn stop(&self) {
        self.stop.request();
    }
}

impl Drop for QueueWorker {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // One that has panicked has left its job to the others.
            let _ = thread.join();
        }
    }
}

struct Worker {
    queue: Arc<dyn Queue>,
    offload: Arc<Offload>,
    name: String,
    events: Arc<dyn WorkerEvents>,
    stop: Stop,
}

impl Worker {
    fn serve(&self) {
        while !self.is_stopped() {
            if !self.has_engine() {
                // Whoever takes a job now only wastes one of its attempts.
                thread::sleep(PAUSE);
                continue;
            }
            match self.queue.lease(&self.name, PATIENCE) {
                Ok(Some(leased)) => self.work(&leased),
                Ok(None) => {}
                Err(error) => {
                    self.events.told(WorkerEvent::Trouble { error: &error });
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.cause().is_some()
    }

    fn has_engine(&self) -> bool {
        let status = self.offload.ladder().status();
        status.iter().any(|status| status.condition == Condition::Ready)
    }

    fn work(&self, leased: &Leased) {
        let (id, began) = (leased.token.job, Instant::now());
        self.events.told(WorkerEvent::Leased { id, kind: &leased.job.kind });
        if self.is_stopped() {
            // If it does not listen, the lease ends by itself.
            let _ = self.tell(|| self.queue.release(leased.token));
            return;
        }
        let report = Report::of(&leased.job);
        let lease = Lease::hold(&*self.queue, leased, &report, &self.stop, &*self.events);
        let ended = lease.during(|stop| {
            let (offload, queue) = (&*self.offload, &*self.queue);
            let task = Task::parse(&leased.job.kind, &leased.job.parameters)
                .map_err(|error| Ended::refused(error.code(), &error))?;
            task.run(&Place { offload, queue, job: &leased.job, report: &report, stop })
        });
        let state = self.end(leased, &report, &ended);
        self.events.told(WorkerEvent::Ended { id, state, after: began.elapsed() });
    }

    /// Tells the queue what became of a job. `None` where it is somebody else's.
    fn end(
        &self,
        leased: &Leased,
        report: &Report,
        ended: &Result<Outcome, Ended>,
    ) -> Option<JobState> {
        let (queue, token) = (&self.queue, leased.token);
        let told = self.tell(|| match ended {
            Ok(outcome) => queue.finish(token, report.beat(), *outcome).map(|()| JobState::Done),
            Err(Ended::Refused(refusal)) => {
                queue.fail(token, refusal.clone()).map(|()| JobState::Failed)
            }
            Err(Ended::Trouble(cause)) => queue.give_up(token, cause),
            Err(Ended::Stopped) => {
                // What was done since the last beat is kept.
                queue.heartbeat(token, report.beat())?;
                queue.release(token).map(|()| JobState::Queued)
            }
        });
        match told {
            Ok(state) => Some(state),
            // What was computed again is not what it was, or too little.
            Err(QueueError::Report { what, .. }) => self.tell(|| queue.give_up(token, what)).ok(),
            Err(_) => None,
        }
    }

    /// Says something to the queue until it listens, or it is too late. Said twice, it is no harm: the
    /// lease is over with the first time.
    fn tell<T>(&self, say: impl Fn() -> Result<T, QueueError>) -> Result<T, QueueError> {
        let until = Instant::now() + TELLING;
        loop {
            let error = match say() {
                Err(error) if is_trouble(&error) => error,
                said => return said,
            };
            self.events.told(WorkerEvent::Trouble { error: &error });
            if Instant::now() >= until {
                return Err(error);
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Whether the same may do another time.
fn is_trouble(error: &QueueError) -> bool {
    matches!(error, QueueError::Storage { .. } | QueueError::Busy { .. })
}
