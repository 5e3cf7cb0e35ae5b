//! Jobs as people name them: by their id, or the beginning of it.

use sphere_offload::queue::{Filter, JobId, Queue};

use super::refused;
use crate::failure::Failure;

/// Digits of the shortest beginning: of a million jobs, few share so many.
const FEWEST_DIGITS: usize = 6;
/// Digits of a whole id.
const DIGITS: usize = 32;
/// Among so many jobs a beginning is looked for, the newest.
const LOOKED_AT: usize = 10_000;
/// Jobs that are asked for at once.
const AT_ONCE: usize = 1_000;

/// The job that a text names.
pub(super) fn find(queue: &dyn Queue, text: &str) -> Result<JobId, Failure> {
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let is_beginning = (FEWEST_DIGITS..DIGITS).contains(&text.len()) && text.bytes().all(is_digit);
    if !is_beginning {
        return text.parse().map_err(|error| {
            Failure::usage(format!(
                "{error}, or the first {FEWEST_DIGITS} or more of them; 'sphere jobs list' shows them"
            ))
        });
    }
    match *beginning(queue, text)? {
        [id] => Ok(id),
        [] => Err(Failure::work(format!(
            "there is no job {text}... among the newest {LOOKED_AT}: it was never submitted, or has expired"
        ))),
        [one, other, ..] => Err(Failure::usage(format!(
            "{text} is the beginning of {one} and of {other}: write more of it"
        ))),
    }
}

/// All of them, in order.
pub(super) fn find_all(queue: &dyn Queue, texts: &[String]) -> Result<Vec<JobId>, Failure> {
    texts.iter().map(|text| find(queue, text)).collect()
}

fn beginning(queue: &dyn Queue, text: &str) -> Result<Vec<JobId>, Failure> {
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..LOOKED_AT / AT_ONCE {
        let filter = Filter { after, limit: AT_ONCE, ..Filter::default() };
        let page = queue.list(&filter).map_err(refused)?;
        let ids = page.jobs.iter().map(|job| job.id);
        found.extend(ids.filter(|id| id.to_string().starts_with(text)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}
