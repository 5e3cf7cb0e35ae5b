//! `sphere jobs result`.

mod rechecked;

use std::sync::Arc;

use sphere_io::{Format, IndexEncoder};
use sphere_jobs::{Kind, SampleTask, Task};
use sphere_offload::queue::{BlobId, Chunks, JobResult, JobState, JobView, Queue};

use self::rechecked::Rechecked;
use super::{id, refused, wait};
use crate::cli::ResultArguments;
use crate::failure::Failure;
use crate::output::{self, Output, Place};
use crate::queue::Asked;
use crate::threads::engine;
use crate::{interrupt, nearest, sample};

pub(super) fn run(asked: &Asked, arguments: &ResultArguments) -> Result<(), Failure> {
    let place = arguments.output.as_deref().map_or(Place::StandardOutput, Place::of);
    let queue = asked.existing()?;
    let job = queue.view(id::find(&*queue, &arguments.id)?).map_err(refused)?;
    let Some(result) = &job.result else { return Err(none(&job, asked)) };
    // Another version may have submitted it.
    let task = Task::parse(&job.kind, &job.parameters).map_err(Failure::work)?;
    match (task, result) {
        (Task::Sample(task), JobResult::Recipe { chunks, .. }) => {
            points(&task, chunks, &place, arguments)
        }
        (Task::Quality(_), JobResult::Stored { blob, .. }) => {
            judgement(&queue, *blob, &place, arguments)
        }
        (Task::Nearest(_), JobResult::Stored { blob, .. }) => {
            indices(&queue, *blob, &place, arguments)
        }
        _ => Err(Failure::work(format!(
            "job {} has a result that this version of Sphere does not know: upgrade it",
            job.id
        ))),
    }
}

/// There is no result.
fn none(job: &JobView, asked: &Asked) -> Failure {
    let (cause, flag) = (wait::cause(job), &asked.flag);
    let advice = match job.state {
        JobState::Queued | JobState::Running => {
            format!("; 'sphere jobs wait{flag} {}' waits for its result", job.id)
        }
        JobState::Dead => format!("; 'sphere jobs retry{flag} {}' queues it again", job.id),
        _ => String::new(),
    };
    Failure::work(format!("{cause}{advice}"))
}

/// Computes the points again, as whoever did the job.
fn points(
    task: &SampleTask,
    chunks: &Chunks,
    place: &Place,
    arguments: &ResultArguments,
) -> Result<(), Failure> {
    let format = output::format(arguments.format.as_deref(), Some(place))?;
    place.check(format)?;
    let engine = engine(arguments.threads.as_deref(), arguments.numa)?;
    let engine = Rechecked::new(&engine, chunks);
    let written =
        sample::write(&engine, task.job(), task.parameters(), (place, format), arguments.progress);
    written.map_err(|failure| match engine.different() {
        Some(different) => Failure::work(format!(
            "{different}: a fault, or another version of Sphere; submit the job again"
        )),
        None => failure,
    })
}

/// Writes the document as it was made.
fn judgement(
    queue: &Arc<dyn Queue>,
    blob: BlobId,
    place: &Place,
    arguments: &ResultArguments,
) -> Result<(), Failure> {
    if arguments.format.as_deref().is_some_and(|format| format != Format::Json.name()) {
        let kind = Kind::Quality;
        return Err(Failure::usage(format!("the result of a job of kind {kind} is json")));
    }
    let document = queue.get(blob).map_err(refused)?;
    interrupt::install()?;
    let mut output = Output::create(place)?;
    output.put(&document)?;
    output.flush_all()?;
    interrupt::keep(|| output.commit())
}

fn indices(
    queue: &Arc<dyn Queue>,
    blob: BlobId,
    place: &Place,
    arguments: &ResultArguments,
) -> Result<(), Failure> {
    let format = output::format(arguments.format.as_deref(), Some(place))?;
    place.check(format)?;
    let encoder = IndexEncoder::new(format).map_err(Failure::usage)?;
    let stored = queue.get(blob).map_err(refused)?;
    let found: Vec<u64> =
        stored.as_chunks::<8>().0.iter().map(|index| u64::from_le_bytes(*index)).collect();
    interrupt::install()?;
    nearest::write(place, encoder, &found).map(drop)
}
