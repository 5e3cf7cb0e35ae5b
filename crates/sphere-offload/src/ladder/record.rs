//! What has become of the jobs of one engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sphere_engine::EngineError;

/// Counts, and the last failure.
#[derive(Debug, Default)]
pub(super) struct Record {
    jobs: AtomicU64,
    failures: AtomicU64,
    lost_nanoseconds: AtomicU64,
    last: Mutex<Option<(SystemTime, EngineError)>>,
}

impl Record {
    pub(super) fn began(&self) {
        self.jobs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, error: &EngineError, lost: Duration) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(lost.as_nanos()).unwrap_or(u64::MAX);
        self.lost_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        let last = Some((SystemTime::now(), error.clone()));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }

    pub(super) fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) fn lost(&self) -> Duration {
        Duration::from_nanos(self.lost_nanoseconds.load(Ordering::Relaxed))
    }

    pub(super) fn last(&self) -> Option<(SystemTime, EngineError)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
