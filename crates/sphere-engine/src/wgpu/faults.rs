//! What a device reports, by what to do about it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::EngineError;

/// What a device has reported since it was opened. Clones share it: callbacks hold one.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
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
    pub(super) fn lose(&self, reason: impl Into<String>) {
        self.state().lost.get_or_insert_with(|| reason.into());
    }

    /// An error that no call was waiting for.
    pub(super) fn stray(&self, error: EngineError) {
        self.state().stray.get_or_insert(error);
    }

    /// Whether the device can be used. A stray error is told once, a loss every time.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        let mut state = self.state();
        if let Some(reason) = state.lost.clone() {
            return Err(EngineError::Lost { reason });
        }
        state.stray.take().map_or(Ok(()), Err)
    }

    /// Runs a call of wgpu. It panics on a device that fails while it waits, as a few others do: then
    /// what the device holds is unknown, and it counts as lost.
    pub(super) fn guarded<T>(&self, call: impl FnOnce() -> T) -> Result<T, EngineError> {
        catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
            let reason = message(payload.as_ref());
            self.lose(reason);
            self.check().err().unwrap_or(EngineError::Lost { reason: reason.to_string() })
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("the driver panicked")
}

/// An error that wgpu reports, as one of an engine.
pub(super) fn classify(error: &wgpu::Error) -> EngineError {
    match error {
        wgpu::Error::OutOfMemory { .. } => EngineError::OutOfMemory,
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            EngineError::Failed { reason: description.trim().to_string() }
        }
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
    fn errors_have_a_kind() {
        let description = || "no such binding\n".to_string();
        for (error, expected) in [
            (wgpu::Error::OutOfMemory { source: "".into() }, EngineError::OutOfMemory),
            (
                wgpu::Error::Validation { source: "".into(), description: description() },
                failed("no such binding"),
            ),
            (
                wgpu::Error::Internal { source: "".into(), description: description() },
                failed("no such binding"),
            ),
        ] {
            assert_eq!(classify(&error), expected);
        }
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

    #[test]
    fn a_panic_of_the_driver_is_a_loss() {
        let faults = Faults::default();
        assert_eq!(faults.guarded(|| 7), Ok(7));
        let panicked =
            faults.guarded(|| -> () { std::panic::panic_any("poll failed".to_string()) });
        assert_eq!(
            (panicked, faults.check()),
            (Err(lost("poll failed")), Err(lost("poll failed")))
        );
    }
}
