//! The body of a response, and responses made in one line.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use sphere_engine::SinkError;

use crate::jobs::Watched;
use crate::sample::StreamBody;

pub(crate) type Response = hyper::Response<Body>;

/// Headers that a response may come to have, those of the outer layers included: room for all of
/// them at once costs less than growing.
const MOST_HEADERS: usize = 20;

/// What is sent after the head.
pub(crate) enum Body {
    /// Bytes that are there; empty once they are taken.
    Whole(Bytes),
    /// Bytes that are computed as they are sent.
    Stream(StreamBody),
    /// What becomes of a job.
    Watched(Watched),
}

impl Body {
    pub(crate) fn empty() -> Self {
        Self::Whole(Bytes::new())
    }

    /// A response of this body, without headers.
    pub(crate) fn respond(self, status: StatusCode) -> Response {
        let mut response = Response::new(self);
        *response.status_mut() = status;
        *response.headers_mut() = HeaderMap::with_capacity(MOST_HEADERS);
        response
    }
}

/// A response of bytes that are there.
pub(crate) fn whole<const N: usize>(
    status: StatusCode,
    headers: [(HeaderName, HeaderValue); N],
    body: impl Into<Bytes>,
) -> Response {
    let mut response = Body::Whole(body.into()).respond(status);
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    response
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = SinkError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SinkError>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(stream) => Pin::new(stream).poll_frame(context),
            Self::Watched(watched) => Pin::new(watched)
                .poll(context)
                .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => stream.size_hint(),
            Self::Watched(_) => SizeHint::default(),
        }
    }
}
