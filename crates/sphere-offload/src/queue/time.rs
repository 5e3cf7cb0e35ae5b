//! The times of a queue: those of the clock, and the age that goes on from process to process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::clock::millis;
use super::{Clock, Moment};

/// A clock with the age of a queue.
#[derive(Debug)]
pub(super) struct Time {
    clock: Arc<dyn Clock>,
    /// The age when the steady clock stood at zero. Only rises.
    base: AtomicU64,
}

impl Time {
    /// That goes on where the queue was: it is as late as it was, and as the time of day is.
    pub(super) fn after(age: u64, clock: Arc<dyn Clock>) -> Self {
        let now = age.max(clock.wall().0);
        let base = AtomicU64::new(now.saturating_sub(millis(clock.steady())));
        Self { clock, base }
    }

    /// It is as late as another process says, at least.
    pub(super) fn not_before(&self, age: u64) {
        let base = age.saturating_sub(millis(self.clock.steady()));
        self.base.fetch_max(base, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Moment {
        let (wall, steady) = (self.clock.wall(), self.clock.steady());
        let age = self.base.load(Ordering::Relaxed).saturating_add(millis(steady));
        Moment { wall, steady, age }
    }
}
