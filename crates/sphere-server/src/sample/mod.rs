//! `GET /v1/sample/{scheme}`: a pure function of its query, unless a device is asked for that rounds as
//! it likes; streamed. The results of jobs are the same bytes.

mod any_encoder;
mod encode;
mod kept;
mod layout;
mod request;
mod stream;
mod tag;

use std::net::IpAddr;
use std::sync::Arc;

use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, RANGE, TRAILER,
    VARY,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};
use sphere_engine::{EngineChoice, EngineName, Job, Work};
use sphere_io::Format;
use sphere_jobs::SampleTask;
use sphere_offload::queue::Chunks;

use self::encode::Encoding;
pub(crate) use self::kept::Kept;
pub(crate) use self::layout::Layout;
use self::request::{Quality, SampleRequest};
pub(crate) use self::request::{accepted, once, parse_engine, parse_format};
pub(crate) use self::stream::StreamBody;
pub(crate) use self::tag::{Tag, TagHash};
use crate::app::App;
use crate::body::{Body, Response};
use crate::problem::Problem;
use crate::text::HeaderText;
use crate::{engines, jobs, limits};

pub(crate) const ENGINE: HeaderName = HeaderName::from_static("x-sphere-engine");
/// The field of a trailer that holds the quality of the points.
const QUALITY_TRAILER: &str = "x-sphere-quality";
/// The field of a trailer that says which engine computed which points.
const EXECUTED_TRAILER: &str = "x-sphere-executed";
pub(crate) const DRAWS: HeaderName = HeaderName::from_static("x-sphere-draws");

pub(crate) async fn sample(
    app: &Arc<App>,
    scheme: &str,
    asked: &Parts,
    peer: IpAddr,
) -> Result<Response, Problem> {
    if let Some(response) = app.kept.get(asked) {
        app.metrics.kept();
        return Ok(response);
    }
    let headers = &asked.headers;
    let request = SampleRequest::parse(scheme, asked.uri.query().unwrap_or(""), headers)?;
    let points = request.job.points();
    if points > app.config.max_points {
        return Err(Problem::too_many_points(points, app.config.max_points));
    }
    match respond(app, request.clone(), asked).await {
        Ok(response) => {
            if response.headers().contains_key(ETAG) {
                app.kept.keep(asked, &response);
            }
            Ok(response)
        }
        Err(problem) if problem.is_of_all_engines() && can_wait(&request, asked) => {
            let submitter = jobs::submitter(headers, peer)?;
            let (parameters, format) = (&request.parameters, request.format);
            jobs::sample_instead(app, parameters, format, &submitter, problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// Whether another engine may compute it another time, and all that was asked for is points.
fn can_wait(request: &SampleRequest, asked: &Parts) -> bool {
    request.engine == EngineChoice::Auto
        && request.quality == Quality::Left
        && asked.method == Method::GET
        && !asked.headers.contains_key(RANGE)
}

/// The points of a job that is done, as [`sample`] gives them: computed again, and compared.
pub(crate) async fn result(
    app: &Arc<App>,
    task: &SampleTask,
    chunks: Chunks,
    format: Option<Format>,
    asked: &Parts,
) -> Result<Response, Problem> {
    respond(app, SampleRequest::of_result(task, chunks, format, &asked.headers)?, asked).await
}

async fn respond(
    app: &Arc<App>,
    mut request: SampleRequest,
    asked: &Parts,
) -> Result<Response, Problem> {
    let headers = &asked.headers;
    let way = engines::way(app, request.engine, &Work::Points(&request.job)).await?;
    let mut engine = engines::first(app, &way);
    // Bits that a device decides have no tag: there is nothing to compare, and no part to ask for,
    // which might be another device's.
    let tag = engines::is_exact(&way).then(|| request.tag());
    if tag.as_ref().is_some_and(|tag| is_known(headers, tag.as_str())) {
        let mut response = Body::empty().respond(StatusCode::NOT_MODIFIED);
        describe(response.headers_mut(), app, &request, engine, tag.as_ref());
        return Ok(response);
    }

    let is_small = is_small(&request.job, engine) && request.quality == Quality::Left;
    // What is there at once needs no trailer to tell what became of it.
    request.takes_trailers &= !is_small;
    let layout = Layout::of(&request);
    let mut part = layout.part(headers, tag.as_ref())?;
    if let Some(chunks) = &request.known {
        part = layout.in_chunks(part, chunks, request.job.points());
    }
    let encoding = Encoding::of(&request, headers);
    let body = if asked.method == Method::HEAD {
        Body::empty()
    } else if app.is_draining() {
        return Err(Problem::draining());
    } else if is_small {
        let (bytes, executed) = stream::whole(app, &request, &way, &part, encoding)?;
        engine = executed;
        Body::Whole(bytes)
    } else {
        let (stream, executed) = stream::body(app, &request, &way, &part, encoding).await?;
        engine = executed;
        Body::Stream(stream)
    };

    let mut response = body.respond(StatusCode::OK);
    describe(response.headers_mut(), app, &request, engine, tag.as_ref());
    if let Some(total) = layout.total {
        let headers = response.headers_mut();
        let parts = if tag.is_some() { "bytes" } else { "none" };
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static(parts));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(part.bytes.end - part.bytes.start));
        if part.is_partial {
            let (first, last) = (part.bytes.start, part.bytes.end.saturating_sub(1));
            let range = HeaderText::new().text("bytes ").decimal(first).text("-").decimal(last);
            headers.insert(CONTENT_RANGE, range.text("/").decimal(total).value());
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
    }
    if request.takes_trailers {
        let judged = request.quality == Quality::Trailer;
        let names = [judged.then_some(QUALITY_TRAILER), Some(EXECUTED_TRAILER)];
        for name in names.into_iter().flatten() {
            response.headers_mut().append(TRAILER, HeaderValue::from_static(name));
        }
    }
    if encoding == Encoding::Gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Whether it is answered faster than handed to another thread. A device may make its caller wait.
fn is_small(job: &Job, engine: EngineName) -> bool {
    let bytes = job.points().saturating_mul(job.row_bytes() as u64);
    engine == EngineName::Cpu
        && bytes <= limits::INLINE_BYTES
        && job.shape().columns() <= limits::INLINE_COLUMNS
}

/// The headers that a response has whatever its body.
fn describe(
    headers: &mut HeaderMap,
    app: &App,
    request: &SampleRequest,
    engine: EngineName,
    tag: Option<&Tag>,
) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(request.format.media_type()));
    let cache = match tag {
        None => "no-store",
        // The points stay what they are, but their job is forgotten some day.
        Some(_) if request.known.is_some() => "private, no-cache",
        // A pure function: what was right once is right for ever. Behind a token it is nobody else's.
        Some(_) if app.token.is_some() => "private, max-age=31536000, immutable",
        Some(_) => "public, max-age=31536000, immutable",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.extend(tag.map(|tag| (ETAG, tag.value())));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    headers.insert(ENGINE, engines::header(engine));
    headers.insert(DRAWS, HeaderValue::from(request.job.draws()));
    headers.insert(CONTENT_DISPOSITION, request.disposition());
}

pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
    // Weak comparison, as the field is defined.
    given == "*" || given.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}
