//! An engine in a process of its own: what crashes there crashes nobody else.
//!
//! The service starts a program, which [`serve`]s: a socket for short messages, and sealed memory that
//! both see for points, which are never copied between the two. When the process ends, however it does,
//! its jobs end as [`EngineError::Lost`](sphere_engine::EngineError::Lost), and another engine goes on.

mod client;
mod crew;
mod engine;
mod find;
mod frame;
mod jobs;
mod message;
mod numbers;
mod points;
mod process;
mod scripted;
mod search;
mod serve;
mod shared;
mod start;
mod told;

pub use self::engine::Worker;
pub use self::jobs::OnLoss;
pub use self::scripted::Scripted;
pub use self::serve::serve;
pub use self::start::{WorkerOptions, check};
