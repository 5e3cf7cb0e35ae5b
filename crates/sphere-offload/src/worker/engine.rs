//! A worker as an engine.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use sphere_engine::{
    Capability, Engine, EngineError, Harm, Job, NearestJob, Report, Sink, Stop, Stopped,
};

use super::client::Link;
use super::jobs::OnLoss;
use super::process::Process;
use super::start::{Started, WorkerOptions};

/// An engine in a process of its own. Dropped, it ends the process.
#[derive(Debug)]
pub struct Worker {
    link: Arc<Link>,
    process: Arc<Process>,
    capability: Capability,
}

impl Worker {
    /// Starts a process and waits until its engine is open.
    ///
    /// # Errors
    /// As [`check`](super::check); besides, those of the engine as it is opened there.
    /// [`EngineError::Failed`] if it is not open within the patience of `options`: the process is ended.
    pub fn start(options: &WorkerOptions) -> Result<Self, EngineError> {
        Self::watched(options, Box::new(|| ()))
    }

    /// The same, with something that is done once the worker is lost and its process has ended.
    ///
    /// # Errors
    /// As [`Worker::start`].
    pub fn watched(options: &WorkerOptions, on_loss: OnLoss) -> Result<Self, EngineError> {
        let (started, ready) = channel();
        let options = options.clone();
        let no_thread = |what: String| EngineError::Failed {
            reason: format!("no thread for a worker: {what}"),
        };
        // A worker ends with the thread that has started it, so that is one which lives as long.
        thread::Builder::new()
            .name("worker".to_string())
            .spawn(move || live(&options, on_loss, &started))
            .map_err(|error| no_thread(error.to_string()))?;
        ready.recv().unwrap_or_else(|error| Err(no_thread(error.to_string())))
    }

    /// Ends the process, whatever it does. Jobs under way are lost.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Has the process do nothing any more, and say nothing, without an end: as a device that hangs.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Whether the process has ended or is about to, or its engine is lost: so are its jobs, and every
    /// later one.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost().is_some()
    }

    /// Whether nothing is left of its process.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.link.has_ended()
    }

    /// Why the worker is lost, if it is.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        self.link.lost()
    }

    /// The number of the process, for a look from outside.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Asks the worker to say something, unless it has not answered yet, and how long it has not.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.link.silence()
    }
}

/// The life of a worker: started, made ready, listened to until its end.
fn live(options: &WorkerOptions, on_loss: OnLoss, told: &Sender<Result<Worker, EngineError>>) {
    let until = Instant::now() + options.patience;
    let ready = || {
        let started = Started::new(options)?;
        started.greet(options, until)?;
        let capability = started.open(options, until)?;
        let Started { socket, shared, process } = started;
        let orders = socket.try_clone().map_err(|error| EngineError::Failed {
            reason: format!("no socket for a worker: {error}"),
        })?;
        Ok((Link::new(orders, shared, on_loss), process, capability, socket))
    };
    match ready() {
        Ok((link, process, capability, answers)) => {
            let link = Arc::new(link);
            let worker =
                Worker { link: Arc::clone(&link), process: Arc::clone(&process), capability };
            // Fails where nobody waits any more: then the worker is dropped, and ends.
            let _ = told.send(Ok(worker));
            link.listen(answers, &process);
        }
        Err(error) => {
            let _ = told.send(Err(error));
        }
    }
}

/// A worker with nobody to work for ends.
impl Drop for Worker {
    fn drop(&mut self) {
        self.process.kill();
    }
}

impl Engine for Worker {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.link.run(job, out, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.link.nearest(job, directions, indices, stop)
    }

    /// Has the engine of the worker harmed; returns when it is. The next job finds out, and with it ends
    /// the worker.
    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        self.link.harm(harm)
    }
}
