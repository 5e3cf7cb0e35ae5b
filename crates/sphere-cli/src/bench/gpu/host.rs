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
use crate::bench::memory::peak_bytes;
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
        for turn in 0..=bench.arguments.runs {
            let link =
                |memory| measure.link_seconds(LinkWay::ToHost, memory, link_bytes as usize, 1);
            let turn_seconds = [
                seconds(bench.cuda, &job, &mut sink)? / bytes as f64,
                link(HostMemory::Registered)?.iter().sum::<f64>() / link_bytes as f64,
                link(HostMemory::Pageable)?.iter().sum::<f64>() / link_bytes as f64,
            ];
            if turn > 0 {
                taken.iter_mut().zip(turn_seconds).for_each(|(all, one)| all.push(one));
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

/// What an engine takes of its device and of this machine while it works.
struct Peak {
    device_bytes: u64,
    seconds: f64,
}

pub(super) fn through_little_memory(bench: &Bench<'_>) -> Vec<Row> {
    const OF: &str = "the rate of all, of that of a short job in the same run";
    const OF_MEMORY: &str = "10^9 bytes of the device's memory at most";
    let names = ["more points than memory", "memory of the device meanwhile"];
    let (bytes, most) = (bench.arguments.stream_bytes, bench.arguments.device_bytes);
    let measured = (|| {
        let device = CudaOptions { most_device_bytes: Some(most), ..options(bench.arguments) };
        let engine = CudaEngine::open(device)?;
        let mut sink = Discard::default();
        let long = lattice(bytes / 24)?;
        let short = lattice((bytes / 24).min(bench.arguments.link_bytes))?;
        seconds(&engine, &short, &mut sink)?;
        let before = [seconds(&engine, &short, &mut sink)?];
        let host_before = peak_bytes();
        let peak = watched(&engine, || seconds(&engine, &long, &mut sink))?;
        let rate = |job: &Job, seconds: f64| job.points() as f64 / seconds;
        let ratio = rate(&long, peak.seconds) / rate(&short, before[0]);
        let grown = match (host_before, peak_bytes()) {
            (Some(before), Some(after)) => {
                format!(
                    "{:.0} MB more of this machine's",
                    after.saturating_sub(before) as f64 / 1e6
                )
            }
            _ => "this machine's is not known".to_string(),
        };
        Ok::<_, EngineError>((ratio, peak, grown))
    })();
    match measured {
        Ok((ratio, peak, grown)) => {
            let one = |value| Summary { median: value, spread: 0.0 };
            let absolute = format!("{:.1} GB/s", gigabytes(bytes, peak.seconds));
            let most = Goal::AtMost(most as f64 / 1e9);
            let memory = one(peak.device_bytes as f64 / 1e9);
            vec![
                Row::measured(names[0], OF, one(ratio), Goal::AtLeast(0.95), absolute),
                Row::measured(names[1], OF_MEMORY, memory, most, grown),
            ]
        }
        Err(error) => {
            vec![Row::missing(names[0], OF, &error), Row::missing(names[1], OF_MEMORY, &error)]
        }
    }
}

/// Looks at the memory of the device every few milliseconds while something is done.
fn watched(
    engine: &CudaEngine,
    work: impl FnOnce() -> Result<f64, EngineError>,
) -> Result<Peak, EngineError> {
    let [free_before, _] = engine.measure().device_bytes()?;
    let (is_over, least_free) = (AtomicBool::new(false), AtomicU64::new(free_before));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if let Ok([free, _]) = engine.measure().device_bytes() {
                    least_free.fetch_min(free, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let device_bytes = free_before.saturating_sub(least_free.load(Ordering::Relaxed));
        done.map(|seconds| Peak { device_bytes, seconds })
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
