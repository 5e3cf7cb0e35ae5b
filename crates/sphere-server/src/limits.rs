//! Every limit of the service, in one place. Those of [`crate::Config`] can be set; these are their
//! defaults. Each is named by the error that it causes.

use std::time::Duration;

use sphere_engine::EngineName;

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

/// What computes, the first choice first. Those that are not on a machine are passed over.
pub(crate) const ENGINES: [EngineName; 3] = [EngineName::Cuda, EngineName::Wgpu, EngineName::Cpu];
/// Time in which an engine must compute something: then the next one goes on.
pub(crate) const ENGINE_TIME: Duration = Duration::from_secs(2);
/// Time between looks at engines that failed, whether they work again.
pub(crate) const PROBE_TIME: Duration = Duration::from_millis(100);
/// Time that an engine has to be open: its driver, kernels that are compiled, and their probe.
pub(crate) const OPENING_TIME: Duration = Duration::from_secs(30);
/// Blocks that a worker process has for all of its jobs together.
#[cfg(target_os = "linux")]
pub(crate) const WORKER_BLOCKS: usize = 64;
/// Memory that a worker process needs for its program, its engine and one job.
pub(crate) const LEAST_WORKER_BYTES: u64 = 64 << 20;

/// Bytes of a request's head, its query included.
pub(crate) const HEAD_BYTES: usize = 16 << 10;
/// Header lines of a request.
pub(crate) const HEADERS: usize = 64;
/// Bytes of a request's body, for the routes that take one.
pub(crate) const BODY_BYTES: u64 = 64 << 20;
/// Values of a body, rows times columns: text and compression hold more of them than of bytes.
pub(crate) const BODY_VALUES: u64 = 3 << 20;
/// Requests with a body that are read and answered at once; more are refused with 503.
pub(crate) const BODIES: usize = 8;
/// Time that a whole body may take. Each piece of it has the progress time.
pub(crate) const BODY_TIME: Duration = Duration::from_mins(5);

/// Points of a set that is judged: figures take the whole set, and seconds.
pub(crate) const JUDGED_POINTS: u64 = 1_000_000;
/// Values of such a set, points times coordinates.
pub(crate) const JUDGED_VALUES: u64 = 4_000_000;
/// Sets that are judged at once; more are refused with 503.
pub(crate) const JUDGED_SETS: usize = 4;
/// Streams of Parquet and Arrow at once, which hold batches of some MB each; more are refused.
pub(crate) const COLUMNAR_STREAMS: usize = 32;

/// Responses up to this size are computed where they are asked for, and sent whole.
pub(crate) const INLINE_BYTES: u64 = 16 << 10;
/// Dimensions up to which that holds: the tables of more take too long.
pub(crate) const INLINE_COLUMNS: usize = 16;
/// Small responses that are kept for whoever asks the same.
pub(crate) const KEPT_RESPONSES: usize = 1_024;
/// The largest of them, what it was asked by included.
pub(crate) const KEPT_BYTES: usize = 32 << 10;
/// Memory for blocks of all streams together, shared out as they come.
pub(crate) const STREAM_MEMORY_BYTES: usize = 96 << 20;
/// The smallest block of a stream, however many there are.
pub(crate) const LEAST_BLOCK_BYTES: usize = 32 << 10;
/// The largest block of a stream: larger ones leave the processor's caches.
pub(crate) const MOST_BLOCK_BYTES: usize = 1 << 20;
/// Seconds after which a refused client may try again.
pub(crate) const RETRY_SECONDS: u64 = 1;

/// Threads that do jobs.
pub(crate) const QUEUE_WORKERS: usize = 1;
/// The most of them: one job of quality takes gigabytes.
pub(crate) const MOST_QUEUE_WORKERS: usize = 64;
/// Calls of the queue at once; more wait.
pub(crate) const QUEUE_CALLS: usize = 64;
/// Time that a call of the queue waits for its turn; then it is refused with 503.
pub(crate) const QUEUE_PATIENCE: Duration = Duration::from_secs(10);
/// Of these calls, what one takes that reads a page of jobs, which may have megabytes of checksums.
pub(crate) const LIST_CALLS: u32 = 16;
/// Jobs of a page, where nobody says how many.
pub(crate) const PAGE: usize = 100;
/// Bytes of a submitter, and of an idempotency key.
pub(crate) const NAME_BYTES: usize = 256;
/// Bytes of jobs that are submitted, but for one with directions, which is a body like others.
pub(crate) const JOB_BODY_BYTES: u64 = 1 << 20;
/// Bytes of all such bodies that are read at once; more are refused with 503.
pub(crate) const JOB_BODIES_BYTES: usize = 64 << 20;
/// What a body takes of these at least.
pub(crate) const LEAST_JOB_BODY_BYTES: u64 = 4 << 10;
/// Clients that watch a job at once; more are refused with 503.
pub(crate) const WATCHERS: usize = 256;
/// Between looks at a job that somebody watches, while it changes.
pub(crate) const WATCH_TIME: Duration = Duration::from_millis(250);
/// The same, while it does not.
pub(crate) const LONGEST_WATCH_TIME: Duration = Duration::from_secs(1);
/// Silence after which a client that watches is told that it still is connected.
pub(crate) const KEEP_ALIVE_TIME: Duration = Duration::from_secs(15);
/// Between counts of what the queue holds.
pub(crate) const COUNT_TIME: Duration = Duration::from_secs(2);
/// Seconds after which a client may try again that a full queue has refused, or ask again for a result.
pub(crate) const QUEUE_RETRY_SECONDS: u64 = 5;
