//! A breaker that threads share.

use std::fmt;
use std::mem::discriminant;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{Admission, Breaker, Fault, State, Tolerance};
use crate::sync::{Mutex, MutexGuard};

/// What jobs go through on their way to an engine.
#[derive(Clone)]
pub struct Gate {
    breaker: Arc<Mutex<Breaker>>,
    on_turn: OnTurn,
}

/// Told of every change from closed to open, from there to half-open, and back, by the thread that causes
/// it.
pub type OnTurn = Arc<dyn Fn(State) + Send + Sync>;

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
        Self::watched(tolerance, Arc::new(|_| ()))
    }

    /// The same, with somebody who is told of its turns.
    #[must_use]
    pub fn watched(tolerance: Tolerance, on_turn: OnTurn) -> Self {
        Self { breaker: Arc::new(Mutex::new(Breaker::new(tolerance))), on_turn }
    }

    /// Lets a job pass, or says after how long it is worth asking again.
    ///
    /// # Errors
    /// The time left; `None` while another job is finding out.
    pub fn enter(&self, now: Instant) -> Result<Permit, Option<Duration>> {
        match self.turn(|breaker| breaker.admit(now)) {
            Admission::Refuse { retry_after } => Err(retry_after),
            admission => Ok(Permit { gate: self.clone(), admission, open: true }),
        }
    }

    /// What the breaker is in.
    #[must_use]
    pub fn state(&self) -> State {
        self.breaker().state()
    }

    /// Changes the breaker, and tells if it has turned: not under the lock, since who is told may ask.
    fn turn<T>(&self, change: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breaker = self.breaker();
        let before = breaker.state();
        let result = change(&mut breaker);
        let after = breaker.state();
        drop(breaker);
        if discriminant(&before) != discriminant(&after) {
            (self.on_turn)(after);
        }
        result
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Gate").field(&self.state()).finish()
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
        self.gate.turn(|breaker| breaker.succeeded(self.admission));
    }

    /// It failed.
    pub fn failed(mut self, fault: Fault, now: Instant) {
        self.open = false;
        self.gate.turn(|breaker| breaker.failed(self.admission, fault, now));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.open {
            self.gate.turn(|breaker| breaker.abandoned(self.admission, Instant::now()));
        }
    }
}
