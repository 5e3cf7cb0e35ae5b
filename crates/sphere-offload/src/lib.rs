//! Keeps jobs going when an engine fails.

#![forbid(unsafe_code)]

pub mod breaker;
pub mod fault;
pub mod ladder;
