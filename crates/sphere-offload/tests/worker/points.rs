//! Jobs through a worker.

use std::ops::Range;
use std::time::{Duration, Instant};

use sphere_engine::{
    Block, Cause, Collect, CpuEngine, Engine as _, EngineError, Harm, NearestJob, Sink, SinkError,
    Stop, Window,
};
use sphere_offload::worker::Worker;

use crate::{PATIENCE, job, options, playing, points};

pub(crate) const TESTS: crate::Tests = &[
    ("points_are_those_of_the_engine", points_are_those_of_the_engine),
    ("jobs_at_once_do_not_mix", jobs_at_once_do_not_mix),
    (
        "a_killed_worker_loses_its_jobs_and_says_where",
        a_killed_worker_loses_its_jobs_and_says_where,
    ),
    ("an_engine_keeps_the_memory_of_its_blocks", an_engine_keeps_the_memory_of_its_blocks),
    ("a_job_that_is_stopped_gives_its_slots_back", a_job_that_is_stopped_gives_its_slots_back),
    (
        "a_job_that_is_stopped_once_all_points_are_there_is_done",
        a_job_that_is_stopped_once_all_points_are_there_is_done,
    ),
    ("a_sink_that_keeps_its_blocks_is_told", a_sink_that_keeps_its_blocks_is_told),
    ("harm_loses_the_engine_and_with_it_the_worker", harm_loses_the_engine_and_with_it_the_worker),
    ("what_a_healthy_job_costs", what_a_healthy_job_costs),
];

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

/// How a worker has ended, once nothing is left of it.
fn ended(worker: &Worker) -> String {
    let started = Instant::now();
    while !worker.has_ended() {
        assert!(started.elapsed() < PATIENCE, "it was not ended");
        std::thread::sleep(Duration::from_millis(1));
    }
    worker.lost().unwrap()
}

fn a_killed_worker_loses_its_jobs_and_says_where() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), CpuEngine::new(None).unwrap());
    let job = job("fibonacci", "count=10000000");
    let mut sink = At { points: Collect::default(), count: 20_000, what: Some(|| worker.kill()) };
    let stopped = worker.run(&job, &mut sink, &Stop::never()).unwrap_err();
    let Cause::Engine(EngineError::Lost { reason }) = stopped.cause else { panic!("{stopped}") };
    assert!(reason.contains("the worker "), "{reason}");
    let lost = ended(&worker);
    assert!(lost.contains("the worker ended: signal: 9"), "{lost}");
    assert_eq!(sink.points.values.len() as u64, 3 * stopped.next);
    let part = job.part(0..stopped.next).unwrap();
    assert!(sink.points.values == points(&cpu, &part));
    // Lost is lost, and said at once.
    let again = worker.run(&job, &mut Collect::<f64>::default(), &Stop::never()).unwrap_err();
    assert!(matches!(again.cause, Cause::Engine(EngineError::Lost { .. })), "{again}");
}

fn an_engine_keeps_the_memory_of_its_blocks() {
    let worker = Worker::start(&playing("keeping")).unwrap();
    assert_eq!(points(&worker, &job("fibonacci", "count=100000")).len(), 300_000);
    let lattice = NearestJob::parse("fibonacci", [("total", "100")]).unwrap();
    let (zero, one, mut found) = ([0.0; 9], [1.0; 9], [7; 9]);
    worker.nearest(&lattice, [&zero, &zero, &one], &mut found, &Stop::never()).unwrap();
    assert_eq!(found, [0; 9]);
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

fn a_job_that_is_stopped_once_all_points_are_there_is_done() {
    let worker = Worker::start(&options()).unwrap();
    let job = job("fibonacci", "count=5000");
    for _ in 0..50 {
        let stop = Stop::never();
        let what = Some(|| stop.request());
        let mut sink = At { points: Collect::default(), count: 5_000, what };
        let report = worker.run(&job, &mut sink, &stop).unwrap();
        assert_eq!((report.points, sink.points.values.len()), (5_000, 15_000));
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

fn harm_loses_the_engine_and_with_it_the_worker() {
    let worker = Worker::start(&options()).unwrap();
    let job = job("fibonacci", "count=10000000");
    let what = Some(|| crate::poison(&worker));
    let mut sink = At { points: Collect::default(), count: 20_000, what };
    let stopped = worker.run(&job, &mut sink, &Stop::never()).unwrap_err();
    assert_eq!(sink.points.values.len() as u64, 3 * stopped.next);
    let Cause::Engine(EngineError::Lost { reason }) = stopped.cause else { panic!("{stopped}") };
    assert_eq!(reason, "poisoned on purpose");
    // Its process is of no more use.
    let again = worker.run(&job, &mut Collect::<f64>::default(), &Stop::never()).unwrap_err();
    assert!(matches!(again.cause, Cause::Engine(EngineError::Lost { .. })), "{again}");
    let lost = ended(&worker);
    assert!(lost.starts_with("poisoned on purpose; the worker ended: signal"), "{lost}");
    assert!(matches!(worker.harm(Harm::Lose), Err(EngineError::Lost { .. })));
}
