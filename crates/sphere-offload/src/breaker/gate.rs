//! A breaker that threads share.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{Admission, Breaker, Fault, State, Tolerance};
use crate::sync::{Mutex, MutexGuard};

/// What jobs go through on their way to an engine.
#[derive(Clone, Debug)]
pub struct Gate {
    breaker: Arc<Mutex<Breaker>>,
}

/// Leave to use an engine. Dropped without a word, it says that nothing became known.
#[derive(Debug)]
pub struct Permit {
    gate: Gate,
    admission: Admission,
    open: bool,
}

impl Gate {
    /// One that lets jobs pass.
    #[must_use]
    pub fn new(tolerance: Tolerance) -> Self {
        Self { breaker: Arc::new(Mutex::new(Breaker::new(tolerance))) }
    }

    /// Lets a job pass, or says after how long it is worth asking again.
    ///
    /// # Errors
    /// The time left; `None` while another job is finding out.
    pub fn enter(&self, now: Instant) -> Result<Permit, Option<Duration>> {
        match self.breaker().admit(now) {
            Admission::Refuse { retry_after } => Err(retry_after),
            admission => Ok(Permit { gate: self.clone(), admission, open: true }),
        }
    }

    /// What the breaker is in.
    #[must_use]
    pub fn state(&self) -> State {
        self.breaker().state()
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Whether the engine has to be probed before the job runs.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.admission == Admission::Probe
    }

    /// The engine did what it should.
    pub fn succeeded(mut self) {
        self.open = false;
        self.gate.breaker().succeeded(self.admission);
    }

    /// It failed.
    pub fn failed(mut self, fault: Fault, now: Instant) {
        self.open = false;
        self.gate.breaker().failed(self.admission, fault, now);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.open {
            self.gate.breaker().abandoned(self.admission, Instant::now());
        }
    }
}
