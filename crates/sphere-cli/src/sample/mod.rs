//! `sphere sample`: a request, a run, a file.

mod picture;
mod points;
mod progress;
mod report;
mod target;

use std::time::Instant;

use sphere_engine::{
    Cause, Coordinates, CpuEngine, Engine, Job, Precision, SampleParameters, Sink, Stop, Stopped,
    WgpuEngine, WgpuOptions,
};
use sphere_math::simd::SimdLevel;

use self::progress::Progress;
use self::report::Report;
use self::target::Target;
use crate::cli::{EngineChoice, SampleArguments};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::threads::engine;

pub(crate) fn run(arguments: &SampleArguments) -> Result<(), Failure> {
    // Everything that can be wrong with the request is found before anything is touched.
    let parameters = SampleParameters::parse(&arguments.scheme, arguments.points.parameters())
        .map_err(Failure::usage)?;
    let job = parameters.job().map_err(Failure::usage)?;
    let target = Target::of(arguments)?;
    let engine = engine(arguments.threads.as_deref(), arguments.numa)?;
    let cpu = on_level(engine, arguments.simd.as_deref())?;
    let wgpu = graphics(arguments, &job)?;
    let engine: &dyn Engine = wgpu.as_ref().map_or(&cpu, |engine| engine);

    interrupt::install()?;
    let started = Instant::now();
    let mut points = target.points.as_ref().map(Output::create).transpose()?;
    let mut picture = target.picture.as_ref().map(Output::create).transpose()?;

    let passes = u64::from(points.is_some()) + u64::from(picture.is_some());
    let progress = Progress::new(arguments.progress, passes * job.points(), &target);
    let mut tally = None;
    if let Some(output) = &mut points {
        tally = Some(points::write(engine, &job, &parameters, target.format, output, &progress)?);
    }
    if let Some(output) = &mut picture {
        let drawn = picture::draw(&cpu, &job, output, &progress)?;
        tally = tally.or(Some(drawn));
    }
    progress.finish();

    let bytes = points.as_ref().map_or(0, Output::bytes);
    points.iter_mut().chain(&mut picture).try_for_each(Output::flush_all)?;
    interrupt::keep(|| points.into_iter().chain(picture).try_for_each(Output::commit))?;
    let report = Report {
        points: job.points(),
        seconds: started.elapsed().as_secs_f64(),
        bytes,
        draws: job.draws(),
        attempts: tally.unwrap_or_default().attempts,
        requested: arguments.engine.name(),
        capability: engine.capability(),
    };
    if arguments.json { report.print(&target) } else { report.tell(&target) }
}

/// The engine of a graphics processor, if that is asked for and can do the job.
fn graphics(arguments: &SampleArguments, job: &Job) -> Result<Option<WgpuEngine>, Failure> {
    if arguments.engine != EngineChoice::Wgpu {
        return Ok(None);
    }
    if job.precision() != Precision::Single || job.coordinates() != Coordinates::Native {
        let what = "--engine wgpu computes f32 in native coordinates: add --precision f32";
        return Err(Failure::usage(what));
    }
    if arguments.plot.is_some() {
        return Err(Failure::usage("--engine wgpu draws no pictures: --plot is for the cpu"));
    }
    WgpuEngine::open(WgpuOptions::default()).map(Some).map_err(Failure::work)
}

/// The engine on the instruction set asked for.
fn on_level(engine: CpuEngine, name: Option<&str>) -> Result<CpuEngine, Failure> {
    match name {
        None | Some("auto") => Ok(engine),
        Some(name) => {
            let level = name.parse::<SimdLevel>().map_err(Failure::usage)?;
            engine.with_simd(level).map_err(Failure::usage)
        }
    }
}

/// Runs a job, with what the sink reports as the failure of its output.
fn compute(
    engine: &dyn Engine,
    job: &Job,
    sink: &mut dyn Sink,
    output: &str,
) -> Result<sphere_engine::Report, Failure> {
    engine.run(job, sink, &Stop::never()).map_err(|Stopped { cause, next }| match cause {
        Cause::Sink(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => Failure::write(output, &error),
            Err(error) => Failure::work(format!("cannot write {output}: {error}")),
        },
        cause => Failure::work(format!("stopped before point {next}: {cause}")),
    })
}
