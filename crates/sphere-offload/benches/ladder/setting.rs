//! The engines, ladders and jobs that are measured.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sphere_engine::{CpuEngine, Engine, EngineName, Job, SampleParameters};
use sphere_offload::breaker::Tolerance;
use sphere_offload::ladder::{Fixed, Ladder, Rung, Supply};
use sphere_offload::supervisor::{Limits, Supervisor};
use sphere_offload::worker::{Scripted, WorkerOptions};

/// What this program is started with as a worker.
pub(crate) const SERVE: &str = "--serve";

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn serve() -> io::Result<()> {
    sphere_offload::worker::serve(|_| Ok(Arc::new(Scripted::new(CpuEngine::new(None)?))))
}

pub(crate) fn cpu() -> Arc<dyn Engine> {
    Arc::new(CpuEngine::new(None).unwrap())
}

/// A worker whose blocks are as large as those of the CPU, and which is replaced at once however often it
/// ends.
pub(crate) fn supervisor() -> Arc<Supervisor> {
    let options = WorkerOptions {
        program: std::env::current_exe().unwrap(),
        arguments: vec![SERVE.to_string()],
        engine: EngineName::Scripted,
        block_bytes: 1 << 21,
        blocks: 32,
        patience: PATIENCE,
    };
    let limits = Limits { settled: Duration::ZERO, ..Limits::default() };
    let supervisor = Supervisor::start(options, limits).unwrap();
    supervisor.wait(PATIENCE).unwrap();
    Arc::new(supervisor)
}

pub(crate) fn ladder(first: impl Supply + 'static, second: &Arc<dyn Engine>) -> Ladder {
    let rung = |supply| Rung::new(supply, Tolerance::default());
    let second = rung(Fixed(Arc::clone(second)));
    Ladder::new(vec![Rung::new(first, Tolerance::default()), second], PATIENCE)
}

pub(crate) fn job(count: u64) -> Job {
    let count = count.to_string();
    SampleParameters::parse("fibonacci", [("count", count.as_str())]).unwrap().job().unwrap()
}
