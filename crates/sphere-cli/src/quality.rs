//! `sphere quality`: points in, figures out.

use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use sphere_engine::{
    Block, CpuEngine, Engine as _, Job, SampleParameters, SchemeKind, Sink, SinkError, Stop,
};
use sphere_io::Precision;
use sphere_io::quality::Report;
use sphere_io::read::PointSet;
use sphere_math::sampling::Shape;

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
    let mut gathered = Gathered { columns: vec![Vec::new(); job.columns()], spare: Vec::new() };
    engine.run(job, &mut gathered, &Stop::never()).map_err(Failure::work)?;
    let mut columns = gathered.columns.into_iter();
    let mut next = || columns.next().unwrap_or_default();
    Ok(match job.shape() {
        Shape::Directions => PointSet::Directions([next(), next(), next()], Precision::Double),
        Shape::Disk => PointSet::Disk([next(), next()], Precision::Double),
        Shape::Cube { .. } => PointSet::Cube(columns.collect()),
    })
}

/// Rows, gathered into columns.
struct Gathered {
    columns: Vec<Vec<f64>>,
    spare: Vec<Block>,
}

impl Sink for Gathered {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let width = self.columns.len();
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.extend(block.values::<f64>().iter().skip(at).step_by(width));
        }
        self.spare.push(block);
        Ok(())
    }
}

/// A sign of life on a terminal: a million points take a second or more.
fn waiting() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message("judging the points");
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
