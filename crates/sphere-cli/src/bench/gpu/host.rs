//! Points into memory of this machine: as fast as the link, in whatever memory the device has, and soon.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sphere_engine::{
    CudaEngine, CudaOptions, Discard, Engine, EngineError, HostMemory, Job, LinkWay,
    SampleParameters, Stop,
};

use super::record::{Goal, Row, ratios};
use super::{Bench, gigabytes, options};
use crate::bench::memory::resident_bytes;
use crate::bench::statistics::Summary;

/// Small jobs one after the other.
const LAUNCHES: usize = 10_000;

/// The lattice of so many points, as users ask for it.
pub(super) fn lattice(count: u64) -> Result<Job, EngineError> {
    let count = count.to_string();
    let parameters = SampleParameters::parse("fibonacci", [("count", count.as_str())]);
    let job = parameters.and_then(|parameters| parameters.job());
    job.map_err(|error| EngineError::Rejected { reason: error.to_string() })
}

/// Seconds of a job, by the clock of this machine.
pub(super) fn seconds(
    engine: &dyn Engine,
    job: &Job,
    sink: &mut Discard,
) -> Result<f64, EngineError> {
    let started = Instant::now();
    let ran = engine.run(job, sink, &Stop::never());
    ran.map_err(|stopped| EngineError::Failed { reason: stopped.to_string() })?;
    Ok(started.elapsed().as_secs_f64())
}

pub(super) fn into_memory(bench: &Bench<'_>) -> Vec<Row> {
    const OF_LINK: &str = "the rate of points, of that of copies into registered memory";
    const OF_PAGEABLE: &str = "the rate of points, of that of copies into pageable memory";
    let names = ["points into registered memory", "the same against pageable memory"];
    let measured = (|| {
        let (measure, mut sink) = (bench.cuda.measure(), Discard::default());
        let link_bytes = bench.arguments.link_bytes;
        // One point for each byte of a copy: long enough for its beginning and end not to show.
        let job = lattice(link_bytes)?;
        let bytes = link_bytes * job.row_bytes() as u64;
        let mut taken = [const { Vec::new() }; 3];
        for round in bench.rounds() {
            let link =
                |memory| measure.link_seconds(LinkWay::ToHost, memory, link_bytes as usize, 1);
            let seconds_a_byte = [
                seconds(bench.cuda, &job, &mut sink)? / bytes as f64,
                link(HostMemory::Registered)?.iter().sum::<f64>() / link_bytes as f64,
                link(HostMemory::Pageable)?.iter().sum::<f64>() / link_bytes as f64,
            ];
            if round > 0 {
                taken.iter_mut().zip(seconds_a_byte).for_each(|(all, one)| all.push(one));
            }
        }
        Ok::<_, EngineError>(taken)
    })();
    match measured {
        Ok([points, registered, pageable]) => {
            let rate = |taken: &[f64]| 1e-9 / Summary::of(taken.to_vec()).median;
            let row = |name, of, limit: &[f64], goal| {
                let absolute = format!("{:.1} of {:.1} GB/s", rate(&points), rate(limit));
                Row::measured(name, of, ratios(limit, &points), goal, absolute)
            };
            vec![
                row(names[0], OF_LINK, &registered, Goal::AtLeast(0.9)),
                row(names[1], OF_PAGEABLE, &pageable, Goal::AtLeast(2.0)),
            ]
        }
        Err(error) => vec![
            Row::missing(names[0], OF_LINK, &error),
            Row::missing(names[1], OF_PAGEABLE, &error),
        ],
    }
}

/// What was taken at most while something was done.
struct Peak {
    seconds: f64,
    device_bytes: u64,
    /// More than there was at the beginning.
    host_bytes: Option<u64>,
}

/// This machine's memory may grow by so much meanwhile: blocks under way.
const MOST_GROWN: f64 = 0.25;

pub(super) fn through_little_memory(bench: &Bench<'_>) -> Vec<Row> {
    const OF: &str = "the rate of all, of that of short jobs of an engine without a limit";
    const OF_DEVICE: &str = "10^9 bytes of the device's memory at most";
    const OF_HOST: &str = "10^9 bytes of this machine's memory more than before, at most";
    let names =
        ["more points than memory", "memory of the device meanwhile", "memory here meanwhile"];
    let (bytes, most) = (bench.arguments.stream_bytes, bench.arguments.device_bytes);
    let measured = (|| {
        let long = lattice(bytes / 24)?;
        let short = lattice((bytes / 24).min(bench.arguments.link_bytes))?;
        let mut sink = Discard::default();
        let mut free = || seconds(bench.cuda, &short, &mut sink);
        // Warm, and its memory taken: what the limited engine takes comes on top.
        free()?;
        let before = free()?;
        let [free_bytes, _] = bench.cuda.measure().device_bytes()?;
        let device = CudaOptions { most_device_bytes: Some(most), ..options(bench.arguments) };
        let engine = CudaEngine::open(device)?;
        let mut limited = Discard::default();
        seconds(&engine, &short, &mut limited)?;
        let peak = watched(&engine, free_bytes, || seconds(&engine, &long, &mut limited))?;
        let after = free()?;
        let rate = |job: &Job, seconds: f64| job.points() as f64 / seconds;
        let ratio = rate(&long, peak.seconds) / rate(&short, f64::midpoint(before, after));
        Ok::<_, EngineError>((ratio, peak))
    })();
    match measured {
        Ok((ratio, Peak { seconds, device_bytes, host_bytes })) => {
            let absolute = format!("{:.1} GB/s", gigabytes(bytes, seconds));
            let (of_device, of_host) = (device_bytes as f64 / 1e9, Goal::AtMost(MOST_GROWN));
            let sampled = || "looked at every 5 ms".to_string();
            let goal = Goal::AtMost(most as f64 / 1e9);
            vec![
                Row::once(names[0], OF, ratio, Goal::AtLeast(0.95), absolute),
                Row::once(names[1], OF_DEVICE, of_device, goal, sampled()),
                match host_bytes {
                    Some(grown) => {
                        Row::once(names[2], OF_HOST, grown as f64 / 1e9, of_host, sampled())
                    }
                    None => Row::missing(names[2], OF_HOST, &"this system does not say"),
                },
            ]
        }
        Err(error) => [OF, OF_DEVICE, OF_HOST]
            .into_iter()
            .zip(names)
            .map(|(of, name)| Row::missing(name, of, &error))
            .collect(),
    }
}

/// Looks at the memory of the device, of which `free_bytes` were free, and at that of this process every
/// few milliseconds while something is done.
fn watched(
    engine: &CudaEngine,
    free_bytes: u64,
    work: impl FnOnce() -> Result<f64, EngineError>,
) -> Result<Peak, EngineError> {
    let (is_over, host_before) = (AtomicBool::new(false), resident_bytes());
    let (least_free, most_held) = (AtomicU64::new(free_bytes), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if let Ok([free, _]) = engine.measure().device_bytes() {
                    least_free.fetch_min(free, Ordering::Relaxed);
                }
                most_held.fetch_max(resident_bytes().unwrap_or(0), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(5));
            }
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let device_bytes = free_bytes.saturating_sub(least_free.load(Ordering::Relaxed));
        let most_held = most_held.load(Ordering::Relaxed);
        let host_bytes = host_before.map(|before| most_held.saturating_sub(before));
        done.map(|seconds| Peak { seconds, device_bytes, host_bytes })
    })
}

pub(super) fn launch(bench: &Bench<'_>) -> Vec<Row> {
    const NAME: &str = "a small job, warm";
    const OF: &str = "microseconds for 10 points, from the call to the sink";
    let measured = (|| {
        let (job, mut sink) = (lattice(10)?, Discard::default());
        let mut taken = Vec::with_capacity(LAUNCHES);
        for launch in 0..LAUNCHES + 100 {
            let seconds = seconds(bench.cuda, &job, &mut sink)?;
            if launch >= 100 {
                taken.push(1e6 * seconds);
            }
        }
        Ok::<_, EngineError>(taken)
    })();
    vec![match measured {
        Ok(taken) => {
            let absolute = format!("median of {LAUNCHES}");
            Row::measured(NAME, OF, Summary::of(taken), Goal::AtMost(15.0), absolute)
        }
        Err(error) => Row::missing(NAME, OF, &error),
    }]
}
