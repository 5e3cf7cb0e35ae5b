//! Keeps jobs going when an engine fails.

pub mod breaker;
pub mod fault;
pub mod ladder;
#[cfg(target_os = "linux")]
pub mod supervisor;
#[cfg(target_os = "linux")]
pub mod worker;
