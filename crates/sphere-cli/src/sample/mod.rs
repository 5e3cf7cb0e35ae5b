//! `sphere sample`: a request, a run, a file.

mod picture;
mod points;
mod progress;
mod target;

use std::time::Instant;

use sphere_engine::{
    Cause, CpuEngine, Engine, EngineChoice, EngineName, Engines, Job, SampleParameters, Sink, Stop,
    Stopped, Work,
};
use sphere_io::Format;
use sphere_math::simd::SimdLevel;

use self::progress::Progress;
use self::target::Target;
use crate::cli::{ProgressWhen, SampleArguments};
use crate::failure::Failure;
use crate::output::{Output, Place};
use crate::report::Report;
use crate::threads::engine;
use crate::{engines, interrupt};

pub(crate) fn run(arguments: &SampleArguments) -> Result<(), Failure> {
    // Everything that can be wrong with the request is found before anything is touched.
    let parameters = SampleParameters::parse(&arguments.scheme, arguments.points.parameters())
        .map_err(Failure::usage)?;
    let job = parameters.job().map_err(Failure::usage)?;
    let target = Target::of(arguments)?;
    let engine = engine(arguments.threads.as_deref(), arguments.numa)?;
    let cpu = on_level(engine, arguments.simd.as_deref())?;
    let engines = Engines::new(cpu, &arguments.engine.software.options());
    let engine = chosen(&engines, arguments, &job)?;

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
        let drawn = picture::draw(engine, &job, output, &progress)?;
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
        attempts: Some(tally.unwrap_or_default().attempts),
        requested: arguments.engine.engine,
        capability: engine.capability(),
    };
    let results: Vec<_> = target.points.iter().chain(&target.picture).collect();
    if arguments.json { report.print(&results) } else { report.tell(&results) }
}

/// Writes the points of a job and nothing else: what `sphere sample` writes for these parameters.
pub(crate) fn write(
    engine: &dyn Engine,
    job: &Job,
    parameters: &SampleParameters,
    (place, format): (&Place, Format),
    when: ProgressWhen,
) -> Result<(), Failure> {
    interrupt::install()?;
    let target = Target { points: Some(place.clone()), format, picture: None };
    let mut output = Output::create(place)?;
    let progress = Progress::new(when, job.points(), &target);
    points::write(engine, job, parameters, format, &mut output, &progress)?;
    progress.finish();
    output.flush_all()?;
    interrupt::keep(|| output.commit())
}

/// The engine that the user wants, if it can do all that is asked for.
fn chosen<'a>(
    engines: &'a Engines,
    arguments: &SampleArguments,
    job: &Job,
) -> Result<&'a dyn Engine, Failure> {
    let (work, native) = (Work::Points(job), job.native());
    let pictures = |engine: EngineName| match Work::Points(&native).suits(engine) {
        Err(_) if arguments.plot.is_some() => Err(Failure::usage(format!(
            "{engine} draws no pictures, which are made of f64: leave --plot out, or use --engine auto"
        ))),
        _ => Ok(()),
    };
    if let EngineChoice::Named(name) = arguments.engine.engine
        && work.suits(name).is_ok()
    {
        pictures(name)?;
    }
    let given: Vec<&str> = arguments.points.parameters().map(|(name, _)| name).collect();
    engines::choose(engines, &arguments.engine, &work, &given).map(|engine| &**engine)
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
