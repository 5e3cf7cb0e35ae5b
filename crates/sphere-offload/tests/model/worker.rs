//! What the threads of a worker, and those that it works for, share; and what stands for a worker where
//! supervisors are checked.

#[path = "../../src/worker/jobs.rs"]
mod jobs;
#[path = "../../src/worker/numbers.rs"]
mod numbers;

pub(crate) mod ends;
pub(crate) mod mock;
pub(crate) mod slots;

pub(crate) use self::mock::{Worker, WorkerOptions};
