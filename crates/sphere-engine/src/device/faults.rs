//! What went wrong with a device, kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::EngineError;

/// What a device has reported since it was opened. Clones share it: callbacks hold one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Once lost, for ever.
    lost: Option<String>,
    /// An error that belongs to no call that waits for it.
    stray: Option<EngineError>,
}

impl Faults {
    /// The device is gone. The first reason is the cause, later ones follow from it.
    pub(crate) fn lose(&self, reason: impl Into<String>) {
        self.state().lost.get_or_insert_with(|| reason.into());
    }

    /// An error that no call was waiting for.
    pub(crate) fn stray(&self, error: EngineError) {
        self.state().stray.get_or_insert(error);
    }

    /// Whether the device can be used. A stray error is told once, a loss every time.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        let mut state = self.state();
        if let Some(reason) = state.lost.clone() {
            return Err(EngineError::Lost { reason });
        }
        state.stray.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: &str) -> EngineError {
        EngineError::Failed { reason: reason.to_string() }
    }

    fn lost(reason: &str) -> EngineError {
        EngineError::Lost { reason: reason.to_string() }
    }

    #[test]
    fn a_stray_error_is_told_once_and_a_loss_for_ever() {
        let faults = Faults::default();
        assert_eq!(faults.check(), Ok(()));
        faults.stray(failed("first"));
        faults.stray(failed("second"));
        assert_eq!((faults.check(), faults.check()), (Err(failed("first")), Ok(())));
        faults.clone().lose("reset");
        faults.lose("gone");
        assert_eq!((faults.check(), faults.check()), (Err(lost("reset")), Err(lost("reset"))));
    }
}
