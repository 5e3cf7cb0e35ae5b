//! What the threads of a worker, and those that it works for, share.

#[path = "../../src/worker/jobs.rs"]
mod jobs;
#[path = "../../src/worker/numbers.rs"]
mod numbers;

pub(crate) mod ends;
pub(crate) mod slots;
