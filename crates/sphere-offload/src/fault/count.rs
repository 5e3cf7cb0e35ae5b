//! What happens once in so many times.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts; threads share it.
#[derive(Debug)]
pub(super) struct EveryNth {
    every: NonZeroU64,
    times: AtomicU64,
}

impl EveryNth {
    pub(super) fn new(every: NonZeroU64) -> Self {
        Self { every, times: AtomicU64::new(0) }
    }

    /// Whether this is the time.
    pub(super) fn is_due(&self) -> bool {
        self.times.fetch_add(1, Ordering::Relaxed) % self.every == self.every.get() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_in_so_many() {
        let every = EveryNth::new(NonZeroU64::new(3).unwrap());
        let due: Vec<usize> = (0..9).filter(|_| every.is_due()).collect();
        assert_eq!(due, [2, 5, 8]);
        let every = EveryNth::new(NonZeroU64::MIN);
        assert!((0..9).all(|_| every.is_due()));
    }
}
