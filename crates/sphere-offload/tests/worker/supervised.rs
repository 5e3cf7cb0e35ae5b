//! Workers that are kept up.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sphere_engine::{
    Block, Cause, Collect, CpuEngine, Engine, EngineError, EngineName, Harm, Sink, SinkError, Stop,
    Window,
};
use sphere_offload::breaker::{Backoff, Tolerance};
use sphere_offload::ladder::{Fixed, Ladder, Rung, Supply as _};
use sphere_offload::supervisor::{Limits, Supervisor, WorkerEvent};
use sphere_offload::worker::WorkerOptions;

use crate::roles::FAT_BYTES;
use crate::{PATIENCE, job, options, playing, points};

pub(crate) const TESTS: crate::Tests = &[
    ("a_worker_that_is_killed_is_replaced", a_worker_that_is_killed_is_replaced),
    ("a_frozen_worker_is_ended_and_replaced", a_frozen_worker_is_ended_and_replaced),
    ("a_worker_whose_engine_is_lost_is_replaced", a_worker_whose_engine_is_lost_is_replaced),
    ("a_fat_worker_is_ended_and_replaced", a_fat_worker_is_ended_and_replaced),
    (
        "an_engine_that_is_not_here_is_not_started_again_and_again",
        an_engine_that_is_not_here_is_not_started_again_and_again,
    ),
    ("a_worker_that_does_not_become_ready_is_ended", a_worker_that_does_not_become_ready_is_ended),
    (
        "nobody_waits_at_the_end_for_a_worker_that_starts",
        nobody_waits_at_the_end_for_a_worker_that_starts,
    ),
    ("what_a_loss_costs", what_a_loss_costs),
    ("kills_under_load_lose_nothing", kills_under_load_lose_nothing),
];

fn supervisor(limits: Limits) -> Supervisor {
    Supervisor::start(options(), limits).unwrap()
}

fn a_worker_that_is_killed_is_replaced() {
    let supervisor = supervisor(Limits::default());
    let first = supervisor.wait(PATIENCE).unwrap();
    first.kill();
    while !first.is_lost() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = supervisor.wait(PATIENCE).unwrap();
    assert_ne!(first.process_id(), second.process_id());
    assert_eq!(supervisor.started(), 2);
    assert_eq!(points(&*second, &job("fibonacci", "count=10")).len(), 30);
    let id = second.process_id();
    drop((first, second));
    drop(supervisor);
    let (process, started) = (std::path::PathBuf::from(format!("/proc/{id}")), Instant::now());
    while process.exists() {
        assert!(started.elapsed() < PATIENCE, "it ends with its supervisor");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(process.try_into().unwrap()).unwrap();
    kill_process(process, signal).unwrap();
}

fn a_frozen_worker_is_ended_and_replaced() {
    let silence = Duration::from_millis(300);
    let supervisor = supervisor(Limits { silence, ..Limits::default() });
    let first = supervisor.wait(PATIENCE).unwrap();
    first.freeze();
    let started = Instant::now();
    // A job that is under way is lost with it: it does not hang.
    let stopped = first.run(
        &job("fibonacci", "count=100000"),
        &mut Collect::<f64>::default(),
        &Stop::never(),
    );
    assert!(matches!(stopped.unwrap_err().cause, Cause::Engine(EngineError::Lost { .. })));
    assert!(started.elapsed() < PATIENCE);
    let second = supervisor.wait(PATIENCE).unwrap();
    assert_ne!(first.process_id(), second.process_id());
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Jobs climb from a worker to the CPU while workers are killed and frozen: every one ends, right.
fn kills_under_load_lose_nothing() {
    let limits = Limits { silence: Duration::from_millis(100), ..Limits::default() };
    let cpu: Arc<dyn Engine> = Arc::new(CpuEngine::new(None).unwrap());
    let work: Vec<_> = (0..8)
        .map(|seed| {
            let job = job("random", &format!("count=200000 seed={seed}"));
            let right = points(&*cpu, &job);
            (job, right)
        })
        .collect();
    let backoff = Backoff { first: Duration::from_millis(1), ..Backoff::default() };
    let tolerance = Tolerance { failures: 3, backoff };
    let supervisor = Arc::new(supervisor(limits));
    supervisor.wait(PATIENCE).unwrap();
    let rungs =
        vec![Rung::new(Arc::clone(&supervisor), tolerance), Rung::new(Fixed(cpu), tolerance)];
    let (ladder, before) = (Ladder::new(rungs, Duration::from_secs(5)), descriptors());
    let (done, climbed) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let clients = [0, 1].map(|client| {
            let (work, ladder, done, climbed) = (&work, &ladder, &done, &climbed);
            scope.spawn(move || {
                let mut jobs = 0;
                while !done.load(Ordering::Relaxed) {
                    let (job, right) = &work[(client + jobs) % work.len()];
                    let mut points = Collect::<f64>::default();
                    let outcome =
                        ladder.run(&ladder.all(), job, &mut points, &Stop::never()).unwrap();
                    assert!(points.values == *right);
                    climbed.fetch_add(u64::from(outcome.executed.len() > 1), Ordering::Relaxed);
                    jobs += 1;
                }
                jobs
            })
        });
        for round in 0..30 {
            std::thread::sleep(Duration::from_millis(20 + 7 * (round % 5)));
            if let Some(worker) = Supervisor::worker(&supervisor) {
                signal(
                    worker.process_id(),
                    if round % 5 == 4 { Signal::STOP } else { Signal::KILL },
                );
            }
        }
        done.store(true, Ordering::Relaxed);
        let jobs = clients.map(|client| client.join().unwrap());
        println!("{jobs:?} jobs, {climbed:?} went on elsewhere");
        assert!(jobs.iter().all(|jobs| *jobs > 0));
    });
    assert!(climbed.into_inner() > 0, "some were under way when a worker ended");
    supervisor.wait(PATIENCE).unwrap();
    assert!(descriptors() <= before + 2, "{} descriptors, {before} before", descriptors());
}

/// A supervisor, and what it tells.
fn observed(options: WorkerOptions, limits: Limits) -> (Supervisor, Receiver<WorkerEvent>) {
    let (told, events) = channel();
    let observer = Box::new(move |event| told.send(event).unwrap());
    (Supervisor::observed(options, limits, observer).unwrap(), events)
}

/// A context that is poisoned answers, and will for ever, that it is lost: only another process helps.
fn a_worker_whose_engine_is_lost_is_replaced() {
    let (supervisor, events) = observed(options(), Limits::default());
    let worker = supervisor.wait(PATIENCE).unwrap();
    let job = job("fibonacci", "count=1000");
    let right = points(&*worker, &job);
    crate::poison(&worker);
    let mut none = Collect::<f64>::default();
    let stopped = worker.run(&job, &mut none, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
    let next = supervisor.wait(PATIENCE).unwrap();
    assert_ne!(worker.process_id(), next.process_id());
    assert!(points(&*next, &job) == right);
    let told: Vec<_> = (0..3).map(|_| events.recv_timeout(PATIENCE).unwrap()).collect();
    let WorkerEvent::Ended { reason } = &told[1] else { panic!("{told:?}") };
    assert!(reason.starts_with("poisoned on purpose; the worker ended: signal"), "{reason}");
}

fn a_fat_worker_is_ended_and_replaced() {
    let limits = Limits { memory_bytes: Some(FAT_BYTES / 2), ..Limits::default() };
    let (supervisor, events) = observed(playing("fat"), limits);
    let worker = supervisor.wait(PATIENCE).unwrap();
    let thin = supervisor.state();
    assert_eq!((thin.process, thin.last_cause), (Some(worker.process_id()), None));
    assert!(thin.memory_bytes.unwrap() < FAT_BYTES / 2, "{:?}", thin.memory_bytes);
    let process = worker.process_id();
    let Ok(WorkerEvent::Ready { process: told, .. }) = events.recv_timeout(PATIENCE) else {
        panic!()
    };
    assert_eq!(told, process);
    worker.harm(Harm::Lose).unwrap();
    let Ok(WorkerEvent::Ended { reason }) = events.recv_timeout(PATIENCE) else { panic!() };
    assert!(reason.starts_with("the worker took more memory than it may; "), "{reason}");
    let next = supervisor.wait(PATIENCE).unwrap();
    assert_ne!(next.process_id(), process);
    let state = supervisor.state();
    assert_eq!((state.started, state.last_cause), (2, Some(reason)));
    assert!(state.up_for.unwrap() < PATIENCE && state.memory_bytes.unwrap() < FAT_BYTES / 2);
}

fn an_engine_that_is_not_here_is_not_started_again_and_again() {
    let absent = WorkerOptions { engine: EngineName::Cuda, ..options() };
    let (supervisor, events) = observed(absent, Limits::default());
    let expected = "no engine cuda here";
    let Ok(WorkerEvent::Absent { reason }) = events.recv_timeout(PATIENCE) else { panic!() };
    assert_eq!(reason, expected);
    for _ in 0..20 {
        // Whoever asks is told at once, and does not have it started.
        let Err(EngineError::Unavailable { reason }) = supervisor.engine() else { panic!() };
        assert_eq!(reason, expected);
        std::thread::sleep(Duration::from_millis(20));
    }
    let started = Instant::now();
    assert!(supervisor.wait(PATIENCE).is_none());
    assert!(started.elapsed() < Duration::from_secs(1), "nobody waits for what is not here");
    let state = supervisor.state();
    assert_eq!((state.process, state.started, state.is_absent), (None, 1, true));
    assert_eq!(state.last_cause.as_deref(), Some(expected));
}

fn a_worker_that_does_not_become_ready_is_ended() {
    let slow = WorkerOptions { patience: Duration::from_millis(100), ..playing("slow") };
    let (supervisor, events) = observed(slow, Limits::default());
    for _ in 0..2 {
        let Ok(WorkerEvent::Ended { reason }) = events.recv_timeout(PATIENCE) else { panic!() };
        assert!(reason.contains("it took longer than 100ms, and was ended"), "{reason}");
    }
    assert!(!supervisor.state().is_absent);
}

fn nobody_waits_at_the_end_for_a_worker_that_starts() {
    let supervisor = Supervisor::start(playing("slow"), Limits::default()).unwrap();
    let started = Instant::now();
    while supervisor.started() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(supervisor);
    assert!(started.elapsed() < PATIENCE / 2);
}

/// Not a bound: what it costs is measured elsewhere. This shows it to whoever runs the test alone.
fn what_a_loss_costs() {
    let supervisor = supervisor(Limits { settled: Duration::ZERO, ..Limits::default() });
    let job = job("fibonacci", "count=100000000");
    for harm in [None, Some(Harm::Poison)] {
        let (mut told, mut replaced) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            let worker = supervisor.wait(PATIENCE).unwrap();
            let mut lost = None;
            let mut sink = Counting(&mut |points| {
                if points > 20_000 && lost.is_none() {
                    lost = Some(Instant::now());
                    harm.map_or_else(|| worker.kill(), |harm| worker.harm(harm).unwrap());
                }
            });
            worker.run(&job, &mut sink, &Stop::never()).unwrap_err();
            told.push(lost.unwrap().elapsed());
            supervisor.wait(PATIENCE).unwrap();
            replaced.push(lost.unwrap().elapsed());
        }
        told.sort_unstable();
        replaced.sort_unstable();
        let [told, replaced] = [told, replaced].map(|times| (times[20], times[39]));
        println!(
            "{harm:?}: told after {told:?}, the next is ready after {replaced:?} (median, most)"
        );
    }
}

/// Tells how far a job has come, and keeps nothing.
struct Counting<'a>(&'a mut dyn FnMut(u64));

impl Sink for Counting<'_> {
    fn window(&self) -> Window {
        Window { blocks: 4, block_bytes: 1 << 16 }
    }

    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, points: Range<u64>, _block: Block) -> Result<(), SinkError> {
        (self.0)(points.end);
        Ok(())
    }
}
