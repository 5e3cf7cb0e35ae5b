//! Who computes, and the two pieces of work that are compared.

use std::ops::Range;

use sphere_engine::numa::{Numa, NumaState};
use sphere_engine::{CpuEngine, Engine as _};
use sphere_math::Real;
use sphere_math::parallel::{Executor, Serial};
use sphere_math::sampling::{Plan, SampleError, fill_constant_on};

use super::memory::View;
use crate::failure::Failure;
use crate::threads::engine;

/// Threads of a pool, or the calling one alone: handing over to another takes as long as 10,000
/// points.
#[derive(Debug)]
pub(super) enum Workers {
    Caller(NumaState),
    Pool(Box<CpuEngine>),
}

impl Workers {
    /// So many threads, `None` is one per core, on these nodes.
    pub(super) fn new(threads: Option<&str>, numa: Numa) -> Result<Self, Failure> {
        let engine = engine(threads, numa)?;
        let capability = engine.capability();
        let is_pinned = matches!(capability.numa, NumaState::Pinned { .. });
        if capability.threads == 1 && !is_pinned {
            return Ok(Self::Caller(capability.numa.clone()));
        }
        Ok(Self::Pool(Box::new(engine)))
    }

    pub(super) fn threads(&self) -> usize {
        match self {
            Self::Caller(_) => 1,
            Self::Pool(engine) => engine.capability().threads,
        }
    }

    /// Where the threads run.
    pub(super) fn numa(&self) -> &NumaState {
        match self {
            Self::Caller(numa) => numa,
            Self::Pool(engine) => &engine.capability().numa,
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
            (Self::Caller(_), View::Columns(columns)) => plan.fill(range, columns),
            (Self::Caller(_), View::Rows(rows)) => plan.fill_rows(range, rows),
            (Self::Pool(engine), View::Columns(columns)) => plan.fill_on(&**engine, range, columns),
            (Self::Pool(engine), View::Rows(rows)) => plan.fill_rows_on(&**engine, range, rows),
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
            Self::Caller(_) => Serial.map(tasks, task),
            Self::Pool(engine) => engine.map(tasks, task),
        }
    }
}

#[cfg(test)]
mod tests {
    use sphere_engine::numa::Numa;

    use super::super::memory::{Buffer, View};
    use super::Workers;
    use crate::cli::Layout;

    #[test]
    fn a_pure_fill_leaves_nothing_out() {
        for threads in ["1", "2"] {
            let workers = Workers::new(Some(threads), Numa::Auto).unwrap();
            assert_eq!(workers.threads().to_string(), threads);
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
