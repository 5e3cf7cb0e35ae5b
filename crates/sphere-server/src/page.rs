//! The page: plain files that are part of the program.

use hyper::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue,
    REFERRER_POLICY, VARY,
};
use hyper::{HeaderMap, StatusCode};

use crate::body::{Response, whole};
use crate::problem::Problem;

/// Scripts and styles from here, requests to here, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; \
    base-uri 'none'";

/// What a person without a browser is told, on the way to this host.
fn welcome(host: &str) -> String {
    format!(
        "\
Sphere computes on the unit sphere.

  curl '{host}/v1/sample/fibonacci?count=5&format=csv'
  curl '{host}/v1/sample/random?count=1e6&seed=7&format=npy' -o random.npy
  curl '{host}/v1/sample/pixels?order=3&columns=lonlat-deg&format=csv'
  curl '{host}/v1/nearest/fibonacci?total=1000' -H 'content-type: text/csv' -d '1,2,3'

Schemes: fibonacci, disk, random, sobol, pixels.
Formats: json, csv, npy, raw, parquet, arrow, ply. quality=true judges the points.
Everything else: /openapi.json, or / and /docs in a browser.
"
    )
}

/// The host that was asked, if it looks like one: a stranger may have written anything there.
fn host(headers: &HeaderMap) -> &str {
    let is_plain = |host: &&str| {
        host.len() <= 255
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b))
    };
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    host.filter(is_plain).unwrap_or("localhost:8080")
}

macro_rules! files {
    ($($name:literal: $media_type:literal),* $(,)?) => {
        const FILES: &[(&str, &str, &[u8])] = &[
            $(($name, $media_type, include_bytes!(concat!("../../../web/", $name)))),*
        ];
    };
}

files! {
    "index.html": "text/html; charset=utf-8",
    "docs.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "api.js": "text/javascript; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "form.js": "text/javascript; charset=utf-8",
    "main.js": "text/javascript; charset=utf-8",
    "schemes.js": "text/javascript; charset=utf-8",
    "shaders.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
}

/// A text for those who ask with a tool, the page for those who ask with a browser.
pub(crate) fn index(headers: &HeaderMap) -> Result<Response, Problem> {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    if accept.contains("text/html") {
        return file("index.html");
    }
    let described = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    Ok(whole(StatusCode::OK, described, welcome(host(headers))))
}

/// A file of the page.
pub(crate) fn file(name: &str) -> Result<Response, Problem> {
    let (_, media_type, content) = FILES
        .iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| Problem::not_found(name, None))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        // The files change with the program, and their names do not.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    Ok(whole(StatusCode::OK, headers, *content))
}
