//! What to do about a job that ended early.

use sphere_engine::{Cause, EngineError};

use crate::breaker::Fault;

/// What follows an early end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nobody can, or nobody should, go on: the caller's doing, or an invalid job.
    Stop,
    /// The same engine once more, then the next.
    Again,
    /// The same engine in smaller parts, then the next.
    Smaller,
    /// The next engine computes again what this one has.
    Replay,
    /// The next engine goes on; what this says about the engine that ended.
    Next(Option<Fault>),
}

/// The contract of the error classes of an engine.
pub(super) fn action(cause: &Cause) -> Action {
    match cause {
        Cause::Requested | Cause::Sink(_) | Cause::Input(_) => Action::Stop,
        Cause::Engine(error) => match error {
            EngineError::Rejected { .. } => Action::Stop,
            EngineError::Failed { .. } => Action::Again,
            // It cannot do this job, or not now; others it may.
            EngineError::OutOfMemory => Action::Smaller,
            EngineError::Unavailable { .. } => Action::Next(None),
            EngineError::Wrong { .. } => Action::Replay,
            EngineError::Lost { .. } => Action::Next(Some(Fault::Lasting)),
            // The caller's own deadline has been looked at before: this one is the engine's.
            EngineError::DeadlineExceeded => Action::Next(Some(Fault::Passing)),
        },
    }
}

#[cfg(test)]
mod tests {
    use sphere_math::sampling::SampleError;

    use super::*;

    #[test]
    fn every_cause_has_an_action() {
        let reason = || "so".to_string();
        for (cause, expected) in [
            (Cause::Requested, Action::Stop),
            (Cause::Sink("full".into()), Action::Stop),
            (Cause::Input(SampleError::NoNearest), Action::Stop),
            (Cause::Engine(EngineError::Rejected { reason: reason() }), Action::Stop),
            (Cause::Engine(EngineError::Failed { reason: reason() }), Action::Again),
            (Cause::Engine(EngineError::Unavailable { reason: reason() }), Action::Next(None)),
            (Cause::Engine(EngineError::OutOfMemory), Action::Smaller),
            (Cause::Engine(EngineError::Wrong { reason: reason() }), Action::Replay),
            (
                Cause::Engine(EngineError::Lost { reason: reason() }),
                Action::Next(Some(Fault::Lasting)),
            ),
            (Cause::Engine(EngineError::DeadlineExceeded), Action::Next(Some(Fault::Passing))),
        ] {
            assert_eq!(action(&cause), expected, "{cause}");
        }
    }
}
