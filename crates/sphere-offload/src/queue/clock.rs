//! Two clocks: one that may be shown, one that may be relied on.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

/// A time of day, in milliseconds since 1970. It is shown; nothing is decided by it, because it jumps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// So much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }
}

/// Where the times come from; tests have one that stands still.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time of day.
    fn wall(&self) -> Timestamp;

    /// Time since some moment before, in this process. Never goes back, never jumps.
    fn steady(&self) -> Duration;
}

/// The clocks of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    since: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Timestamp(millis(since.unwrap_or_default()))
    }

    fn steady(&self) -> Duration {
        self.since.elapsed()
    }
}

/// When something was asked of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// To show.
    pub wall: Timestamp,
    /// To measure waits with, in this process.
    pub steady: Duration,
    /// To tell by what has expired, in milliseconds. Runs on with the steady clock while a queue is open,
    /// and at the next opening goes on at the time of day, or where it was if that is behind.
    pub age: u64,
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
