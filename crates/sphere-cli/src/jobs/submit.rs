//! `sphere jobs submit`.

use serde_json::json;
use sphere_engine::{NearestJob, SampleParameters};
use sphere_jobs::{NearestTask, QualityTask, SampleTask, Task};
use sphere_offload::queue::Queue;

use super::{print, refused, tell, wait};
use crate::cli::{SubmitArguments, SubmitKind, SubmitNearest, SubmitPoints, TermArguments};
use crate::failure::Failure;
use crate::input;
use crate::queue::Asked;

/// Whose jobs are nobody's.
const NOBODY: &str = "anonymous";

pub(super) fn run(asked: &Asked, arguments: &SubmitArguments) -> Result<(), Failure> {
    // Everything that can be wrong with the job is found before there is a queue.
    let (queue, task) = match &arguments.kind {
        SubmitKind::Sample(points) => {
            let task = SampleTask::new(parameters(points)?).map_err(Failure::usage)?;
            (asked.open()?, Task::Sample(task))
        }
        SubmitKind::Quality(points) => {
            let task = QualityTask::new(parameters(points)?).map_err(Failure::usage)?;
            (asked.open()?, Task::Quality(task))
        }
        SubmitKind::Nearest(search) => nearest(asked, search)?,
    };
    let terms = &arguments.terms;
    let mut job = task.new_job(&submitter(terms));
    job.idempotency_key.clone_from(&terms.idempotency_key);
    job.expires_after = terms.expires.unwrap_or(job.expires_after);
    let submitted = queue.submit(vec![job]).map_err(refused)?;
    let Some(submitted) = submitted.first() else {
        return Err(Failure::work("the queue answered nothing"));
    };
    let (id, new) = (submitted.id, submitted.new);
    let line =
        if terms.json { json!({ "id": id, "new": new }).to_string() } else { id.to_string() };
    print(&format!("{line}\n"))?;
    if !new {
        tell("submitted before with this idempotency key: this is the job from then");
    }
    if terms.wait {
        return wait::wait(&*queue, asked, &[id], None, terms.progress);
    }
    tell(&format!("'sphere jobs wait{} {id}' waits for it", asked.flag));
    Ok(())
}

fn parameters(arguments: &SubmitPoints) -> Result<SampleParameters, Failure> {
    let pairs = arguments.points.parameters();
    SampleParameters::parse(&arguments.scheme, pairs).map_err(Failure::usage)
}

/// Stores the directions of a search.
fn nearest(
    asked: &Asked,
    arguments: &SubmitNearest,
) -> Result<(std::sync::Arc<dyn Queue>, Task), Failure> {
    let pairs = [("total", &arguments.total), ("placement", &arguments.placement)];
    let pairs = pairs.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let job = NearestJob::parse(&arguments.scheme, pairs).map_err(Failure::usage)?;
    let points = input::points(arguments.input.as_deref(), &arguments.reading)?;
    let [x, y, z] = points.directions().map_err(Failure::usage)?;
    let queue = asked.open()?;
    let directions = queue.put(&NearestTask::pack([&x, &y, &z])).map_err(refused)?;
    Ok((queue, Task::Nearest(NearestTask::new(job, directions))))
}

/// As it is said, else the name that the user has on this machine.
fn submitter(terms: &TermArguments) -> String {
    let user = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = terms.submitter.clone().or_else(|| user().filter(|name| !name.is_empty()));
    name.unwrap_or_else(|| NOBODY.to_owned())
}
