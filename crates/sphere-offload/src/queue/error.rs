//! What can be wrong, and what to do about it.

use std::path::PathBuf;

use super::{BlobId, JobId, JobState};

/// Why a queue did not do what it was asked. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// Too many jobs wait or run.
    #[error(
        "the queue is full ({limit} jobs): submit again when some are done, or start more workers"
    )]
    Full {
        /// So many may.
        limit: u64,
    },
    /// Too many results are kept.
    #[error(
        "the queue keeps {limit} jobs and no more: submit again when some have expired, or let them expire sooner"
    )]
    Kept {
        /// So many may be.
        limit: u64,
    },
    /// One submitter has too many.
    #[error(
        "{submitter:?} has {limit} jobs that are not done, and may have no more: wait for some, or cancel some"
    )]
    Quota {
        /// Who.
        submitter: String,
        /// So many may be.
        limit: u64,
    },
    /// Something is too large.
    #[error("{what}: {size}, but {limit} is the most: submit less at once")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it is.
        size: u64,
        /// How large it may be.
        limit: u64,
    },
    /// Too many bytes are stored.
    #[error(
        "{limit} bytes are stored, and no more may be: store again when some have expired, or let them expire sooner"
    )]
    Stored {
        /// So many may be.
        limit: u64,
    },
    /// Something is empty that must not be.
    #[error("{what} is empty: name one")]
    Empty {
        /// What.
        what: &'static str,
    },
    /// An idempotency key is that of another job.
    #[error("the idempotency key {key:?} was used for job {id}, which is another: use a new key")]
    KeyUsed {
        /// The key.
        key: String,
        /// The other job.
        id: JobId,
    },
    /// There is no such job.
    #[error("there is no job {id}: it was never submitted, or has expired")]
    UnknownJob {
        /// This.
        id: JobId,
    },
    /// There are no such bytes.
    #[error("nothing is stored as {id}: store it first, it may have expired")]
    UnknownBlob {
        /// This.
        id: BlobId,
    },
    /// The job is not this worker's any more.
    #[error("job {id} is not this worker's any more: leave it")]
    LeaseLost {
        /// The job.
        id: JobId,
    },
    /// A job is in no state for that.
    #[error("job {id} is {state}: {rule}")]
    State {
        /// The job.
        id: JobId,
        /// What it is.
        state: JobState,
        /// What it would have to be.
        rule: &'static str,
    },
    /// What a worker reported cannot be.
    #[error("job {id}: {what}")]
    Report {
        /// The job.
        id: JobId,
        /// What is wrong.
        what: &'static str,
    },
    /// Another program is in the way.
    #[error(
        "another program holds the queue {path}: end it, or wait until it is done; nothing was changed", path = path.display()
    )]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// What is stored cannot be written or read.
    #[error("the queue cannot be written or read, and nothing was acknowledged: {what}")]
    Storage {
        /// As the system says it.
        what: String,
    },
    /// The queue was closed.
    #[error("the queue is closed: open it again")]
    Closed,
}

/// Why a queue was not opened. No file was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A folder is no file.
    #[error("{path} is a folder: name a file in it, for instance {path}/queue.sqlite", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
    },
    /// The file is somebody else's.
    #[error("{path} is no queue of Sphere ({what}) and was left as it is: name another file", path = path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file is damaged.
    #[error(
        "the queue {path} is damaged ({what}) and was left as it is: move it away to begin anew, or save what can be saved with `sqlite3 {path} .recover`",
        path = path.display()
    )]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A later program has written it.
    #[error(
        "the queue {path} is of version {found}, this program knows {known}: upgrade it, or name another file",
        path = path.display()
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest that is known.
        known: u32,
    },
    /// An earlier program has written it.
    #[error(
        "the queue {path} is of version {found}, this program knows {known} only: have its jobs done by the program that made it, or name another file",
        path = path.display()
    )]
    Older {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The one that is known.
        known: u32,
    },
    /// Another program holds it.
    #[error("another program holds the queue {path}: end it, or name another file", path = path.display())]
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("the queue {path} cannot be opened: {what}", path = path.display())]
    System {
        /// Which.
        path: PathBuf,
        /// As the system says it.
        what: String,
    },
    /// A queue that servers keep was not opened.
    #[error(transparent)]
    Broker(#[from] super::BrokerError),
}
