//! Bytes under their hash, for as long as a job needs them.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::clock::millis;
use super::super::limits::EXPIRED_AT_ONCE;
use super::super::{BlobId, Expired, QueueError};
use super::trouble::Halt;
use super::work::Work;

/// Stores bytes that are not stored yet.
pub(super) fn put(work: &mut Work<'_>, id: BlobId, bytes: &[u8]) -> Result<(), Halt> {
    work.next_change();
    let again = work
        .connection
        .prepare_cached("UPDATE blobs SET touched = ? WHERE id = ?")?
        .execute(params![work.now.age, id.as_bytes()])?;
    if again > 0 {
        return Ok(());
    }
    work.connection
        .prepare_cached("INSERT INTO blobs (id, touched, size, bytes) VALUES (?, ?, ?, ?)")?
        .execute(params![id.as_bytes(), work.now.age, bytes.len(), bytes])?;
    let stored: u64 = work
        .connection
        .prepare_cached("SELECT blob_bytes FROM queue")?
        .query_row([], |row| row.get(0))?;
    let limit = work.limits.blobs_bytes;
    if stored > limit { Err(QueueError::Stored { limit }.into()) } else { Ok(()) }
}

/// A job needs these bytes; how many they are.
pub(super) fn used(connection: &Connection, seq: i64, id: BlobId) -> Result<u64, Halt> {
    let size: Option<u64> = connection
        .prepare_cached("SELECT size FROM blobs WHERE id = ?")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let size = size.ok_or(QueueError::UnknownBlob { id })?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO uses (seq, blob) VALUES (?, ?)")?
        .execute(params![seq, id.as_bytes()])?;
    Ok(size)
}

/// The bytes, if they are still the same.
pub(super) fn get(connection: &Connection, id: BlobId) -> Result<Vec<u8>, Halt> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM blobs WHERE id = ?")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let bytes = bytes.ok_or(QueueError::UnknownBlob { id })?;
    if BlobId::of(&bytes) != id {
        let what = format!("what is stored as {id} is damaged");
        return Err(QueueError::Storage { what }.into());
    }
    Ok(bytes)
}

/// Forgets jobs whose time is over, and bytes that no job needs.
pub(super) fn expire(work: &mut Work<'_>) -> Result<Expired, Halt> {
    let age = work.now.age;
    let jobs = work
        .connection
        .prepare_cached(
            "DELETE FROM jobs WHERE seq IN
             (SELECT seq FROM jobs WHERE expires <= ? ORDER BY expires LIMIT ?)",
        )?
        .execute(params![age, EXPIRED_AT_ONCE])?;
    let before = age.saturating_sub(millis(work.limits.blob_grace));
    let blobs = work
        .connection
        .prepare_cached(
            "DELETE FROM blobs WHERE rowid IN
             (SELECT rowid FROM blobs WHERE users = 0 AND touched <= ? LIMIT ?)",
        )?
        .execute(params![before, EXPIRED_AT_ONCE])?;
    if jobs + blobs > 0 {
        work.next_change();
    }
    let more = jobs == EXPIRED_AT_ONCE || blobs == EXPIRED_AT_ONCE;
    Ok(Expired { jobs: jobs as u64, blobs: blobs as u64, more })
}
