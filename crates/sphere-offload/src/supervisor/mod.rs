//! Keeps a worker up: started ahead of need, watched, ended when it is frozen or fat, and replaced.

mod care;
mod memory;

use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sphere_engine::{Engine, EngineError, EngineName};

pub use self::care::Limits;
use self::care::{Act, Care, Seen, Why};
use self::memory::own_bytes;
use crate::ladder::Supply;
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
    /// Why there is none, or why the last one ended.
    reason: String,
    /// Workers that were started.
    started: u64,
}

/// What a worker is in. (Filled by its owner.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerState;

impl Supervisor {
    /// Starts a worker, without waiting for it, and keeps one up from here on.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if not even a thread can be started.
    pub fn start(options: WorkerOptions, limits: Limits) -> Result<Self, EngineError> {
        let reason = "the worker is starting".to_string();
        let now = Mutex::new(Now { worker: None, reason, started: 0 });
        let shared = Arc::new(Shared { now, changed: Condvar::new() });
        let (wake, woken) = channel();
        let (watched, of, lost) = (Arc::clone(&shared), options.clone(), wake.clone());
        let thread = thread::Builder::new().name("supervisor".to_string()).spawn(move || {
            let mut care = Care::new(limits);
            loop {
                watched.look(&mut care, &of, &lost);
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
        self.shared.now().worker.clone().filter(|worker| !worker.is_lost())
    }

    /// Workers that were started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.shared.now().started
    }

    /// The worker that is up, or the next one if that takes no longer than `patience`.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> Option<Arc<Worker>> {
        let until = Instant::now() + patience;
        let mut now = self.shared.now();
        loop {
            if let Some(worker) = now.worker.clone().filter(|worker| !worker.is_lost()) {
                return Some(worker);
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
        let _ = self.wake.send(Wake::End);
        if let Some(thread) = self.thread.take() {
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
        if let Some(worker) = now.worker.clone().filter(|worker| !worker.is_lost()) {
            return Ok(worker);
        }
        self.hurry();
        Err(EngineError::Unavailable { reason: now.reason.clone() })
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks once, and does what is to be done.
    fn look(&self, care: &mut Care, options: &WorkerOptions, wake: &Sender<Wake>) {
        let worker = self.now().worker.clone();
        let seen = worker.as_deref().map_or(Seen::None, see);
        match care.act(seen, Instant::now()) {
            Act::Wait => {}
            Act::End(why) => {
                let reason = match why {
                    Why::Frozen => "the worker said nothing any more",
                    Why::Fat => "the worker took more memory than it may",
                };
                self.now().reason = reason.to_string();
                if let Some(worker) = worker {
                    worker.kill();
                }
            }
            Act::Start => {
                // Outside the lock: jobs take other engines meanwhile.
                let wake = wake.clone();
                let on_loss = Box::new(move || {
                    // Fails only where the supervisor has ended.
                    let _ = wake.send(Wake::Look);
                });
                let started = Worker::watched(options, on_loss);
                let mut now = self.now();
                now.started += 1;
                match started {
                    Ok(worker) => now.worker = Some(Arc::new(worker)),
                    Err(error) => {
                        now.worker = None;
                        now.reason = error.to_string();
                    }
                }
                drop(now);
                self.changed.notify_all();
            }
        }
    }
}

fn see(worker: &Worker) -> Seen {
    if worker.is_lost() {
        return Seen::Lost;
    }
    let silence = worker.silence();
    Seen::Up { silence, memory_bytes: own_bytes(worker.process_id()).unwrap_or(0) }
}
