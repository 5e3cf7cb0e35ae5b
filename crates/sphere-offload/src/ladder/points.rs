//! The points of a job, which go to a sink.

use std::ops::Range;
use std::time::Instant;

use sphere_engine::{
    Block, Cause, Engine, EngineName, Job, Progress, Sink, SinkError, Stop, Stopped, Window,
};
use sphere_math::sampling::Tally;

use super::task::Task;

/// Bytes of a block where a sink has no wish and an engine has too little memory for its own.
const LARGE_BLOCK_BYTES: usize = 1 << 20;

/// How much smaller blocks become.
const SHRINK: usize = 8;

/// What an engine without memory is asked for at least.
const LEAST_BLOCK_BYTES: usize = 1 << 10;

/// A job and its sink. Knows how far it has come, whatever becomes of an engine.
pub(super) struct Points<'a> {
    job: &'a Job,
    out: &'a mut dyn Sink,
    next: u64,
    since: Instant,
    progress: Option<Progress>,
    /// Blocks must not be larger, until another engine goes on.
    most_bytes: usize,
    shrunk: bool,
}

impl<'a> Points<'a> {
    pub(super) fn new(job: &'a Job, out: &'a mut dyn Sink) -> Self {
        Self {
            job,
            out,
            next: job.range().start,
            since: Instant::now(),
            progress: None,
            most_bytes: usize::MAX,
            shrunk: false,
        }
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

impl Task for Points<'_> {
    fn run(
        &mut self,
        name: EngineName,
        engine: &dyn Engine,
        stop: &Stop,
        progress: Progress,
    ) -> Result<Tally, Cause> {
        self.progress = Some(progress);
        self.since = Instant::now();
        if !std::mem::take(&mut self.shrunk) {
            self.most_bytes = usize::MAX;
        }
        self.out.computed_by(name);
        let rest = self.job.part(self.next..self.job.range().end);
        let ran = engine.run(rest.as_ref().unwrap_or(self.job), self, stop);
        ran.map(|report| report.tally).map_err(|Stopped { cause, .. }| cause)
    }

    fn next(&self) -> u64 {
        self.next
    }

    fn since(&self) -> Instant {
        self.since
    }

    fn back_to(&mut self, next: u64) -> bool {
        let back = self.next == next || self.out.rewind(next);
        if back {
            self.next = next;
        }
        back
    }

    fn shrink(&mut self) -> bool {
        let now = self.window().block_bytes.min(LARGE_BLOCK_BYTES);
        self.most_bytes = now / SHRINK;
        self.shrunk = self.most_bytes >= LEAST_BLOCK_BYTES;
        self.shrunk
    }
}

impl Sink for Points<'_> {
    fn window(&self) -> Window {
        let window = self.out.window();
        Window { block_bytes: window.block_bytes.min(self.most_bytes), ..window }
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
        (self.next, self.since) = (end, Instant::now());
        Ok(())
    }
}
