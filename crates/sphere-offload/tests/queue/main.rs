//! What every queue must do, asked of each; and what is particular to one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    reason = "tests, which say what went wrong by ending"
)]

mod file;
mod model;
mod nats;
mod stand;
mod suite;
mod together;
#[cfg(target_os = "linux")]
mod trouble;

use std::sync::Arc;

use sphere_offload::queue::{Clock, Limits, Queue, SqliteQueue};
use tempfile::TempDir;

use stand::{Place, place};

/// A folder with a queue in a file.
#[derive(Debug)]
struct InFile(TempDir);

impl Place for InFile {
    fn open(&self, limits: Limits, clock: Arc<dyn Clock>) -> Arc<dyn Queue> {
        Arc::new(SqliteQueue::open(&self.0.path().join("queue.sqlite"), limits, clock).unwrap())
    }
}

place!(sqlite, || Box::new(crate::InFile(tempfile::tempdir().unwrap())), || true);
place!(nats_one, crate::nats::on_one, crate::nats::server::is_there);
place!(nats_three, crate::nats::on_three, crate::nats::server::is_there);
