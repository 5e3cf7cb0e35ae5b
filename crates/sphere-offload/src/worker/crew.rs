//! Threads that wait for work: to start one takes longer than a small job.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Something to do once.
pub(super) type Work = Box<dyn FnOnce() + Send>;

/// As many threads as there was ever work for at once. They end with the process.
#[derive(Debug, Default)]
pub(super) struct Crew {
    /// Where threads without work take it from.
    idle: Arc<Mutex<Vec<Sender<Work>>>>,
}

impl Crew {
    /// Has work done at once, whatever else is under way.
    pub(super) fn run(&self, mut work: Work) -> io::Result<()> {
        while let Some(thread) = pop(&self.idle) {
            match thread.send(work) {
                Ok(()) => return Ok(()),
                // That one is gone.
                Err(refused) => work = refused.0,
            }
        }
        let idle = Arc::clone(&self.idle);
        let live = move || {
            let (sender, next) = channel();
            work();
            loop {
                lock(&idle).push(sender.clone());
                // There is a sender, so there is an end with the process alone.
                let Ok(work) = next.recv() else { break };
                work();
            }
        };
        thread::Builder::new().name("job".to_string()).spawn(live).map(drop)
    }
}

fn pop(idle: &Mutex<Vec<Sender<Work>>>) -> Option<Sender<Work>> {
    lock(idle).pop()
}

fn lock(idle: &Mutex<Vec<Sender<Work>>>) -> MutexGuard<'_, Vec<Sender<Work>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;

    #[test]
    fn threads_are_used_again_and_none_waits_for_another() {
        let (crew, (told, threads)) = (Crew::default(), channel());
        let mut last = None;
        for _ in 0..3 {
            let told = told.clone();
            crew.run(Box::new(move || told.send(thread::current().id()).unwrap())).unwrap();
            let thread = threads.recv().unwrap();
            // It is idle a moment after it has told.
            while lock(&crew.idle).is_empty() {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(*last.get_or_insert(thread), thread);
        }
        let all = Arc::new(Barrier::new(4));
        for _ in 0..3 {
            let all = Arc::clone(&all);
            let wait = move || {
                all.wait();
            };
            crew.run(Box::new(wait)).unwrap();
        }
        all.wait();
    }
}
