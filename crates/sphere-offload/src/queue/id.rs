//! Names that nobody can guess, and names that say what they name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::QueueError;

/// A job: 128 bits from the system's source of randomness, so that to know an id is to have been told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId([u8; 16]);

impl JobId {
    /// A new one.
    ///
    /// # Errors
    ///
    /// If the system has no randomness to give.
    pub fn random() -> Result<Self, QueueError> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| QueueError::Storage {
            what: format!("the system gives no random bits: {error}"),
        })?;
        Ok(Self(bits))
    }
}

/// Stored bytes, by their SHA-256: equal bytes are stored once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// A text that is no name of a job or of stored bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no id: it has {digits} hexadecimal digits, in lower case")]
pub struct IdError {
    text: String,
    digits: usize,
}

/// Both are bytes that are written as hexadecimal digits.
macro_rules! hexadecimal {
    ($name:ident, $bytes:literal) => {
        impl $name {
            /// From its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                bytes_of(text)
                    .map(Self)
                    // Cut, because the text may come from anybody.
                    .ok_or_else(|| IdError {
                        text: text.chars().take(80).collect(),
                        digits: 2 * $bytes,
                    })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

hexadecimal!(JobId, 16);
hexadecimal!(BlobId, 32);

/// One spelling only: an id is compared as text by whoever keeps it.
fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let all = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if digits.len() != 2 * N || !all {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_texts_of_32_digits() {
        let id = JobId::random().unwrap();
        assert_eq!(id.to_string().len(), 32);
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<JobId>(&json).unwrap(), id);
        assert_ne!(JobId::random().unwrap(), id);
        let upper = "ABCDEF00112233445566778899aabbcc";
        for bad in ["", "00", upper, "g0000000000000000000000000000000", "é000000000000000"] {
            assert!(bad.parse::<JobId>().is_err(), "{bad}");
        }
        let error = "x".repeat(10_000).parse::<JobId>().unwrap_err().to_string();
        assert!(error.len() < 200 && error.contains("32 hexadecimal digits"), "{error}");
    }

    #[test]
    fn bytes_are_named_by_sha256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(BlobId::of(b"").to_string(), empty);
    }
}
