//! The worker's side of a search: finds indices where the directions are.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sphere_engine::{
    Cause, Engine, EngineError, LentWords as _, NearestJob, SampleParameters, Stop, Stopped,
};
use sphere_math::sampling::SampleError;

use super::message::Answer;
use super::search::ROW_WORDS;
use super::serve::{Answers, panicked, told};
use super::shared::Shared;

/// Rows of a slot whose indices are wanted.
pub(super) struct Find {
    pub(super) number: u64,
    pub(super) lattice: SampleParameters,
    pub(super) slot: usize,
    pub(super) rows: usize,
    pub(super) shared: Arc<Shared>,
    pub(super) answers: Arc<Answers>,
}

impl Find {
    pub(super) fn work(self, engine: &dyn Engine, stop: &Stop) {
        let (job, slot) = (self.number, self.slot);
        let (found, end) = match self.shared.received(slot) {
            None => (Err(rejected("no such slot")), 0),
            Some(mut words) => {
                let find = || self.find(engine, words.words_mut(), stop);
                let found = catch_unwind(AssertUnwindSafe(find));
                let found = found.unwrap_or_else(|_| Err(failed(panicked())));
                let end = found.as_ref().map_or_else(|at| at.next, |()| self.rows as u64);
                words.give_away();
                (found, end)
            }
        };
        let answer = match found {
            Ok(()) => Answer::Done { job, attempts: 0 },
            Err(Stopped {
                cause: Cause::Input(SampleError::NoDirection { index, .. }), ..
            }) => Answer::NoDirection { job, row: index as u64 },
            Err(Stopped { cause, .. }) => Answer::Failed { job, error: told(cause).into() },
        };
        let filled = (end > 0).then_some(Answer::Filled { job, slot, start: 0, end });
        // Where this fails the service is gone, and so will this process be.
        let _ = self.answers.send_all(filled.iter().chain([&answer]));
    }

    fn find(&self, engine: &dyn Engine, words: &mut [u64], stop: &Stop) -> Result<(), Stopped> {
        let lattice = NearestJob::of(self.lattice.clone());
        let lattice = lattice.map_err(|error| rejected(&error.to_string()))?;
        let words = self.rows.checked_mul(ROW_WORDS).and_then(|count| words.get_mut(..count));
        let words = words.ok_or_else(|| rejected("more rows than a slot has room for"))?;
        let (directions, indices) = words.split_at_mut(3 * self.rows);
        let (x, rest) = directions.split_at(self.rows);
        let (y, z) = rest.split_at(self.rows);
        engine.nearest(&lattice, [x, y, z].map(bytemuck::cast_slice), indices, stop)
    }
}

fn failed(error: EngineError) -> Stopped {
    Stopped { next: 0, cause: Cause::Engine(error) }
}

fn rejected(reason: &str) -> Stopped {
    failed(EngineError::Rejected { reason: reason.to_string() })
}
