//! `sphere jobs show`.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use sphere_offload::queue::{Attempt, JobResult, JobState, JobView, Queue};

use super::words::{date, executed, percent, rough, since};
use super::{document, id, print, refused};
use crate::cli::ShowArguments;
use crate::failure::Failure;
use crate::queue::Asked;

pub(super) fn run(asked: &Asked, arguments: &ShowArguments) -> Result<(), Failure> {
    let queue = asked.existing()?;
    let job = queue.view(id::find(&*queue, &arguments.id)?).map_err(refused)?;
    if arguments.json { print(&document(&job, true)?) } else { print(&text(&job, &*queue, asked)) }
}

/// A line for each thing that there is to say.
fn text(job: &JobView, queue: &dyn Queue, asked: &Asked) -> String {
    let mut lines = vec![
        ("job", job.id.to_string()),
        ("kind", format!("{}{}", job.kind, parameters(&job.parameters))),
        ("state", state(job)),
        ("submitted", format!("{} by {}", moment(job.created), job.submitter)),
        ("changed", moment(job.updated)),
    ];
    let mut add = |name, text: Option<String>| lines.extend(text.map(|text| (name, text)));
    add("worker", job.worker.clone());
    add("computed", Some(executed(&job.executed)).filter(|text| !text.is_empty()));
    add("attempts", attempts(job, queue.limits().attempts));
    add("error", job.error.as_ref().map(|error| format!("{} ({})", error.detail, error.code)));
    add("result", job.result.as_ref().map(|result| result_of(result, job, asked)));
    let is_over = job.state == JobState::Dead;
    let again = || format!("'sphere jobs retry{} {}' queues it again", asked.flag, job.id);
    add("next", is_over.then(again));
    add("expires", job.expires.map(date));
    lines.iter().fold(String::new(), |mut text, (name, line)| {
        // A text takes whatever is written to it.
        let _ = writeln!(text, "{name:10} {line}");
        text
    })
}

fn moment(moment: sphere_offload::queue::Timestamp) -> String {
    format!("{}, {} ago", date(moment), rough(since(moment)))
}

/// As they would be written on a command line, but for those of 32 digits and more.
fn parameters(parameters: &Value) -> String {
    let object = parameters.as_object();
    let scheme = object.and_then(|object| object.get("scheme")).and_then(Value::as_str);
    let pairs = object.into_iter().flatten().filter(|(name, _)| *name != "scheme");
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = pairs.map(|(name, text)| format!(" --{name} {}", value(text)));
    format!(" {}{}", scheme.unwrap_or_default(), words.collect::<String>())
}

fn state(job: &JobView) -> String {
    let (done, total) = (job.progress.done, job.progress.total);
    let progress = match (total, job.state) {
        // Of what is done all is done.
        (0, _) | (_, JobState::Done) => String::new(),
        _ => format!(", {} ({done} of {total})", percent(job.progress)),
    };
    let place = match job.position {
        Some(0) => ", the next one".to_owned(),
        Some(before) => format!(", {before} before it"),
        None => String::new(),
    };
    format!("{}{place}{progress}", job.state)
}

/// Those that failed, and how.
fn attempts(job: &JobView, most: u32) -> Option<String> {
    let one = |attempt: &Attempt| {
        let took = attempt.ended.0.saturating_sub(attempt.began.0);
        let (took, began) = (rough(Duration::from_millis(took)), date(attempt.began));
        format!("\n{:13}{began}, {}, {took}: {}", "", attempt.worker, attempt.cause)
    };
    let all: String = job.attempts.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("{} of {most} failed{all}", job.failed_attempts))
}

fn result_of(result: &JobResult, job: &JobView, asked: &Asked) -> String {
    let what = match result {
        JobResult::Recipe { points, chunks } => {
            let sums = chunks.checksums.0.len();
            format!("{points} points, with {sums} checksums of {} points each", chunks.points)
        }
        JobResult::Stored { bytes, .. } => format!("{bytes} bytes"),
    };
    let flag = &asked.flag;
    format!("{what}; 'sphere jobs result{flag} {} -o FILE' writes it", job.id)
}
