//! How a job is told to end early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Cause, EngineError};

/// A request to stop, shared by whoever may make it, and a deadline that makes it by itself.
///
/// Engines look at it once per block, so a job ends within the time of a few blocks.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    requested: Arc<AtomicBool>,
    deadline: Option<Instant>,
    patience: Option<Progress>,
}

impl Stop {
    /// Runs to the end unless [`Stop::request`] is called.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Gives up at `deadline`.
    #[must_use]
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// The same stop, which besides gives up once no progress has been told for so long.
    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> (Self, Progress) {
        let progress = Progress::new(patience);
        (Self { patience: Some(progress.clone()), ..self.clone() }, progress)
    }

    /// Ends every job that watches this stop or a clone of it.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// Why to stop now, if so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        if self.requested.load(Ordering::Relaxed) {
            return Some(Cause::Requested);
        }
        if self.deadline.is_none() && self.patience.is_none() {
            return None;
        }
        let now = Instant::now();
        let over = self.deadline.is_some_and(|deadline| now >= deadline)
            || self.patience.as_ref().is_some_and(|progress| progress.is_over(now));
        over.then_some(Cause::Engine(EngineError::DeadlineExceeded))
    }
}

/// How whoever takes the points of a job tells that it goes on.
#[derive(Clone, Debug)]
pub struct Progress {
    since: Instant,
    patience: Duration,
    /// Nanoseconds from `since` to the end of patience; the largest number is never.
    over: Arc<AtomicU64>,
}

impl Progress {
    const NEVER: u64 = u64::MAX;

    fn new(patience: Duration) -> Self {
        let progress = Self { since: Instant::now(), patience, over: Arc::default() };
        progress.made();
        progress
    }

    /// There was some: patience begins anew.
    pub fn made(&self) {
        let over = (self.since.elapsed() + self.patience).as_nanos();
        let over = u64::try_from(over).unwrap_or(Self::NEVER);
        self.over.store(over, Ordering::Relaxed);
    }

    /// Others are at work, for as long as they like: until [`Progress::made`].
    pub fn wait(&self) {
        self.over.store(Self::NEVER, Ordering::Relaxed);
    }

    fn is_over(&self, now: Instant) -> bool {
        let over = self.over.load(Ordering::Relaxed);
        over != Self::NEVER && now.duration_since(self.since).as_nanos() >= u128::from(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_without_progress_and_waits_for_others() {
        let parent = Stop::never();
        let (stop, progress) = parent.with_patience(Duration::from_millis(20));
        assert!(stop.cause().is_none());
        progress.wait();
        std::thread::sleep(Duration::from_millis(30));
        assert!(stop.cause().is_none(), "others were at work");
        progress.made();
        assert!(stop.cause().is_none());
        std::thread::sleep(Duration::from_millis(30));
        assert!(matches!(stop.cause(), Some(Cause::Engine(EngineError::DeadlineExceeded))));
        assert!(parent.cause().is_none());
        parent.request();
        assert!(matches!(stop.cause(), Some(Cause::Requested)));
    }

    #[test]
    fn patience_without_end_is_none() {
        let (stop, progress) = Stop::never().with_patience(Duration::MAX / 2);
        progress.made();
        assert!(stop.cause().is_none());
    }
}
