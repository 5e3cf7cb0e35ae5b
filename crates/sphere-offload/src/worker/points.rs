//! The points of one job on their way out of the worker.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use sphere_engine::{Block, Engine, Job, LentWords as _, Sink, SinkError, Stop, Stopped, Window};

use super::message::{Answer, Failure};
use super::serve::{Answers, panicked, told};
use super::shared::{Shared, Slot};

/// How many of so many slots the service is told of at once: each message wakes two threads there, which on
/// busy processors costs more than the message.
fn told_at_once(slots: usize) -> usize {
    (slots / 2).max(1)
}

/// The sink of one job: blocks are slots.
pub(super) struct Points {
    number: u64,
    shared: Arc<Shared>,
    answers: Arc<Answers>,
    window: Window,
    lent: Receiver<usize>,
    /// The slots that this side has for the job.
    held: BTreeSet<usize>,
    /// What the service is told next: so many at once, after the first. It gets the last together with the
    /// end.
    untold: Vec<Answer>,
    at_once: usize,
    has_told: bool,
    /// One past the last point.
    end: u64,
}

impl Points {
    pub(super) fn new(
        number: u64,
        shared: Arc<Shared>,
        answers: Arc<Answers>,
        window: Window,
        lent: Receiver<usize>,
    ) -> Self {
        let (held, untold, at_once) = (BTreeSet::new(), Vec::new(), told_at_once(window.blocks));
        let (has_told, end) = (false, 0);
        Self { number, shared, answers, window, lent, held, untold, at_once, has_told, end }
    }

    pub(super) fn work(&mut self, engine: &dyn Engine, job: &Job, stop: &Stop) {
        self.end = job.range().end;
        let ran = catch_unwind(AssertUnwindSafe(|| engine.run(job, self, stop)));
        let number = self.number;
        let answer = match ran {
            Ok(Ok(report)) => Answer::Done { job: number, attempts: report.tally.attempts },
            Ok(Err(Stopped { cause, .. })) => {
                Answer::Failed { job: number, error: told(cause).into() }
            }
            Err(_) => Answer::Failed { job: number, error: panicked().into() },
        };
        // Threads of the engine may still be filling blocks that nobody wants: the slots are the
        // service's again only when all of them have come back. Those of an engine that is lost may
        // never, and the service does not want them.
        if !matches!(answer, Answer::Failed { error: Failure::Lost(_), .. }) {
            self.shared.give_back(&self.held);
        }
        // Where this fails the service is gone, and so will this process be.
        let _ = self.answers.send_all(self.untold.iter().chain([&answer]));
    }

    /// The next slot from the service.
    fn next_slot(&mut self) -> Option<Slot> {
        let index = if let Ok(index) = self.lent.try_recv() {
            index
        } else {
            // The service gives none for those that it knows nothing of.
            self.tell().ok()?;
            self.lent.recv().ok()?
        };
        let slot = self.shared.received(index)?;
        self.held.insert(index);
        Some(slot)
    }

    /// Tells the service of all that is filled.
    fn tell(&mut self) -> io::Result<()> {
        self.has_told |= !self.untold.is_empty();
        self.answers.send_all(&self.untold)?;
        self.untold.clear();
        Ok(())
    }

    /// The slot that a block is in. An engine may have taken other memory: then there is a slot that it
    /// has let go of, and the points are copied.
    fn slot_of(&self, block: Block) -> Option<Slot> {
        match block.into_lent::<Slot>() {
            Ok(slot) => Some(slot),
            Err(block) => {
                let mut slot = self.shared.take_one_of(&self.held)?;
                let into: &mut [u8] = bytemuck::cast_slice_mut(slot.words_mut());
                into.get_mut(..block.bytes().len())?.copy_from_slice(block.bytes());
                Some(slot)
            }
        }
    }
}

impl Sink for Points {
    fn window(&self) -> Window {
        self.window
    }

    fn lend(&mut self) -> Block {
        let bytes = self.shared.layout().slot_bytes;
        self.next_slot().map_or_else(Block::default, |slot| Block::in_lent(Box::new(slot), bytes))
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let slot = self.slot_of(block).ok_or("the service lends no slots any more")?;
        let slot = slot.give_away();
        self.held.remove(&slot);
        let (job, Range { start, end }) = (self.number, points);
        self.untold.push(Answer::Filled { job, slot, start, end });
        let is_time = !self.has_told || self.untold.len() >= self.at_once;
        if is_time && end < self.end {
            self.tell()?;
        }
        Ok(())
    }
}
