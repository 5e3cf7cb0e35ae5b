//! The last rung: a request that no engine can serve now becomes a job, and its answer says which.

use hyper::header::RETRY_AFTER;
use serde_json::json;
use sphere_engine::{NearestJob, SampleParameters};
use sphere_io::Format;
use sphere_jobs::{NearestTask, SampleTask, Task};
use sphere_offload::queue::{BlobId, JobId, JobState, NewJob, Queue, QueueError};

use super::Jobs;
use crate::app::App;
use crate::body::Response;
use crate::limits;
use crate::problem::Problem;

/// Points that no engine computes now, as `problem` says. That it stays where there is no queue, or the
/// points are none that a job could have.
pub(crate) async fn sample_instead(
    app: &App,
    parameters: &SampleParameters,
    format: Format,
    submitter: &str,
    problem: Problem,
) -> Result<Response, Problem> {
    let task = SampleTask::new(parameters.clone());
    let (Some(jobs), Ok(task), false) = (app.jobs.as_deref(), task, app.is_draining()) else {
        return Err(problem);
    };
    let job = Task::Sample(task).new_job(submitter);
    let kept = jobs.call(1, move |queue| keep(queue, &job).or_else(|error| told(error, problem)));
    Ok(answer(jobs, kept.await?, format))
}

/// The same for nearest points. On a thread that may wait.
pub(crate) fn nearest_instead(
    jobs: &Jobs,
    job: &NearestJob,
    directions: [&[f64]; 3],
    format: Format,
    submitter: &str,
    problem: Problem,
) -> Result<Response, Problem> {
    let bytes = NearestTask::pack(directions);
    let task = NearestTask::new(job.clone(), BlobId::of(&bytes));
    let job = Task::Nearest(task).new_job(submitter);
    let kept = jobs.queue.put(&bytes).and_then(|_| keep(&*jobs.queue, &job));
    let kept = kept.or_else(|error| told(error, problem))?;
    Ok(answer(jobs, kept, format))
}

/// The job of this request: whoever sends it again has the same one.
fn keep(queue: &dyn Queue, job: &NewJob) -> Result<(JobId, JobState), QueueError> {
    let key = key(job);
    let mut turn = 0;
    loop {
        let job = NewJob { idempotency_key: Some(format!("{key}-{turn}")), ..job.clone() };
        let submitted = queue.submit(vec![job])?;
        let Some(kept) = submitted.first() else { return Err(QueueError::Closed) };
        if kept.new {
            return Ok((kept.id, JobState::Queued));
        }
        match queue.view(kept.id)?.state {
            // Somebody wanted it no more, and wants it again.
            JobState::Cancelled if turn < limits::INSTEAD_TURNS => turn += 1,
            JobState::Dead => return Ok((kept.id, again(queue, kept.id)?)),
            state => return Ok((kept.id, state)),
        }
    }
}

/// New attempts for a job that is dead, unless somebody else was faster.
fn again(queue: &dyn Queue, id: JobId) -> Result<JobState, QueueError> {
    match queue.retry(id) {
        Ok(()) => Ok(JobState::Queued),
        Err(QueueError::State { state, .. }) => Ok(state),
        Err(error) => Err(error),
    }
}

/// The same for the same work; the queue has it apart for each submitter.
fn key(job: &NewJob) -> String {
    // An object whose members are sorted.
    let hash = BlobId::of(format!("{} {}", job.kind, job.parameters).as_bytes());
    format!("request-{hash}")
}

/// A queue that is full says so; any other trouble of it leaves the client with that of the engines.
fn told<T>(error: QueueError, problem: Problem) -> Result<T, Problem> {
    match error {
        QueueError::Full { .. }
        | QueueError::Kept { .. }
        | QueueError::Stored { .. }
        | QueueError::Quota { .. } => Err(Problem::queue(&error)),
        error => {
            tracing::error!(%error, "a request that no engine serves did not become a job");
            Err(problem)
        }
    }
}

fn answer(jobs: &Jobs, (id, state): (JobId, JobState), format: Format) -> Response {
    jobs.metrics.instead();
    let result = format!("/v1/jobs/{id}/result?format={format}");
    let mut response = super::taken(id, &json!({ "id": id, "state": state, "result": result }));
    response.headers_mut().insert(RETRY_AFTER, limits::QUEUE_RETRY_SECONDS.into());
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use sphere_engine::SampleParameters;
    use sphere_offload::queue::{Limits, SqliteQueue, SystemClock};

    use super::*;

    fn queue(folder: &tempfile::TempDir, limits: Limits) -> SqliteQueue {
        let path = folder.path().join("queue");
        SqliteQueue::open(&path, limits, Arc::new(SystemClock::default())).unwrap()
    }

    fn job(count: &str, submitter: &str) -> NewJob {
        let parameters = SampleParameters::parse("disk", [("count", count)]).unwrap();
        Task::Sample(SampleTask::new(parameters).unwrap()).new_job(submitter)
    }

    #[test]
    fn a_request_has_one_job_that_lives() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, Limits { attempts: 1, ..Limits::default() });
        let first = keep(&queue, &job("5", "me")).unwrap();
        assert_eq!(first.1, JobState::Queued);
        assert_eq!(keep(&queue, &job("5", "me")).unwrap(), first);
        for other in [job("6", "me"), job("5", "you")] {
            assert_ne!(keep(&queue, &other).unwrap().0, first.0);
        }
        // Its only attempt fails: it has another.
        let leased = queue.lease("worker", Duration::ZERO).unwrap().unwrap();
        assert_eq!(leased.token.job, first.0, "the oldest");
        assert_eq!(keep(&queue, &job("5", "me")).unwrap(), (first.0, JobState::Running));
        assert_eq!(queue.give_up(leased.token, "trouble").unwrap(), JobState::Dead);
        assert_eq!(keep(&queue, &job("5", "me")).unwrap(), first);
        assert_eq!(queue.view(first.0).unwrap().state, JobState::Queued);
    }

    #[test]
    fn a_cancelled_job_is_made_anew_some_times() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder, Limits::default());
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..=limits::INSTEAD_TURNS {
            let (id, state) = keep(&queue, &job("5", "me")).unwrap();
            assert!(state == JobState::Queued && seen.insert(id));
            queue.cancel(id).unwrap();
        }
        let (id, state) = keep(&queue, &job("5", "me")).unwrap();
        assert!(state == JobState::Cancelled && seen.contains(&id));
    }

    #[test]
    fn only_a_full_queue_is_the_clients_trouble() {
        let limit = 5;
        let full: Result<(), _> = told(QueueError::Full { limit }, Problem::engines_failed());
        assert!(!full.unwrap_err().is_of_all_engines());
        let closed: Result<(), _> = told(QueueError::Closed, Problem::engines_failed());
        assert!(closed.unwrap_err().is_of_all_engines());
    }
}
