//! Keeps jobs going when an engine fails.

mod between;
pub mod breaker;
pub mod fault;
pub mod ladder;
mod offload;
pub mod queue;
#[cfg(target_os = "linux")]
pub mod supervisor;
mod sync;
pub mod verify;
#[cfg(target_os = "linux")]
pub mod worker;

#[cfg(target_os = "linux")]
pub use self::offload::Workers;
pub use self::offload::{Local, Offload, OffloadError, OffloadOptions};
