//! The queue in one file, for one host: SQLite, as it is built into this program.
//!
//! One thread writes (`writer`): calls that come together are one transaction and one sync. Reads have
//! a connection of their own and disturb nobody. Several processes of one host may have the same file open;
//! each watches the leases of all.

mod blobs;
mod calls;
mod file;
mod jobs;
mod open;
mod ours;
mod read;
mod schema;
mod submit;
mod trouble;
mod turn;
mod work;
mod writer;

pub use self::calls::SqliteQueue;
