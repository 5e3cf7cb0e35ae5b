//! Results that are stored: a report as it is, indices in the format that is asked for.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue,
    VARY,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};
use sphere_io::{Format, IndexEncoder};
use sphere_jobs::Kind;
use sphere_offload::queue::{BlobId, Queue};

use super::Jobs;
use crate::app::App;
use crate::body::{Body, Response};
use crate::lattice::encoded;
use crate::problem::Problem;
use crate::sample::{Layout, Tag, TagHash, accepted, is_known};
use crate::text::HeaderText;

pub(super) async fn result(
    app: &App,
    jobs: &Jobs,
    kind: Kind,
    blob: BlobId,
    format: Option<Format>,
    asked: &Parts,
) -> Result<Response, Problem> {
    let (format, encoder) = written(kind, format, &asked.headers)?;
    let tag = tag(blob, format);
    if is_known(&asked.headers, tag.as_str()) {
        let mut response = Body::empty().respond(StatusCode::NOT_MODIFIED);
        describe(response.headers_mut(), format, &tag);
        return Ok(response);
    }
    let permit = Arc::clone(&app.bodies).try_acquire_owned().map_err(|_| Problem::busy())?;
    let bytes = jobs.call(1, move |queue| {
        let bytes = read(queue, blob, encoder);
        drop(permit);
        bytes
    });
    let bytes: Bytes = bytes.await?.into();

    let total = bytes.len() as u64;
    let part = Layout::of_bytes(total).part(&asked.headers, Some(&tag))?;
    let sent = bytes.slice(part.bytes.start as usize..part.bytes.end as usize);
    let length = sent.len();
    let body = if asked.method == Method::HEAD { Body::empty() } else { Body::Whole(sent) };
    let mut response = body.respond(StatusCode::OK);
    describe(response.headers_mut(), format, &tag);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    if part.is_partial {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let (first, last) = (part.bytes.start, part.bytes.end.saturating_sub(1));
        let range = HeaderText::new().text("bytes ").decimal(first).text("-").decimal(last);
        response.headers_mut().insert(CONTENT_RANGE, range.text("/").decimal(total).value());
    }
    Ok(response)
}

/// How it is written: a report is JSON, whoever asks.
fn written(
    kind: Kind,
    format: Option<Format>,
    headers: &HeaderMap,
) -> Result<(Format, Option<IndexEncoder>), Problem> {
    match (kind, format) {
        (Kind::Quality, None | Some(Format::Json)) => Ok((Format::Json, None)),
        (Kind::Quality, Some(format)) => {
            let detail = format!("format is '{format}'; a report of quality is json");
            Err(Problem::invalid("format", detail))
        }
        (_, format) => {
            let format = match format {
                Some(format) => format,
                None => accepted(headers)?,
            };
            let encoder = IndexEncoder::new(format);
            let encoder = encoder.map_err(|error| Problem::invalid("format", error.to_string()))?;
            Ok((format, Some(encoder)))
        }
    }
}

/// Indices are stored as u64, little-endian.
fn read(
    queue: &dyn Queue,
    blob: BlobId,
    encoder: Option<IndexEncoder>,
) -> Result<Vec<u8>, Problem> {
    let stored = queue.get(blob).map_err(|error| Problem::queue(&error))?;
    let Some(encoder) = encoder else { return Ok(stored) };
    let indices: Vec<u64> = stored.as_chunks().0.iter().map(|&b| u64::from_le_bytes(b)).collect();
    Ok(encoded(encoder, &indices))
}

fn tag(blob: BlobId, format: Format) -> Tag {
    let mut hash = TagHash::new();
    hash.add(blob.as_bytes());
    hash.add(format.name().as_bytes());
    hash.tag()
}

fn describe(headers: &mut HeaderMap, format: Format, tag: &Tag) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(ETAG, tag.value());
}
