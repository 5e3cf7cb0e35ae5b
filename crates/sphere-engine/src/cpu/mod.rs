//! The engine that is always there: the processor, on as many threads as asked for.

mod kernel;
mod pool;
mod reorder;
mod start;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use sphere_math::parallel::Executor;
use sphere_math::sampling::{Plan, SampleError, Tally};
use sphere_math::simd::SimdLevel;

use self::kernel::Kernel;
use self::pool::Pool;
use self::reorder::Reorder;
use crate::plans::Plans;
use crate::{
    Block, Capability, Cause, Engine, EngineError, Job, NearestJob, Report, Sink, Stop, Stopped,
    Window,
};

/// Blocks are about so large. The fastest scheme fills one in 200 µs, so that handing it over does
/// not show: with half of it two threads were 1.78 times as fast as one, with this 1.88 times.
const BLOCK_BYTES: usize = 1 << 21;

/// Jobs up to this size are computed where they are asked for: handing one over would take longer.
pub(crate) const INLINE_BYTES: u64 = 1 << 14;

/// Directions between two looks at a stop: a few milliseconds of work.
const NEAREST_AT_ONCE: usize = 1 << 20;

/// Computes on a pool of threads, each taking the next block of indices.
#[derive(Debug)]
pub struct CpuEngine {
    pool: Pool,
    plans: Plans,
    simd: SimdLevel,
    capability: Capability,
}

/// A computed block on its way to the sink.
type Computed = (Range<u64>, Result<(Block, Tally), EngineError>);

impl CpuEngine {
    /// The most threads one engine starts: above any machine, below what exhausts one.
    pub const MAX_THREADS: usize = 1_024;

    /// The same engine on another instruction set. No bit of any point changes.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if this processor does not have it.
    pub fn with_simd(mut self, level: SimdLevel) -> Result<Self, EngineError> {
        level.check().map_err(|error| EngineError::Unavailable { reason: error.to_string() })?;
        (self.simd, self.capability.simd) = (level, level.name());
        Ok(self)
    }

    /// The plan on the instruction set of the engine, which has been checked.
    fn on_level(&self, plan: Plan) -> Plan {
        if plan.simd() == self.simd {
            return plan;
        }
        plan.with_simd(self.simd).unwrap_or(plan)
    }

    /// Blocks under way or waiting for an earlier one: enough that no thread waits for the sink,
    /// few enough that memory stays bounded at any count; less if the sink wants less.
    fn window(&self, sink: Window) -> Window {
        Window {
            blocks: sink.blocks.clamp(1, 2 * self.capability.threads + 2),
            block_bytes: sink.block_bytes.min(BLOCK_BYTES),
        }
    }
}

/// The threads of the engine, for work that is not a [`Job`].
impl Executor for CpuEngine {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        self.pool.map(tasks, task)
    }
}

impl Engine for CpuEngine {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let started = Instant::now();
        let start = job.range().start;
        let kernel = self.plans.get(job.scheme()).map(|plan| Kernel::new(job, self.on_level(plan)));
        let kernel = kernel.map_err(|error| {
            let cause = Cause::Engine(EngineError::Rejected { reason: error.to_string() });
            Stopped { next: start, cause }
        })?;
        let bytes = job.points().saturating_mul(kernel.row_bytes() as u64);
        let finished = if bytes <= INLINE_BYTES {
            run_inline(&kernel, job, out, stop)
        } else {
            let window = self.window(out.window());
            Run::new(self, window, kernel, job.range()).drive(out, stop)
        };
        let tally = finished?;
        Ok(Report { points: job.points(), tally, elapsed: started.elapsed() })
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        NearestJob::check(directions, indices)?;
        let plan = self.on_level(job.plan().clone());
        for (part, indices) in indices.chunks_mut(NEAREST_AT_ONCE).enumerate() {
            let first = part * NEAREST_AT_ONCE;
            let stopped = |next: usize, cause| Stopped { next: next as u64, cause };
            if let Some(cause) = stop.cause() {
                return Err(stopped(first, cause));
            }
            let columns = directions.map(|column| &column[first..first + indices.len()]);
            let found = plan.nearest_all_on(self, columns, indices);
            found.map_err(|error| match error.counted_from(first) {
                error @ SampleError::NoDirection { index, .. } => {
                    stopped(index, Cause::Input(error))
                }
                error => stopped(first, Cause::Input(error)),
            })?;
        }
        Ok(())
    }
}

fn run_inline(
    kernel: &Kernel,
    job: &Job,
    out: &mut dyn Sink,
    stop: &Stop,
) -> Result<Tally, Stopped> {
    let range = job.range();
    let stopped = |cause| Stopped { next: range.start, cause };
    if let Some(cause) = stop.cause() {
        return Err(stopped(cause));
    }
    if range.is_empty() {
        return Ok(Tally::default());
    }
    let computed = compute(kernel, range.clone(), out.lend());
    let (block, tally) = computed.map_err(|error| stopped(Cause::Engine(error)))?;
    out.accept(range.clone(), block).map_err(|error| stopped(Cause::Sink(error)))?;
    Ok(tally)
}

/// One job under way.
struct Run<'a> {
    engine: &'a CpuEngine,
    kernel: Arc<Kernel>,
    rows_per_block: u64,
    most_blocks: usize,
    next_started: u64,
    next_accepted: u64,
    end: u64,
    waiting: Reorder,
    computed: Receiver<Computed>,
    sender: Sender<Computed>,
    tally: Tally,
}

impl<'a> Run<'a> {
    fn new(engine: &'a CpuEngine, window: Window, kernel: Kernel, range: Range<u64>) -> Self {
        let (sender, computed) = channel();
        let rows_per_block = (window.block_bytes / kernel.row_bytes()).max(1) as u64;
        Self {
            engine,
            kernel: Arc::new(kernel),
            rows_per_block,
            most_blocks: window.blocks,
            next_started: range.start,
            next_accepted: range.start,
            end: range.end,
            waiting: Reorder::default(),
            computed,
            sender,
            tally: Tally::default(),
        }
    }

    fn drive(mut self, out: &mut dyn Sink, stop: &Stop) -> Result<Tally, Stopped> {
        match self.pass_on(out, stop) {
            Ok(()) => Ok(self.tally),
            Err(cause) => Err(Stopped { next: self.next_accepted, cause }),
        }
    }

    /// Starts blocks while there is room, and passes on what is computed in index order. Blocks
    /// still under way at an error finish by themselves; nobody waits for them.
    fn pass_on(&mut self, out: &mut dyn Sink, stop: &Stop) -> Result<(), Cause> {
        let mut in_flight = 0;
        while self.next_accepted < self.end {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            while self.next_started < self.end && in_flight + self.waiting.len() < self.most_blocks
            {
                self.start_block(out.lend());
                in_flight += 1;
            }
            let (range, result) = self.computed.recv().map_err(|_| worker_lost())?;
            in_flight -= 1;
            let (block, tally) = result.map_err(Cause::Engine)?;
            self.tally += tally;
            self.waiting.insert(range, block);
            while let Some((range, block)) = self.waiting.take(self.next_accepted) {
                let end = range.end;
                out.accept(range, block).map_err(Cause::Sink)?;
                self.next_accepted = end;
            }
        }
        Ok(())
    }

    fn start_block(&mut self, block: Block) {
        let start = self.next_started;
        let end = self.end.min(start.saturating_add(self.rows_per_block));
        self.next_started = end;
        let (kernel, sender) = (Arc::clone(&self.kernel), self.sender.clone());
        self.engine.pool.spawn(move || {
            let computed = compute(&kernel, start..end, block);
            // Fails when the run has ended early; then nobody needs the block.
            let _ = sender.send((start..end, computed));
        });
    }
}

/// A panic in a kernel is a defect, but one job's: it must end neither the pool nor the process.
fn compute(
    kernel: &Kernel,
    range: Range<u64>,
    block: Block,
) -> Result<(Block, Tally), EngineError> {
    catch_unwind(AssertUnwindSafe(|| kernel.compute(range, block)))
        .unwrap_or_else(|_| Err(EngineError::Failed { reason: "the kernel panicked".to_string() }))
}

fn worker_lost() -> Cause {
    Cause::Engine(EngineError::Failed { reason: "the threads of the engine are gone".to_string() })
}
