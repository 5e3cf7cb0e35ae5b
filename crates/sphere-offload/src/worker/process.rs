//! A worker as a process: started, made ready, and ended.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use sphere_engine::{
    Capability, Cause, Engine, EngineError, EngineName, Job, NearestJob, Report, Sink, Stop,
    Stopped,
};

use super::client::Link;
use super::frame::{receive, send};
use super::jobs::OnLoss;
use super::message::{Answer, Order, VERSION};
use super::shared::{Layout, Shared};

/// How to start a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// A program that calls [`serve`](super::serve) when it is started with `arguments`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The engine that it opens.
    pub engine: EngineName,
    /// Bytes of the blocks that it fills: a multiple of 8.
    pub block_bytes: usize,
    /// Blocks that all jobs together have at once.
    pub blocks: usize,
    /// How long it may take until it is ready.
    pub patience: Duration,
}

/// An engine in a process of its own.
#[derive(Debug)]
pub struct Worker {
    link: Arc<Link>,
    process: Arc<Process>,
    capability: Capability,
}

#[derive(Debug)]
struct Process(Mutex<Child>);

impl Worker {
    /// Starts a process and waits until its engine is open.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`]: no such program, one that is no worker or of another version, or
    /// an engine that cannot be opened there, with its reason.
    pub fn start(options: &WorkerOptions) -> Result<Self, EngineError> {
        Self::watched(options, Box::new(|| ()))
    }

    /// The same, with something that is done as soon as the worker is lost.
    ///
    /// # Errors
    /// As [`Worker::start`].
    pub fn watched(options: &WorkerOptions, on_loss: OnLoss) -> Result<Self, EngineError> {
        let layout = Layout { slots: options.blocks, slot_bytes: options.block_bytes };
        let shared = Shared::create(layout).map_err(|error| unavailable(&error))?;
        let (here, there) = UnixStream::pair().map_err(|error| unavailable(&error))?;
        let memory = shared.descriptor().try_clone_to_owned();
        let child = Command::new(&options.program)
            .args(&options.arguments)
            .stdin(OwnedFd::from(there))
            .stdout(memory.map_err(|error| unavailable(&error))?)
            .spawn()
            .map_err(|error| {
                let program = options.program.display();
                EngineError::Unavailable { reason: format!("cannot start {program}: {error}") }
            })?;
        let process = Arc::new(Process(Mutex::new(child)));
        let ready = greet(&here, options, layout);
        let ready =
            ready.and_then(|capability| Ok((capability, listen(here, shared, &process, on_loss)?)));
        match ready {
            Ok((capability, link)) => Ok(Self { link, process, capability }),
            Err(error) => {
                process.end();
                Err(error)
            }
        }
    }

    /// Ends the process, whatever it does. Jobs under way are lost.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Whether the process has ended: its jobs are lost, and so is every later one.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.link.is_lost()
    }

    /// The number of the process, for a look from outside.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.child().id()
    }

    /// Asks the worker to say something, and how long it has said nothing.
    #[must_use]
    pub fn silence(&self) -> Duration {
        // A worker that is gone is silent, too.
        let _ = self.link.order(&Order::Ping);
        self.link.silence()
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
        _job: &NearestJob,
        _directions: [&[f64]; 3],
        _indices: &mut [u64],
        _stop: &Stop,
    ) -> Result<(), Stopped> {
        let reason = "workers take no directions".to_string();
        Err(Stopped { next: 0, cause: Cause::Engine(EngineError::Unavailable { reason }) })
    }
}

impl Process {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kill(&self) {
        // Fails where it has ended by itself.
        let _ = self.child().kill();
    }

    /// Ends the process and says how it ended.
    fn end(&self) -> String {
        let mut child = self.child();
        let _ = child.kill();
        match child.wait() {
            Ok(status) => format!("the worker ended: {status}"),
            Err(error) => format!("the worker ended: {error}"),
        }
    }
}

/// Tells the worker what to be, and waits until it is.
fn greet(
    socket: &UnixStream,
    options: &WorkerOptions,
    layout: Layout,
) -> Result<Capability, EngineError> {
    let Layout { slots, slot_bytes } = layout;
    let (version, engine) = (VERSION.to_string(), options.engine.to_string());
    let start = Order::Start { version, engine, slot_bytes, slots };
    let program = options.program.display();
    let no_worker = |what: &dyn std::fmt::Display| EngineError::Unavailable {
        reason: format!("{program} is no worker of Sphere {VERSION}: {what}"),
    };
    let timeout = socket.set_read_timeout(Some(options.patience));
    timeout.and_then(|()| send(&mut &*socket, &start)).map_err(|error| no_worker(&error))?;
    let answer = receive(&mut &*socket).map_err(|error| no_worker(&error))?;
    socket.set_read_timeout(None).map_err(|error| no_worker(&error))?;
    match answer {
        Some(Answer::Ready { version, engine }) if version == VERSION => {
            Ok(engine.capability(options.engine))
        }
        Some(Answer::Ready { version, .. }) => Err(no_worker(&format!("it is {version}"))),
        Some(Answer::Unready { error }) => Err(error.into()),
        Some(_) => Err(no_worker(&"it says something else")),
        None => Err(no_worker(&"it says nothing")),
    }
}

fn listen(
    mut answers: UnixStream,
    shared: Arc<Shared>,
    process: &Arc<Process>,
    on_loss: OnLoss,
) -> Result<Arc<Link>, EngineError> {
    let orders = answers.try_clone().map_err(|error| unavailable(&error))?;
    let link = Arc::new(Link::new(orders, shared, on_loss));
    let (listener, process) = (Arc::clone(&link), Arc::clone(process));
    thread::Builder::new()
        .name("worker".to_string())
        .spawn(move || listener.listen(&mut answers, || process.end()))
        .map_err(|error| unavailable(&error))?;
    Ok(link)
}

fn unavailable(error: &io::Error) -> EngineError {
    EngineError::Unavailable { reason: format!("no worker can be started: {error}") }
}
