//! What is stored under which subject.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::{BlobId, JobId, JobState, NewJob, QueueError};

/// Of the heads. A stream of a later one is not opened.
pub(super) const VERSION: u32 = 1;
/// The header that carries a head.
pub(super) const HEADER: &str = "Sphere";
/// Writes by which a head is known again; an acknowledgement that was lost is asked for at once.
const WRITES_KEPT: usize = 4;

/// What an entry is of. As a subject: `PREFIX.job.HEX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    /// A job without an idempotency key.
    Job(JobId),
    /// The job of an idempotency key: that there is one of each is what the server makes sure of.
    Key([u8; 32]),
    /// Stored bytes: not they, but what is known about them.
    Blob(BlobId),
    /// A submitter of whose jobs some were forgotten.
    Turn([u8; 32]),
}

impl Name {
    /// Of a job that is submitted.
    pub(super) fn of(id: JobId, job: &NewJob) -> Self {
        match &job.idempotency_key {
            None => Self::Job(id),
            Some(key) => Self::Key(digest(&[&job.submitter, key])),
        }
    }

    /// Of a submitter.
    pub(super) fn turn(submitter: &str) -> Self {
        Self::Turn(digest(&[submitter]))
    }

    pub(super) fn subject(&self, prefix: &str) -> String {
        let (kind, bytes): (&str, &[u8]) = match self {
            Self::Job(id) => ("job", id.as_bytes()),
            Self::Key(bytes) => ("key", bytes),
            Self::Blob(id) => ("blob", id.as_bytes()),
            Self::Turn(bytes) => ("turn", bytes),
        };
        format!("{prefix}.{kind}.{}", Hex(bytes))
    }

    pub(super) fn parse(subject: &str, prefix: &str) -> Option<Self> {
        let (kind, hex) = subject.strip_prefix(prefix)?.strip_prefix('.')?.split_once('.')?;
        let bytes = || hex.parse().ok().map(|id: BlobId| *id.as_bytes());
        match kind {
            "job" => hex.parse().ok().map(Self::Job),
            "key" => bytes().map(Self::Key),
            "blob" => hex.parse().ok().map(Self::Blob),
            "turn" => bytes().map(Self::Turn),
            _ => None,
        }
    }
}

/// Of texts, each with its length, so that no two lists are the same bytes.
fn digest(texts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// What is watched of an entry: enough to choose, count and bound by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) version: u32,
    /// The age of the queue when it was written.
    pub(super) age: u64,
    /// Which writes led here, the latest last.
    pub(super) writes: Vec<u64>,
    #[serde(flatten)]
    pub(super) what: What,
}

/// By kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum What {
    Job(JobHead),
    Blob(BlobHead),
    Turn(TurnHead),
    /// It was forgotten; this is how others hear of it. The server removes it after a while.
    Gone,
}

/// Of a job. A number that is 0 is that of the message itself, which nobody knows before it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JobHead {
    pub(super) id: JobId,
    /// The message with which it was submitted: jobs are in this order.
    pub(super) created: u64,
    /// That of its last lease.
    pub(super) fence: Option<u64>,
    pub(super) submitter: String,
    pub(super) state: JobState,
    /// Milliseconds.
    pub(super) wait: Option<u64>,
    pub(super) expires: Option<u64>,
    /// The age of the queue when it was submitted.
    pub(super) submitted: u64,
    /// Stored bytes that it needs, each once.
    pub(super) blobs: Vec<BlobId>,
}

/// Of stored bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BlobHead {
    pub(super) stage: Stage,
    pub(super) size: u64,
    /// Messages that hold them.
    pub(super) chunks: u32,
    /// Under which those are: whoever stores anew does not meet whoever removes.
    pub(super) generation: u64,
    /// The age of the queue when they were stored last.
    pub(super) touched: u64,
}

/// How far stored bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stage {
    /// Somebody stores them, or did and was interrupted.
    Storing,
    Stored,
    /// Nobody needs them; their messages are to be removed.
    Dropped,
}

/// Of a submitter. Only where it does not follow from the jobs, because some were forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TurnHead {
    pub(super) submitter: String,
    /// Her first job of those without a gap in between.
    pub(super) first: u64,
    /// Her last lease.
    pub(super) fence: u64,
}

impl Head {
    pub(super) fn new(age: u64, what: What) -> Self {
        Self { version: VERSION, age, writes: Vec::new(), what }
    }

    /// Marks it as that of a write.
    pub(super) fn written(&mut self, write: u64) {
        self.writes.push(write);
        let surplus = self.writes.len().saturating_sub(WRITES_KEPT);
        self.writes.drain(..surplus);
    }

    pub(super) fn text(&self) -> Result<String, QueueError> {
        serde_json::to_string(self).map_err(|error| damaged(&error))
    }

    /// From a message of this number.
    pub(super) fn read(text: &str, number: u64) -> Result<Self, QueueError> {
        let mut head: Self = serde_json::from_str(text).map_err(|error| damaged(&error))?;
        if head.version != VERSION {
            return Err(damaged(&format!("version {}, known is {VERSION}", head.version)));
        }
        head.numbered(number);
        Ok(head)
    }

    /// It was stored under this number.
    pub(super) fn numbered(&mut self, number: u64) {
        if let What::Job(job) = &mut self.what {
            if job.created == 0 {
                job.created = number;
            }
            if job.fence == Some(0) {
                job.fence = Some(number);
            }
        }
    }
}

pub(super) fn damaged(what: &dyn fmt::Display) -> QueueError {
    QueueError::Storage { what: format!("an entry is damaged: {what}") }
}

/// A generation of stored bytes, as their messages are named: `PREFIX.HASH.GENERATION.NUMBER`.
pub(super) fn chunk_subject(prefix: &str, id: BlobId, generation: u64, number: &str) -> String {
    let mut subject = format!("{prefix}.{id}.");
    // A text takes whatever is written to it.
    let _ = write!(subject, "{generation:016x}.{number}");
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subjects_and_back() {
        let names = [
            Name::Job(JobId::from_bytes([1; 16])),
            Name::Key([2; 32]),
            Name::Blob(BlobId::from_bytes([3; 32])),
            Name::turn("ada lovelace.*>"),
        ];
        for name in names {
            let subject = name.subject("sphere-jobs");
            assert!(!subject.contains([' ', '*', '>']), "{subject}");
            assert_eq!(Name::parse(&subject, "sphere-jobs"), Some(name));
            assert_eq!(Name::parse(&subject, "sphere"), None);
        }
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }

    #[test]
    fn heads_are_read_as_they_were_written_or_not_at_all() {
        let turn = TurnHead { submitter: "ada\n\"é".to_owned(), first: 1, fence: 2 };
        let mut head = Head::new(7, What::Turn(turn));
        (1..=9).for_each(|write| head.written(write));
        assert_eq!(head.writes, [6, 7, 8, 9]);
        let text = head.text().unwrap();
        assert!(!text.contains(['\n', '\r']), "{text}");
        assert_eq!(Head::read(&text, 3), Ok(head));
        for bad in [&text.replace("\"version\":1", "\"version\":2"), &text[1..], ""] {
            assert!(matches!(Head::read(bad, 3), Err(QueueError::Storage { .. })), "{bad}");
        }
    }
}
