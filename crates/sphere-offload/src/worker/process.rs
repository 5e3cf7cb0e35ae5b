//! A worker as a process: told to stop by signals, and buried once.

use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How often it is looked whether a process has ended.
const LOOK: Duration = Duration::from_micros(200);

/// A child, which is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    id: u32,
    child: Mutex<Child>,
}

impl Process {
    pub(super) fn new(child: Child) -> Self {
        Self { id: child.id(), child: Mutex::new(child) }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Ends the process, whatever it does.
    pub(super) fn kill(&self) {
        // Fails where it has ended by itself.
        let _ = self.child().kill();
    }

    /// Has the process do nothing any more, without an end.
    pub(super) fn freeze(&self) {
        let mut child = self.child();
        // The number of one that has been buried may be another's.
        if let Ok(None) = child.try_wait()
            && let Some(id) = i32::try_from(self.id).ok().and_then(Pid::from_raw)
        {
            // Fails where it is ending.
            let _ = kill_process(id, Signal::STOP);
        }
    }

    /// Ends the process and says how it ended, if that is known so soon: the driver of a device may
    /// take its time to let go of it.
    pub(super) fn end(&self, patience: Duration) -> String {
        let until = Instant::now() + patience;
        self.kill();
        loop {
            match self.ended() {
                Some(ended) => return ended,
                None if Instant::now() >= until => return "the worker is ending".to_string(),
                None => thread::sleep(LOOK),
            }
        }
    }

    /// Waits until nothing is left of the process, and says how it ended.
    pub(super) fn bury(&self) -> String {
        // Not in one call: others ask for the child meanwhile.
        loop {
            if let Some(ended) = self.ended() {
                return ended;
            }
            thread::sleep(10 * LOOK);
        }
    }

    /// How it ended, if it has.
    fn ended(&self) -> Option<String> {
        match self.child().try_wait() {
            Ok(status) => status.map(|status| format!("the worker ended: {status}")),
            Err(error) => Some(format!("the worker ended: {error}")),
        }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.bury();
    }
}
