//! A job as a row.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::clock::millis;
use super::super::record::Record;
use super::super::{JobId, NewJob, QueueError};
use super::trouble::Halt;

/// A row that was read: what is needed to change it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) seq: i64,
    pub(super) id: JobId,
    pub(super) change: u64,
    pub(super) job: NewJob,
    pub(super) record: Record,
}

/// The columns that [`read`] takes.
pub(super) const COLUMNS: &str = "seq, id, change, job, record";

/// One row.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Result<Stored, QueueError>> {
    let (seq, id, change) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (job, record): (String, String) = (row.get(3)?, row.get(4)?);
    Ok(read_job(&job).and_then(|job| {
        let (id, record) = (JobId::from_bytes(id), Record::read(&record)?);
        Ok(Stored { seq, id, change, job, record })
    }))
}

pub(super) fn read_job(text: &str) -> Result<NewJob, QueueError> {
    serde_json::from_str(text)
        .map_err(|error| QueueError::Storage { what: format!("a job is damaged: {error}") })
}

/// By its name.
pub(super) fn find(connection: &Connection, id: JobId) -> Result<Stored, Halt> {
    let found = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?"))?
        .query_row([id.as_bytes()], read)
        .optional()?;
    Ok(found.unwrap_or(Err(QueueError::UnknownJob { id }))?)
}

/// By its row, if it is there.
pub(super) fn at(connection: &Connection, seq: i64) -> Result<Option<Stored>, Halt> {
    let found = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE seq = ?"))?
        .query_row([seq], read)
        .optional()?;
    Ok(found.transpose()?)
}

/// A new row, which is the number of its change. The columns that are searched are taken from the record.
pub(super) fn insert(
    connection: &Connection,
    id: JobId,
    change: u64,
    age: u64,
    job: (&NewJob, &str),
    record: &Record,
) -> rusqlite::Result<i64> {
    let (job, text) = job;
    connection
        .prepare_cached(
            "INSERT INTO jobs (seq, id, submitter, key, state, ready, change, submitted, job, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?1, ?7, ?8, ?9)",
        )?
        .insert(params![
            change,
            id.as_bytes(),
            job.submitter,
            job.idempotency_key,
            record.state.name(),
            record.is_ready(),
            age,
            text,
            record_text(record)?,
        ])
}

/// The row as it has become.
pub(super) fn update(
    connection: &Connection,
    stored: &Stored,
    change: u64,
) -> rusqlite::Result<()> {
    let record = &stored.record;
    connection
        .prepare_cached(
            "UPDATE jobs SET state = ?, ready = ?, change = ?, wait = ?, expires = ?, record = ?
             WHERE seq = ?",
        )?
        .execute(params![
            record.state.name(),
            record.is_ready(),
            change,
            record.wait.map(millis),
            record.expires,
            record_text(record)?,
            stored.seq,
        ])
        .map(drop)
}

fn record_text(record: &Record) -> rusqlite::Result<String> {
    serde_json::to_string(record)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
