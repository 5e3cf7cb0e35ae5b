//! How independent tasks are run. This crate knows no threads; whoever calls it may.

/// Runs tasks that do not depend on one another, on threads or not.
///
/// Results come in the order of the tasks, so what is made of them is the same for any number of
/// threads.
pub trait Executor: Sync {
    /// `[task(0), ..., task(tasks - 1)]`.
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T>;
}

/// One task after the other, on the thread of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serial;

impl Executor for Serial {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        (0..tasks).map(task).collect()
    }
}
