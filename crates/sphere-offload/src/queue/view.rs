//! A job as it is shown.

use serde::{Deserialize, Serialize};

use super::{BlobId, Chunks, JobId, JobResult, JobState, Timestamp};

/// All there is to know about a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    /// Its name.
    pub id: JobId,
    /// How far it is.
    pub state: JobState,
    /// Which kind of work.
    pub kind: String,
    /// As they were submitted.
    pub parameters: serde_json::Value,
    /// By whom.
    pub submitter: String,
    /// Stored bytes that it needs.
    pub inputs: Vec<BlobId>,
    /// How much is done.
    pub progress: Progress,
    /// Checksums of what is done, of jobs that report them.
    pub chunks: Option<Chunks>,
    /// Attempts that failed, the latest few, oldest first.
    pub attempts: Vec<Attempt>,
    /// How many failed in a row without coming further, since it was submitted, or submitted again.
    pub failed_attempts: u32,
    /// So many jobs are leased before this one, if it is queued and no other comes; only where one job is asked for.
    pub position: Option<u64>,
    /// Who has it.
    pub worker: Option<String>,
    /// Who computed what, in the order of the points.
    pub executed: Vec<Executed>,
    /// When it was submitted.
    pub created: Timestamp,
    /// When it changed last.
    pub updated: Timestamp,
    /// When it will be forgotten, if it has ended.
    pub expires: Option<Timestamp>,
    /// Why there is no result.
    pub error: Option<Refusal>,
    /// Where it is.
    pub result: Option<JobResult>,
}

/// How much of a job is done, in the unit of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// So much.
    pub done: u64,
    /// Of so much; 0 where that is not known.
    pub total: u64,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Whose it was.
    pub worker: String,
    /// From when.
    pub began: Timestamp,
    /// To when.
    pub ended: Timestamp,
    /// Why.
    pub cause: String,
}

/// Points that one engine computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// The engine.
    pub engine: String,
    /// The first.
    pub from: u64,
    /// The first after them.
    pub to: u64,
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For programs; does not change.
    pub code: String,
    /// For people.
    pub detail: String,
}
