//! `sphere bench sample`: points a second, and as a share of a pure fill.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write as _};

use bytemuck::Pod;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde::Serialize;
use sphere_engine::{Job, Precision};
use sphere_math::Real;

use super::memory::{self, Buffer, View};
use super::request::Request;
use super::rounds::{Work, rounds};
use super::statistics::Summary;
use super::workers::Workers;
use crate::cli::{BenchSampleArguments, Layout};
use crate::failure::Failure;

/// Ten million directions in f64: far past every cache, and done in a moment.
const DEFAULT_BYTES: u64 = 240_000_000;

pub(super) fn run(arguments: &BenchSampleArguments) -> Result<(), Failure> {
    let default = |job: &Job| (DEFAULT_BYTES / job.row_bytes() as u64).max(1);
    let request = Request::of(&arguments.subject, default)?;
    memory::check(&request.job)?;
    let workers = Workers::new(arguments.threads.as_deref(), arguments.numa)?;
    let figures = match request.job.precision() {
        Precision::Double => measure::<f64>(&request, &workers, arguments)?,
        Precision::Single => measure::<f32>(&request, &workers, arguments)?,
    };
    let text = if arguments.subject.json {
        serde_json::to_string(&figures).map_err(Failure::work)? + "\n"
    } else {
        figures.table(&request.title())
    };
    let printed = |error: io::Error| Failure::write("standard output", &error);
    io::stdout().write_all(text.as_bytes()).map_err(printed)
}

/// What was measured. 64-bit counts are texts, as in all JSON of this command.
#[derive(Debug, Serialize)]
struct Figures {
    scheme: &'static str,
    parameters: BTreeMap<&'static str, String>,
    points: String,
    columns: usize,
    precision: &'static str,
    layout: &'static str,
    bytes: String,
    simd: &'static str,
    threads: usize,
    numa: String,
    runs: u32,
    seconds: f64,
    points_per_second: f64,
    gb_per_second: f64,
    fill_gb_per_second: f64,
    fraction: f64,
    spread: f64,
    fill_spread: f64,
    peak_bytes: Option<String>,
}

/// Where points and fills take turns.
struct Place<'a, R> {
    request: &'a Request,
    workers: &'a Workers,
    view: View<'a, R>,
}

impl<R: Real> Place<'_, R> {
    fn sample(&mut self) -> Result<(), Failure> {
        let Request { plan, job, .. } = self.request;
        let done = self.workers.points(plan, job.range(), &mut self.view);
        black_box(&self.view);
        done.map_err(Failure::work)
    }

    /// Of another value than 0, which machines may treat in a way of their own.
    fn fill(&mut self) {
        self.workers.pure_fill(&mut self.view, R::from_f64(1.0));
        black_box(&self.view);
    }
}

fn measure<R: Real + Pod>(
    request: &Request,
    workers: &Workers,
    arguments: &BenchSampleArguments,
) -> Result<Figures, Failure> {
    let (job, runs) = (&request.job, arguments.runs);
    let mut buffer = Buffer::<R>::new(arguments.layout, job.columns(), job.points())?;
    buffer.touch(workers);
    let mut place = Place { request, workers, view: buffer.view() };
    let fill: Work<_> = |place: &mut Place<'_, R>| {
        place.fill();
        Ok(())
    };
    let bar = progress(runs);
    let measured = rounds(&mut place, [fill, Place::sample], runs, || bar.inc(1));
    bar.finish_and_clear();
    let [fill, sample] = measured?.map(Summary::of);
    Ok(Figures::of(request, workers, arguments.layout, runs, [fill, sample]))
}

/// A bar for a person who waits; there is none where standard error is no terminal.
fn progress(runs: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(runs));
    let style = ProgressStyle::with_template("{bar:40} run {pos} of {len}, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Figures {
    fn of(
        request: &Request,
        workers: &Workers,
        layout: Layout,
        runs: u32,
        [fill, sample]: [Summary; 2],
    ) -> Self {
        let Request { parameters, job, plan } = request;
        let bytes = job.points() * job.row_bytes() as u64;
        let rate = |seconds: f64| bytes as f64 / seconds / 1e9;
        Self {
            scheme: parameters.scheme().name(),
            parameters: parameters.texts().map(|(name, text)| (name, text.into())).collect(),
            points: job.points().to_string(),
            columns: job.columns(),
            precision: request.precision(),
            layout: layout.name(),
            bytes: bytes.to_string(),
            simd: plan.simd().name(),
            threads: workers.threads(),
            numa: workers.numa().to_string(),
            runs,
            seconds: sample.median,
            points_per_second: job.points() as f64 / sample.median,
            gb_per_second: rate(sample.median),
            fill_gb_per_second: rate(fill.median),
            fraction: fill.median / sample.median,
            spread: sample.spread,
            fill_spread: fill.spread,
            peak_bytes: memory::peak_bytes().map(|bytes| bytes.to_string()),
        }
    }

    /// For people.
    fn table(&self, title: &str) -> String {
        let points = HumanCount(self.points.parse().unwrap_or_default());
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        format!(
            "{title}: {points} points, {} in {}, {} on {} {threads}, medians of {} runs\n\n\
             {:14}{:>15}{:>13}{:>10}\n\
             {:14}{:>13.1} M{:>13.2}{:>8.1} %\n\
             {:14}{:>15}{:>13.2}{:>8.1} %\n\
             {:14}{:>28.3}\n",
            self.precision,
            self.layout,
            self.simd,
            self.threads,
            self.runs,
            "",
            "points/s",
            "GB/s",
            "spread",
            "sampling",
            self.points_per_second / 1e6,
            self.gb_per_second,
            self.spread * 100.0,
            "pure fill",
            "",
            self.fill_gb_per_second,
            self.fill_spread * 100.0,
            "fraction",
            self.fraction,
        )
    }
}
