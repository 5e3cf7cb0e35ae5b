//! Errors as RFC 9457 problem documents: the one place where they become status codes.

use hyper::StatusCode;
use hyper::header::{
    ALLOW, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;
use sphere_engine::{ChoiceError, ParameterError, Unable};
use sphere_offload::ladder::NoWay;

use crate::body::{Response, whole};
use crate::limits;
use crate::text::HeaderText;

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
    #[serde(skip)]
    header: Option<Box<(HeaderName, HeaderValue)>>,
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
            header: None,
        }
    }

    fn for_parameter(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_string()), ..self }
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
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "engines_failed", detail)
            .with_header(RETRY_AFTER, limits::RETRY_SECONDS)
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
