//! Workers as processes. This program is its own worker: started with an argument, it serves.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, with a runner of its own"
)]

mod nearest;
mod points;
mod roles;
mod start;
mod supervised;

use std::time::Duration;

use sphere_engine::{Collect, Engine, EngineError, EngineName, Harm, Job, SampleParameters, Stop};
use sphere_offload::worker::{Worker, WorkerOptions};

/// Tests by name.
type Tests = &'static [(&'static str, fn())];

/// A runner of our own, because the worker must have its standard output for itself.
const TESTS: [Tests; 4] = [points::TESTS, nearest::TESTS, start::TESTS, supervised::TESTS];

/// How long anything that should happen at once may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if let Some(role) = argument.strip_prefix("--as-") {
        return roles::play(role);
    }
    for (name, test) in TESTS.into_iter().flatten() {
        // As runners of Rust's tests are filtered.
        if argument.starts_with('-') || name.contains(&argument) {
            test();
            println!("test {name} ... ok");
        }
    }
    Ok(())
}

/// This program in one of its roles.
fn playing(role: &str) -> WorkerOptions {
    WorkerOptions {
        program: std::env::current_exe().unwrap(),
        arguments: vec![format!("--as-{role}")],
        engine: EngineName::Scripted,
        block_bytes: 1 << 18,
        blocks: 16,
        patience: PATIENCE,
    }
}

fn options() -> WorkerOptions {
    playing("worker")
}

fn job(scheme: &str, text: &str) -> Job {
    let pairs = text.split(' ').map(|pair| pair.split_once('=').unwrap());
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn points(engine: &dyn Engine, job: &Job) -> Vec<f64> {
    let mut points = Collect::default();
    let report = engine.run(job, &mut points, &Stop::never()).unwrap();
    assert_eq!(report.points, job.points());
    points.values
}

/// Has the engine of a worker lose its device. A job that was under way may tell of it first: then the worker
/// is gone before it says that the harm is done.
fn poison(worker: &Worker) {
    let harmed = worker.harm(Harm::Poison);
    assert!(matches!(harmed, Ok(()) | Err(EngineError::Lost { .. })), "{harmed:?}");
}
