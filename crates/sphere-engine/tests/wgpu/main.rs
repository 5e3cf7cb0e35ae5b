//! The wgpu engine on a device, software if there is no other: the same draws, points within the
//! bound, and a truthful end. Without any device these say so and pass nothing; where
//! `SPHERE_REQUIRE_WGPU` is set they fail.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that has no device says so")]

mod conformance;
mod nearest;
#[path = "../suite/mod.rs"]
mod suite;

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use sphere_engine::{
    Cause, Collect, CpuEngine, Engine, EngineError, EngineName, Harm, Job, Precision,
    SampleParameters, Software, Stop, WgpuEngine, WgpuOptions,
};
use sphere_math::kernels::{ALL, NEAREST};
use suite::watch;

fn job(scheme: &str, pairs: &[(&str, &str)]) -> Job {
    let pairs = pairs.iter().copied().chain([("precision", "f32")]);
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn open(most_buffer_bytes: Option<u64>) -> Option<WgpuEngine> {
    let software = Software::Allowed;
    match WgpuEngine::open(WgpuOptions { software, most_buffer_bytes, ..WgpuOptions::default() }) {
        Err(EngineError::Unavailable { reason }) => {
            assert!(std::env::var_os("SPHERE_REQUIRE_WGPU").is_none(), "no device: {reason}");
            eprintln!("SKIPPED, this machine has no device: {reason}");
            None
        }
        engine => Some(engine.unwrap()),
    }
}

/// One engine for all tests that do not break it.
fn shared() -> Option<&'static WgpuEngine> {
    static ENGINE: OnceLock<Option<WgpuEngine>> = OnceLock::new();
    ENGINE.get_or_init(|| open(None)).as_ref()
}

fn collect(engine: &dyn Engine, job: &Job) -> Vec<f32> {
    let mut points = Collect::<f32>::default();
    let report = engine.run(job, &mut points, &Stop::never()).unwrap();
    assert_eq!((report.points, report.tally.accepted), (job.points(), job.points()));
    points.values
}

fn cpu() -> CpuEngine {
    CpuEngine::new(None).unwrap()
}

/// The largest difference of two sets; infinite if they are not of a size or one has no number.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return f32::INFINITY;
    }
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |most, d| {
        if d <= most {
            most
        } else if d > most {
            d
        } else {
            f32::INFINITY
        }
    })
}

#[test]
fn every_kernel_is_trusted() {
    let Some(engine) = shared() else { return };
    let capability = engine.capability();
    assert_eq!(capability.refused, []);
    let names = ALL.into_iter().chain([NEAREST]).map(|kernel| kernel.name);
    assert_eq!(capability.kernels, names.collect::<Vec<_>>());
    assert_eq!(
        (capability.name, capability.precisions),
        (EngineName::Wgpu, &[Precision::Single][..])
    );
    assert!(!capability.device.is_empty() && !capability.driver.is_empty());
    eprintln!("ran on {}, {}", capability.device, capability.driver);
}

#[test]
fn a_point_that_is_too_wide_is_refused_or_right() {
    let Some(engine) = shared() else { return };
    // Software ends long loops early. Its index has all bits set in the Gray code.
    let start = format!("{}", 0x2AAA_AAAA_AAAA_AAAA_u64);
    for dimensions in ["1000", "1001", "21201"] {
        let job = job("sobol", &[("count", "3"), ("dimensions", dimensions), ("start", &start)]);
        let mut points = Collect::<f32>::default();
        match engine.run(&job, &mut points, &Stop::never()) {
            Ok(_) => assert_eq!(distance(&points.values, &collect(&cpu(), &job)), 0.0),
            Err(stopped) => {
                assert!(dimensions != "1000" && stopped.cause.to_string().contains("words"));
            }
        }
    }
}

/// Jobs whose table fits a small buffer.
fn narrow() -> impl Iterator<Item = Job> {
    conformance::jobs().filter(|job| job.row_bytes() < 100)
}

#[test]
fn a_small_buffer_changes_no_bit() {
    let Some(engine) = shared() else { return };
    for most_buffer_bytes in [85_000, 400_000] {
        let Some(split) = open(Some(most_buffer_bytes)) else { return };
        for job in narrow() {
            assert!(collect(&split, &job) == collect(engine, &job), "{job:?}");
        }
    }
}

#[test]
fn what_does_not_fit_the_device_is_for_another_engine() {
    let Some(engine) = open(Some(4_000)) else { return };
    let reason = |job: &Job| {
        let mut points = Collect::<f32>::default();
        match engine.run(job, &mut points, &Stop::never()).unwrap_err() {
            stopped if stopped.next == job.range().start => stopped.cause.to_string(),
            stopped => panic!("{stopped}"),
        }
    };
    let f64s = [("count", "10"), ("start", "5"), ("total", "100")];
    let f64s = SampleParameters::parse("fibonacci", f64s).unwrap().job().unwrap();
    let angles = job("fibonacci", &[("count", "10"), ("columns", "lonlat-deg")]);
    for (job, expected) in [
        (f64s, "f32 in native coordinates only"),
        (angles, "f32 in native coordinates only"),
        (job("sobol", &[("count", "10"), ("dimensions", "21201")]), "of the device"),
    ] {
        let reason = reason(&job);
        assert!(reason.contains("unavailable") && reason.contains(expected), "{reason}");
    }
}

fn many() -> Job {
    job("fibonacci", &[("count", "1_000_000")])
}

#[test]
fn a_stopped_job_goes_on_where_it_stopped() {
    let Some(engine) = shared() else { return };
    let stop = Stop::never();
    let mut first = watch(12_000, |end| {
        if end >= 5_000 {
            stop.request();
        }
    });
    let stopped = engine.run(&many(), &mut first, &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Requested));
    assert_eq!((stopped.next, first.bytes.len()), (5_000, 60_000));
    let rest = many().part(stopped.next..1_000_000).unwrap();
    let mut values = bytemuck::pod_collect_to_vec::<_, f32>(&first.bytes);
    values.extend(collect(engine, &rest));
    assert!(values == collect(engine, &many()));
}

#[test]
fn a_deadline_ends_a_job_that_would_take_for_ever() {
    let Some(engine) = shared() else { return };
    let job = job("random", &[("count", "1e18")]);
    let stop = Stop::at(Instant::now() + Duration::from_millis(50));
    let stopped = engine.run(&job, &mut watch(usize::MAX, |_| ()), &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::DeadlineExceeded)));
}

#[test]
fn threads_share_an_engine() {
    let Some(engine) = shared() else { return };
    let alone: Vec<_> = conformance::jobs().map(|job| collect(engine, &job)).collect();
    let alone = &alone;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                for (job, expected) in conformance::jobs().zip(alone) {
                    assert!(collect(engine, &job) == *expected, "{job:?}");
                }
            });
        }
    });
}

#[test]
fn an_engine_can_be_dropped_with_batches_under_way() {
    let Some(engine) = open(None) else { return };
    let stop = Stop::never();
    let mut sink = watch(12, |_| stop.request());
    let stopped = engine.run(&job("random", &[("count", "1e18")]), &mut sink, &stop).unwrap_err();
    assert_eq!(stopped.next, 1);
    drop(engine);
    let Some(another) = open(None) else { return };
    collect(&another, &job("disk", &[("count", "1_000")]));
}

#[test]
fn a_lost_device_says_where_another_engine_continues() {
    // Small batches, so that some are finished and many are not when the device goes.
    let Some(engine) = open(Some(120_000)) else { return };
    let mut points = watch(30_000, |end| {
        if end == 50_000 {
            engine.harm(Harm::Lose).unwrap();
        }
    });
    let stopped = engine.run(&many(), &mut points, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
    assert!((50_000..1_000_000).contains(&stopped.next), "{stopped}");
    assert_eq!(points.bytes.len() as u64, 12 * stopped.next);
    // For ever.
    let again = engine.run(&many(), &mut watch(usize::MAX, |_| ()), &Stop::never()).unwrap_err();
    assert!(matches!(again.cause, Cause::Engine(EngineError::Lost { .. })), "{again}");
    assert_eq!(again.next, 0);
    let mut values = bytemuck::pod_collect_to_vec::<_, f32>(&points.bytes);
    drop(engine);

    let Some(another) = open(None) else { return };
    values.extend(collect(&another, &many().part(stopped.next..1_000_000).unwrap()));
    assert!(values == collect(&another, &many()));
}

#[test]
fn harm_that_is_none_is_refused() {
    let Some(engine) = open(None) else { return };
    assert!(matches!(engine.harm(Harm::Poison), Err(EngineError::Unavailable { .. })));
    collect(&engine, &job("disk", &[("count", "10")]));
}

#[test]
fn a_device_lost_by_another_thread_is_no_panic() {
    for after in [0, 1, 5, 20] {
        let Some(engine) = open(None) else { return };
        let job = job("random", &[("count", "1e18")]);
        let stopped = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(after));
                engine.harm(Harm::Lose).unwrap();
            });
            let mut sink = watch(usize::MAX, |_| ());
            engine.run(&job, &mut sink, &Stop::never()).unwrap_err()
        });
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
    }
}
