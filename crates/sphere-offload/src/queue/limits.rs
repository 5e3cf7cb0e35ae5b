//! How much of everything.

use std::time::Duration;

use crate::breaker::Backoff;

/// The bounds of a queue. Whoever meets one is told which.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Jobs that wait or run.
    pub unfinished: u64,
    /// Those of one submitter.
    pub per_submitter: u64,
    /// Jobs of all states: those that ended are kept until they expire.
    pub kept: u64,
    /// Jobs of one submission.
    pub batch: usize,
    /// Bytes of the parameters of a job, as JSON.
    pub parameter_bytes: usize,
    /// Stored bytes that one job may need.
    pub inputs: usize,
    /// Checksums of one job.
    pub chunks: usize,
    /// Bytes under one name.
    pub blob_bytes: u64,
    /// Bytes under all names together.
    pub blobs_bytes: u64,
    /// Stored bytes that no job needs are kept so long.
    pub blob_grace: Duration,
    /// A job whose attempts fail so often in a row, and come no further, is dead.
    pub attempts: u32,
    /// The pauses between them.
    pub backoff: Backoff,
    /// A worker that is silent for so long has lost its job.
    pub lease: Duration,
    /// How long a result may be kept.
    pub expires_after: Duration,
    /// Jobs of one page of a list.
    pub page: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self {
            unfinished: 100_000,
            per_submitter: 25_000,
            kept: 1_000_000,
            batch: 1_000,
            parameter_bytes: 64 << 10,
            inputs: 16,
            chunks: 16_384,
            blob_bytes: 64 << 20,
            blobs_bytes: 4 << 30,
            blob_grace: Duration::from_hours(1),
            attempts: 5,
            backoff: Backoff { first: second, ..Backoff::default() },
            lease: 10 * second,
            expires_after: Duration::from_hours(24 * 30),
            page: 1_000,
        }
    }
}

/// Of a name: a kind, a submitter, a key, a worker, an engine.
pub(super) const NAME_BYTES: usize = 256;
/// Of a text that says why; what is longer is cut.
pub(super) const CAUSE_BYTES: usize = 1024;
/// Attempts whose causes are kept, the latest.
pub(super) const ATTEMPTS_KEPT: usize = 16;
/// Spans of points by engine that are kept, the latest.
pub(super) const SPANS_KEPT: usize = 64;
/// What one call of `expire` removes at most: others wait meanwhile.
pub(super) const EXPIRED_AT_ONCE: usize = 500;
