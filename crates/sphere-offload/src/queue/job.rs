//! A job as it is submitted.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{BlobId, JobId};

/// What to do, for whom. Plain data; what the parameters mean is for the kind to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// Which kind of work: `sample`.
    pub kind: String,
    /// As the kind reads them.
    pub parameters: serde_json::Value,
    /// Whose turn it takes, and whose quota.
    pub submitter: String,
    /// The same key of the same submitter is the same job, however often it is submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// So long after its end the job is forgotten, with its result.
    pub expires_after: Duration,
    /// How much there is to do, in the unit of the kind (points); 0 where that is not known.
    #[serde(default)]
    pub total: u64,
    /// Stored bytes that it needs; they are kept as long as the job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<BlobId>,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The job.
    pub id: JobId,
    /// False where its idempotency key was known, and this is the job from then.
    pub new: bool,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// There is a result.
    Done,
    /// It cannot be done, and was not tried again.
    Failed,
    /// Attempts are used up; it can be submitted again as it is.
    Dead,
    /// Somebody wanted it no more.
    Cancelled,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Dead, Self::Cancelled];

    /// As it is said and stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// Nothing more happens by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that is no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of a job: queued, running, done, failed, dead or cancelled")]
pub struct UnknownState(String);

impl FromStr for JobState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let same = |state: &Self| state.name() == text;
        Self::ALL
            .into_iter()
            .find(same)
            .ok_or_else(|| UnknownState(text.chars().take(80).collect()))
    }
}
