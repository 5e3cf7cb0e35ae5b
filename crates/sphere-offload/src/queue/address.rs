//! Where a queue is, as users say it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Clock, Drill, Kept, Limits, OpenError, Queue, SqliteQueue};

/// Which queue: `sqlite:FILE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Address {
    /// One file, for one host.
    Sqlite(PathBuf),
}

/// A text that names no queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no queue; it must be sqlite:FILE")]
pub struct AddressError(String);

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
        }
    }

    /// What can go wrong there.
    #[must_use]
    pub fn kept(&self) -> Kept {
        match self {
            Self::Sqlite(_) => Kept::InFile,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            // Cut, because a file of settings may hold anything.
            _ => Err(AddressError(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
        }
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
            assert!(error.contains("sqlite:FILE"), "{error}");
        }
    }
}
