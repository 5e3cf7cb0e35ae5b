//! The points as a file or a stream.

use std::io::Write as _;
use std::ops::Range;

use bytemuck::Pod;
use sphere_engine::{Block, Engine, Job, Precision, SampleParameters, Sink, SinkError};
use sphere_io::{Element, Encoder, Format, Header};
use sphere_math::sampling::Tally;

use super::progress::Progress;
use crate::failure::Failure;
use crate::output::Output;

/// Computes the job and encodes it as it comes: memory is a few blocks at any count.
pub(super) fn write(
    engine: &dyn Engine,
    job: &Job,
    parameters: &SampleParameters,
    format: Format,
    output: &mut Output,
    progress: &Progress,
) -> Result<Tally, Failure> {
    let header = header(job, parameters);
    match job.precision() {
        Precision::Double => write_as::<f64>(engine, job, format, header, output, progress),
        Precision::Single => write_as::<f32>(engine, job, format, header, output, progress),
    }
}

fn write_as<R: Element + Pod>(
    engine: &dyn Engine,
    job: &Job,
    format: Format,
    header: Header,
    output: &mut Output,
    progress: &Progress,
) -> Result<Tally, Failure> {
    let name = output.name().to_string();
    let failed = |error: std::io::Error| Failure::write(&name, &error);
    let mut encoder = Encoder::<R>::new(format, header);
    output.write_all(encoder.begin()).map_err(failed)?;
    let mut sink = Encoded { encoder, output, progress, spare: Vec::new() };
    let report = super::compute(engine, job, &mut sink, &name)?;
    let Encoded { mut encoder, output, .. } = sink;
    let end = encoder.end().map_err(Failure::work)?;
    output.write_all(end).map_err(failed)?;
    Ok(report.tally)
}

struct Encoded<'a, R: Element> {
    encoder: Encoder<R>,
    output: &'a mut Output,
    progress: &'a Progress,
    spare: Vec<Block>,
}

impl<R: Element + Pod> Sink for Encoded<'_, R> {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let bytes = self.encoder.rows(block.values::<R>())?;
        self.output.write_all(bytes)?;
        self.progress.advance(points.end - points.start);
        self.spare.push(block);
        Ok(())
    }
}

/// What a reader needs to make the same points again.
fn header(job: &Job, parameters: &SampleParameters) -> Header {
    Header::new(job.column_names(), job.points())
        .with_number("draws", job.draws())
        .with_texts([("scheme", parameters.scheme().name())])
        .with_texts(parameters.texts())
}
