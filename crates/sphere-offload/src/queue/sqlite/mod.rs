//! The queue in one file, for one host: SQLite, as it is built into this program.
//!
//! One thread writes (`serve`): calls that come together are one transaction and one sync. When the disk has
//! failed it, another one goes on (`keeper`). Reads have a connection of their own and disturb nobody. Several processes of one host may have the same file open;
//! each watches the leases of all.

mod blobs;
mod calls;
mod file;
mod jobs;
mod keeper;
mod open;
mod ours;
mod read;
mod refuse;
mod schema;
mod serve;
mod submit;
mod trouble;
mod turn;
mod work;
mod writer;

pub use self::calls::SqliteQueue;
pub(super) use self::refuse::CAN_REFUSE;
