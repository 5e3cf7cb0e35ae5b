//! What is only read.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::super::{Counts, Filter, JobId, JobState, JobView, Moment, Page};
use super::jobs::{self, COLUMNS, Stored};
use super::trouble::Halt;
use super::turn;

/// A job, as it is in one moment.
pub(super) fn view(connection: &Connection, id: JobId) -> Result<JobView, Halt> {
    let moment = connection.unchecked_transaction()?;
    let stored = jobs::find(&moment, id)?;
    let mut view = stored.record.view(id, &stored.job);
    if view.state == JobState::Queued {
        view.position = Some(turn::position(&moment, &stored)?);
    }
    Ok(view)
}

/// A page of jobs. One more is read than is given, to know whether there is one.
pub(super) fn list(connection: &Connection, filter: &Filter, most: usize) -> Result<Page, Halt> {
    let limit = filter.limit.clamp(1, most);
    let state = filter.state.map(JobState::name);
    let values = params![before(filter), limit + 1, state, filter.submitter];
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM jobs WHERE {} ORDER BY seq DESC LIMIT ?2",
        condition(filter)
    ))?;
    let rows = statement.query_map(values, jobs::read)?;
    let mut found = rows.map(|row| Ok(row??)).collect::<Result<Vec<Stored>, Halt>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().and_then(|stored| u64::try_from(stored.seq).ok());
    let jobs = found.iter().map(|stored| stored.record.view(stored.id, &stored.job)).collect();
    Ok(Page { jobs, next: last.filter(|_| more) })
}

/// Which jobs are of the page, as it is asked of the indices. Those that are ready and those that are not
/// have different ones; each half has at most as many as the page.
fn condition(filter: &Filter) -> String {
    let (state, submitter) = match (&filter.state, &filter.submitter) {
        // All numbers of parameters have to occur.
        (None, None) => return "seq < ?1 AND ?3 IS NULL AND ?4 IS NULL".to_owned(),
        (None, Some(_)) => ("?3 IS NULL", " AND submitter = ?4"),
        (Some(_), None) => ("state = ?3", " AND ?4 IS NULL"),
        (Some(_), Some(_)) => ("state = ?3", " AND submitter = ?4"),
    };
    let index = if filter.submitter.is_some() { "jobs_submitter" } else { "jobs_state" };
    format!(
        "seq IN (
         SELECT * FROM (SELECT seq FROM jobs INDEXED BY jobs_ready
         WHERE ready AND seq < ?1 AND coalesce(?3, 'queued') = 'queued'{submitter}
         ORDER BY seq DESC LIMIT ?2)
         UNION ALL SELECT * FROM (SELECT seq FROM jobs INDEXED BY {index}
         WHERE NOT ready AND seq < ?1 AND {state}{submitter} ORDER BY seq DESC LIMIT ?2))"
    )
}

/// The row that the page is before.
fn before(filter: &Filter) -> i64 {
    filter.after.map_or(i64::MAX, |after| i64::try_from(after).unwrap_or(i64::MAX))
}

pub(super) fn counts(connection: &Connection, now: Moment) -> Result<Counts, Halt> {
    let moment = connection.unchecked_transaction()?;
    let mut numbers = moment.prepare_cached(
        "SELECT queued, running, done, failed, dead, cancelled, blobs, blob_bytes FROM queue",
    )?;
    let numbers: [u64; 8] = numbers.query_row([], |row| {
        let mut numbers = [0; 8];
        for (at, number) in numbers.iter_mut().enumerate() {
            *number = row.get(at)?;
        }
        Ok(numbers)
    })?;
    let [jobs @ .., blobs, blob_bytes] = numbers;
    let oldest: Option<u64> = moment
        .prepare_cached(
            "SELECT submitted FROM jobs WHERE seq = (SELECT min(seq) FROM (
             SELECT (SELECT min(seq) FROM jobs WHERE submitter = name AND ready) AS seq
             FROM submitters WHERE in_turn
             UNION ALL SELECT min(seq) FROM jobs WHERE state = 'queued' AND NOT ready))",
        )?
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    Ok(Counts {
        // In the order of the columns.
        jobs: JobState::ALL.into_iter().zip(jobs).collect(),
        oldest_queued: oldest.map(|age| Duration::from_millis(now.age.saturating_sub(age))),
        blobs,
        blob_bytes,
    })
}
