//! Who computes, and the two pieces of work that are compared.

use std::num::NonZeroUsize;
use std::ops::Range;

use sphere_engine::CpuEngine;
use sphere_math::Real;
use sphere_math::parallel::{Executor, Serial};
use sphere_math::sampling::{Plan, SampleError, fill_constant_on};

use super::memory::View;
use crate::failure::Failure;

/// Threads of a pool, or the calling one alone: handing over to another takes as long as 10,000
/// points.
#[derive(Debug)]
pub(super) enum Workers {
    Caller,
    Pool(CpuEngine),
}

impl Workers {
    /// So many threads; `None` is one per core.
    pub(super) fn new(threads: Option<NonZeroUsize>) -> Result<Self, Failure> {
        let threads = threads.or_else(|| std::thread::available_parallelism().ok());
        match threads {
            Some(threads) if threads.get() > 1 => {
                CpuEngine::new(Some(threads)).map(Self::Pool).map_err(Failure::work)
            }
            _ => Ok(Self::Caller),
        }
    }

    pub(super) fn threads(&self) -> usize {
        use sphere_engine::Engine as _;
        match self {
            Self::Caller => 1,
            Self::Pool(engine) => engine.capability().threads,
        }
    }

    /// Computes points into memory, as a program that uses the library does.
    pub(super) fn points<R: Real>(
        &self,
        plan: &Plan,
        range: Range<u64>,
        out: &mut View<'_, R>,
    ) -> Result<(), SampleError> {
        match (self, out) {
            (Self::Caller, View::Columns(columns)) => plan.fill(range, columns),
            (Self::Caller, View::Rows(rows)) => plan.fill_rows(range, rows),
            (Self::Pool(engine), View::Columns(columns)) => plan.fill_on(engine, range, columns),
            (Self::Pool(engine), View::Rows(rows)) => plan.fill_rows_on(engine, range, rows),
        }
        .map(drop)
    }

    /// Fills memory with one value: as fast as points could be at most.
    pub(super) fn pure_fill<R: Real>(&self, out: &mut View<'_, R>, value: R) {
        match out {
            View::Columns(columns) => fill_constant_on(self, columns, value),
            View::Rows(rows) => fill_constant_on(self, &mut [rows], value),
        }
    }
}

impl Executor for Workers {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        match self {
            Self::Caller => Serial.map(tasks, task),
            Self::Pool(engine) => engine.map(tasks, task),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::super::memory::{Buffer, View};
    use super::Workers;
    use crate::cli::Layout;

    #[test]
    fn a_pure_fill_leaves_nothing_out() {
        for threads in [1, 2] {
            let workers = Workers::new(NonZeroUsize::new(threads)).unwrap();
            assert_eq!(workers.threads(), threads);
            for (layout, columns) in [(Layout::Columns, 3), (Layout::Rows, 2), (Layout::Columns, 1)]
            {
                for rows in [1, 1_000, 300_001] {
                    let mut buffer = Buffer::<f32>::new(layout, columns, rows as u64).unwrap();
                    workers.pure_fill(&mut buffer.view(), 1.5);
                    let all = match buffer.view() {
                        View::Columns(columns) => columns.concat(),
                        View::Rows(rows) => rows.to_vec(),
                    };
                    assert_eq!(all, vec![1.5; rows * columns], "{threads} {layout:?} {rows}");
                }
            }
        }
    }
}
