//! A sink that knows how far the job has come, whatever becomes of the engine.

use std::ops::Range;
use std::time::Instant;

use sphere_engine::{Block, Progress, Sink, SinkError, Window};

/// Passes everything on, and tells progress.
pub(super) struct Watch<'a> {
    out: &'a mut dyn Sink,
    /// The first index that was not accepted.
    next: u64,
    /// When the last one was, or the job began.
    at: Instant,
    progress: Option<Progress>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(out: &'a mut dyn Sink, next: u64) -> Self {
        Self { out, next, at: Instant::now(), progress: None }
    }

    /// Another engine goes on.
    pub(super) fn restart(&mut self, progress: Progress) {
        self.progress = Some(progress);
        self.at = Instant::now();
    }

    /// Goes back to an earlier index, if the sink can.
    pub(super) fn back_to(&mut self, next: u64) -> bool {
        let back = self.next == next || self.out.rewind(next);
        if back {
            self.next = next;
        }
        back
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn at(&self) -> Instant {
        self.at
    }

    /// Runs something of the sink's own, which may take as long as it likes.
    fn waiting<T>(&mut self, call: impl FnOnce(&mut dyn Sink) -> T) -> T {
        if let Some(progress) = &self.progress {
            progress.wait();
        }
        let value = call(self.out);
        if let Some(progress) = &self.progress {
            progress.made();
        }
        value
    }
}

impl Sink for Watch<'_> {
    fn window(&self) -> Window {
        self.out.window()
    }

    fn lend(&mut self) -> Block {
        self.waiting(|out| out.lend())
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        // An engine that skips or repeats points is wrong; what it has computed is not passed on.
        if points.start != self.next {
            let expected = self.next;
            return Err(format!("points from {} on, not from {expected}", points.start).into());
        }
        let end = points.end;
        self.waiting(|out| out.accept(points, block))?;
        (self.next, self.at) = (end, Instant::now());
        Ok(())
    }
}
