//! An open device: its driver, what went wrong with it, and how much of its memory jobs may take.

use std::sync::atomic::{AtomicU64, Ordering};

use super::driver::{Driver, DriverError, Result as DriverResult};
use crate::EngineError;
use crate::device::faults::Faults;

/// What everything on a device holds on to.
#[derive(Debug)]
pub(super) struct Gpu<D> {
    driver: D,
    faults: Faults,
    budget: Budget,
}

impl<D: Driver> Gpu<D> {
    /// No more than `most_device_bytes` are taken, if it says a number.
    pub(super) fn new(driver: D, most_device_bytes: Option<u64>) -> Self {
        let all = driver.device().memory_bytes;
        let budget = Budget::new(most_device_bytes.map_or(all, |most| most.min(all)));
        Self { driver, faults: Faults::default(), budget }
    }

    /// Calls the driver, unless the device is lost: then the answer is known.
    pub(super) fn call<T>(
        &self,
        call: impl FnOnce(&D) -> DriverResult<T>,
    ) -> Result<T, EngineError> {
        self.check()?;
        call(&self.driver).map_err(|error| self.told(error))
    }

    /// Calls the driver to undo or to end something, also if the device is lost.
    pub(super) fn undo(
        &self,
        call: impl FnOnce(&D) -> DriverResult<()>,
    ) -> Result<(), EngineError> {
        call(&self.driver).map_err(|error| self.told(error))
    }

    /// Whether the device can be used.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        self.faults.check()
    }

    /// The device cannot be trusted any more.
    pub(super) fn lose(&self, reason: &str) {
        self.faults.lose(reason);
    }

    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    fn told(&self, error: DriverError) -> EngineError {
        let error = error.into();
        if let EngineError::Lost { reason } = &error {
            self.faults.lose(reason.as_str());
        }
        error
    }
}

/// Bytes of memory that may be taken, and those that are.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    taken: AtomicU64,
}

impl Budget {
    fn new(most: u64) -> Self {
        Self { most, taken: AtomicU64::new(0) }
    }

    /// All that may be taken.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Takes so many bytes, if there are as many.
    pub(super) fn take(&self, bytes: u64) -> Result<(), EngineError> {
        let with = |taken: u64| taken.checked_add(bytes).filter(|taken| *taken <= self.most);
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with);
        taken.map(drop).map_err(|_| EngineError::OutOfMemory)
    }

    /// Gives bytes back that were taken.
    pub(super) fn give_back(&self, bytes: u64) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_may_be() {
        let budget = Budget::new(10);
        for (bytes, expected, taken) in [
            (7, Ok(()), 7),
            (4, Err(EngineError::OutOfMemory), 7),
            (3, Ok(()), 10),
            (0, Ok(()), 10),
            (u64::MAX, Err(EngineError::OutOfMemory), 10),
        ] {
            assert_eq!((budget.take(bytes), budget.taken()), (expected, taken));
        }
        budget.give_back(7);
        assert_eq!((budget.take(8), budget.take(7)), (Err(EngineError::OutOfMemory), Ok(())));
    }
}
