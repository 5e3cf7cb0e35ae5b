//! `sphere jobs list` and `sphere jobs dead`.

use sphere_offload::queue::{Filter, JobState, JobView, Queue};

use super::words::{percent, rough, since};
use super::{document, print, refused, tell};
use crate::cli::{DeadArguments, ListArguments};
use crate::failure::Failure;
use crate::queue::Asked;

/// Jobs that are asked for at once.
const AT_ONCE: u64 = 500;

pub(super) fn run(asked: &Asked, arguments: &ListArguments) -> Result<(), Failure> {
    let submitter = arguments.submitter.clone();
    let filter = Filter { state: arguments.state, submitter, ..Filter::default() };
    let heads = ["ID", "KIND", "STATE", "PROGRESS", "AGE", "SUBMITTER"];
    list(asked, filter, arguments.limit, arguments.json, heads, |job| {
        [
            job.id.to_string(),
            job.kind.clone(),
            job.state.to_string(),
            percent(job.progress),
            rough(since(job.created)),
            job.submitter.clone(),
        ]
    })
}

pub(super) fn dead(asked: &Asked, arguments: &DeadArguments) -> Result<(), Failure> {
    let filter = Filter { state: Some(JobState::Dead), ..Filter::default() };
    let heads = ["ID", "KIND", "ATTEMPTS", "SINCE", "SUBMITTER", "CAUSE"];
    list(asked, filter, arguments.limit, arguments.json, heads, |job| {
        let cause = job.error.as_ref().map(|error| error.detail.replace('\n', " "));
        [
            job.id.to_string(),
            job.kind.clone(),
            job.failed_attempts.to_string(),
            rough(since(job.updated)),
            job.submitter.clone(),
            cause.unwrap_or_default(),
        ]
    })
}

/// Prints up to `limit` jobs: a line of JSON each, or a table.
fn list<const N: usize>(
    asked: &Asked,
    filter: Filter,
    limit: u64,
    json: bool,
    heads: [&str; N],
    cells: impl Fn(&JobView) -> [String; N],
) -> Result<(), Failure> {
    let queue = asked.existing()?;
    let mut rows = vec![heads.map(str::to_owned)];
    let more = pages(&*queue, filter, limit, |job| {
        if json {
            return print(&document(job, false)?);
        }
        rows.push(cells(job));
        Ok(())
    })?;
    if json {
        return Ok(());
    }
    if rows.len() == 1 {
        tell("no such jobs");
        return Ok(());
    }
    print(&table(&rows))?;
    if more {
        tell(&format!("these are the newest {limit}; --limit N lists more"));
    }
    Ok(())
}

/// Gives up to `limit` jobs, and whether there are more.
fn pages(
    queue: &dyn Queue,
    mut filter: Filter,
    limit: u64,
    mut take: impl FnMut(&JobView) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let mut left = limit;
    loop {
        filter.limit = left.min(AT_ONCE) as usize;
        let page = queue.list(&filter).map_err(refused)?;
        page.jobs.iter().try_for_each(&mut take)?;
        left = left.saturating_sub(page.jobs.len() as u64);
        filter.after = page.next;
        if left == 0 || page.next.is_none() {
            return Ok(page.next.is_some());
        }
    }
}

/// Rows below one another, each column as wide as its longest cell.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}  "));
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let rows = [["ID", "KIND"], ["1", "äö"], ["123", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "ID   KIND\n1    äö\n123\n");
    }
}
