//! The kinds of jobs.

mod error;
mod nearest;
mod parameters;
mod quality;
mod sample;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use sphere_engine::{Cause, Stop};
use sphere_offload::Offload;
use sphere_offload::ladder::Undone;
use sphere_offload::queue::{BlobId, JobView, NewJob, Outcome, Queue, Refusal};

pub use self::error::TaskError;
pub use self::nearest::{DIRECTION_BYTES, NearestTask};
pub use self::quality::{MOST_QUALITY_VALUES, QualityTask};
pub use self::sample::{MOST_POINTS, SampleTask};
use crate::worker::Report;

/// How long a result is kept, where nobody says otherwise.
pub const EXPIRES_AFTER: Duration = Duration::from_hours(24 * 7);

/// What kind of work a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Points of a scheme. The result is its recipe, with checksums.
    Sample,
    /// The quality of the points of a scheme. The result is a JSON document.
    Quality,
    /// The nearest lattice point of each direction. The result is indices, u64, little-endian.
    Nearest,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sample, Self::Quality, Self::Nearest];

    /// As it is said and stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Quality => "quality",
            Self::Nearest => "nearest",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = TaskError;

    fn from_str(text: &str) -> Result<Self, TaskError> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        // Cut, because the text may come from anybody.
        known.ok_or_else(|| TaskError::UnknownKind { kind: text.chars().take(64).collect() })
    }
}

/// A job that can be done: its parameters are checked. In a queue it is plain data, which is checked again
/// by the worker that takes it, because another version may have written it.
#[derive(Clone, Debug)]
pub enum Task {
    /// See [`Kind::Sample`].
    Sample(SampleTask),
    /// See [`Kind::Quality`].
    Quality(QualityTask),
    /// See [`Kind::Nearest`].
    Nearest(NearestTask),
}

impl Task {
    /// A task from the kind and the parameters of a job: the one place where they are checked.
    ///
    /// # Errors
    /// What is wrong with them, in the words of the person who wrote them.
    pub fn parse(kind: &str, parameters: &Value) -> Result<Self, TaskError> {
        match kind.parse()? {
            Kind::Sample => SampleTask::parse(parameters).map(Self::Sample),
            Kind::Quality => QualityTask::parse(parameters).map(Self::Quality),
            Kind::Nearest => NearestTask::parse(parameters).map(Self::Nearest),
        }
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Sample(_) => Kind::Sample,
            Self::Quality(_) => Kind::Quality,
            Self::Nearest(_) => Kind::Nearest,
        }
    }

    /// As it is kept in a queue, for a submitter.
    #[must_use]
    pub fn new_job(&self, submitter: &str) -> NewJob {
        let (parameters, total, inputs): (Value, u64, Vec<BlobId>) = match self {
            Self::Sample(task) => (task.to_json(), task.job().points(), Vec::new()),
            Self::Quality(task) => (task.to_json(), task.total(), Vec::new()),
            Self::Nearest(task) => (task.to_json(), 0, vec![task.directions()]),
        };
        NewJob {
            kind: self.kind().name().to_owned(),
            parameters,
            submitter: submitter.to_owned(),
            idempotency_key: None,
            expires_after: EXPIRES_AFTER,
            total,
            inputs,
        }
    }

    /// Does it, from where others came to.
    pub(crate) fn run(&self, place: &Place<'_>) -> Result<Outcome, Ended> {
        match self {
            Self::Sample(task) => task.run(place),
            Self::Quality(task) => task.run(place),
            Self::Nearest(task) => task.run(place),
        }
    }
}

/// What a task is done with.
pub(crate) struct Place<'a> {
    pub(crate) offload: &'a Offload,
    pub(crate) queue: &'a dyn Queue,
    /// The job, as it was when it was leased.
    pub(crate) job: &'a JobView,
    /// Where progress goes.
    pub(crate) report: &'a Report,
    pub(crate) stop: &'a Stop,
}

/// Why a task has no result.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It was told to stop.
    Stopped,
    /// It never will have one.
    Refused(Refusal),
    /// It may have one another time.
    Trouble(String),
}

impl Ended {
    /// It never will have a result.
    pub(crate) fn refused(code: &str, detail: &dyn fmt::Display) -> Self {
        Self::Refused(Refusal { code: code.to_owned(), detail: detail.to_string() })
    }

    /// There is trouble that may pass.
    #[allow(clippy::needless_pass_by_value, reason = "for map_err")]
    pub(crate) fn trouble(what: impl fmt::Display) -> Self {
        Self::Trouble(what.to_string())
    }
}

/// What a ladder could not do.
impl From<Box<Undone>> for Ended {
    fn from(undone: Box<Undone>) -> Self {
        match undone.cause {
            Cause::Requested => Self::Stopped,
            Cause::Input(error) => Self::refused("invalid_input", &error),
            Cause::Engine(sphere_engine::EngineError::Rejected { reason }) => {
                Self::refused("rejected", &reason)
            }
            _ => Self::trouble(undone),
        }
    }
}
