//! `sphere jobs cancel` and `sphere jobs retry`.

use sphere_offload::queue::{JobId, Queue, QueueError};

use super::id::find_all;
use super::tell;
use crate::failure::Failure;
use crate::queue::Asked;

pub(super) fn cancel(asked: &Asked, ids: &[String]) -> Result<(), Failure> {
    each(asked, ids, "cancelled", |queue, id| queue.cancel(id))
}

pub(super) fn retry(asked: &Asked, ids: &[String]) -> Result<(), Failure> {
    each(asked, ids, "queued again", |queue, id| queue.retry(id))
}

/// Does something to every job, also when it cannot be done to another.
fn each(
    asked: &Asked,
    ids: &[String],
    done: &str,
    change: impl Fn(&dyn Queue, JobId) -> Result<(), QueueError>,
) -> Result<(), Failure> {
    let queue = asked.existing()?;
    let mut errors = Vec::new();
    // All of them are known before the first is changed.
    for id in find_all(&*queue, ids)? {
        match change(&*queue, id) {
            Ok(()) => tell(&format!("{id} is {done}")),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::work(errors.join("\nerror: "))) }
}
