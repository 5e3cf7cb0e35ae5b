//! A program on its way to be a worker: started, greeted, and made ready.

use std::fmt::Display;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use serde::de::DeserializeOwned;
use sphere_engine::{Capability, EngineError, EngineName};

use super::frame::{receive, send};
use super::message::{Answer, Hello, Order, VERSION};
use super::process::Process;
use super::shared::{Layout, Shared};

/// A program that says nothing for so long after it was started is not checked any further.
const UNTIL_HELLO: Duration = Duration::from_secs(5);

/// A worker that takes no order for so long is frozen.
const MOST_WRITE: Duration = Duration::from_secs(1);

/// One that has closed its socket ends soon.
const UNTIL_ENDED: Duration = Duration::from_secs(1);

/// Where drivers of graphics devices look for a display. Without it they complain on standard error, although
/// none is wanted.
const RUNTIME_FOLDER: &str = "XDG_RUNTIME_DIR";

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

/// Whether a worker can be started: what a service asks at its start, when a wrong path is worth a line
/// and no engine has to be open yet. The program is started, says who it is, and is ended.
///
/// # Errors
/// [`EngineError::Unavailable`]: no such program, one that is no worker or of another version, a layout
/// that cannot be, no right to shared memory. [`EngineError::Failed`]: what may pass, as a program that
/// says nothing in time, or a lack of descriptors or memory.
pub fn check(options: &WorkerOptions) -> Result<(), EngineError> {
    Started::new(options)?.greet(options, Instant::now() + UNTIL_HELLO)
}

/// A program that runs. Dropped, it is ended.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) socket: UnixStream,
    pub(super) shared: Arc<Shared>,
    pub(super) process: Arc<Process>,
}

impl Started {
    pub(super) fn new(options: &WorkerOptions) -> Result<Self, EngineError> {
        let WorkerOptions { program, arguments, block_bytes, blocks, .. } = options;
        let layout = Layout { slots: *blocks, slot_bytes: *block_bytes };
        let memory = || format!("no shared memory of {blocks} blocks of {block_bytes} bytes");
        let no_memory = |error| failed(&memory(), &error);
        let shared = Shared::create(layout).map_err(no_memory)?;
        let out = shared.descriptor().try_clone_to_owned().map_err(no_memory)?;
        let no_socket = |error| failed("no socket for a worker", &error);
        let (socket, there) = UnixStream::pair().map_err(no_socket)?;
        socket.set_write_timeout(Some(MOST_WRITE)).map_err(no_socket)?;
        // All other descriptors are closed in the child; its standard error says why it panics.
        let mut command = Command::new(program);
        command.args(arguments).stdin(OwnedFd::from(there)).stdout(out);
        if std::env::var_os(RUNTIME_FOLDER).is_none() {
            command.env(RUNTIME_FOLDER, std::env::temp_dir());
        }
        let child = command
            .spawn()
            .map_err(|error| failed(&format!("cannot start {}", program.display()), &error))?;
        Ok(Self { socket, shared, process: Arc::new(Process::new(child)) })
    }

    /// Says who is there, and hears who it is.
    pub(super) fn greet(&self, options: &WorkerOptions, until: Instant) -> Result<(), EngineError> {
        let program = options.program.display();
        let none = |what: &dyn Display| EngineError::Unavailable {
            reason: format!("{program} is no worker of Sphere {VERSION}: {what}"),
        };
        // Fails where the program has ended, which is found out next.
        let _ = send(&mut &self.socket, &Hello::own());
        let heard = self.receive::<Hello>(until).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => EngineError::Failed {
                reason: format!("{program} has not said in time that it is a worker of Sphere"),
            },
            _ => none(&format!("it says something else ({error})")),
        })?;
        match heard {
            Some(Hello { version }) if version == VERSION => Ok(()),
            Some(Hello { version }) => Err(none(&format!("it is of Sphere {version}"))),
            None => Err(none(&format!("it says nothing; {}", self.process.end(UNTIL_ENDED)))),
        }
    }

    /// Has the worker open its engine, and waits until it has.
    pub(super) fn open(
        &self,
        options: &WorkerOptions,
        until: Instant,
    ) -> Result<Capability, EngineError> {
        let Layout { slots, slot_bytes } = self.shared.layout();
        let engine = options.engine.to_string();
        let failed = |what: &dyn Display| EngineError::Failed {
            reason: format!("the worker did not become ready: {what}"),
        };
        // Fails where the worker has ended, which is found out next.
        let _ = send(&mut &self.socket, &Order::Start { engine, slot_bytes, slots });
        let heard = self.receive(until).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                failed(&format!("it took longer than {:?}, and was ended", options.patience))
            }
            _ => failed(&error),
        })?;
        match heard {
            Some(Answer::Ready { engine }) => Ok(engine.capability(options.engine)),
            Some(Answer::Unready { error }) => Err(error.into()),
            Some(_) => Err(failed(&"it said something else")),
            None => Err(failed(&self.process.end(UNTIL_ENDED))),
        }
    }

    /// What the program says until then; a timeout is [`io::ErrorKind::WouldBlock`].
    fn receive<T: DeserializeOwned>(&self, until: Instant) -> io::Result<Option<T>> {
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        self.socket.set_read_timeout(Some(left))?;
        let received = receive(&mut &self.socket)?;
        self.socket.set_read_timeout(None)?;
        Ok(received)
    }
}

/// What the system refuses: now, or for good.
fn failed(what: &str, error: &io::Error) -> EngineError {
    let reason = format!("{what}: {error}");
    let passes = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::TXTBSY];
    if Errno::from_io_error(error).is_some_and(|errno| passes.contains(&errno)) {
        EngineError::Failed { reason }
    } else {
        EngineError::Unavailable { reason }
    }
}
