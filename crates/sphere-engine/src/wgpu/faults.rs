//! What wgpu reports, by what to do about it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::EngineError;
use crate::device::faults::Faults;

/// Runs a call of wgpu. It panics on a device that fails while it waits, as a few others do: then
/// what the device holds is unknown, and it counts as lost.
pub(super) fn guarded<T>(faults: &Faults, call: impl FnOnce() -> T) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let reason = message(payload.as_ref());
        faults.lose(reason);
        faults.check().err().unwrap_or(EngineError::Lost { reason: reason.to_string() })
    })
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
    fn a_panic_of_the_driver_is_a_loss() {
        let faults = Faults::default();
        assert_eq!(guarded(&faults, || 7), Ok(7));
        let panicked =
            guarded(&faults, || -> () { std::panic::panic_any("poll failed".to_string()) });
        assert_eq!(
            (panicked, faults.check()),
            (Err(lost("poll failed")), Err(lost("poll failed")))
        );
    }
}
