//! `POST /v1/jobs`: jobs are checked, and on disk before the answer goes out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;
use sphere_jobs::{EXPIRES_AFTER, Kind, NearestTask, Task};
use sphere_offload::queue::{BlobId, JobId, JobState, NewJob, Queue, QueueError};
use tokio::sync::OwnedSemaphorePermit;

use super::Jobs;
use super::submission::{Submission, Submissions};
use crate::app::App;
use crate::body::Response;
use crate::problem::Problem;
use crate::{limits, upload};

const SUBMITTER: HeaderName = HeaderName::from_static("x-sphere-submitter");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What the head of a request says of all of its jobs.
struct Told {
    submitter: String,
    key: Option<String>,
    expires_most: Duration,
}

pub(crate) async fn submit(
    app: &App,
    request: &Parts,
    peer: IpAddr,
    body: Incoming,
) -> Result<Response, Problem> {
    let jobs = super::of(app)?;
    if app.is_draining() {
        return Err(Problem::draining());
    }
    is_json(&request.headers)?;
    let told = Told {
        submitter: submitter(&request.headers, peer)?,
        key: text(&request.headers, &KEY)?,
        expires_most: jobs.queue.limits().expires_after,
    };
    let (permit, most) = room(app, jobs, &request.headers)?;
    let bytes = upload::read(app, body, most, Problem::jobs_too_large).await?;
    let taken = jobs.call(1, move |queue| {
        let taken = take(queue, &bytes, &told);
        drop(permit);
        taken
    });
    let (documents, is_batch) = taken.await?;
    jobs.metrics.submitted(documents.len());
    Ok(answer(documents, is_batch))
}

fn answer(mut documents: Vec<Value>, is_batch: bool) -> Response {
    let place = if is_batch {
        "/v1/jobs".to_owned()
    } else {
        format!("/v1/jobs/{}", documents[0]["id"].as_str().unwrap_or_default())
    };
    let document = if is_batch { Value::Array(documents) } else { documents.remove(0) };
    let mut response = super::json(StatusCode::ACCEPTED, &document);
    response.headers_mut().extend(HeaderValue::try_from(place).map(|place| (LOCATION, place)));
    response
}

/// Whose turn and quota jobs take: who the head says, else who sends them.
pub(crate) fn submitter(headers: &HeaderMap, peer: IpAddr) -> Result<String, Problem> {
    let named = text(headers, &SUBMITTER)?;
    Ok(named.unwrap_or_else(|| peer.to_canonical().to_string()))
}

/// The name in a field, if it is there.
fn text(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().map(|text| text.trim().trim_matches('"').to_owned());
    let text = text.map_err(|_| {
        Problem::invalid(name.as_str(), format!("{name} is no text of plain letters"))
    })?;
    named(name.as_str(), text).map(Some)
}

/// A text that can be a name.
fn named(parameter: &str, text: String) -> Result<String, Problem> {
    let (bytes, most) = (text.len(), limits::NAME_BYTES);
    if (1..=most).contains(&bytes) {
        return Ok(text);
    }
    let detail = format!("{parameter} has {bytes} bytes; it must have 1 to {most}");
    Err(Problem::invalid(parameter, detail))
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    const JSON: &str = "application/json";
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let given = given.to_str().unwrap_or("");
    let name = given.split(';').next().unwrap_or("").trim();
    if name.eq_ignore_ascii_case(JSON) { Ok(()) } else { Err(Problem::media_type(name, JSON)) }
}

/// Room for a body, before it is read, and how large it may be.
fn room(
    app: &App,
    jobs: &Jobs,
    headers: &HeaderMap,
) -> Result<(OwnedSemaphorePermit, u64), Problem> {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let length = length.unwrap_or(limits::JOB_BODY_BYTES);
    let permit = if length > limits::JOB_BODY_BYTES {
        Arc::clone(&app.bodies).try_acquire_owned()
    } else {
        let bytes = length.max(limits::LEAST_JOB_BODY_BYTES) as u32;
        Arc::clone(&jobs.bodies).try_acquire_many_owned(bytes)
    };
    let most = if length > limits::JOB_BODY_BYTES { limits::BODY_BYTES } else { length };
    permit.map(|permit| (permit, most)).map_err(|_| Problem::busy())
}

/// All jobs of a body, or none. What each is is told, and whether they came as a batch.
fn take(queue: &dyn Queue, text: &[u8], told: &Told) -> Result<(Vec<Value>, bool), Problem> {
    let read = Submissions::read(text);
    let read = read.map_err(|error| Problem::body(format!("the body is no job: {error}")))?;
    let is_large = text.len() as u64 > limits::JOB_BODY_BYTES;
    let (submissions, is_batch) = match read {
        Submissions::One(one) => (vec![*one], false),
        Submissions::Batch(all) => (all, true),
    };
    let is_one_search = !is_batch && submissions[0].kind == Kind::Nearest.name();
    if is_large && !is_one_search {
        return Err(Problem::jobs_too_large());
    }
    if is_batch && told.key.is_some() {
        let detail = "Idempotency-Key is of one job; in a batch each has its own idempotency_key";
        return Err(Problem::invalid(KEY.as_str(), detail));
    }
    let read = submissions.into_iter().enumerate().map(|(number, submission)| {
        let read = submission.check(told);
        read.map_err(|problem| if is_batch { problem.of_job(number) } else { problem })
    });
    let mut new = Vec::new();
    // All are checked before anything is stored.
    for (job, stored) in read.collect::<Result<Vec<_>, _>>()? {
        if let Some(bytes) = stored {
            queue.put(&bytes).map_err(|error| Problem::queue(&error))?;
        }
        new.push(job);
    }
    let submitted = queue.submit(new).map_err(|error| Problem::queue(&error))?;
    let documents = submitted.iter().map(|job| {
        let state = if job.new { Ok(JobState::Queued) } else { state(queue, job.id) };
        state.map(|state| super::job(job.id, state))
    });
    let documents = documents.collect::<Result<_, _>>();
    Ok((documents.map_err(|error| Problem::queue(&error))?, is_batch))
}

/// What a job from earlier is now.
fn state(queue: &dyn Queue, id: JobId) -> Result<JobState, QueueError> {
    queue.view(id).map(|view| view.state)
}

impl Submission {
    /// The job, and the bytes that have to be stored for it.
    fn check(self, told: &Told) -> Result<(NewJob, Option<Vec<u8>>), Problem> {
        let expires_after = self.expires_after(told.expires_most)?;
        let given = |name, text: Option<String>| text.map(|text| named(name, text)).transpose();
        let submitter = given("submitter", self.submitter)?;
        let key = match (given("idempotency_key", self.idempotency_key)?, &told.key) {
            (Some(inside), Some(outside)) if inside != *outside => {
                let detail = "idempotency_key and Idempotency-Key are not the same";
                return Err(Problem::invalid("idempotency_key", detail));
            }
            (inside, outside) => inside.or_else(|| outside.clone()),
        };
        let mut parameters = self.parameters.plain;
        let mut stored = None;
        if let Some(rows) = self.parameters.directions {
            if rows.too_many {
                return Err(Problem::body_too_large());
            }
            let bytes = NearestTask::pack(rows.columns.each_ref().map(Vec::as_slice));
            // Other kinds say that they have no such parameter.
            parameters.insert("directions".to_owned(), BlobId::of(&bytes).to_string().into());
            stored = Some(bytes);
        }
        let task = Task::parse(&self.kind, &Value::Object(parameters));
        let task = task.map_err(|error| Problem::task(&error))?;
        let submitter = submitter.as_ref().unwrap_or(&told.submitter);
        let job = NewJob { idempotency_key: key, expires_after, ..task.new_job(submitter) };
        Ok((job, stored))
    }

    fn expires_after(&self, most: Duration) -> Result<Duration, Problem> {
        let Some(seconds) = self.expires_after_seconds else { return Ok(EXPIRES_AFTER.min(most)) };
        if seconds > most.as_secs() {
            let most = most.as_secs();
            let detail = format!("expires_after_seconds is {seconds}; at most {most} are kept");
            return Err(Problem::invalid("expires_after_seconds", detail));
        }
        Ok(Duration::from_secs(seconds))
    }
}
