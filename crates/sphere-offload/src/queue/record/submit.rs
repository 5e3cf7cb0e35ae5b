//! What is checked of a job before it is kept: what can be said without knowing the others.

use super::super::limits::NAME_BYTES;
use super::super::{Limits, NewJob, QueueError};

/// Whether these may be kept.
pub(in super::super) fn check(jobs: &[NewJob], limits: &Limits) -> Result<(), QueueError> {
    at_most("jobs of one submission", jobs.len(), limits.batch)?;
    jobs.iter().try_for_each(|job| one(job, limits))
}

fn one(job: &NewJob, limits: &Limits) -> Result<(), QueueError> {
    name("bytes of the kind", &job.kind)?;
    name("bytes of the submitter", &job.submitter)?;
    if let Some(key) = &job.idempotency_key {
        name("bytes of the idempotency key", key)?;
    }
    let parameters = serde_json::to_string(&job.parameters)
        .map_err(|error| QueueError::Storage { what: error.to_string() })?;
    at_most("bytes of parameters", parameters.len(), limits.parameter_bytes)?;
    at_most("inputs", job.inputs.len(), limits.inputs)?;
    let (seconds, limit) = (job.expires_after.as_secs(), limits.expires_after.as_secs());
    if job.expires_after > limits.expires_after {
        return Err(QueueError::TooLarge { what: "seconds to expiry", size: seconds, limit });
    }
    Ok(())
}

/// Whether this can be a name of something.
pub(in super::super) fn name(what: &'static str, name: &str) -> Result<(), QueueError> {
    if name.is_empty() {
        return Err(QueueError::Empty { what });
    }
    at_most(what, name.len(), NAME_BYTES)
}

fn at_most(what: &'static str, size: usize, limit: usize) -> Result<(), QueueError> {
    if size > limit {
        return Err(QueueError::TooLarge { what, size: size as u64, limit: limit as u64 });
    }
    Ok(())
}
