//! Bytes under their hash: an entry that says what is known of them, and messages of another stream that hold
//! them. The entry comes first and is completed last, so that whatever is interrupted is found again.

use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::super::{BlobId, Moment, QueueError};
use super::core::Core;
use super::entry::{BlobHead, Head, Name, Stage, What, chunk_subject};
use super::publish::{Entry, Put};

/// Bytes of one message. Servers take a megabyte by default, headers included.
const CHUNK: usize = 512 << 10;
/// Messages on their way at once.
const AT_ONCE: usize = 4;

/// Bytes that are on their way, and count.
struct Reserved<'a>(&'a Core, u64);

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.0.index().blobs.reserved -= self.1;
    }
}

impl Core {
    /// Stores bytes that are not stored yet.
    pub(super) async fn store_bytes(
        &self,
        id: BlobId,
        bytes: &Bytes,
        now: Moment,
    ) -> Result<(), QueueError> {
        self.tick(now).await?;
        loop {
            let known = self.index().blobs.get(id);
            if let Some((head, number)) = known
                && head.stage == Stage::Stored
            {
                let touched = BlobHead { touched: now.age, ..head };
                if self.put_blob(id, touched, number, now).await?.is_some() {
                    return Ok(());
                }
                continue;
            }
            let _places = self.reserve_bytes(bytes.len() as u64)?;
            if self.store_anew(id, bytes, known, now).await? {
                return Ok(());
            }
        }
    }

    fn reserve_bytes(&self, more: u64) -> Result<Reserved<'_>, QueueError> {
        let (mut index, limit) = (self.index(), self.limits.blobs_bytes);
        if index.blobs.bytes + index.blobs.reserved + more > limit {
            return Err(QueueError::Stored { limit });
        }
        index.blobs.reserved += more;
        Ok(Reserved(self, more))
    }

    /// Whether nobody else did meanwhile.
    async fn store_anew(
        &self,
        id: BlobId,
        bytes: &Bytes,
        known: Option<(BlobHead, u64)>,
        now: Moment,
    ) -> Result<bool, QueueError> {
        let generation = self.store.write.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let head = BlobHead {
            stage: Stage::Storing,
            size: bytes.len() as u64,
            chunks: u32::try_from(bytes.len().div_ceil(CHUNK)).unwrap_or(u32::MAX),
            generation,
            touched: now.age,
        };
        let expected =
            known.map_or_else(|| self.index().gone(Name::Blob(id)), |(_, number)| number);
        let Some(number) = self.put_blob(id, head, expected, now).await? else { return Ok(false) };
        if let Some((known, _)) = known {
            self.purge(id, known.generation).await?;
        }
        let chunks = (0..).step_by(CHUNK).take(head.chunks as usize);
        let chunks = chunks.map(|at| bytes.slice(at..(at + CHUNK).min(bytes.len()))).enumerate();
        let stored = stream::iter(chunks.map(|(number, chunk)| {
            let subject =
                chunk_subject(&self.store.bytes_name, id, generation, &number.to_string());
            self.store_chunk(subject, chunk)
        }));
        stored.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let head = BlobHead { stage: Stage::Stored, ..head };
        let stored = self.put_blob(id, head, number, now).await?.is_some();
        if !stored {
            self.purge(id, generation).await?;
        }
        Ok(stored)
    }

    /// Stored twice it is the same.
    async fn store_chunk(&self, subject: String, chunk: Bytes) -> Result<(), QueueError> {
        let connection = &self.store.connection;
        let mut patience = connection.patience();
        loop {
            patience.connected().await?;
            let asked = connection.ask(subject.clone(), HeaderMap::new(), chunk.clone()).await;
            match asked.and_then(|answer| self.store.number(&answer.payload)) {
                Ok(_) => return Ok(()),
                Err(trouble) => patience.again(trouble).await?,
            }
        }
    }

    /// Its number, if nobody else was faster.
    async fn put_blob(
        &self,
        id: BlobId,
        head: BlobHead,
        expected: u64,
        now: Moment,
    ) -> Result<Option<u64>, QueueError> {
        let (name, head) = (Name::Blob(id), Head::new(now.age, What::Blob(head)));
        let entry = Entry { name, expected, head, body: Bytes::new() };
        match self.put(vec![entry]).await? {
            Put::At(number) => Ok(Some(number)),
            Put::Overtaken | Put::Conflict => Ok(None),
        }
    }

    /// The bytes, if they are still the same.
    pub(super) async fn bytes(&self, id: BlobId) -> Result<Vec<u8>, QueueError> {
        let (head, _) = self.blob(id).await?;
        let subjects = (0..head.chunks).map(|number| {
            chunk_subject(&self.store.bytes_name, id, head.generation, &number.to_string())
        });
        let chunks = stream::iter(subjects.map(|subject| async move {
            self.store.chunk(&subject).await?.ok_or(QueueError::UnknownBlob { id })
        }));
        let chunks: Vec<Bytes> = chunks.buffered(AT_ONCE).try_collect().await?;
        let bytes = chunks.concat();
        if BlobId::of(&bytes) == id {
            return Ok(bytes);
        }
        Err(self.store.connection.storage(&format!("what is stored as {id} is damaged")))
    }

    /// Removes the messages of a generation.
    pub(super) async fn purge(&self, id: BlobId, generation: u64) -> Result<(), QueueError> {
        let filter = chunk_subject(&self.store.bytes_name, id, generation, ">");
        let mut patience = self.store.connection.patience();
        loop {
            patience.connected().await?;
            match self.store.bytes.purge().filter(filter.clone()).await {
                Ok(_) => return Ok(()),
                Err(error) => {
                    let trouble = super::connection::Trouble::Passing(error.to_string());
                    patience.again(trouble).await?;
                }
            }
        }
    }
}
