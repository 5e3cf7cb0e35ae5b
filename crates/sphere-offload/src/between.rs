//! Sinks between an engine and the sink of a job, which end the job for a reason of their own.

use std::error::Error;

use sphere_engine::{Cause, EngineError, Stopped};

/// An engine gives back what a sink has refused with. Where that is an `E`, of a sink in between, it is told
/// as an error of the engine.
pub(crate) fn found_again<E: Error + 'static>(
    stopped: Stopped,
    means: impl FnOnce(&E) -> EngineError,
) -> Stopped {
    let Stopped { next, cause } = stopped;
    let cause = match cause {
        Cause::Sink(error) => match error.downcast_ref::<E>() {
            Some(error) => Cause::Engine(means(error)),
            None => Cause::Sink(error),
        },
        cause => cause,
    };
    Stopped { next, cause }
}
