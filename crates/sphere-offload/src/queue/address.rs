//! Where a queue is, as users say it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Clock, Drill, Kept, Limits, NatsQueue, OpenError, Queue, SqliteQueue, nats};

/// Which queue: `sqlite:FILE`, or `nats://HOST:PORT[,HOST:PORT...]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Address {
    /// One file, for one host.
    Sqlite(PathBuf),
    /// Servers, for many hosts.
    Nats(Servers),
}

/// Where servers are, and who asks. Shown without passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct Servers {
    text: String,
    shown: String,
}

/// A text that names no queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is none of them.
    #[error("'{0}' is no queue; it must be sqlite:FILE or nats://HOST:PORT")]
    Unknown(String),
    /// What follows `nats://` is no server.
    #[error(transparent)]
    Servers(OpenError),
}

impl Address {
    /// Opens the queue, or makes it if there is none. Blocks.
    ///
    /// # Errors
    /// If it is not to be had, or is no queue; nothing was changed then.
    pub fn open(&self, limits: Limits, clock: Arc<dyn Clock>) -> Result<Arc<dyn Queue>, OpenError> {
        self.drilled(limits, clock, Drill::default())
    }

    /// The same, with faults.
    ///
    /// # Errors
    /// As without. Faults befall an open queue.
    pub fn drilled(
        &self,
        limits: Limits,
        clock: Arc<dyn Clock>,
        drill: Drill,
    ) -> Result<Arc<dyn Queue>, OpenError> {
        match self {
            Self::Sqlite(path) => Ok(Arc::new(SqliteQueue::drilled(path, limits, clock, drill)?)),
            Self::Nats(servers) => {
                let queue = NatsQueue::open(&servers.text, limits, drill.clock(clock))?;
                let queue = Arc::new(queue);
                nats::follow(&queue, &drill);
                Ok(queue)
            }
        }
    }

    /// What can go wrong there.
    #[must_use]
    pub fn kept(&self) -> Kept {
        match self {
            Self::Sqlite(_) => Kept::InFile,
            Self::Nats(_) => Kept::AtBroker,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("nats" | "tls", rest)) if rest.starts_with("//") => {
                let shown = nats::shown(text).map_err(AddressError::Servers)?;
                Ok(Self::Nats(Servers { text: text.to_owned(), shown }))
            }
            // Cut, because a file of settings may hold anything; and nobody's password is shown.
            _ => {
                let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
                Err(AddressError::Unknown(text.chars().take(80).collect()))
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Nats(servers) => formatter.write_str(&servers.shown),
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_read_back_and_nonsense_is_refused() {
        for text in ["sqlite:queue.sqlite", "sqlite:/var/lib/sphere/queue.sqlite", "sqlite:a:b"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for text in ["", "sqlite", "sqlite:", "queue.sqlite", "redis://localhost", "SQLITE:x"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("sqlite:FILE or nats://HOST:PORT"), "{error}");
        }
    }

    #[test]
    fn passwords_are_shown_to_nobody() {
        let address: Address = "nats://ada:s3cret@one:1,two".parse().unwrap();
        let shown = [address.to_string(), format!("{address:?}"), String::from(address)];
        for text in shown {
            assert!(text.contains("nats://one:1,nats://two:4222"), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
        for text in ["nats://ada:s3cret@", "http://ada:s3cret@one", "nats://s3cret@one:x"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
