//! What is only read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::{Counts, Filter, JobId, JobState, JobView, Moment, Page, QueueError};
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
    let mut sql = format!("SELECT {COLUMNS} FROM jobs WHERE seq < ?");
    let mut values = vec![Value::Integer(before(filter))];
    for (column, text) in [
        ("state", filter.state.map(|state| state.name().to_owned())),
        ("submitter", filter.submitter.clone()),
    ] {
        if let Some(text) = text {
            // A text takes whatever is written to it.
            let _ = write!(sql, " AND {column} = ?");
            values.push(Value::Text(text));
        }
    }
    let _ = write!(sql, " ORDER BY seq DESC LIMIT {}", limit + 1);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), jobs::read)?;
    let mut found = rows.map(|row| Ok(row??)).collect::<Result<Vec<Stored>, Halt>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().and_then(|stored| u64::try_from(stored.seq).ok());
    let jobs = found.iter().map(|stored| stored.record.view(stored.id, &stored.job)).collect();
    Ok(Page { jobs, next: last.filter(|_| more) })
}

/// The row that the page is before.
fn before(filter: &Filter) -> i64 {
    filter.after.map_or(i64::MAX, |after| i64::try_from(after).unwrap_or(i64::MAX))
}

pub(super) fn counts(connection: &Connection, now: Moment) -> Result<Counts, Halt> {
    let moment = connection.unchecked_transaction()?;
    let mut statement = moment.prepare_cached("SELECT name, number FROM tallies")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let numbers = rows.collect::<rusqlite::Result<BTreeMap<String, u64>>>()?;
    let number = |name: &str| {
        let none = || QueueError::Storage { what: format!("the number of {name} is missing") };
        numbers.get(name).copied().ok_or_else(none)
    };
    let oldest: Option<u64> = moment
        .prepare_cached(
            "SELECT submitted FROM jobs WHERE seq =
             (SELECT min(seq) FROM jobs WHERE state = 'queued')",
        )?
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    let jobs = JobState::ALL.into_iter().map(|state| Ok((state, number(state.name())?)));
    Ok(Counts {
        jobs: jobs.collect::<Result<_, QueueError>>()?,
        oldest_queued: oldest.map(|age| Duration::from_millis(now.age.saturating_sub(age))),
        blobs: number("blobs")?,
        blob_bytes: number("blob_bytes")?,
    })
}
