//! Five ways to count what several threads do.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What one thread holds of a count. Nobody else looks at it until the thread is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// Counted and not yet in the shared part.
    pub(super) pending: u64,
    /// Tries to change the shared part that another thread was faster than.
    pub(super) failures: u64,
}

/// A count that threads share. The sum is that of `shared` and what the threads hold at their end.
pub(super) trait Counter: Default + Sync {
    /// One attempt.
    fn count(&self, own: &mut Own);

    /// All attempts of a chunk, which a thread knows as a number.
    fn count_chunk(&self, own: &mut Own, attempts: u64) {
        for _ in 0..attempts {
            self.count(own);
        }
    }

    /// What is in the shared part.
    fn shared(&self) -> u64;
}

/// Its own cache line, and that of its neighbour, which processors fetch with it: no other value is
/// slowed down by a counter, nor the counter by another value.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Alone<T>(T);

/// Each chunk returns what it has examined: nothing is shared.
#[derive(Debug, Default)]
pub(super) struct Tallies;

impl Counter for Tallies {
    #[inline(always)]
    fn count(&self, own: &mut Own) {
        own.pending += black_box(1);
    }

    fn count_chunk(&self, own: &mut Own, attempts: u64) {
        own.pending += attempts;
    }

    fn shared(&self) -> u64 {
        0
    }
}

/// A shared counter that a thread adds its own to every so often.
#[derive(Debug, Default)]
pub(super) struct Flushed(Alone<AtomicU64>);

impl Flushed {
    /// Attempts between two flushes.
    pub(super) const EVERY: u64 = 10_000;
}

impl Counter for Flushed {
    #[inline(always)]
    fn count(&self, own: &mut Own) {
        own.pending += black_box(1);
        if own.pending == Self::EVERY {
            self.0.0.fetch_add(own.pending, Ordering::Relaxed);
            own.pending = 0;
        }
    }

    fn shared(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }
}

/// One atomic add for each attempt.
#[derive(Debug, Default)]
pub(super) struct AtomicAdd(Alone<AtomicU64>);

impl Counter for AtomicAdd {
    #[inline(always)]
    fn count(&self, _own: &mut Own) {
        self.0.0.fetch_add(black_box(1), Ordering::Relaxed);
    }

    fn shared(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }
}

/// Read, add, and swap unless somebody else has: again until it works.
#[derive(Debug, Default)]
pub(super) struct CompareAndSwap(Alone<AtomicU64>);

impl Counter for CompareAndSwap {
    #[inline(always)]
    fn count(&self, own: &mut Own) {
        let counter = &self.0.0;
        let mut seen = counter.load(Ordering::Relaxed);
        loop {
            let next = seen + black_box(1);
            match counter.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
            own.failures += 1;
        }
    }

    fn shared(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }
}

/// A number under a mutex.
#[derive(Debug, Default)]
pub(super) struct Locked(Alone<Mutex<u64>>);

impl Counter for Locked {
    #[inline(always)]
    fn count(&self, _own: &mut Own) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) += black_box(1);
    }

    fn shared(&self) -> u64 {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
