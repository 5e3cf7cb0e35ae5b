//! Every request: what surrounds it, and where it goes.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};

use crate::app::App;
use crate::body::{Response, whole};
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::route::{PLACES, Route};
use crate::text::HeaderText;
use crate::{engines, jobs, lattice, limits, metrics, openapi, page, sample};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_SNIFF: HeaderName = HeaderName::from_static("x-content-type-options");

/// Answers a request, with an id, a count, and a line in the log.
pub(crate) async fn answer(app: &Arc<App>, request: Request<Incoming>, peer: IpAddr) -> Response {
    let begun = Instant::now();
    let (head, body) = request.into_parts();
    let route = Route::of(head.uri.path());
    let id = request_id(&head.headers);
    let response = match admit(app, &head, route) {
        Ok(()) => respond(app, &head, body, route, peer).await,
        Err(problem) => Err(problem),
    };
    let mut response = response.unwrap_or_else(Problem::into_response);
    let (status, elapsed) = (response.status(), begun.elapsed());
    app.metrics.answered(route, status, elapsed);
    tracing::debug!(
        id = id.to_str().unwrap_or_default(),
        method = %head.method,
        route = route.label(),
        status = status.as_u16(),
        microseconds = elapsed.as_micros() as u64,
        "answered"
    );
    let headers = response.headers_mut();
    headers.insert(NO_SNIFF, HeaderValue::from_static("nosniff"));
    headers.insert(REQUEST_ID, id);
    response
}

/// Refuses those without the token, bodies where none is taken, and methods that a route has not.
fn admit(app: &App, request: &Parts, route: Route<'_>) -> Result<(), Problem> {
    let headers = &request.headers;
    if !route.is_public() && !app.token.as_ref().is_none_or(|token| token.is_borne_by(headers)) {
        return Err(Problem::unauthorized());
    }
    if route == Route::Unknown {
        let path = request.uri.path();
        return Err(Problem::not_found(path, nearest(path, &PLACES)));
    }
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
    let has_body = length > 0 || headers.contains_key(TRANSFER_ENCODING);
    if has_body && !route.takes_body(&Method::POST) {
        return Err(Problem::no_body());
    }
    if length > limits::BODY_BYTES {
        return Err(Problem::body_too_large());
    }
    if !route.answers(&request.method) {
        return Err(Problem::method(route.methods()));
    }
    if has_body && !route.takes_body(&request.method) {
        return Err(Problem::no_body());
    }
    Ok(())
}

async fn respond(
    app: &Arc<App>,
    request: &Parts,
    body: Incoming,
    route: Route<'_>,
    peer: IpAddr,
) -> Result<Response, Problem> {
    match route {
        Route::Sample(scheme) => sample::sample(app, scheme, request, peer).await,
        Route::Nearest(scheme) => lattice::nearest(app, scheme, request, peer, body).await,
        Route::Jobs if request.method == Method::POST => {
            jobs::submit(app, request, peer, body).await
        }
        Route::Jobs => jobs::list(app, request).await,
        Route::Job(id) if request.method == Method::DELETE => jobs::cancel(app, id).await,
        Route::Job(id) => jobs::show(app, id).await,
        Route::JobEvents(id) => jobs::watch(app, id, &request.method).await,
        Route::JobResult(id) => jobs::result(app, id, request).await,
        Route::JobRetry(id) => jobs::retry(app, id).await,
        Route::Health => Ok(health()),
        Route::Ready => Ok(ready(app)),
        Route::Metrics => Ok(metrics_text(app)),
        Route::Engines => Ok(json(StatusCode::OK, engines::document(app).to_string())),
        Route::OpenApi => Ok(openapi::document(app)),
        Route::Index => page::index(&request.headers),
        Route::Docs => page::file("docs.html"),
        Route::File(name) => page::file(name),
        Route::Unknown => {
            let path = request.uri.path();
            Err(Problem::not_found(path, nearest(path, &PLACES)))
        }
    }
}

fn health() -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    json(StatusCode::OK, format!("{{\"status\":\"ok\",\"timestamp\":{}}}", now.as_millis()))
}

/// Ready while an engine accepts work; the body names each, and the queue.
fn ready(app: &App) -> Response {
    let (mut engines, accepted) = engines::states(app);
    let (status, word) = match (app.is_draining(), accepted) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "shutting down"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "no engine"),
        (false, true) => (StatusCode::OK, "ready"),
    };
    if app.is_draining() {
        engines.values_mut().for_each(|state| *state = word.into());
    }
    let queue = app.jobs.as_ref().map_or("none", |jobs| jobs.state());
    let body = serde_json::json!({ "status": word, "engines": engines, "queue": queue });
    json(status, body.to_string())
}

fn metrics_text(app: &App) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(metrics::MEDIA_TYPE)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    whole(StatusCode::OK, headers, app.metrics.text())
}

fn json(status: StatusCode, body: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    whole(status, headers, body)
}

/// The client's id if it is one, else a new one: unique in this process, and told apart from those
/// of others by a random part.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let given = headers.get(REQUEST_ID).filter(|value| {
        let bytes = value.as_bytes();
        (1..=64).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    });
    given.cloned().unwrap_or_else(|| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        HeaderText::new().hexadecimal(*PROCESS >> 32).text("-").hexadecimal(next).value()
    })
}
