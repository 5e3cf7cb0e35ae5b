//! The streams of one queue, as they are read.

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{DirectGetErrorKind, LastRawMessageErrorKind, Stream};
use bytes::Bytes;
use std::sync::atomic::AtomicU64;
use tokio::sync::Semaphore;

use super::super::QueueError;
use super::connection::{Connection, Trouble};
use super::entry::{HEADER, Head, Name, damaged};

/// So often something that was known must be missing until it is believed.
const ABSENT: u32 = 3;

/// What the servers keep of one queue.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) connection: Connection,
    /// The stream of the entries, and what their subjects begin with.
    pub(super) name: String,
    pub(super) entries: Stream<()>,
    /// The stream of stored bytes.
    pub(super) bytes_name: String,
    pub(super) bytes: Stream<()>,
    /// The number of the next write of this process; begins anywhere.
    pub(super) write: AtomicU64,
    /// Batches on their way: servers allow fifty of one stream.
    pub(super) batches: Semaphore,
}

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) number: u64,
    pub(super) head: Head,
    pub(super) body: Bytes,
}

impl Store {
    /// An entry, from any replica that has this message or a later one of it.
    pub(super) async fn load(
        &self,
        name: Name,
        at_least: u64,
    ) -> Result<Option<Loaded>, QueueError> {
        let subject = name.subject(&self.name);
        // A replica that is behind has an earlier one, or none.
        if let Ok(message) = self.entries.direct_get_last_for_subject(subject).await
            && message.sequence >= at_least
        {
            return loaded(message.sequence, &message.headers, message.payload).map(Some);
        }
        self.newest(name, at_least).await
    }

    /// An entry, from the server that decides.
    pub(super) async fn newest(
        &self,
        name: Name,
        at_least: u64,
    ) -> Result<Option<Loaded>, QueueError> {
        let subject = name.subject(&self.name);
        let (mut patience, mut absent) = (self.connection.patience(), 0);
        loop {
            patience.connected().await?;
            let trouble = match self.entries.get_last_raw_message_by_subject(&subject).await {
                Ok(message) if message.sequence >= at_least => {
                    return loaded(message.sequence, &message.headers, message.payload).map(Some);
                }
                Ok(_) => Trouble::Passing("it is not up to date".to_owned()),
                Err(error) => match error.kind() {
                    // Who was elected a moment ago may not have seen what was known before.
                    LastRawMessageErrorKind::NoMessageFound if at_least > 0 && absent < ABSENT => {
                        absent += 1;
                        Trouble::Passing(error.to_string())
                    }
                    LastRawMessageErrorKind::NoMessageFound => return Ok(None),
                    _ => Trouble::Passing(error.to_string()),
                },
            };
            patience.again(trouble).await?;
        }
    }

    /// A part of stored bytes.
    pub(super) async fn chunk(&self, subject: &str) -> Result<Option<Bytes>, QueueError> {
        let mut patience = self.connection.patience();
        loop {
            patience.connected().await?;
            let error = match self.bytes.direct_get_last_for_subject(subject).await {
                Ok(message) => return Ok(Some(message.payload)),
                Err(error) => error,
            };
            if error.kind() == DirectGetErrorKind::NotFound {
                // Of a replica that is behind. What decides is the leader.
                return match self.bytes.get_last_raw_message_by_subject(subject).await {
                    Ok(message) => Ok(Some(message.payload)),
                    Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                        Ok(None)
                    }
                    Err(error) => Err(self.connection.storage(&error.to_string())),
                };
            }
            patience.again(Trouble::Passing(error.to_string())).await?;
        }
    }

    /// The number of the last entry that is there.
    pub(super) async fn last(&self) -> Result<u64, QueueError> {
        let (mut patience, all) = (self.connection.patience(), format!("{}.>", self.name));
        loop {
            patience.connected().await?;
            match self.entries.get_last_raw_message_by_subject(&all).await {
                Ok(message) => return Ok(message.sequence),
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                    return Ok(0);
                }
                Err(error) => patience.again(Trouble::Passing(error.to_string())).await?,
            }
        }
    }
}

pub(super) fn loaded(number: u64, headers: &HeaderMap, body: Bytes) -> Result<Loaded, QueueError> {
    let text = headers.get(HEADER).ok_or_else(|| damaged(&"its header is missing"))?;
    Ok(Loaded { number, head: Head::read(text.as_str(), number)?, body })
}
