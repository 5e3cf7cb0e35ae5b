//! Executors that do the same work in another order.

use sphere_math::parallel::Executor;

/// The last task first.
pub(crate) struct Backwards;

impl Executor for Backwards {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let mut results: Vec<T> = (0..tasks).rev().map(task).collect();
        results.reverse();
        results
    }
}

/// Threads that take turns.
pub(crate) struct Threads(pub(crate) usize);

impl Executor for Threads {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let (threads, task) = (self.0, &task);
        let mut columns: Vec<_> = std::thread::scope(|scope| {
            let run = |thread| {
                move || (thread..tasks).step_by(threads).map(task).collect::<Vec<T>>().into_iter()
            };
            let started: Vec<_> = (0..threads).map(|thread| scope.spawn(run(thread))).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        (0..tasks).map(|index| columns[index % threads].next().unwrap()).collect()
    }
}
