//! Which path is answered by what, and what every answer has.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::metrics;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::{limits, openapi, page, sample};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_SNIFF: HeaderName = HeaderName::from_static("x-content-type-options");

/// What can be asked for, for those who ask for something else.
const PLACES: [&str; 11] = [
    "/health",
    "/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/",
    "/v1/sample/fibonacci",
    "/v1/sample/disk",
    "/v1/sample/random",
    "/v1/sample/sobol",
    "/v1/sample/pixels",
];

pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics_text))
        .route("/openapi.json", get(openapi::document))
        .route("/v1/sample/{scheme}", get(sample::sample))
        .route("/", get(page::index))
        .route("/docs", get(page::docs))
        .route("/web/{file}", get(page::file))
        .method_not_allowed_fallback(|| async { Problem::method() })
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(app), around))
        .with_state(Arc::clone(app))
}

async fn health() -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    json(StatusCode::OK, format!("{{\"status\":\"ok\",\"timestamp\":{}}}", now.as_millis()))
}

/// Ready while an engine accepts work; the body names each.
async fn ready(State(app): State<Arc<App>>) -> Response {
    let engine = app.engine.capability();
    let (status, word) = if app.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting down")
    } else {
        (StatusCode::OK, "ready")
    };
    let engines = serde_json::json!({ engine.name: word });
    json(status, serde_json::json!({ "status": word, "engines": engines }).to_string())
}

async fn metrics_text(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(metrics::MEDIA_TYPE)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, app.metrics.text()).into_response()
}

async fn not_found(request: Request) -> Problem {
    let path = request.uri().path();
    Problem::not_found(path, nearest(path, &PLACES))
}

fn json(status: StatusCode, body: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

/// Around every request: an id, the token, no body, a count, a line in the log.
async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(&request);
    let route = route(&request);
    let method = request.method().clone();
    let mut response = match admit(&app, &mut request, route) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let status = response.status();
    app.metrics.answered(route, status.as_u16(), begun.elapsed());
    let headers = response.headers_mut();
    headers.insert(NO_SNIFF, HeaderValue::from_static("nosniff"));
    tracing::debug!(
        id = id.to_str().unwrap_or_default(),
        %method,
        route,
        status = status.as_u16(),
        microseconds = begun.elapsed().as_micros() as u64,
        "answered"
    );
    headers.insert(REQUEST_ID, id);
    response
}

fn admit(app: &App, request: &mut Request, route: &'static str) -> Result<(), Problem> {
    let is_public =
        matches!(route, "/health" | "/ready" | "/" | "/docs" | "/web/{file}" | "/openapi.json");
    let is_borne = |token: &crate::access::Token| token.is_borne_by(request.headers());
    if !is_public && !app.token.as_ref().is_none_or(is_borne) {
        return Err(Problem::unauthorized());
    }
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
    if length > limits::BODY_BYTES || request.headers().contains_key(TRANSFER_ENCODING) {
        return Err(Problem::body());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(if route == UNKNOWN_ROUTE {
            Problem::not_found(request.uri().path(), nearest(request.uri().path(), &PLACES))
        } else {
            Problem::method()
        });
    }
    *request.body_mut() = Body::empty();
    Ok(())
}

const UNKNOWN_ROUTE: &str = "unknown";

/// The route as a label: one of few, whatever strangers ask for.
fn route(request: &Request) -> &'static str {
    const ROUTES: [&str; 8] = [
        "/v1/sample/{scheme}",
        "/health",
        "/ready",
        "/metrics",
        "/openapi.json",
        "/",
        "/docs",
        "/web/{file}",
    ];
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    ROUTES.into_iter().find(|route| Some(*route) == matched).unwrap_or(UNKNOWN_ROUTE)
}

/// The client's id if it is one, else a new one: unique in this process, and told apart from those
/// of others by a random part.
fn request_id(request: &Request) -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let given = request.headers().get(REQUEST_ID).filter(|value| {
        let bytes = value.as_bytes();
        (1..=64).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    });
    given.cloned().unwrap_or_else(|| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        HeaderValue::from_str(&format!("{:08x}-{next:x}", *PROCESS as u32))
            .unwrap_or(HeaderValue::from_static("none"))
    })
}
