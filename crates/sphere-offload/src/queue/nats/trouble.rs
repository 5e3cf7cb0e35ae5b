//! What can be wrong with servers, and what to do about it.

use serde::Deserialize;

/// Why a queue on servers was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// What was named is no server.
    #[error("{host:?} is no NATS server ({what}): write nats://HOST:PORT, several with commas")]
    Address {
        /// What was named, without name and password.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// Nobody answers.
    #[error("no NATS server answers at {server} ({what}): start one, or name another")]
    Unreachable {
        /// Where.
        server: String,
        /// As the system says it.
        what: String,
    },
    /// The server wants to know who asks, and does not know this.
    #[error(
        "{server} does not let this program in ({what}): write nats://USER:PASSWORD@HOST:PORT, or nats://TOKEN@HOST:PORT"
    )]
    Login {
        /// Which.
        server: String,
        /// As it says it.
        what: String,
    },
    /// It has no memory.
    #[error(
        "{server} has no JetStream: start it with `jetstream {{ sync_interval: always }}` in its configuration, and enable it for this account"
    )]
    NoJetStream {
        /// Which.
        server: String,
    },
    /// This user may not do what a queue needs.
    #[error(
        "{server} does not permit what a queue needs ({what}): permit this user to publish to $JS.API.>, {name}.> and {name}-bytes.>, and to subscribe to _INBOX.>"
    )]
    Permission {
        /// Which.
        server: String,
        /// The name of the queue.
        name: String,
        /// As it says it.
        what: String,
    },
    /// It is too old.
    #[error("{server} is of version {found}, but a queue needs {needed}: upgrade it")]
    Old {
        /// Which.
        server: String,
        /// Its version.
        found: String,
        /// The first that serves.
        needed: &'static str,
    },
    /// The stream is not as a queue needs it.
    #[error(
        "the stream {stream} of {server} is no queue of Sphere ({what}) and was left as it is: choose another name, or remove it"
    )]
    Foreign {
        /// Where.
        server: String,
        /// Which.
        stream: String,
        /// What is different.
        what: String,
    },
    /// A later program has made it.
    #[error(
        "the queue {stream} of {server} is of version {found}, this program knows {known}: upgrade it, or choose another name"
    )]
    Newer {
        /// Where.
        server: String,
        /// Which.
        stream: String,
        /// Its version.
        found: u32,
        /// The latest that is known.
        known: u32,
    },
    /// The servers cannot keep it.
    #[error("{server} cannot keep the queue {stream}: {what}")]
    Refused {
        /// Where.
        server: String,
        /// Which.
        stream: String,
        /// As they say it.
        what: String,
    },
    /// This system has no threads or randomness to give.
    #[error("the queue of {server} cannot be opened: {what}")]
    System {
        /// Where.
        server: String,
        /// As the system says it.
        what: String,
    },
}

/// What a server answers to a message that is to be kept, or to a question.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    pub(super) seq: u64,
    pub(super) error: Option<ApiError>,
}

/// As servers say it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ApiError {
    #[serde(default)]
    pub(super) code: u16,
    #[serde(default)]
    pub(super) err_code: u64,
    #[serde(default)]
    pub(super) description: String,
}

impl ApiError {
    /// Somebody else was faster.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self.err_code, 10071 | 10164)
    }

    /// It may be otherwise in a moment: no leader yet, a batch that was interrupted, too many batches.
    pub(super) fn is_passing(&self) -> bool {
        self.code == 503
            || self.code == 429
            || matches!(self.err_code, 10008 | 10175 | 10176 | 10210 | 10211)
            || self.description.contains("too many")
    }
}
