//! Errors as RFC 9457 problem documents: the one place where they become status codes.

use hyper::StatusCode;
use hyper::header::{
    ALLOW, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;
use sphere_engine::ParameterError;

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

    pub(crate) fn method() -> Self {
        let detail = "this route answers GET and HEAD";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
            .with_header(ALLOW, HeaderValue::from_static("GET, HEAD"))
    }

    pub(crate) fn body() -> Self {
        let detail = "requests have no body here; parameters go into the query";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
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
