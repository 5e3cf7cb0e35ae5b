//! `sphere bench latency`: how long a small fill takes, and how long in a busy machine.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytemuck::Pod;
use serde::Serialize;
use sphere_engine::numa::NumaState;
use sphere_engine::{Job, Precision};
use sphere_math::Real;
use sphere_math::sampling::{Placement, Plan, Scheme};

use super::memory::{self, Buffer};
use super::request::Request;
use super::statistics::quantile;
use super::workers::Workers;
use crate::cli::{BenchLatencyArguments, Layout};
use crate::failure::Failure;
use crate::threads::threads;

/// Who fills: the thread that measures, wherever it runs.
const ALONE: Workers = Workers::Caller(NumaState::Off);

const DEFAULT_POINTS: u64 = 1_024;

/// Fills of which one in a thousand is slow have to be so many at least.
const LEAST_FILLS: usize = 1_000;

/// Enough for a percentile, and 32 MB.
const MOST_FILLS: usize = 4_000_000;

/// Each thread of the load fills so much over and over: more than caches hold.
const LOAD_BYTES: u64 = 64 << 20;

pub(super) fn run(arguments: &BenchLatencyArguments) -> Result<(), Failure> {
    let request = Request::of(&arguments.subject, |_| DEFAULT_POINTS)?;
    memory::check(&request.job)?;
    let load = threads(arguments.load.as_deref())?;
    let load = load.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let duration = Duration::from_secs(u64::from(arguments.seconds));
    let figures = match request.job.precision() {
        Precision::Double => measure::<f64>(&request, load, duration)?,
        Precision::Single => measure::<f32>(&request, load, duration)?,
    };
    let text = if arguments.subject.json {
        serde_json::to_string(&figures).map_err(Failure::work)? + "\n"
    } else {
        figures.table(&request)
    };
    let printed = |error: io::Error| Failure::write("standard output", &error);
    io::stdout().write_all(text.as_bytes()).map_err(printed)
}

#[derive(Debug, Serialize)]
struct Figures {
    scheme: &'static str,
    points: String,
    precision: &'static str,
    simd: &'static str,
    load_threads: usize,
    idle: Percentiles,
    busy: Percentiles,
}

/// Seconds of a fill.
#[derive(Debug, Serialize)]
struct Percentiles {
    fills: usize,
    p50_seconds: f64,
    p99_seconds: f64,
    p999_seconds: f64,
    largest_seconds: f64,
}

fn measure<R: Real + Pod>(
    request: &Request,
    load: usize,
    duration: Duration,
) -> Result<Figures, Failure> {
    let Request { parameters, job, plan } = request;
    let idle = fills::<R>(plan, job, duration)?;
    let busy = under_load(load, || fills::<R>(plan, job, duration))?;
    Ok(Figures {
        scheme: parameters.scheme().name(),
        points: job.points().to_string(),
        precision: request.precision(),
        simd: plan.simd().name(),
        load_threads: load,
        idle,
        busy,
    })
}

/// One fill after the other, each by the clock.
fn fills<R: Real + Pod>(
    plan: &Plan,
    job: &Job,
    duration: Duration,
) -> Result<Percentiles, Failure> {
    let mut buffer = Buffer::<R>::new(Layout::Columns, job.columns(), job.points())?;
    let mut view = buffer.view();
    let mut taken = Vec::with_capacity(MOST_FILLS);
    let begun = Instant::now();
    while taken.len() < LEAST_FILLS || (begun.elapsed() < duration && taken.len() < MOST_FILLS) {
        let started = Instant::now();
        ALONE.points(plan, job.range(), &mut view).map_err(Failure::work)?;
        black_box(&view);
        taken.push(started.elapsed().as_secs_f64());
    }
    taken.sort_by(f64::total_cmp);
    let [p50_seconds, p99_seconds, p999_seconds, largest_seconds] =
        [0.5, 0.99, 0.999, 1.0].map(|share| quantile(&taken, share));
    Ok(Percentiles { fills: taken.len(), p50_seconds, p99_seconds, p999_seconds, largest_seconds })
}

/// Does something while threads fill memory with points of a lattice, without a pause.
fn under_load<T>(threads: usize, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let total = LOAD_BYTES / (3 * size_of::<f64>() as u64);
    let scheme = Scheme::Fibonacci { total, placement: Placement::Quadrature };
    let plan = scheme.plan().map_err(Failure::work)?;
    let buffers = (0..threads).map(|_| Buffer::new(Layout::Columns, 3, total));
    let buffers = buffers.collect::<Result<Vec<_>, _>>()?;
    let is_over = AtomicBool::new(false);
    let load = |mut buffer: Buffer<f64>| {
        let mut view = buffer.view();
        while !is_over.load(Ordering::Relaxed) {
            // The lattice has these points: there is nothing to refuse.
            let _ = ALONE.points(&plan, 0..total, &mut view);
            black_box(&view);
        }
    };
    thread::scope(|scope| {
        for buffer in buffers {
            let load = &load;
            scope.spawn(move || load(buffer));
        }
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    })
}

impl Figures {
    /// For people.
    fn table(&self, request: &Request) -> String {
        let row = |name: String, figures: &Percentiles| {
            let [p50, p99, p999, largest] = [
                figures.p50_seconds,
                figures.p99_seconds,
                figures.p999_seconds,
                figures.largest_seconds,
            ]
            .map(|seconds| seconds * 1e6);
            format!(
                "{name:18}{:>10}{p50:>11.2}{p99:>11.2}{p999:>11.2}{largest:>11.2}\n",
                figures.fills
            )
        };
        format!(
            "{}: microseconds for {} points, {}, {}\n\n{:18}{:>10}{:>11}{:>11}{:>11}{:>11}\n{}{}",
            request.title(),
            self.points,
            self.precision,
            self.simd,
            "",
            "fills",
            "p50",
            "p99",
            "p99.9",
            "largest",
            row("idle".to_string(), &self.idle),
            row(format!("{} threads busy", self.load_threads), &self.busy),
        )
    }
}
