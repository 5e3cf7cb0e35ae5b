//! Points of a scheme: a pure function, so that its recipe is its result.

use std::ops::Range;

use serde_json::Value;
use sphere_engine::{
    Block, EngineChoice, EngineName, Job, SampleParameters, Sink, SinkError, Work,
};
use sphere_offload::queue::Outcome;

use super::{Ended, Kind, Place, TaskError, parameters};
use crate::chunks::{ChunkSums, Size};
use crate::worker::Report;

/// Points of one job.
pub const MOST_POINTS: u64 = 1_000_000_000_000;

/// Points of a scheme, checked.
#[derive(Clone, Debug)]
pub struct SampleTask {
    parameters: SampleParameters,
    job: Job,
}

impl SampleTask {
    /// Points by their parameters, up to [`MOST_POINTS`].
    ///
    /// # Errors
    /// A parameter that is missing, out of range, or at odds with another; too many points.
    pub fn new(parameters: SampleParameters) -> Result<Self, TaskError> {
        let job = parameters.job()?;
        let count = job.points();
        if count > MOST_POINTS {
            return Err(TaskError::TooManyPoints { kind: Kind::Sample, count, most: MOST_POINTS });
        }
        Ok(Self { parameters, job })
    }

    pub(super) fn parse(parameters: &Value) -> Result<Self, TaskError> {
        Self::new(parameters::of_points(parameters)?)
    }

    /// What it was made of.
    #[must_use]
    pub fn parameters(&self) -> &SampleParameters {
        &self.parameters
    }

    /// What is computed.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn to_json(&self) -> Value {
        // An object of strings.
        serde_json::to_value(&self.parameters).unwrap_or_default()
    }

    /// Computes all points once, and keeps nothing of them but checksums.
    pub(super) fn run(&self, place: &Place<'_>) -> Result<Outcome, Ended> {
        let size = place.job.chunks.as_ref().map_or_else(
            || Size::of(&self.job),
            |known| Size { points: known.points, row_bytes: self.job.row_bytes() },
        );
        let known = place.job.chunks.as_ref().map_or(0, |known| known.checksums.0.len() as u64);
        let range = self.job.range();
        let start = known.saturating_mul(size.points).min(self.job.points());
        let rest = self.job.part(range.start + start..range.end).unwrap_or(self.job.clone());
        place.report.begin(size.points, known as usize, start);
        let mut sink = ChunkSink {
            sums: ChunkSums::new(size, start, self.job.points()),
            first: range.start,
            report: place.report,
            engine: None,
            spare: Vec::new(),
        };
        let ladder = place.offload.ladder();
        let way = ladder.way(EngineChoice::Auto, &Work::Points(&rest)).map_err(Ended::trouble)?;
        ladder.run(&way, &rest, &mut sink, place.stop)?;
        Ok(Outcome::Recipe)
    }
}

/// Takes points and keeps checksums.
struct ChunkSink<'a> {
    sums: ChunkSums,
    /// The index of the first point of the job.
    first: u64,
    report: &'a Report,
    engine: Option<EngineName>,
    spare: Vec<Block>,
}

impl Sink for ChunkSink<'_> {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let report = self.report;
        self.sums.add(block.bytes(), |_, checksum| {
            report.chunk(checksum);
            Ok(())
        })?;
        self.spare.push(block);
        let done = points.start - self.first..points.end - self.first;
        report.done(self.engine.map_or("", EngineName::as_str), done);
        Ok(())
    }

    fn computed_by(&mut self, engine: EngineName) {
        self.engine = Some(engine);
    }
}
