//! What goes between a queue and a worker.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Executed, JobId, JobView};

/// The right to end a job, for as long as the lease lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeaseToken {
    /// The job.
    pub job: JobId,
    /// Rises with every lease of a queue: of two, the later holds.
    pub fence: u64,
}

/// A job that is a worker's now.
#[derive(Clone, Debug, PartialEq)]
pub struct Leased {
    /// What to end it with.
    pub token: LeaseToken,
    /// What to do, and how far others came: its progress and chunks are where to go on.
    pub job: JobView,
    /// Silence for so long loses it.
    pub lasts: Duration,
}

/// A sign of life, with what was done since the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Done altogether.
    pub done: u64,
    /// Checksums of chunks that were finished.
    pub chunks: Option<NewChunks>,
    /// Who computed what, if somebody did.
    pub executed: Vec<Executed>,
}

/// Checksums of some chunks in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChunks {
    /// Points of each chunk of this job; the same in all beats.
    pub points: u64,
    /// The first chunk. Not after the first that is missing; those that are known must be the same again.
    pub from: usize,
    /// One for each.
    pub checksums: Vec<u64>,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The job is the worker's for another lease.
    Yes,
    /// Nobody wants it any more: stop.
    Cancelled,
    /// It is somebody else's, or was: stop.
    Lost,
}
