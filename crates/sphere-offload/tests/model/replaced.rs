//! Supervisors: whoever waits is woken when there is a worker, one that ends is replaced, there are never two,
//! and a supervisor that is dropped ends all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shuttle::sync::mpsc::channel;
use shuttle::thread;
use sphere_engine::{EngineError, EngineName};

use crate::breaker::Backoff;
use crate::supervisor::{Limits, Supervisor, WorkerEvent};
use crate::worker::WorkerOptions;
use crate::{check, join};

/// Nobody has so much, and no time passes here.
const PATIENCE: Duration = Duration::from_hours(1);

fn options(errors: &[EngineError]) -> WorkerOptions {
    WorkerOptions {
        engine: EngineName::Scripted,
        errors: errors.into(),
        starts: Arc::default(),
        alive: Arc::default(),
    }
}

/// Starts at once, whatever happened before: a pause would end by the clock.
fn limits() -> Limits {
    let backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO, seed: 1 };
    Limits { backoff, settled: Duration::ZERO, ..Limits::default() }
}

fn supervisor(options: &WorkerOptions) -> Arc<Supervisor> {
    Arc::new(Supervisor::start(options.clone(), limits()).unwrap())
}

/// Nothing is left once a supervisor is dropped and its last worker has found out.
fn ends(supervisor: Arc<Supervisor>, alive: &AtomicUsize) {
    drop(Arc::into_inner(supervisor).unwrap());
    while alive.load(Ordering::Relaxed) > 0 {
        thread::yield_now();
    }
}

pub(crate) fn who_waits_gets_the_next_worker() {
    check(|| {
        let options = options(&[]);
        let supervisor = supervisor(&options);
        let waiters = [(); 2].map(|()| {
            let supervisor = Arc::clone(&supervisor);
            thread::spawn(move || {
                let worker = supervisor.wait(PATIENCE).unwrap();
                worker.kill();
                while !worker.is_lost() {
                    thread::yield_now();
                }
                let next = supervisor.wait(PATIENCE).unwrap();
                assert!(!Arc::ptr_eq(&worker, &next));
            })
        });
        join(waiters);
        ends(supervisor, &options.alive);
    });
}

pub(crate) fn a_worker_that_ends_is_replaced_where_nobody_asks() {
    check(|| {
        let options = options(&[]);
        let (event, events) = channel();
        let observer = Box::new(move |seen| {
            let _ = event.send(seen);
        });
        let supervisor = Supervisor::observed(options.clone(), limits(), observer).unwrap();
        let supervisor = Arc::new(supervisor);
        for _ in 0..2 {
            assert!(matches!(events.recv(), Ok(WorkerEvent::Ready { .. })));
            Supervisor::worker(&supervisor).unwrap().kill();
            assert!(matches!(events.recv(), Ok(WorkerEvent::Ended { .. })));
        }
        ends(supervisor, &options.alive);
    });
}

pub(crate) fn a_start_that_fails_is_tried_again_for_who_waits() {
    check(|| {
        let error = || EngineError::Failed { reason: "a start that failed".to_string() };
        let options = options(&[error(), error()]);
        let supervisor = supervisor(&options);
        let waiters = [(); 2].map(|()| {
            let supervisor = Arc::clone(&supervisor);
            thread::spawn(move || drop(supervisor.wait(PATIENCE).unwrap()))
        });
        join(waiters);
        assert!(options.starts.load(Ordering::Relaxed) >= 3);
        ends(supervisor, &options.alive);
    });
}

pub(crate) fn nobody_waits_for_an_engine_that_is_not_here() {
    check(|| {
        let options = options(&[EngineError::Unavailable { reason: "no driver".to_string() }]);
        let supervisor = supervisor(&options);
        let waiters = [(); 2].map(|()| {
            let supervisor = Arc::clone(&supervisor);
            thread::spawn(move || assert!(supervisor.wait(PATIENCE).is_none()))
        });
        join(waiters);
        assert!(supervisor.state().is_absent);
        ends(supervisor, &options.alive);
    });
}
