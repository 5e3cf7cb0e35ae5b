//! Whether an engine is trusted with the next job.
//!
//! A breaker is a state and the calls that change it. It knows no clock: who calls it says what time it
//! is, so tests need not wait. `Gate` shares one among threads.

mod backoff;
mod gate;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

pub use self::backoff::Backoff;
pub use self::gate::{Gate, OnTurn, Permit};

/// How soon an engine is no longer trusted, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance {
    /// Failures in a row that open the breaker, at least 1; a [`Fault::Lasting`] one opens it alone.
    pub failures: u32,
    /// How long it stays open.
    pub backoff: Backoff,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { failures: 3, backoff: Backoff::default() }
    }
}

/// How an engine failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It may do the next job.
    Passing,
    /// It will fail until something about it has changed: a lost device, a wrong result.
    Lasting,
}

/// What a breaker is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Jobs pass.
    Closed {
        /// Failures since the last success.
        failures: u32,
    },
    /// No job passes.
    Open {
        /// Until then.
        until: Instant,
    },
    /// One job is under way to find out.
    HalfOpen,
}

impl State {
    /// In one word, as reports have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// What a job may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Run.
    Pass {
        /// How often the breaker had opened by then: what comes of the job counts until it opens again.
        era: u64,
    },
    /// Probe the engine, and run if it is right again. Whoever is told so must report how it went.
    Probe,
    /// Take the next engine.
    Refuse {
        /// This one may be probed again after so long; `None` while a probe is under way.
        retry_after: Option<Duration>,
    },
}

/// The breaker of one engine.
#[derive(Clone, Debug)]
pub struct Breaker {
    tolerance: Tolerance,
    state: State,
    /// How often it has opened since it was last closed.
    opened: u32,
    /// How often it has opened.
    era: u64,
}

impl Breaker {
    /// A closed one.
    #[must_use]
    pub fn new(tolerance: Tolerance) -> Self {
        Self { tolerance, state: State::Closed { failures: 0 }, opened: 0, era: 0 }
    }

    /// What it is in.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a job may use the engine.
    pub fn admit(&mut self, now: Instant) -> Admission {
        match self.state {
            State::Closed { .. } => Admission::Pass { era: self.era },
            State::HalfOpen => Admission::Refuse { retry_after: None },
            State::Open { until } if now < until => {
                Admission::Refuse { retry_after: Some(until - now) }
            }
            State::Open { .. } => {
                self.state = State::HalfOpen;
                Admission::Probe
            }
        }
    }

    /// A job, or a probe, did what it should.
    ///
    /// A job that was admitted before the breaker last opened says nothing about the engine now.
    pub fn succeeded(&mut self, admission: Admission) {
        if self.counts(admission) {
            self.state = State::Closed { failures: 0 };
            self.opened = 0;
        }
    }

    /// A job, or a probe, failed.
    pub fn failed(&mut self, admission: Admission, fault: Fault, now: Instant) {
        if !self.counts(admission) {
            return;
        }
        let failures = match self.state {
            State::Closed { failures } => failures + 1,
            State::HalfOpen | State::Open { .. } => self.tolerance.failures,
        };
        if fault == Fault::Passing && failures < self.tolerance.failures {
            self.state = State::Closed { failures };
            return;
        }
        let until = now + self.tolerance.backoff.pause(self.opened);
        self.state = State::Open { until };
        self.opened = self.opened.saturating_add(1);
        self.era += 1;
    }

    /// A probe ended without a result: nothing is known, the next job may find out at once.
    pub fn abandoned(&mut self, admission: Admission, now: Instant) {
        if admission == Admission::Probe && self.state == State::HalfOpen {
            self.state = State::Open { until: now };
        }
    }

    fn counts(&self, admission: Admission) -> bool {
        match admission {
            // Closed again, it is about another engine, or the same one mended.
            Admission::Pass { era } => {
                era == self.era && matches!(self.state, State::Closed { .. })
            }
            Admission::Probe => self.state == State::HalfOpen,
            Admission::Refuse { .. } => false,
        }
    }
}
