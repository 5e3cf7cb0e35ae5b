//! A connection that is cut, for drills.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Until when no new connection is made.
#[derive(Debug, Default)]
pub(super) struct Cut(Mutex<Option<Instant>>);

impl Cut {
    pub(super) fn last(&self, length: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now().checked_add(length);
    }

    /// How long it still lasts.
    pub(super) fn left(&self) -> Duration {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }
}
