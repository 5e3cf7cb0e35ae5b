//! `sphere quality`: points in, figures out.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use sphere_engine::{
    CollectColumns, CpuEngine, Engine as _, Job, SampleParameters, SchemeKind, Stop,
};
use sphere_io::quality::Report;
use sphere_io::read::PointSet;

use crate::cli::QualityArguments;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::threads::threads;
use crate::{input, interrupt};

pub(crate) fn run(arguments: &QualityArguments) -> Result<(), Failure> {
    let picture = |path| output::picture(path, "svg", "this picture is an SVG file: FILE.svg");
    let plot = arguments.plot.as_deref().map(picture).transpose()?;
    let engine = CpuEngine::new(threads(arguments.threads.as_deref())?).map_err(Failure::work)?;
    let job = job(arguments)?;

    interrupt::install()?;
    let points = match &job {
        Some(job) => draw(job, &engine)?,
        None => read(arguments)?,
    };
    let waiting = waiting();
    let report = Report::of(&points, &engine);
    waiting.finish_and_clear();
    let report = report.map_err(|error| {
        let name = if arguments.points == "-" { "standard input" } else { &arguments.points };
        Failure::work(format!("{name} cannot be judged: {error}"))
    })?;

    let text = if arguments.json { format!("{}\n", report.to_json()) } else { report.to_text() };
    let printed = |error: io::Error| Failure::write("standard output", &error);
    io::stdout().write_all(text.as_bytes()).map_err(printed)?;
    let Some(place) = plot else { return Ok(()) };
    let mut output = Output::create(&place)?;
    output.put(report.to_svg().as_bytes())?;
    output.flush_all()?;
    interrupt::keep(|| output.commit())
}

/// The points of a scheme; `None` where a file is named.
fn job(arguments: &QualityArguments) -> Result<Option<Job>, Failure> {
    let is_scheme = SchemeKind::ALL.iter().any(|scheme| scheme.name() == arguments.points);
    if !is_scheme {
        return match arguments.parameters.parameters().next() {
            Some((name, _)) => Err(Failure::usage(format!(
                "--{name} is for schemes, and {} is none of them: it is read as a file",
                arguments.points
            ))),
            None => Ok(None),
        };
    }
    let pairs = arguments.parameters.parameters();
    let parameters = SampleParameters::parse(&arguments.points, pairs).map_err(Failure::usage)?;
    for (name, _) in arguments.parameters.parameters() {
        if matches!(name, "columns" | "precision") {
            return Err(Failure::usage(format!(
                "--{name} changes nothing: points are judged as f64"
            )));
        }
    }
    let job = parameters.job().map_err(Failure::usage)?;
    if job.points().saturating_mul(job.columns() as u64) > input::MOST_VALUES {
        let most = input::MOST_VALUES / job.columns() as u64;
        let message = format!("count is {}; at most {most} such points fit here", job.points());
        return Err(Failure::usage(message));
    }
    Ok(Some(job))
}

fn read(arguments: &QualityArguments) -> Result<PointSet, Failure> {
    let path = Path::new(&arguments.points);
    if arguments.points != "-" && !path.exists() {
        let names: Vec<&str> = SchemeKind::ALL.iter().map(|scheme| scheme.name()).collect();
        return Err(Failure::usage(format!(
            "{} is neither a file nor a scheme; schemes are {}",
            arguments.points,
            names.join(", ")
        )));
    }
    input::points(Some(path), &arguments.input)
}

/// Computes all points, into memory.
fn draw(job: &Job, engine: &CpuEngine) -> Result<PointSet, Failure> {
    let mut points = CollectColumns::new(job.columns());
    engine.run(job, &mut points, &Stop::never()).map_err(Failure::work)?;
    Ok(PointSet::of_shape(job.shape(), points.columns))
}

/// A sign of life on a terminal: a million points take a second or more.
fn waiting() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message("judging the points");
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
