//! The CPU engine: the same bits for any number of threads, in order, and a truthful end.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::{Duration, Instant};

use sphere_engine::{
    Block, Cause, Collect, CpuEngine, Engine, EngineError, EngineName, Job, SampleParameters, Sink,
    SinkError, Stop, Window,
};
use sphere_math::direction::{longitude_latitude_deg, theta_phi};
use sphere_math::simd::SimdLevel;

fn job(scheme: &str, pairs: &[(&str, &str)]) -> Job {
    SampleParameters::parse(scheme, pairs.iter().copied()).unwrap().job().unwrap()
}

fn engine(threads: usize) -> CpuEngine {
    CpuEngine::new(NonZeroUsize::new(threads)).unwrap()
}

fn collect<T: bytemuck::Pod + Default>(threads: usize, job: &Job) -> Vec<T> {
    let mut points = Collect::<T>::default();
    let report = engine(threads).run(job, &mut points, &Stop::never()).unwrap();
    assert_eq!(report.points, job.points());
    assert_eq!(report.tally.accepted, job.points());
    points.values
}

/// Jobs of several blocks, none of which end on a block.
const JOBS: [(&str, &[(&str, &str)]); 7] = [
    ("fibonacci", &[("count", "200_001"), ("start", "7")]),
    ("disk", &[("count", "300_001")]),
    ("random", &[("count", "150_001"), ("method", "ball"), ("start", "4294967000")]),
    ("sobol", &[("count", "150_001"), ("scramble", "owen")]),
    ("sobol", &[("count", "1_001"), ("dimensions", "1_000"), ("start", "5")]),
    ("sobol", &[("count", "20"), ("dimensions", "21201")]),
    ("pixels", &[("order", "7"), ("ordering", "nested")]),
];

#[test]
fn threads_change_no_bit() {
    for (scheme, pairs) in JOBS {
        let job = job(scheme, pairs);
        let bits = |threads| -> Vec<u64> {
            collect::<f64>(threads, &job).into_iter().map(f64::to_bits).collect()
        };
        let alone = bits(1);
        assert_eq!(alone.len() as u64, job.points() * job.columns() as u64);
        for threads in [2, 3, 8] {
            assert!(alone == bits(threads), "{scheme} on {threads} threads");
        }
    }
}

#[test]
fn the_engine_writes_what_the_plan_does() {
    for (scheme, pairs) in JOBS {
        let job = job(scheme, pairs);
        let plan = job.scheme().plan().unwrap();
        let mut expected = vec![0.0_f64; job.points() as usize * job.columns()];
        plan.fill_rows(job.range(), &mut expected).unwrap();
        assert!(expected == collect::<f64>(2, &job), "{scheme}");
    }
}

#[test]
fn single_precision_is_its_own_lift() {
    let pairs = [("count", "100_003"), ("precision", "f32")];
    let job = job("fibonacci", &pairs);
    let mut expected = vec![0.0_f32; 300_009];
    job.scheme().plan().unwrap().fill_rows(job.range(), &mut expected).unwrap();
    assert!(expected == collect::<f32>(2, &job));
}

#[test]
fn angles_are_those_of_the_directions() {
    let directions: Vec<f64> = collect(2, &job("random", &[("count", "100_003")]));
    let angles = |columns, precision| {
        job("random", &[("count", "100_003"), ("columns", columns), ("precision", precision)])
    };
    let (directions, _) = directions.as_chunks::<3>();
    let degrees: Vec<f64> = directions.iter().flat_map(|&d| longitude_latitude_deg(d)).collect();
    assert!(degrees == collect::<f64>(2, &angles("lonlat-deg", "f64")));
    let radians: Vec<f32> = directions.iter().flat_map(|&d| theta_phi(d)).collect();
    assert!(radians == collect::<f32>(2, &angles("theta-phi", "f32")));
}

#[test]
fn no_points_are_a_finished_job() {
    for threads in [1, 4] {
        assert!(collect::<f64>(threads, &job("fibonacci", &[("count", "0")])).is_empty());
    }
}

/// Counts what it is given, and does something at a certain point.
struct Probe<F> {
    accepted: Vec<Range<u64>>,
    lent: usize,
    most_lent: usize,
    at_each: F,
}

impl<F: FnMut(u64) -> Result<(), SinkError>> Probe<F> {
    fn new(at_each: F) -> Self {
        Self { accepted: Vec::new(), lent: 0, most_lent: 0, at_each }
    }
}

impl<F: FnMut(u64) -> Result<(), SinkError>> Sink for Probe<F> {
    fn lend(&mut self) -> Block {
        self.lent += 1;
        self.most_lent = self.most_lent.max(self.lent);
        Block::default()
    }

    fn accept(&mut self, points: Range<u64>, _block: Block) -> Result<(), SinkError> {
        self.lent -= 1;
        (self.at_each)(points.end)?;
        self.accepted.push(points);
        Ok(())
    }
}

const MANY: [(&str, &str); 1] = [("count", "3_000_000")];

#[test]
fn blocks_arrive_in_order_and_few_are_out() {
    for threads in [1, 2, 5] {
        let mut probe = Probe::new(|_| Ok(()));
        engine(threads).run(&job("fibonacci", &MANY), &mut probe, &Stop::never()).unwrap();
        let mut next = 0;
        for range in &probe.accepted {
            assert_eq!(range.start, next);
            next = range.end;
        }
        assert_eq!(next, 3_000_000);
        assert!(probe.accepted.len() > 20, "several blocks, or the test shows nothing");
        assert!(probe.most_lent <= 2 * threads + 2, "{} blocks out", probe.most_lent);
    }
}

#[test]
fn a_sink_bounds_what_it_lends() {
    struct Narrow(Probe<fn(u64) -> Result<(), SinkError>>, Window);

    impl Sink for Narrow {
        fn window(&self) -> Window {
            self.1
        }

        fn lend(&mut self) -> Block {
            self.0.lend()
        }

        fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
            assert!(block.bytes().len() <= self.1.block_bytes.max(24));
            self.0.accept(points, block)
        }
    }

    let job = job("fibonacci", &[("count", "10_001")]);
    for (blocks, block_bytes, calls) in [(1, 2_400, 101), (2, 24, 10_001), (0, 1, 10_001)] {
        let mut sink = Narrow(Probe::new(|_| Ok(())), Window { blocks, block_bytes });
        engine(3).run(&job, &mut sink, &Stop::never()).unwrap();
        assert_eq!(sink.0.accepted.len(), calls);
        assert!(sink.0.most_lent <= blocks.max(1), "{} blocks out", sink.0.most_lent);
    }
}

#[test]
fn a_failing_sink_stops_the_job_where_it_failed() {
    let mut probe = Probe::new(|end| if end > 500_000 { Err("full".into()) } else { Ok(()) });
    let stopped = engine(2).run(&job("fibonacci", &MANY), &mut probe, &Stop::never()).unwrap_err();
    assert!(matches!(&stopped.cause, Cause::Sink(error) if error.to_string() == "full"));
    assert_eq!(Some(stopped.next), probe.accepted.last().map(|range| range.end));
}

#[test]
fn another_run_continues_where_one_stopped() {
    let all: Vec<f64> = collect(1, &job("fibonacci", &MANY));
    let stop = Stop::never();
    let request = stop.clone();
    let mut first = Probe::new(|end| {
        if end > 1_000_000 {
            request.request();
        }
        Ok(())
    });
    let stopped = engine(2).run(&job("fibonacci", &MANY), &mut first, &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Requested));
    assert!((1_000_000..3_000_000).contains(&stopped.next));

    let start = stopped.next.to_string();
    let rest = job("fibonacci", &[("start", &start), ("total", "3_000_000")]);
    assert!(collect::<f64>(2, &rest) == all[3 * stopped.next as usize..]);
}

#[test]
fn a_deadline_ends_a_job_that_would_take_for_ever() {
    let job = job("random", &[("count", "1e18")]);
    let stop = Stop::at(Instant::now() + Duration::from_millis(20));
    let stopped = engine(2).run(&job, &mut Probe::new(|_| Ok(())), &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::DeadlineExceeded)));
}

#[test]
fn an_engine_says_what_it_is() {
    let engine = engine(3);
    let capability = engine.capability();
    assert_eq!(
        (capability.name, capability.simd, capability.threads),
        (EngineName::Cpu, SimdLevel::best().name(), 3)
    );
    assert!(matches!(CpuEngine::new(NonZeroUsize::new(1_025)), Err(EngineError::Rejected { .. })));
}

#[test]
fn a_level_is_what_was_asked_for_or_an_error() {
    let job = job("fibonacci", &[("count", "1000")]);
    let run = |engine: &CpuEngine| {
        let mut points = Collect::<f64>::default();
        engine.run(&job, &mut points, &Stop::never()).unwrap();
        points.values
    };
    let expected = run(&engine(1));
    for level in SimdLevel::ALL {
        match engine(2).with_simd(level) {
            Ok(engine) => {
                assert_eq!(engine.capability().simd, level.name());
                assert_eq!(run(&engine), expected, "{level}");
            }
            Err(error) => {
                assert!(!SimdLevel::available().contains(&level));
                assert!(matches!(error, EngineError::Unavailable { .. }), "{error}");
            }
        }
    }
}
