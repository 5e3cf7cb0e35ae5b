//! New jobs.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, params};

use super::super::record::Record;
use super::super::{JobId, NewJob, QueueError, Submitted};
use super::trouble::Halt;
use super::work::Work;
use super::{blobs, jobs};

/// A job with all that can be done for it before its turn.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) id: JobId,
    pub(super) job: NewJob,
    pub(super) text: String,
}

impl Prepared {
    pub(super) fn new(job: NewJob) -> Result<Self, QueueError> {
        let text = serde_json::to_string(&job)
            .map_err(|error| QueueError::Storage { what: error.to_string() })?;
        Ok(Self { id: JobId::random()?, job, text })
    }
}

/// Keeps all of them, or refuses all.
pub(super) fn submit(work: &mut Work<'_>, jobs: &[Prepared]) -> Result<Vec<Submitted>, Halt> {
    let mut submitters = BTreeSet::new();
    let mut submitted = Vec::with_capacity(jobs.len());
    for prepared in jobs {
        let known = known(work, prepared)?;
        if known.is_none() {
            add(work, prepared)?;
            submitters.insert(prepared.job.submitter.as_str());
        }
        submitted.push(Submitted { id: known.unwrap_or(prepared.id), new: known.is_none() });
    }
    if !submitters.is_empty() {
        within_limits(work, &submitters)?;
        work.is_ready();
    }
    Ok(submitted)
}

/// The job of its idempotency key, if there is one.
fn known(work: &Work<'_>, prepared: &Prepared) -> Result<Option<JobId>, Halt> {
    let Some(key) = &prepared.job.idempotency_key else { return Ok(None) };
    let found: Option<([u8; 16], String)> = work
        .connection
        // Says that the key is one, or the index would not serve.
        .prepare_cached(
            "SELECT id, job FROM jobs WHERE submitter = ? AND key = ? AND key IS NOT NULL",
        )?
        .query_row([&prepared.job.submitter, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, text)) = found else { return Ok(None) };
    let id = JobId::from_bytes(id);
    if jobs::read_job(&text)? == prepared.job {
        Ok(Some(id))
    } else {
        Err(QueueError::KeyUsed { key: key.clone(), id }.into())
    }
}

fn add(work: &mut Work<'_>, prepared: &Prepared) -> Result<(), Halt> {
    let (change, now) = (work.next_change(), work.now);
    let Prepared { id, job, text } = prepared;
    let record = Record::new(now);
    let seq = jobs::insert(work.connection, *id, change, now.age, (job, text), &record)?;
    job.inputs.iter().try_for_each(|blob| blobs::used(work.connection, seq, *blob).map(drop))
}

/// Asked of what there is now, these jobs included: a refusal undoes them.
pub(super) fn within_limits(work: &Work<'_>, submitters: &BTreeSet<&str>) -> Result<(), Halt> {
    let (unfinished, kept): (u64, u64) = work
        .connection
        .prepare_cached(
            "SELECT queued + running, queued + running + done + failed + dead + cancelled FROM queue",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if unfinished > work.limits.unfinished {
        return Err(QueueError::Full { limit: work.limits.unfinished }.into());
    }
    if kept > work.limits.kept {
        return Err(QueueError::Kept { limit: work.limits.kept }.into());
    }
    submitters.iter().try_for_each(|submitter| within_quota(work, submitter))
}

/// Whether a submitter has no more jobs than may be.
fn within_quota(work: &Work<'_>, submitter: &str) -> Result<(), Halt> {
    let limit = work.limits.per_submitter;
    let unfinished: u64 = work
        .connection
        .prepare_cached("SELECT unfinished FROM submitters WHERE name = ?")?
        .query_row(params![submitter], |row| row.get(0))?;
    if unfinished > limit {
        return Err(QueueError::Quota { submitter: submitter.to_owned(), limit }.into());
    }
    Ok(())
}
