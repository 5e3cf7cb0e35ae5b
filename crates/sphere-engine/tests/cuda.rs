//! The CUDA engine on a device: the bits of the CPU engine, and a truthful end.
//!
//! Without a device these say so and pass nothing; `SPHERE_REQUIRE_CUDA=1` has them fail instead. The last
//! one runs all others on a stand-in for the driver, which computes on the processor.
//! `SPHERE_CUBINS` names a folder of compiled kernels, for machines that have no compiler.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that has no device says so")]

mod stand_in;
mod suite;

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use bytemuck::Pod;
use sphere_engine::{
    Cause, Collect, Coordinates, CpuEngine, CudaEngine, CudaOptions, Engine, EngineError,
    EngineName, Harm, HostMemory, Job, LinkWay, NearestJob, Precision, Stop,
};
use sphere_math::kernels::{ALL, NEAREST, Output};
use sphere_math::sampling::{Method, SampleError, Scheme};
use stand_in::StandIn;
use suite::{JOBS, job, watch};
use tempfile::TempDir;

/// Fail where there is no device.
const REQUIRED: &str = "SPHERE_REQUIRE_CUDA";
/// A folder of compiled kernels.
const CUBINS: &str = "SPHERE_CUBINS";
/// In the process on the stand-in.
const INSIDE: &str = "SPHERE_TEST_INSIDE";
/// In the process that has its context poisoned.
const POISONED: &str = "SPHERE_TEST_POISONED";

fn cache() -> PathBuf {
    static OWN: OnceLock<TempDir> = OnceLock::new();
    let own = || OWN.get_or_init(|| TempDir::new().unwrap()).path().to_path_buf();
    env::var_os(CUBINS).map_or_else(own, PathBuf::from)
}

fn open(most_device_bytes: Option<u64>) -> Option<CudaEngine> {
    let options = CudaOptions { most_device_bytes, cache: Some(cache()), ..CudaOptions::default() };
    match CudaEngine::open(options) {
        Err(EngineError::Unavailable { reason }) if env::var_os(REQUIRED).is_none() => {
            eprintln!("SKIPPED, this machine has no CUDA device: {reason}");
            None
        }
        engine => Some(engine.unwrap()),
    }
}

/// One engine for all tests that do not need their own.
fn shared() -> Option<&'static CudaEngine> {
    static ENGINE: OnceLock<Option<CudaEngine>> = OnceLock::new();
    ENGINE.get_or_init(|| open(None)).as_ref()
}

fn cpu() -> &'static CpuEngine {
    static CPU: OnceLock<CpuEngine> = OnceLock::new();
    CPU.get_or_init(|| CpuEngine::new(None).unwrap())
}

fn bytes(engine: &dyn Engine, job: &Job) -> Vec<u8> {
    let mut points = watch(usize::MAX, |_| ());
    let report = engine.run(job, &mut points, &Stop::never()).unwrap();
    assert_eq!((report.points, report.tally.accepted), (job.points(), job.points()));
    points.bytes
}

/// The jobs of the suite that CUDA computes, as points come, in both precisions.
fn all_jobs() -> impl Iterator<Item = Job> {
    ["f64", "f32"]
        .into_iter()
        .flat_map(|precision| JOBS.map(|words| job(words, precision)))
        .filter(|job| job.coordinates() == Coordinates::Native)
}

/// Of many chunks.
fn many() -> Job {
    job(("fibonacci", &[("count", "3_000_001"), ("start", "5")]), "f64")
}

#[test]
fn every_kernel_is_trusted() {
    let Some(engine) = shared() else { return };
    let capability = engine.capability();
    assert_eq!(capability.refused, []);
    let names: Vec<_> = ALL.iter().chain([&NEAREST]).map(|kernel| kernel.name).collect();
    assert_eq!(capability.kernels, names);
    assert_eq!(capability.name, EngineName::Cuda);
    assert_eq!(capability.precisions, [Precision::Double, Precision::Single]);
    assert!(!capability.device.is_empty() && !capability.driver.is_empty());
    assert!(capability.memory_bytes.unwrap() > 0);
    eprintln!("ran on {}, {}", capability.device, capability.driver);
}

#[test]
fn draws_are_the_same_integers() {
    let Some(engine) = shared() else { return };
    for job in JOBS.map(|words| job(words, "f64")) {
        let drawn = engine.draws(&job.scheme().plan().unwrap(), job.range()).unwrap();
        assert!(drawn == suite::draws(&job), "{job:?}");
    }
}

#[test]
fn points_are_the_same_bits() {
    let Some(engine) = shared() else { return };
    for job in all_jobs().chain([many()]) {
        assert!(bytes(engine, &job) == bytes(cpu(), &job), "{job:?}");
    }
}

#[test]
fn neither_blocks_nor_memory_change_a_bit() {
    let Some(engine) = shared() else { return };
    let Some(split) = open(Some(1 << 21)) else { return };
    for job in all_jobs().filter(|job| job.columns() < 400) {
        let right = bytes(cpu(), &job);
        assert!(bytes(&split, &job) == right, "{job:?}");
        let mut narrow = watch(10_000, |_| ());
        engine.run(&job, &mut narrow, &Stop::never()).unwrap();
        assert!(narrow.bytes == right, "{job:?}");
    }
    assert!(bytes(&split, &many()) == bytes(cpu(), &many()));
}

fn lattices() -> Vec<NearestJob> {
    let lattice = |pairs: [(&'static str, &'static str); 2]| NearestJob::parse("fibonacci", pairs);
    [
        [("total", "1"), ("placement", "quadrature")],
        [("total", "17"), ("placement", "packing")],
        [("total", "1e6"), ("placement", "offset:0")],
        [("total", "4503599627370496"), ("placement", "quadrature")],
    ]
    .map(|pairs| lattice(pairs).unwrap())
    .to_vec()
}

fn directions(count: u64) -> [Vec<f64>; 3] {
    let plan = Scheme::Random { seed: 5, method: Method::Ball }.plan().unwrap();
    let mut columns = [(); 3].map(|()| vec![0.0; count as usize]);
    let [x, y, z] = &mut columns;
    plan.fill(0..count, &mut [x, y, z]).unwrap();
    columns
}

fn nearest(engine: &dyn Engine, job: &NearestJob, columns: &[Vec<f64>; 3]) -> Vec<u64> {
    let [x, y, z] = columns;
    let mut found = vec![0; x.len()];
    engine.nearest(job, [x, y, z], &mut found, &Stop::never()).unwrap();
    found
}

#[test]
fn nearest_points_are_the_same_indices() {
    let Some(engine) = shared() else { return };
    for count in [0, 1, 1_000, 300_001] {
        let columns = directions(count);
        for job in lattices() {
            let right = nearest(cpu(), &job, &columns);
            assert!(nearest(engine, &job, &columns) == right, "{count} in {job:?}");
        }
    }
}

/// So many that the columns are registered where they are, and the same in memory that is.
#[test]
fn large_columns_stay_where_they_are() {
    let Some(engine) = shared() else { return };
    let job = &lattices()[2];
    let columns = directions((1 << 21) + 77);
    let right = nearest(cpu(), job, &columns);
    assert!(nearest(engine, job, &columns) == right);
    let count = right.len();
    let mut given = engine.values::<f64>(3 * count).unwrap();
    for (to, from) in given.as_mut_slice().chunks_mut(count).zip(&columns) {
        to.copy_from_slice(from);
    }
    let mut found = engine.values::<u64>(count).unwrap();
    let [x, y, z] = [0, 1, 2].map(|at| &given.as_slice()[at * count..][..count]);
    engine.nearest(job, [x, y, z], found.as_mut_slice(), &Stop::never()).unwrap();
    assert!(found.as_slice() == right);
}

#[test]
fn what_is_no_direction_is_named() {
    let Some(engine) = shared() else { return };
    let [mut x, y, z] = directions(400_000);
    (x[300_000], x[350_000]) = (f64::NAN, f64::INFINITY);
    let mut found = vec![0; x.len()];
    let stopped =
        engine.nearest(&lattices()[1], [&x, &y, &z], &mut found, &Stop::never()).unwrap_err();
    assert_eq!(stopped.next, 300_000);
    assert!(matches!(stopped.cause, Cause::Input(SampleError::NoDirection { index: 300_000, .. })));
}

#[test]
fn angles_are_for_another_engine() {
    let Some(engine) = shared() else { return };
    let angles = job(("fibonacci", &[("count", "10"), ("columns", "lonlat-deg")]), "f64");
    let mut points = Collect::<f64>::default();
    let stopped = engine.run(&angles, &mut points, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Unavailable { .. })), "{stopped}");
}

#[test]
fn a_stopped_job_goes_on_where_it_stopped() {
    let Some(engine) = shared() else { return };
    let stop = Stop::never();
    let mut first = watch(24_000, |end| {
        if end >= 5_005 {
            stop.request();
        }
    });
    let stopped = engine.run(&many(), &mut first, &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Requested));
    assert_eq!((stopped.next, first.bytes.len()), (5_005, 24 * 5_000));
    let rest = many().part(stopped.next..3_000_006).unwrap();
    first.bytes.extend(bytes(engine, &rest));
    assert!(first.bytes == bytes(cpu(), &many()));
}

#[test]
fn a_deadline_ends_a_job_that_would_take_for_ever() {
    let Some(engine) = shared() else { return };
    let job = job(("random", &[("count", "1e18")]), "f64");
    let stop = Stop::at(Instant::now() + Duration::from_millis(50));
    let mut sink = Counted::default();
    let stopped = engine.run(&job, &mut sink, &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::DeadlineExceeded)));
    assert_eq!(stopped.next, sink.0);
}

/// Keeps nothing.
#[derive(Default)]
struct Counted(u64, Vec<sphere_engine::Block>);

impl sphere_engine::Sink for Counted {
    fn lend(&mut self) -> sphere_engine::Block {
        self.1.pop().unwrap_or_default()
    }

    fn accept(
        &mut self,
        points: std::ops::Range<u64>,
        block: sphere_engine::Block,
    ) -> Result<(), sphere_engine::SinkError> {
        self.0 = points.end;
        self.1.push(block);
        Ok(())
    }
}

#[test]
fn threads_share_an_engine() {
    let Some(engine) = shared() else { return };
    let alone: Vec<_> = all_jobs().map(|job| bytes(cpu(), &job)).collect();
    let alone = &alone;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                for (job, expected) in all_jobs().zip(alone) {
                    assert!(bytes(engine, &job) == *expected, "{job:?}");
                }
            });
        }
    });
}

#[test]
fn blocks_outlive_their_engine() {
    let Some(engine) = open(None) else { return };
    let mut points = Collect::<f64>::default();
    engine.run(&many(), &mut points, &Stop::never()).unwrap();
    drop(engine);
    cpu().run(&many(), &mut points, &Stop::never()).unwrap();
    let (first, second) = points.values.split_at(points.values.len() / 2);
    assert!(bits(first) == bits(second));
}

fn bits<T: Pod>(values: &[T]) -> &[u8] {
    bytemuck::cast_slice(values)
}

/// That it can be measured; what comes out is for benchmarks.
#[test]
fn times_are_told() {
    let Some(engine) = shared() else { return };
    let (measure, plan) = (engine.measure(), many().scheme().plan().unwrap());
    let columns = directions(1_000);
    let [x, y, z] = &columns;
    let mut all = vec![
        measure.kernel_seconds(&plan, Output::Double, 100_000, 3).unwrap(),
        measure.nearest_seconds(&plan, [x, y, z], 3).unwrap(),
        measure.copy_seconds(1 << 20, 3).unwrap(),
    ];
    for way in [LinkWay::ToDevice, LinkWay::ToHost] {
        for memory in [HostMemory::Registered, HostMemory::Pageable] {
            all.push(measure.link_seconds(way, memory, 1 << 20, 3).unwrap());
        }
    }
    for seconds in all {
        assert!(
            seconds.len() == 3 && seconds.iter().all(|s| *s >= 0.0 && *s < 60.0),
            "{seconds:?}"
        );
    }
    let [free, all] = measure.device_bytes().unwrap();
    assert!(free <= all);
}

/// A kernel that really writes where no memory is. What comes of it is for the life of a process, so it is
/// one that a test starts.
#[test]
fn a_context_that_is_poisoned_is_lost_with_its_process() {
    if env::var_os(POISONED).is_none() {
        let name = "a_context_that_is_poisoned_is_lost_with_its_process";
        let mut command = Command::new(env::current_exe().unwrap());
        let output = command.args(["--exact", name, "--nocapture"]).env(POISONED, "1").output();
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        eprintln!("{told}");
        assert!(output.status.success() && !told.contains("stand-in:"), "{told}");
        return;
    }
    let Some(engine) = open(None) else { return };
    assert!(matches!(engine.harm(Harm::Lose), Err(EngineError::Unavailable { .. })));
    match engine.harm(Harm::Poison) {
        Err(EngineError::Unavailable { reason }) if reason.contains("no compiler") => {
            eprintln!("SKIPPED, this machine has no compiler for another text: {reason}");
            return;
        }
        harmed => harmed.unwrap(),
    }
    let [x, y, z] = &directions(10);
    let run = engine.run(&many(), &mut Counted::default(), &Stop::never()).map(drop);
    let found = engine.nearest(&lattices()[1], [x, y, z], &mut [0; 10], &Stop::never());
    for ended in [run, found] {
        let stopped = ended.unwrap_err();
        let Cause::Engine(EngineError::Lost { reason }) = stopped.cause else {
            panic!("{stopped}")
        };
        eprintln!("{reason}");
    }
    drop(engine);
    // Another one in this process is no better.
    let options = CudaOptions { cache: Some(cache()), ..CudaOptions::default() };
    assert!(CudaEngine::open(options).is_err());
}

#[test]
fn all_of_this_on_a_stand_in_for_the_driver() {
    if env::var_os(INSIDE).is_some() {
        return;
    }
    let Some(stand_in) = StandIn::compile() else { return };
    let mut command = Command::new(env::current_exe().unwrap());
    stand_in.serve(&mut command);
    command.env(INSIDE, "1").env(REQUIRED, "1").env_remove(CUBINS);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stdout));
    assert!(!told.contains("stand-in:"), "{told}");
}
