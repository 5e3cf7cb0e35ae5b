//! The last rung: a job that nobody can compute now is kept, and will be done, once.
//!
//! [`Queue`] is the contract; [`sqlite`] keeps it in one file, for one host, and [`nats`] on servers that
//! replicate it, for many. What a job goes through is
//! decided in `record`, which knows neither files nor networks: a back end stores what comes out, in
//! one step, if nobody else was faster.
//!
//! Acknowledged means on disk: an operation that returns `Ok` has outlived the process and the power.
//! One that returns an error has changed nothing that counts; a job whose submission failed may exist if
//! the process or the power was lost in that moment, which an idempotency key makes harmless.
//!
//! No wait (of a lease, or before another attempt) is stored as a time of day. Stored is its length, and
//! whoever watches measures it, with a clock that does not jump, from when they saw it begin: see
//! `waits`.

mod address;
mod beat;
mod clock;
mod contract;
mod drill;
mod error;
mod id;
mod job;
mod limits;
mod list;
pub mod nats;
mod record;
mod result;
pub mod sqlite;
mod time;
mod view;
mod waits;
mod wake;

pub use self::address::{Address, AddressError, Servers};
pub use self::beat::{Beat, Held, LeaseToken, Leased, NewChunks};
pub use self::clock::{Clock, Moment, SystemClock, Timestamp};
pub use self::contract::Queue;
pub use self::drill::{Drill, Kept, UnfeltError};
pub use self::error::{OpenError, QueueError};
pub use self::id::{BlobId, IdError, JobId};
pub use self::job::{JobState, NewJob, Submitted, UnknownState};
pub use self::limits::Limits;
pub use self::list::{Counts, Expired, Filter, Page};
pub use self::nats::{BrokerError, NatsQueue};
pub use self::result::{Checksums, Chunks, JobResult, Outcome};
pub use self::sqlite::SqliteQueue;
pub use self::view::{Attempt, Executed, JobView, Progress, Refusal};
