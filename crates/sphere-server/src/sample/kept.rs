//! Small responses that were given lately: the same request has the same response for ever, so that
//! computing it again is work for nothing.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, HeaderName, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};

use crate::body::{Body, Response};
use crate::limits;

/// Places for responses. A request has one place, which the latest takes: nothing to keep in order,
/// and memory has a bound.
pub(crate) struct Kept {
    places: Vec<Mutex<Option<Entry>>>,
    hasher: RandomState,
}

struct Entry {
    key: Key,
    headers: HeaderMap,
    body: Bytes,
}

/// All that a response depends on.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    path: String,
    accept: Vec<u8>,
    encoding: Vec<u8>,
}

/// A request, as it is looked for.
#[derive(Hash)]
struct Asked<'a> {
    path: &'a str,
    accept: &'a [u8],
    encoding: &'a [u8],
}

impl Default for Kept {
    fn default() -> Self {
        let places = (0..limits::KEPT_RESPONSES).map(|_| Mutex::default()).collect();
        Self { places, hasher: RandomState::new() }
    }
}

impl Kept {
    /// The response to the same request, if it is still here.
    pub(super) fn get(&self, request: &Parts) -> Option<Response> {
        let asked = Asked::of(request)?;
        let place = self.place(&asked).lock().unwrap_or_else(PoisonError::into_inner);
        let entry = place.as_ref().filter(|entry| entry.key.is(&asked))?;
        let mut response = Response::new(Body::Whole(entry.body.clone()));
        *response.headers_mut() = entry.headers.clone();
        Some(response)
    }

    /// Keeps a whole response that is small.
    pub(super) fn keep(&self, request: &Parts, response: &Response) {
        let (Some(asked), Body::Whole(body)) = (Asked::of(request), response.body()) else {
            return;
        };
        let is_small = asked.len() + body.len() <= limits::KEPT_BYTES;
        if response.status() == StatusCode::OK && is_small {
            let mut headers = response.headers().clone();
            // Room for those that every response gets: a clone has it too.
            headers.reserve(4);
            let entry = Entry { key: asked.key(), headers, body: body.clone() };
            *self.place(&asked).lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        }
    }

    fn place(&self, asked: &Asked<'_>) -> &Mutex<Option<Entry>> {
        &self.places[self.hasher.hash_one(asked) as usize % self.places.len()]
    }
}

impl<'a> Asked<'a> {
    /// `None` for what asks for a part, or only if something has changed.
    fn of(request: &'a Parts) -> Option<Self> {
        let headers = &request.headers;
        let is_plain = request.method == Method::GET
            && [RANGE, IF_RANGE, IF_MATCH, IF_NONE_MATCH].iter().all(|n| !headers.contains_key(n));
        let value = |name: HeaderName| headers.get(name).map_or(&[][..], |value| value.as_bytes());
        is_plain.then(|| Self {
            path: request.uri.path_and_query().map_or("", |path| path.as_str()),
            accept: value(ACCEPT),
            encoding: value(ACCEPT_ENCODING),
        })
    }

    fn len(&self) -> usize {
        self.path.len() + self.accept.len() + self.encoding.len()
    }

    fn key(&self) -> Key {
        Key {
            path: self.path.to_string(),
            accept: self.accept.to_vec(),
            encoding: self.encoding.to_vec(),
        }
    }
}

impl Key {
    fn is(&self, asked: &Asked<'_>) -> bool {
        self.path == asked.path && self.accept == asked.accept && self.encoding == asked.encoding
    }
}

#[cfg(test)]
mod tests {
    use hyper::http::request::Parts;
    use hyper::{Request, StatusCode};

    use super::Kept;
    use crate::body::{Body, whole};

    fn request(path: &str, headers: &[(&str, &str)]) -> Parts {
        let builder = Request::builder().uri(path);
        let request = headers.iter().fold(builder, |b, (name, value)| b.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    fn body_of(kept: &Kept, request: &Parts) -> Option<Vec<u8>> {
        let Body::Whole(bytes) = kept.get(request)?.into_body() else { return None };
        Some(bytes.to_vec())
    }

    #[test]
    fn a_response_is_that_of_its_own_request() {
        let kept = Kept::default();
        let first = request("/a?count=1", &[]);
        kept.keep(&first, &whole(StatusCode::OK, [], "one"));
        assert_eq!(body_of(&kept, &first), Some(b"one".to_vec()));
        for other in [
            request("/a?count=2", &[]),
            request("/a?count=1", &[("accept", "text/csv")]),
            request("/a?count=1", &[("accept-encoding", "gzip")]),
            request("/a?count=1", &[("range", "bytes=0-0")]),
            request("/a?count=1", &[("if-none-match", "*")]),
        ] {
            assert_eq!(body_of(&kept, &other), None, "{other:?}");
        }
        // Whatever else a request says changes nothing.
        let alike = request("/a?count=1", &[("user-agent", "x"), ("x-request-id", "5")]);
        assert_eq!(body_of(&kept, &alike), Some(b"one".to_vec()));
    }

    #[test]
    fn what_is_large_or_no_success_is_not_kept() {
        let kept = Kept::default();
        let asked = request("/a", &[]);
        kept.keep(&asked, &whole(StatusCode::OK, [], vec![0; 1 << 20]));
        kept.keep(&asked, &whole(StatusCode::NOT_FOUND, [], "none"));
        assert_eq!(body_of(&kept, &asked), None);
    }
}
