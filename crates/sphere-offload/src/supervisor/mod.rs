//! Keeps a worker up: started ahead of need, watched, ended when it is frozen or fat, and replaced.

mod care;
mod keeper;
mod memory;

use std::fmt;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use sphere_engine::{Engine, EngineError, EngineName};

pub use self::care::Limits;
use self::keeper::Keeper;
use self::memory::own_bytes;
use crate::ladder::{Ending, Supply};
use crate::sync::{Condvar, JoinHandle, Mutex, MutexGuard, Sender, channel, thread};
use crate::worker::{Worker, WorkerOptions};

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// A worker, always the newest one. Dropped, it ends the worker.
pub struct Supervisor {
    options: WorkerOptions,
    shared: Arc<Shared>,
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

/// What becomes of workers, as it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerEvent {
    /// A worker is up.
    Ready {
        /// The number of its process.
        process: u32,
        /// The time that it took.
        after: Duration,
    },
    /// A worker is no more, or did not become ready.
    Ended {
        /// How.
        reason: String,
    },
    /// There can be none: the engine is not on this machine. It is looked for again, seldom.
    Absent {
        /// What is missing.
        reason: String,
    },
}

/// Who is told what becomes of workers, by the thread of the supervisor, which waits meanwhile.
pub type Observer = Box<dyn Fn(WorkerEvent) + Send + Sync>;

/// What there is at a time, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerState {
    /// The number of the process that is up.
    pub process: Option<u32>,
    /// Workers that were started so far.
    pub started: u64,
    /// How long it has been up.
    pub up_for: Option<Duration>,
    /// Its own memory, without what it shares.
    pub memory_bytes: Option<u64>,
    /// Whether there is none because the engine is not on this machine.
    pub is_absent: bool,
    /// Why the last one that ended has, or why there is none.
    pub last_cause: Option<String>,
}

/// What wakes the thread before it is time to look.
#[derive(Clone, Copy, Debug)]
enum Wake {
    /// Something may have to be done.
    Look,
    /// Nothing will have to be done any more.
    End,
}

#[derive(Debug)]
struct Shared {
    now: Mutex<Now>,
    changed: Condvar,
}

/// What there is now.
#[derive(Debug)]
struct Now {
    worker: Option<Arc<Worker>>,
    /// Since when.
    ready: Instant,
    /// Whether there is none because there is no engine.
    is_absent: bool,
    /// Why there is none, or why the last one ended.
    last_cause: Option<String>,
    /// Workers that were started.
    started: u64,
    /// One is being started.
    is_starting: bool,
    /// None is to be started any more.
    is_over: bool,
}

impl Now {
    /// The worker, unless it has ended.
    fn up(&self) -> Option<&Arc<Worker>> {
        self.worker.as_ref().filter(|worker| !worker.is_lost())
    }
}

impl Supervisor {
    /// Starts a worker, without waiting for it, and keeps one up from here on.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if not even a thread can be started.
    pub fn start(options: WorkerOptions, limits: Limits) -> Result<Self, EngineError> {
        Self::observed(options, limits, Box::new(drop))
    }

    /// The same, with someone who is told what becomes of workers.
    ///
    /// # Errors
    /// As [`Supervisor::start`].
    pub fn observed(
        options: WorkerOptions,
        limits: Limits,
        observer: Observer,
    ) -> Result<Self, EngineError> {
        let now = Now {
            worker: None,
            ready: Instant::now(),
            is_absent: false,
            last_cause: None,
            started: 0,
            is_starting: false,
            is_over: false,
        };
        let shared = Arc::new(Shared { now: Mutex::new(now), changed: Condvar::new() });
        let (wake, woken) = channel();
        let (watched, of, lost) = (Arc::clone(&shared), options.clone(), wake.clone());
        let thread = thread::Builder::new().name("supervisor".to_string()).spawn(move || {
            let mut keeper = Keeper::new(limits, of, observer, watched, lost);
            loop {
                keeper.look();
                match woken.recv_timeout(LOOK) {
                    Ok(Wake::Look) | Err(RecvTimeoutError::Timeout) => {}
                    Ok(Wake::End) | Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        let thread = thread.map_err(|error| EngineError::Unavailable {
            reason: format!("no thread for a supervisor: {error}"),
        })?;
        Ok(Self { options, shared, wake, thread: Some(thread) })
    }

    /// The worker that is up now.
    #[must_use]
    pub fn worker(&self) -> Option<Arc<Worker>> {
        self.shared.now().up().cloned()
    }

    /// What there is now.
    #[must_use]
    pub fn state(&self) -> WorkerState {
        let now = self.shared.now();
        let up = now.up();
        let process = up.map(|worker| worker.process_id());
        WorkerState {
            process,
            started: now.started,
            up_for: up.map(|_| now.ready.elapsed()),
            memory_bytes: process.and_then(own_bytes),
            is_absent: now.is_absent,
            last_cause: now.last_cause.clone(),
        }
    }

    /// Workers that were started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.shared.now().started
    }

    /// The worker that is up, or the next one if that takes no longer than `patience`. Nobody waits for an
    /// engine that is not on this machine.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> Option<Arc<Worker>> {
        let until = Instant::now() + patience;
        let mut now = self.shared.now();
        loop {
            if let Some(worker) = now.up() {
                return Some(Arc::clone(worker));
            }
            if now.is_absent {
                return None;
            }
            self.hurry();
            let left =
                until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            let waited = self.shared.changed.wait_timeout(now, left.min(LOOK));
            now = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(now, _)| now);
        }
    }

    /// Has the supervisor look now, not only when it is time.
    fn hurry(&self) {
        // Fails only where the thread has ended.
        let _ = self.wake.send(Wake::Look);
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let mut now = self.shared.now();
        now.is_over = true;
        let is_starting = now.is_starting;
        drop(now);
        let _ = self.wake.send(Wake::End);
        // A device that is being opened may take its time: nobody waits for it here. Its process ends with
        // the patience for it, or with this one.
        if let Some(thread) = self.thread.take().filter(|_| !is_starting) {
            // A supervisor that panicked watches nobody: there is nothing to do about it here.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Supervisor")
            .field("engine", &self.options.engine)
            .field("started", &self.started())
            .finish_non_exhaustive()
    }
}

impl Supply for Supervisor {
    fn name(&self) -> EngineName {
        self.options.engine
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        let now = self.shared.now();
        if let Some(worker) = now.up() {
            return Ok(Arc::<Worker>::clone(worker));
        }
        self.hurry();
        let lost = now.worker.as_ref().and_then(|worker| worker.lost());
        let starting = || "the worker is starting".to_string();
        let reason = lost.or_else(|| now.last_cause.clone()).unwrap_or_else(starting);
        Err(EngineError::Unavailable { reason })
    }

    fn absent(&self) -> Option<String> {
        let now = self.shared.now();
        if now.is_absent { now.last_cause.clone() } else { None }
    }

    fn settle(&self, patience: Duration) {
        // Whether it is there is asked for by whoever wants it.
        let _ = self.wait(patience);
    }

    fn end(&self, ending: Ending) -> Result<(), EngineError> {
        let none = || EngineError::Unavailable { reason: "there is no worker now".to_string() };
        let worker = self.worker().ok_or_else(none)?;
        match ending {
            Ending::Kill => worker.kill(),
            Ending::Freeze => worker.freeze(),
        }
        Ok(())
    }

    fn process(&self) -> Option<WorkerState> {
        Some(self.state())
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
