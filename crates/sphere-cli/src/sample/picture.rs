//! The points as a picture.

use std::io::Write as _;
use std::ops::Range;

use sphere_engine::{Block, Engine, Job, Sink, SinkError};
use sphere_io::plot::{Canvas, Plot};
use sphere_math::sampling::{Shape, Tally};

use super::progress::Progress;
use crate::failure::Failure;
use crate::output::Output;

/// Computes the job once more, in the coordinates that pictures are drawn from.
pub(super) fn draw(
    engine: &dyn Engine,
    job: &Job,
    output: &mut Output,
    progress: &Progress,
) -> Result<Tally, Failure> {
    let canvas = match job.shape() {
        Shape::Directions => Canvas::Sphere,
        Shape::Disk => Canvas::Disk,
        Shape::Cube { .. } => Canvas::Square,
    };
    let job = job.native();
    let plot = Plot::new(canvas, job.columns(), job.points());
    let mut sink = Drawn { plot, progress, spare: Vec::new() };
    let name = output.name().to_string();
    let report = super::compute(engine, &job, &mut sink, &name)?;
    let picture = sink.plot.png().map_err(Failure::work)?;
    output.write_all(&picture).map_err(|error| Failure::write(&name, &error))?;
    Ok(report.tally)
}

struct Drawn<'a> {
    plot: Plot,
    progress: &'a Progress,
    spare: Vec<Block>,
}

impl Sink for Drawn<'_> {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.plot.add(block.values());
        self.progress.advance(points.end - points.start);
        self.spare.push(block);
        Ok(())
    }
}
