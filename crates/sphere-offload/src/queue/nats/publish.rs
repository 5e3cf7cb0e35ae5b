//! Writing: on the condition that nobody else has.

use std::sync::atomic::Ordering;

use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_ID, NATS_BATCH_SEQUENCE, NATS_EXPECTED_LAST_SUBJECT_SEQUENCE,
    NATS_MESSAGE_TTL,
};
use async_nats::{HeaderMap, HeaderValue};
use bytes::Bytes;

use super::super::QueueError;
use super::connection::Trouble;
use super::entry::{HEADER, Head, Name, What};
use super::store::Store;
use super::trouble::Answer;

/// What servers take in one batch.
pub(super) const BATCH: usize = 1000;
/// So long an entry that is gone is there for others to see that it is.
const GONE: &str = "24h";

/// An entry that is to be stored.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// The number of the one that it replaces; 0 if there is none.
    pub(super) expected: u64,
    pub(super) head: Head,
    pub(super) body: Bytes,
}

impl Entry {
    /// How many bytes it is about, if it is of stored bytes.
    pub(super) fn bytes(&self) -> u64 {
        if let What::Blob(blob) = &self.head.what { blob.size } else { 0 }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// All are stored, the first under this number, and the others one after the other.
    At(u64),
    /// They were stored, and others have already changed the first.
    Overtaken,
    /// One of them is not what was expected, and nothing was stored.
    Conflict,
}

impl Store {
    /// Stores all of these, or none. Once, also where an acknowledgement is lost.
    pub(super) async fn put(&self, entries: &mut [Entry]) -> Result<Put, QueueError> {
        let write = self.write.fetch_add(1, Ordering::Relaxed);
        let Some(first) = entries.first().map(|entry| entry.name) else { return Ok(Put::At(0)) };
        for entry in entries.iter_mut() {
            entry.head.written(write);
        }
        let (mut patience, mut attempt) = (self.connection.patience(), 0);
        loop {
            patience.connected().await?;
            let published = match &*entries {
                [entry] => self.publish(entry).await,
                entries => self.batch(entries, &format!("{write:016x}-{attempt}")).await,
            };
            match published {
                Ok(Some(last)) => return Ok(Put::At(last + 1 - entries.len() as u64)),
                Ok(None) if attempt == 0 => return Ok(Put::Conflict),
                // In the way may be what an earlier attempt has stored.
                Ok(None) => return self.whose(first, write).await,
                Err(trouble) => patience.again(trouble).await?,
            }
            attempt += 1;
        }
    }

    /// Whether what is there is of this write.
    async fn whose(&self, name: Name, write: u64) -> Result<Put, QueueError> {
        let Some(found) = self.newest(name, 0).await? else { return Ok(Put::Conflict) };
        Ok(match found.head.writes.iter().rposition(|known| *known == write) {
            None => Put::Conflict,
            Some(at) if at + 1 == found.head.writes.len() => Put::At(found.number),
            Some(_) => Put::Overtaken,
        })
    }

    /// One. `None` if it is not as expected.
    async fn publish(&self, entry: &Entry) -> Result<Option<u64>, Trouble> {
        let headers = headers(entry).map_err(Trouble::Lasting)?;
        let subject = entry.name.subject(&self.name);
        let answer = self.connection.ask(subject, headers, entry.body.clone()).await?;
        self.number(&answer.payload)
    }

    /// Several, which the server stores when it has all, if each is as expected.
    async fn batch(&self, entries: &[Entry], id: &str) -> Result<Option<u64>, Trouble> {
        let _turn = self.batches.acquire().await;
        for (at, entry) in entries.iter().enumerate() {
            let mut headers = headers(entry).map_err(Trouble::Lasting)?;
            headers.insert(NATS_BATCH_ID, id);
            headers.insert(NATS_BATCH_SEQUENCE, HeaderValue::from(at + 1));
            let (subject, body) = (entry.name.subject(&self.name), entry.body.clone());
            if at + 1 == entries.len() {
                headers.insert(NATS_BATCH_COMMIT, "1");
                let answer = self.connection.ask(subject, headers, body).await?;
                return self.number(&answer.payload);
            }
            self.connection.send(subject, headers, body).await?;
        }
        Ok(Some(0))
    }

    /// What the server says to a message.
    pub(super) fn number(&self, answer: &[u8]) -> Result<Option<u64>, Trouble> {
        let answer: Answer = serde_json::from_slice(answer).map_err(|error| {
            Trouble::Passing(format!("its answer cannot be understood: {error}"))
        })?;
        match answer.error {
            None => Ok(Some(answer.seq)),
            Some(error) if error.is_conflict() => Ok(None),
            Some(error) if error.is_passing() => Err(Trouble::Passing(error.description)),
            Some(error) => Err(Trouble::Lasting(self.connection.storage(&error.description))),
        }
    }
}

fn headers(entry: &Entry) -> Result<HeaderMap, QueueError> {
    let mut headers = HeaderMap::new();
    headers.insert(HEADER, entry.head.text()?.as_str());
    headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, HeaderValue::from(entry.expected));
    if entry.head.what == What::Gone {
        headers.insert(NATS_MESSAGE_TTL, GONE);
    }
    Ok(headers)
}
