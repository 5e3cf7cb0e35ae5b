//! The queue on servers, for many hosts: NATS JetStream.
//!
//! One stream keeps the last message of each subject (`entry`). A job is such a subject: a header that can be
//! watched, and the job with its record. Whoever changes a job reads it, applies the transition, and
//! publishes what came out on the condition that the last message still is the one that was read
//! (`publish`). So of two that change a job at once one is told to read again, and a job ends once. The
//! number of the message is the fence of a lease: it rises with everything that is published. What belongs
//! together (a batch, a job and the bytes that it needs) is one atomic batch of the server.
//!
//! Every process watches the headers (`watch`) and keeps an index in memory (`index`): whose turn it is, how
//! many there are of what, what waits. Choosing by it costs nothing, and a choice that is out of date costs a
//! question: the server refuses it. That is why there is no second stream with work-queue retention, as is
//! usual: the order in which such a stream delivers is that of the submission, not of the turns, what it
//! has handed out it hides from whoever asks for a position, and two streams cannot change in one step.
//!
//! With many processes, the bounds of [`Limits`](super::Limits) hold for what each has seen: what is
//! submitted at the same moment through another may come on top. Within one process they are exact. The
//! index takes about 250 bytes for a job, and as many for each that is forgotten until the watch has seen it.
//!
//! **Acknowledged means on disk only if the servers are told so**: `jetstream { sync_interval: always }`. By
//! default they write at once and sync every two minutes, and no client can see which of the two is set.
//! In a cluster there are three replicas of everything, of which two have stored what is acknowledged.
//!
//! An acknowledgement may be lost: then the same is published again, on the same condition. If that is
//! refused because the first has arrived, the message that is there carries the number of the write.

mod blobs;
mod calls;
mod connection;
mod core;
mod drill;
mod entry;
mod expire;
mod fault;
mod index;
mod jobs;
mod lease;
mod open;
mod publish;
mod read;
mod servers;
mod store;
mod streams;
mod submit;
mod trouble;
mod watch;

pub use self::calls::NatsQueue;
pub(super) use self::drill::follow;
pub use self::open::NatsOptions;
pub use self::trouble::BrokerError;

/// Servers as they may be shown to anybody.
pub(super) fn shown(text: &str) -> Result<String, super::OpenError> {
    Ok(servers::Servers::parse(text)?.to_string())
}
