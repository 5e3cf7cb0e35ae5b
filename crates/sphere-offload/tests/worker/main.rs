//! Workers as processes. This program is its own worker: started with an argument, it serves.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, with a runner of its own"
)]

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sphere_engine::{
    Block, Cause, Collect, CpuEngine, Engine, EngineError, EngineName, Job, SampleParameters, Sink,
    SinkError, Stop, Window,
};
use sphere_offload::breaker::{Backoff, Tolerance};
use sphere_offload::ladder::{Fixed, Ladder, Rung};
use sphere_offload::supervisor::{Limits, Supervisor};
use sphere_offload::worker::{Worker, WorkerOptions, serve};

/// Tests by name. A runner of our own, because the worker must have its standard output for itself.
const TESTS: [(&str, fn()); 10] = [
    ("points_are_those_of_the_engine", points_are_those_of_the_engine),
    ("jobs_at_once_do_not_mix", jobs_at_once_do_not_mix),
    (
        "a_killed_worker_loses_its_jobs_and_says_where",
        a_killed_worker_loses_its_jobs_and_says_where,
    ),
    ("a_job_that_is_stopped_gives_its_slots_back", a_job_that_is_stopped_gives_its_slots_back),
    ("a_sink_that_keeps_its_blocks_is_told", a_sink_that_keeps_its_blocks_is_told),
    ("programs_that_are_no_workers", programs_that_are_no_workers),
    ("a_worker_that_is_killed_is_replaced", a_worker_that_is_killed_is_replaced),
    ("a_frozen_worker_is_ended_and_replaced", a_frozen_worker_is_ended_and_replaced),
    ("kills_under_load_lose_nothing", kills_under_load_lose_nothing),
    ("what_a_healthy_job_costs", what_a_healthy_job_costs),
];

fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "--serve" {
        return serve(|engine| match engine {
            "cpu" => Ok(Arc::new(CpuEngine::new(None)?)),
            other => Err(EngineError::Unavailable { reason: format!("no engine {other} here") }),
        });
    }
    for (name, test) in TESTS {
        // As runners of Rust's tests are filtered.
        if argument.starts_with('-') || name.contains(&argument) {
            test();
            println!("test {name} ... ok");
        }
    }
    Ok(())
}

fn options() -> WorkerOptions {
    WorkerOptions {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["--serve".to_string()],
        engine: EngineName::Cpu,
        block_bytes: 1 << 18,
        blocks: 16,
        patience: Duration::from_secs(10),
    }
}

fn job(scheme: &str, text: &str) -> Job {
    let pairs = text.split(' ').map(|pair| pair.split_once('=').unwrap());
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn points(engine: &dyn Engine, job: &Job) -> Vec<f64> {
    let mut points = Collect::default();
    let report = engine.run(job, &mut points, &Stop::never()).unwrap();
    assert_eq!(report.points, job.points());
    points.values
}

fn points_are_those_of_the_engine() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), CpuEngine::new(None).unwrap());
    assert_eq!(worker.capability().kernels, cpu.capability().kernels);
    for (scheme, text) in [
        ("fibonacci", "count=0"),
        ("fibonacci", "count=1"),
        ("fibonacci", "count=100000"),
        ("random", "count=300000 start=7 seed=5 method=ball"),
        ("sobol", "count=1000 dimensions=64 scramble=owen"),
        ("pixels", "order=6 columns=theta-phi"),
    ] {
        let job = job(scheme, text);
        assert!(points(&worker, &job) == points(&cpu, &job), "{scheme} {text}");
    }
    let wide = job("sobol", "count=1 dimensions=21201");
    assert!(points(&worker, &wide) == points(&cpu, &wide));
}

fn jobs_at_once_do_not_mix() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), CpuEngine::new(None).unwrap());
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let (worker, cpu) = (&worker, &cpu);
            scope.spawn(move || {
                for round in 0..5 {
                    let text = format!("count=50000 seed={}", thread * 100 + round);
                    let job = job("random", &text);
                    assert!(points(worker, &job) == points(cpu, &job), "{text}");
                }
            });
        }
    });
}

/// Does something once, when it has so many points.
struct At<F> {
    points: Collect<f64>,
    count: u64,
    what: Option<F>,
}

impl<F: FnOnce()> Sink for At<F> {
    fn window(&self) -> Window {
        Window { blocks: 2, block_bytes: 1 << 14 }
    }

    fn lend(&mut self) -> Block {
        self.points.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        if points.end >= self.count
            && let Some(what) = self.what.take()
        {
            what();
        }
        self.points.accept(points, block)
    }
}

fn a_killed_worker_loses_its_jobs_and_says_where() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), CpuEngine::new(None).unwrap());
    let job = job("fibonacci", "count=10000000");
    let mut sink = At { points: Collect::default(), count: 20_000, what: Some(|| worker.kill()) };
    let stopped = worker.run(&job, &mut sink, &Stop::never()).unwrap_err();
    let Cause::Engine(EngineError::Lost { reason }) = stopped.cause else { panic!("{stopped}") };
    assert!(reason.contains("SIGKILL") || reason.contains("signal"), "{reason}");
    assert_eq!(sink.points.values.len() as u64, 3 * stopped.next);
    let part = job.part(0..stopped.next).unwrap();
    assert!(sink.points.values == points(&cpu, &part));
    // Lost is lost, and said at once.
    let again = worker.run(&job, &mut Collect::<f64>::default(), &Stop::never()).unwrap_err();
    assert!(matches!(again.cause, Cause::Engine(EngineError::Lost { .. })), "{again}");
}

fn a_job_that_is_stopped_gives_its_slots_back() {
    let worker = Worker::start(&options()).unwrap();
    let job = job("fibonacci", "count=10000000");
    for _ in 0..50 {
        let stop = Stop::never();
        let what = Some(|| stop.request());
        let mut sink = At { points: Collect::default(), count: 5_000, what };
        let stopped = worker.run(&job, &mut sink, &stop).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Requested), "{stopped}");
    }
}

fn a_sink_that_keeps_its_blocks_is_told() {
    struct Keep(Vec<Block>);
    impl Sink for Keep {
        fn window(&self) -> Window {
            Window { blocks: 2, block_bytes: 1 << 10 }
        }
        fn lend(&mut self) -> Block {
            Block::default()
        }
        fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
            self.0.push(block);
            Ok(())
        }
    }
    let worker = Worker::start(&options()).unwrap();
    let job = job("fibonacci", "count=100000");
    let mut keep = Keep(Vec::new());
    let stopped = worker.run(&job, &mut keep, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::OutOfMemory)), "{stopped}");
    drop(keep);
    assert_eq!(points(&worker, &job).len(), 300_000);
}

fn programs_that_are_no_workers() {
    let reason = |options: WorkerOptions| match Worker::start(&options) {
        Err(EngineError::Unavailable { reason }) => reason,
        other => panic!("{other:?}"),
    };
    let none = reason(WorkerOptions { program: "/nowhere/sphere".into(), ..options() });
    assert!(none.contains("cannot start /nowhere/sphere"), "{none}");
    let other = reason(WorkerOptions { program: "/bin/true".into(), ..options() });
    assert!(other.contains("/bin/true is no worker of Sphere"), "{other}");
    let started = Instant::now();
    let patience = Duration::from_millis(100);
    let arguments = vec!["60".to_string()];
    let silent = WorkerOptions { program: "/bin/sleep".into(), arguments, patience, ..options() };
    assert!(reason(silent).contains("is no worker"));
    assert!(started.elapsed() < Duration::from_secs(5));
    let engine = reason(WorkerOptions { engine: EngineName::Cuda, ..options() });
    assert!(engine.contains("no engine cuda here"), "{engine}");
}

const PATIENCE: Duration = Duration::from_secs(10);

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
    signal(first.process_id(), Signal::STOP);
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
                    let outcome = ladder.run(job, &mut points, &Stop::never()).unwrap();
                    assert!(points.values == *right);
                    climbed.fetch_add(u64::from(outcome.executed.len() > 1), Ordering::Relaxed);
                    jobs += 1;
                }
                jobs
            })
        });
        for round in 0..30 {
            std::thread::sleep(Duration::from_millis(20 + 7 * (round % 5)));
            if let Some(worker) = supervisor.worker() {
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

/// Not a bound: what it costs is measured elsewhere. This shows it to whoever runs the test alone.
fn what_a_healthy_job_costs() {
    let started = Instant::now();
    let worker = Worker::start(&options()).unwrap();
    let ready = started.elapsed();
    let job = job("fibonacci", "count=10");
    let mut times: Vec<Duration> = (0..1_000)
        .map(|_| {
            let started = Instant::now();
            points(&worker, &job);
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("ready in {ready:?}; a small job {:?}, p99 {:?}", times[500], times[990]);
}
