//! Errors as RFC 9457 problem documents: the one place where they become status codes.

use hyper::StatusCode;
use hyper::header::{
    ALLOW, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;
use sphere_engine::{ChoiceError, ParameterError, Unable};
use sphere_jobs::TaskError;
use sphere_offload::ladder::NoWay;
use sphere_offload::queue::{IdError, JobState, JobView, QueueError, Refusal};

use crate::body::{Response, whole};
use crate::limits;
use crate::text::HeaderText;

const ENGINES_FAILED: &str = "engines_failed";
const UNKNOWN_JOB: &str = "unknown_job";

/// What a client is told of an error. Nothing internal is in it.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// Stable, for programs.
    code: &'static str,
    /// What to change, where it is a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// Where a job is asked for.
    #[serde(flatten)]
    job: Option<Box<OfJob>>,
    #[serde(skip)]
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

/// What the job is that is asked for.
#[derive(Debug, Serialize)]
struct OfJob {
    state: JobState,
    /// Why it has no result, where it never will.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            parameter: None,
            job: None,
            header: None,
        }
    }

    fn for_parameter(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_string()), ..self }
    }

    fn with_job(self, state: JobState, error: Option<Refusal>) -> Self {
        Self { job: Some(Box::new(OfJob { state, error })), ..self }
    }

    fn with_header(self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        Self { header: Some(Box::new((name, value.into()))), ..self }
    }

    pub(crate) fn parameter(error: &ParameterError) -> Self {
        // The scheme is part of the path: one that is not there is a place that is not there.
        let status = if error.parameter() == "scheme" {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        Self::new(status, error.code(), error.to_string()).for_parameter(error.parameter())
    }

    pub(crate) fn invalid(parameter: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_value", detail).for_parameter(parameter)
    }

    pub(crate) fn duplicate(parameter: &str) -> Self {
        let detail = format!("{parameter} is given twice");
        Self::new(StatusCode::BAD_REQUEST, "duplicate_parameter", detail).for_parameter(parameter)
    }

    pub(crate) fn unknown_parameter(name: &str, known: &str) -> Self {
        let name: String = name.chars().take(64).collect();
        let detail = format!("unknown parameter '{name}'; there are {known}");
        Self::new(StatusCode::BAD_REQUEST, "unknown_parameter", detail).for_parameter(&name)
    }

    pub(crate) fn too_many_points(count: u64, most: u64) -> Self {
        let detail = format!(
            "count is {count}; one request gives at most {most} points. Ask for the rest with start"
        );
        Self::new(StatusCode::BAD_REQUEST, "too_many_points", detail).for_parameter("count")
    }

    pub(crate) fn not_acceptable(known: &str) -> Self {
        let detail = format!("nothing that Accept allows is served here; there are {known}");
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail)
    }

    pub(crate) fn range(total: u64) -> Self {
        let detail = format!("Range lies outside the response, which has {total} bytes");
        let problem = Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail);
        problem
            .with_header(CONTENT_RANGE, HeaderText::new().text("bytes */").decimal(total).value())
    }

    pub(crate) fn not_found(path: &str, nearest: Option<&str>) -> Self {
        let path: String = path.chars().take(100).collect();
        let detail = match nearest {
            Some(nearest) => format!("there is no {path} here; did you mean {nearest}?"),
            None => format!("there is no {path} here; /openapi.json lists what there is"),
        };
        Self::new(StatusCode::NOT_FOUND, "unknown_route", detail)
    }

    pub(crate) fn method(allowed: &'static str) -> Self {
        let detail = format!("this route answers {}", allowed.replace(", ", " and "));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
            .with_header(ALLOW, HeaderValue::from_static(allowed))
    }

    pub(crate) fn no_body() -> Self {
        let detail = "requests have no body here; parameters go into the query";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    pub(crate) fn body_too_large() -> Self {
        let (bytes, values) = (limits::BODY_BYTES, limits::BODY_VALUES);
        let detail =
            format!("a body has at most {bytes} bytes and {values} values; send it in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    pub(crate) fn jobs_too_large() -> Self {
        let (all, one) = (limits::JOB_BODY_BYTES, limits::BODY_BYTES);
        let detail = format!(
            "jobs have at most {all} bytes together, and one job of kind nearest alone {one} with its \
             directions; submit them in parts"
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    pub(crate) fn body_too_slow() -> Self {
        let detail = "the body did not arrive in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
    }

    pub(crate) fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_body", detail)
    }

    pub(crate) fn media_type(given: &str, known: &str) -> Self {
        let given: String = given.chars().take(64).collect();
        let detail = format!("content-type is '{given}'; bodies are {known}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    pub(crate) fn too_many_to_judge(points: u64, most: u64) -> Self {
        let detail = format!(
            "count is {points}; with quality=true at most {most} such points are judged. \
             'sphere quality' judges more"
        );
        Self::new(StatusCode::BAD_REQUEST, "too_many_points", detail).for_parameter("count")
    }

    pub(crate) fn no_trailers() -> Self {
        let detail = "quality comes in a trailer where the format is not json: \
            send 'TE: trailers', or ask for format=json";
        Self::new(StatusCode::BAD_REQUEST, "needs_trailers", detail).for_parameter("quality")
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "this service needs a token: Authorization: Bearer TOKEN";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn busy() -> Self {
        let detail = "too many responses are being computed; try again shortly";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
            .with_header(RETRY_AFTER, limits::RETRY_SECONDS)
    }

    pub(crate) fn draining() -> Self {
        let detail = "the service is shutting down";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "shutting_down", detail)
            .with_header(RETRY_AFTER, limits::RETRY_SECONDS)
    }

    pub(crate) fn engine() -> Self {
        let detail =
            "the points could not be computed; the request id says which log line knows why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "engine_failed", detail)
    }

    /// Every engine that could do the work has failed, or is failing.
    pub(crate) fn engines_failed() -> Self {
        let detail = "every engine that computes this has failed; try again shortly. \
            /v1/engines says what they are in";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ENGINES_FAILED, detail)
            .with_header(RETRY_AFTER, limits::RETRY_SECONDS)
    }

    /// Whether this is the one of [`Problem::engines_failed`].
    pub(crate) fn is_of_all_engines(&self) -> bool {
        self.code == ENGINES_FAILED
    }

    /// An engine that was asked for by name and does not do the work.
    pub(crate) fn no_engine(error: &NoWay) -> Self {
        match error {
            NoWay::Choice(ChoiceError::Unable(unable)) => Self::unable(unable),
            NoWay::NoneHere => Self::engines_failed(),
            NoWay::Choice(ChoiceError::Unavailable { .. }) => {
                let detail = format!("{error}; with engine=auto any work is done");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "engine_unavailable", detail)
                    .for_parameter("engine")
            }
        }
    }

    /// Work that an engine never does: what to change.
    pub(crate) fn unable(unable: &Unable) -> Self {
        let (parameter, value) = unable.advice();
        let detail = format!("{unable}: ask for {parameter}={value}");
        Self::new(StatusCode::BAD_REQUEST, "parameter_not_for_engine", detail)
            .for_parameter(parameter)
    }

    /// What was computed again is not what it was.
    pub(crate) fn different() -> Self {
        let detail = "the points were computed again and are not what they were; the request id says \
            which log line knows more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "result_differs", detail)
    }

    /// A result that this version cannot make anything of.
    pub(crate) fn unreadable_result() -> Self {
        let detail = "the job was done by another version, and this one cannot read its result; the \
            request id says which log line knows more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "result_unreadable", detail)
    }

    /// Whether there is no such job, or not any more.
    pub(crate) fn is_of_no_job(&self) -> bool {
        self.code == UNKNOWN_JOB
    }

    pub(crate) fn no_queue() -> Self {
        let detail = "this service keeps no jobs: it was started without a queue (--queue)";
        Self::new(StatusCode::NOT_FOUND, "no_queue", detail)
    }

    /// A job that cannot be done by anybody.
    pub(crate) fn task(error: &TaskError) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, error.code(), error.to_string());
        match error.parameter() {
            Some(parameter) => problem.for_parameter(parameter),
            None => problem,
        }
    }

    /// The same, of one of several jobs, counted from 0.
    pub(crate) fn of_job(self, number: usize) -> Self {
        Self { detail: format!("job {number}: {}", self.detail), ..self }
    }

    /// A text that is no name of a job, so that there is none of this name.
    pub(crate) fn job_id(error: &IdError) -> Self {
        Self::new(StatusCode::NOT_FOUND, UNKNOWN_JOB, format!("there is no such job: {error}"))
    }

    /// What a queue did not do.
    pub(crate) fn queue(error: &QueueError) -> Self {
        let told = |status, code| Self::new(status, code, error.to_string());
        match error {
            QueueError::Full { .. } | QueueError::Kept { .. } | QueueError::Stored { .. } => {
                told(StatusCode::SERVICE_UNAVAILABLE, "queue_full")
                    .with_header(RETRY_AFTER, limits::QUEUE_RETRY_SECONDS)
            }
            QueueError::Quota { .. } => told(StatusCode::TOO_MANY_REQUESTS, "quota_used_up")
                .with_header(RETRY_AFTER, limits::QUEUE_RETRY_SECONDS),
            QueueError::TooLarge { .. } => told(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            QueueError::Empty { .. } => told(StatusCode::BAD_REQUEST, "empty"),
            QueueError::UnknownBlob { .. } => {
                told(StatusCode::BAD_REQUEST, "invalid_value").for_parameter("directions")
            }
            QueueError::KeyUsed { .. } => told(StatusCode::CONFLICT, "idempotency_key_used"),
            QueueError::State { state, .. } => {
                told(StatusCode::CONFLICT, "job_state").with_job(*state, None)
            }
            QueueError::UnknownJob { .. } => told(StatusCode::NOT_FOUND, UNKNOWN_JOB),
            QueueError::LeaseLost { .. }
            | QueueError::Report { .. }
            | QueueError::Busy { .. }
            | QueueError::Storage { .. }
            | QueueError::Closed => Self::no_answer(error),
        }
    }

    /// A queue that cannot be written or read now.
    fn no_answer(error: &QueueError) -> Self {
        tracing::error!(%error, "the queue did not do what it was asked");
        let detail = "the queue cannot be written or read now, and nothing was changed; try again \
            shortly";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable", detail)
            .with_header(RETRY_AFTER, limits::RETRY_SECONDS)
    }

    /// A job that has no result, yet or for ever.
    pub(crate) fn no_result(view: &JobView) -> Self {
        let id = view.id;
        let (status, code, detail) = match view.state {
            JobState::Failed => (
                StatusCode::CONFLICT,
                "job_failed",
                format!("job {id} cannot be done and has no result; error says why"),
            ),
            JobState::Dead => (
                StatusCode::CONFLICT,
                "job_dead",
                format!("all attempts at job {id} failed; POST /v1/jobs/{id}/retry tries again"),
            ),
            JobState::Cancelled => {
                (StatusCode::GONE, "job_cancelled", format!("job {id} was cancelled"))
            }
            _ => (
                StatusCode::CONFLICT,
                "not_done",
                format!("job {id} is {}; /v1/jobs/{id}/events tells when it is done", view.state),
            ),
        };
        let problem = Self::new(status, code, detail).with_job(view.state, view.error.clone());
        if code == "not_done" {
            problem.with_header(RETRY_AFTER, limits::RETRY_SECONDS)
        } else {
            problem
        }
    }

    /// The document, with its status.
    pub(crate) fn into_response(mut self) -> Response {
        let header = self.header.take();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let media_type = HeaderValue::from_static("application/problem+json");
        let mut response = whole(status, [(CONTENT_TYPE, media_type)], body);
        if let Some((name, value)) = header.map(|header| *header) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;
    use hyper::header::RETRY_AFTER;
    use sphere_offload::queue::{BlobId, JobId, JobState, QueueError};

    use super::Problem;

    #[test]
    fn what_a_queue_refuses_has_a_status_and_says_when_to_try_again() {
        let id = JobId::from_bytes([7; 16]);
        let (what, limit, size) = ("x", 5, 6);
        let text = "me".to_owned();
        for (error, status, code, again) in [
            (QueueError::Full { limit }, 503, "queue_full", true),
            (QueueError::Kept { limit }, 503, "queue_full", true),
            (QueueError::Stored { limit }, 503, "queue_full", true),
            (QueueError::Quota { submitter: text.clone(), limit }, 429, "quota_used_up", true),
            (QueueError::TooLarge { what, size, limit }, 413, "too_large", false),
            (QueueError::Empty { what }, 400, "empty", false),
            (QueueError::KeyUsed { key: text.clone(), id }, 409, "idempotency_key_used", false),
            (QueueError::State { id, state: JobState::Done, rule: what }, 409, "job_state", false),
            (QueueError::UnknownJob { id }, 404, "unknown_job", false),
            (QueueError::UnknownBlob { id: BlobId::of(b"") }, 400, "invalid_value", false),
            (QueueError::Storage { what: text }, 503, "queue_unavailable", true),
            (QueueError::Busy { path: "/secret".into() }, 503, "queue_unavailable", true),
            (QueueError::Closed, 503, "queue_unavailable", true),
        ] {
            let problem = Problem::queue(&error);
            assert_eq!((problem.status, problem.code), (status, code), "{error}");
            assert!(!problem.detail.contains("/secret"), "{}", problem.detail);
            let response = problem.into_response();
            assert_eq!(response.status(), StatusCode::from_u16(status).unwrap());
            assert_eq!(response.headers().contains_key(RETRY_AFTER), again, "{error}");
        }
    }
}
