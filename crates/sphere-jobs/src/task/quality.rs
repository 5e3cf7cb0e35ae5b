//! The quality of the points of a scheme.

use std::ops::Range;

use serde_json::Value;
use sphere_engine::{
    Block, CollectColumns, EngineChoice, EngineName, Job, SampleParameters, Sink, SinkError, Work,
};
use sphere_io::quality;
use sphere_io::read::PointSet;
use sphere_offload::queue::Outcome;

use super::{Ended, Kind, Place, TaskError, parameters};
use crate::worker::Report;

/// Values of a set that is judged, points times coordinates: 10^8 directions. To judge them
/// takes 9 GB (measured).
pub const MOST_QUALITY_VALUES: u64 = 300_000_000;

/// Points to judge, checked.
#[derive(Clone, Debug)]
pub struct QualityTask {
    parameters: SampleParameters,
    job: Job,
}

impl QualityTask {
    /// Points by their parameters, up to [`MOST_QUALITY_VALUES`].
    ///
    /// # Errors
    /// As [`SampleTask::new`](super::SampleTask::new), and parameters that change nothing.
    pub fn new(parameters: SampleParameters) -> Result<Self, TaskError> {
        if let Some((parameter, _)) =
            parameters.texts().find(|(name, _)| matches!(*name, "columns" | "precision"))
        {
            return Err(TaskError::ChangesNothing { parameter });
        }
        let job = parameters.job()?;
        let (count, most) = (job.points(), MOST_QUALITY_VALUES / job.columns().max(1) as u64);
        if count > most {
            return Err(TaskError::TooManyPoints { kind: Kind::Quality, count, most });
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

    /// Points to compute, and as many to judge.
    pub(super) fn total(&self) -> u64 {
        2 * self.job.points()
    }

    pub(super) fn to_json(&self) -> Value {
        // An object of strings.
        serde_json::to_value(&self.parameters).unwrap_or_default()
    }

    /// Judges a whole set, which is in memory meanwhile.
    pub(super) fn run(&self, place: &Place<'_>) -> Result<Outcome, Ended> {
        let ladder = place.offload.ladder();
        let work = Work::Points(&self.job);
        let way = ladder.way(EngineChoice::Auto, &work).map_err(Ended::trouble)?;
        let points = CollectColumns::new(self.job.columns());
        let first = self.job.range().start;
        let mut sink = Watched { points, first, report: place.report, engine: None };
        ladder.run(&way, &self.job, &mut sink, place.stop)?;
        let points = PointSet::of_shape(self.job.shape(), sink.points.columns);
        let report = quality::Report::of(&points, &**place.offload.cpu());
        // Of points of our own, only that there are none.
        let report = report.map_err(|error| Ended::refused("not_judged", &error))?;
        place.report.done("", 0..self.total());
        let mut document = report.to_json().to_string();
        document.push('\n');
        let blob = place.queue.put(document.as_bytes()).map_err(Ended::trouble)?;
        Ok(Outcome::Stored { blob })
    }
}

/// Collects, and tells how far it is.
struct Watched<'a> {
    points: CollectColumns,
    /// The index of the first point of the job.
    first: u64,
    report: &'a Report,
    engine: Option<EngineName>,
}

impl Sink for Watched<'_> {
    fn lend(&mut self) -> Block {
        self.points.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let done = points.start - self.first..points.end - self.first;
        self.report.done(self.engine.map_or("", EngineName::as_str), done);
        self.points.accept(points, block)
    }

    fn computed_by(&mut self, engine: EngineName) {
        self.engine = Some(engine);
    }
}
