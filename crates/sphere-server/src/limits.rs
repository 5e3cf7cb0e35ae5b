//! Every limit of the service, in one place. Those of [`crate::Config`] can be set; these are their
//! defaults. Each is named by the error that it causes.

use std::time::Duration;

/// Points of one request.
pub(crate) const POINTS: u64 = 1_000_000_000;
/// Open connections; more wait to be accepted.
pub(crate) const CONNECTIONS: usize = 12_000;
/// Responses that are computed while they are sent, at once; more are refused with 503.
pub(crate) const STREAMS: usize = 1_024;
/// Time in which a request's head must arrive, and an idle connection must ask again.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(30);
/// Time in which a reader must take something of its response.
pub(crate) const PROGRESS_TIME: Duration = Duration::from_mins(1);
/// Time that a shutdown gives to responses under way.
pub(crate) const GRACE_TIME: Duration = Duration::from_secs(30);

/// Bytes of a request's head, its query included.
pub(crate) const HEAD_BYTES: usize = 16 << 10;
/// Header lines of a request.
pub(crate) const HEADERS: usize = 64;
/// Bytes of a request's body. Nothing that is served today takes one.
pub(crate) const BODY_BYTES: u64 = 0;

/// Responses up to this size are computed where they are asked for, and sent whole.
pub(crate) const INLINE_BYTES: u64 = 16 << 10;
/// Dimensions up to which that holds: the tables of more take too long.
pub(crate) const INLINE_COLUMNS: usize = 16;
/// Memory for blocks of all streams together, shared out as they come.
pub(crate) const STREAM_MEMORY_BYTES: usize = 96 << 20;
/// The smallest block of a stream, however many there are.
pub(crate) const LEAST_BLOCK_BYTES: usize = 32 << 10;
/// The largest block of a stream: larger ones leave the processor's caches.
pub(crate) const MOST_BLOCK_BYTES: usize = 1 << 20;
/// Seconds after which a refused client may try again.
pub(crate) const RETRY_SECONDS: u64 = 1;
