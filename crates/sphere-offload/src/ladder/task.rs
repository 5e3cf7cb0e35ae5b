//! A job on its way from engine to engine.

use std::time::Instant;

use sphere_engine::{Cause, Engine, EngineName, Progress, Stop};
use sphere_math::sampling::Tally;

/// What a walk does with one engine after the other: the rest of a job, from `next` on.
pub(super) trait Task {
    /// Runs the rest on an engine. `progress` is to be told of every part that is kept.
    fn run(
        &mut self,
        name: EngineName,
        engine: &dyn Engine,
        stop: &Stop,
        progress: Progress,
    ) -> Result<Tally, Cause>;

    /// The first index that is missing.
    fn next(&self) -> u64;

    /// When the last one was kept, or the engine began.
    fn since(&self) -> Instant;

    /// Forgets all from an earlier index on, if that can be done.
    fn back_to(&mut self, next: u64) -> bool;

    /// Asks the same engine for smaller parts from here on; false where there are none.
    fn shrink(&mut self) -> bool;
}
