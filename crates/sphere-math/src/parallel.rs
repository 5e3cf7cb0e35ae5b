//! How independent tasks are run. This crate knows no threads; whoever calls it may.

use std::sync::Mutex;

/// Runs tasks that do not depend on one another, on threads or not.
///
/// Results come in the order of the tasks, so what is made of them is the same for any number of
/// threads.
pub trait Executor: Sync {
    /// `[task(0), ..., task(tasks - 1)]`.
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T>;
}

/// As [`Executor::map`], each task with a part of something that is split among them.
pub(crate) fn map_parts<P: Send, T: Send>(
    executor: &impl Executor,
    parts: Vec<P>,
    task: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    // A task takes its own part, once: nobody waits for a lock.
    let parts: Vec<_> = parts.into_iter().map(|part| Mutex::new(Some(part))).collect();
    let take = |index: usize| parts[index].lock().map_or(None, |mut part| part.take());
    let done = executor.map(parts.len(), |index| take(index).map(&task));
    done.into_iter().flatten().collect()
}

/// One task after the other, on the thread of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serial;

impl Executor for Serial {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        (0..tasks).map(task).collect()
    }
}
