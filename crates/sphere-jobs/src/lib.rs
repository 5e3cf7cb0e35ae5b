//! What jobs in a queue mean, and who does them.
//!
//! A [`Task`] is a job of some kind, read and checked; a [`QueueWorker`] takes jobs from a
//! [`Queue`](sphere_offload::queue::Queue) and does them on a [ladder](sphere_offload::ladder). The queue
//! itself knows no kinds, and the ladder no queue.

#![forbid(unsafe_code)]

mod chunks;
mod housekeeper;
mod task;
mod worker;

pub use self::chunks::{Different, Recheck};
pub use self::housekeeper::Housekeeper;
pub use self::task::{
    DIRECTION_BYTES, EXPIRES_AFTER, Kind, MOST_POINTS, MOST_QUALITY_VALUES, NearestTask,
    QualityTask, SampleTask, Task, TaskError,
};
pub use self::worker::{QueueWorker, Unheard, WorkerEvent, WorkerEvents, worker_name};
