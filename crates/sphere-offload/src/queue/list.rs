//! Many jobs at once.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{JobState, JobView};

/// Which jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub state: Option<JobState>,
    /// Of this submitter.
    pub submitter: Option<String>,
    /// Those that follow an earlier page: its `next`.
    pub after: Option<u64>,
    /// At most so many; more than a queue gives at once are cut.
    pub limit: usize,
}

/// Some jobs, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Without their position.
    pub jobs: Vec<JobView>,
    /// What to ask for the next page with; `None` after the last.
    pub next: Option<u64>,
}

/// What a queue holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Jobs by state, zeros included.
    pub jobs: BTreeMap<JobState, u64>,
    /// Since when the oldest job that waits was submitted.
    pub oldest_queued: Option<Duration>,
    /// Stored byte strings.
    pub blobs: u64,
    /// Their bytes.
    pub blob_bytes: u64,
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Jobs.
    pub jobs: u64,
    /// Stored byte strings.
    pub blobs: u64,
    /// There may be more: ask again.
    pub more: bool,
}
