//! `/v1/jobs`: work that is kept until it is done, whoever asks for it and whatever fails meanwhile.
//!
//! Calls of a queue wait for a disk or a network, so that each is made on a thread that may wait.

mod crew;
mod document;
mod instead;
mod list;
mod metrics;
mod result;
mod stored;
mod submission;
mod submit;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use serde_json::{Value, json};
use sphere_offload::queue::{JobId, JobState, Queue};
use tokio::sync::Semaphore;

pub(crate) use self::crew::{Crew, look_after, open};
pub(crate) use self::instead::{nearest_instead, sample_instead};
pub(crate) use self::list::list;
pub(crate) use self::metrics::QueueMetrics;
pub(crate) use self::result::result;
pub(crate) use self::submit::{submit, submitter};
pub(crate) use self::watch::{Watched, watch};
use crate::app::App;
use crate::body::{Body, Response, whole};
use crate::limits;
use crate::problem::Problem;

/// The queue of a service, and what bounds its use.
pub(crate) struct Jobs {
    queue: Arc<dyn Queue>,
    pub(crate) metrics: QueueMetrics,
    calls: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
    /// The bytes of jobs that are being submitted.
    bodies: Arc<Semaphore>,
    /// Whether the queue did what it was asked last.
    is_well: AtomicBool,
}

impl Jobs {
    pub(crate) fn new(queue: Arc<dyn Queue>) -> Self {
        Self {
            queue,
            metrics: QueueMetrics::default(),
            calls: Arc::new(Semaphore::new(limits::QUEUE_CALLS)),
            watchers: Arc::new(Semaphore::new(limits::WATCHERS)),
            bodies: Arc::new(Semaphore::new(limits::JOB_BODIES_BYTES)),
            is_well: AtomicBool::new(true),
        }
    }

    /// Does something with the queue, on a thread that may wait. Not too much at once: more wait here.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        weight: u32,
        body: impl FnOnce(&dyn Queue) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.calls).acquire_many_owned(weight);
        let turn = tokio::time::timeout(limits::QUEUE_PATIENCE, turn).await;
        let permit = turn.ok().and_then(Result::ok).ok_or_else(Problem::busy)?;
        let queue = Arc::clone(&self.queue);
        let called = tokio::task::spawn_blocking(move || {
            let answer = body(&*queue);
            // Held until here, whether somebody still waits for the answer or not.
            drop(permit);
            answer
        });
        called.await.map_err(|error| {
            tracing::error!(%error, "a call of the queue failed");
            Problem::engine()
        })?
    }

    /// In one word.
    pub(crate) fn state(&self) -> &'static str {
        if self.is_well.load(Ordering::Relaxed) { "ready" } else { "unavailable" }
    }
}

/// The queue of a service, if it has one.
fn of(app: &App) -> Result<&Jobs, Problem> {
    app.jobs.as_deref().ok_or_else(Problem::no_queue)
}

/// A job by name, as a path has it.
fn id(text: &str) -> Result<JobId, Problem> {
    text.parse().map_err(|error| Problem::job_id(&error))
}

/// `GET /v1/jobs/{id}`.
pub(crate) async fn show(app: &App, name: &str) -> Result<Response, Problem> {
    let (jobs, id) = (of(app)?, id(name)?);
    let view = jobs.call(1, move |queue| queue.view(id).map_err(|e| Problem::queue(&e))).await?;
    Ok(json(StatusCode::OK, &document::of(&view)))
}

/// `DELETE /v1/jobs/{id}`.
pub(crate) async fn cancel(app: &App, name: &str) -> Result<Response, Problem> {
    let (jobs, id) = (of(app)?, id(name)?);
    jobs.call(1, move |queue| queue.cancel(id).map_err(|error| Problem::queue(&error))).await?;
    Ok(Body::empty().respond(StatusCode::NO_CONTENT))
}

/// `POST /v1/jobs/{id}/retry`.
pub(crate) async fn retry(app: &App, name: &str) -> Result<Response, Problem> {
    let (jobs, id) = (of(app)?, id(name)?);
    jobs.call(1, move |queue| queue.retry(id).map_err(|error| Problem::queue(&error))).await?;
    Ok(taken(id, &job(id, JobState::Queued)))
}

/// What a job is, as whoever submits it is told.
fn job(id: JobId, state: JobState) -> Value {
    json!({ "id": id, "state": state })
}

/// It will be done; this is where.
fn taken(id: JobId, document: &Value) -> Response {
    let mut response = json(StatusCode::ACCEPTED, document);
    if let Ok(place) = HeaderValue::try_from(place(id)) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

fn place(id: JobId) -> String {
    format!("/v1/jobs/{id}")
}

/// A document that is another in the next moment.
fn json(status: StatusCode, document: &Value) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    whole(status, headers, document.to_string())
}
