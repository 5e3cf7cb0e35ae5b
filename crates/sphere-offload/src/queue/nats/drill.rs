//! Cuts the connection when a drill says so.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::super::Drill;
use super::NatsQueue;

/// Each time on a thread that waits for it, if the queue is still open by then.
pub(in super::super) fn follow(queue: &Arc<NatsQueue>, drill: &Drill) {
    for (begins, lasts) in drill.cuts() {
        let queue = Arc::downgrade(queue);
        thread::spawn(move || {
            thread::sleep(begins.saturating_duration_since(Instant::now()));
            if let Some(queue) = queue.upgrade() {
                queue.cut(lasts);
            }
        });
    }
}
