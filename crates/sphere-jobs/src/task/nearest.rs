//! The nearest lattice point of each of many directions, which are stored.

use serde_json::Value;
use sphere_engine::{EngineChoice, NearestJob, Work};
use sphere_offload::queue::{BlobId, Outcome};

use super::{Ended, Place, TaskError, parameters};

/// Bytes of a stored direction: x, y and z as f64, little-endian.
pub const DIRECTION_BYTES: usize = 24;

/// A search, checked but for the directions themselves.
#[derive(Clone, Debug)]
pub struct NearestTask {
    job: NearestJob,
    directions: BlobId,
}

impl NearestTask {
    /// A search among the points of a lattice for stored directions.
    #[must_use]
    pub fn new(job: NearestJob, directions: BlobId) -> Self {
        Self { job, directions }
    }

    pub(super) fn parse(parameters: &Value) -> Result<Self, TaskError> {
        let pairs = parameters::pairs(parameters)?;
        let (scheme, rest) = parameters::scheme(&pairs)?;
        let is_directions = |(name, _): &(&str, &str)| *name == "directions";
        let directions = rest.clone().find(is_directions).and_then(|(_, id)| id.parse().ok());
        let job = NearestJob::parse(scheme, rest.filter(|pair| !is_directions(pair)))?;
        Ok(Self { job, directions: directions.ok_or(TaskError::Directions)? })
    }

    /// Rows of stored directions as they are kept.
    #[must_use]
    pub fn pack(columns: [&[f64]; 3]) -> Vec<u8> {
        let [x, y, z] = columns;
        let rows = x.iter().zip(y).zip(z);
        rows.flat_map(|((x, y), z)| [x, y, z]).flat_map(|value| value.to_le_bytes()).collect()
    }

    /// The directions, by name.
    #[must_use]
    pub fn directions(&self) -> BlobId {
        self.directions
    }

    pub(super) fn to_json(&self) -> Value {
        let mut parameters = serde_json::to_value(self.job.parameters()).unwrap_or_default();
        parameters["directions"] = self.directions.to_string().into();
        parameters
    }

    pub(super) fn run(&self, place: &Place<'_>) -> Result<Outcome, Ended> {
        let stored = place.queue.get(self.directions).map_err(Ended::trouble)?;
        if stored.len() % DIRECTION_BYTES != 0 {
            return Err(Ended::refused("invalid_input", &TaskError::Directions));
        }
        let [x, y, z] = unpack(&stored);
        let mut indices = vec![0; x.len()];
        let work = Work::Nearest { job: &self.job, directions: x.len() as u64 };
        let ladder = place.offload.ladder();
        let way = ladder.way(EngineChoice::Auto, &work).map_err(Ended::trouble)?;
        let found = ladder.nearest(&way, &self.job, [&x, &y, &z], &mut indices, place.stop)?;
        for part in found.executed {
            place.report.done(part.engine.as_str(), part.points);
        }
        let bytes: Vec<u8> = indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        let blob = place.queue.put(&bytes).map_err(Ended::trouble)?;
        Ok(Outcome::Stored { blob })
    }
}

/// Columns of stored rows.
fn unpack(rows: &[u8]) -> [Vec<f64>; 3] {
    let mut columns = [const { Vec::new() }; 3];
    for (at, value) in rows.as_chunks::<8>().0.iter().enumerate() {
        columns[at % 3].push(f64::from_le_bytes(*value));
    }
    columns
}
