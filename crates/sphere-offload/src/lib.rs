//! Keeps jobs going when an engine fails.

pub mod breaker;
pub mod fault;
pub mod ladder;
#[cfg(target_os = "linux")]
pub mod supervisor;
mod sync;
pub mod verify;
#[cfg(target_os = "linux")]
pub mod worker;
