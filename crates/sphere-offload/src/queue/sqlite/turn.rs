//! Whose turn it is.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{LeaseToken, Leased, QueueError};
use super::jobs::{self, COLUMNS, Stored};
use super::trouble::Halt;
use super::work::Work;

/// Gives the next job to a worker.
pub(super) fn lease(work: &mut Work<'_>, worker: &str) -> Result<Option<Leased>, Halt> {
    let Some(mut stored) = next(work.connection)? else { return Ok(None) };
    let fence = work.next_change();
    stored.record.lease(worker, fence, work.limits, work.now);
    work.save(&stored)?;
    work.connection
        .prepare_cached("UPDATE submitters SET served = ? WHERE name = ?")?
        .execute(params![fence, stored.job.submitter])?;
    let job = stored.record.view(stored.id, &stored.job);
    let token = LeaseToken { job: stored.id, fence };
    Ok(Some(Leased { token, job, lasts: work.limits.lease }))
}

/// The oldest job that may run of the submitter who was served least recently.
fn next(connection: &Connection) -> Result<Option<Stored>, Halt> {
    let submitter: Option<String> = connection
        .prepare_cached("SELECT name FROM submitters WHERE in_turn ORDER BY served LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(submitter) = submitter else { return Ok(None) };
    let stored = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM jobs WHERE submitter = ? AND ready ORDER BY seq LIMIT 1"
        ))?
        .query_row([&submitter], jobs::read)
        .optional()?;
    let none = QueueError::Storage { what: "a job that is counted is not there".to_owned() };
    Ok(Some(stored.ok_or(none)??))
}

/// How many jobs are leased before this one, if no other comes. Of every other submitter as many as come
/// to turn before so many of this submitter, and one more of those whose turn is before.
pub(super) fn position(connection: &Connection, stored: &Stored) -> Result<u64, Halt> {
    let submitter = &stored.job.submitter;
    let own: u64 = connection
        .prepare_cached("SELECT count(*) FROM jobs WHERE submitter = ? AND ready AND seq < ?")?
        .query_row(params![submitter, stored.seq], |row| row.get(0))?;
    let others: u64 = connection
        .prepare_cached(
            "SELECT coalesce(sum(min(s.ready, ?1 + (s.served < me.served))), 0)
             FROM submitters AS s, submitters AS me
             WHERE me.name = ?2 AND s.name <> ?2 AND s.in_turn",
        )?
        .query_row(params![own, submitter], |row| row.get(0))?;
    Ok(own + others)
}
