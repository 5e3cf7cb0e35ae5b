//! The points of one randomisation.

use core::ops::Range;

use super::Randomisation;
use crate::rotation::Rotation;
use crate::sampling::{Plan, SampleError, Scheme, Scramble, Shape};

/// Where points come from.
#[derive(Clone, Debug)]
pub(super) enum Source<'a> {
    Scheme { scheme: Scheme, plan: Plan },
    Given(&'a [[f64; 3]]),
}

impl Source<'_> {
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Scheme { plan, .. } => plan.shape(),
            Self::Given(_) => Shape::Directions,
        }
    }

    pub(super) fn allows(&self, randomisation: Randomisation) -> bool {
        let scheme = match self {
            Self::Scheme { scheme, .. } => Some(scheme),
            Self::Given(_) => None,
        };
        match randomisation {
            Randomisation::Owen { .. } | Randomisation::Shift { .. } => {
                matches!(scheme, Some(Scheme::Sobol { .. }))
            }
            Randomisation::Rotation { .. } => self.shape() == Shape::Directions,
            Randomisation::Ranges => matches!(scheme, Some(Scheme::Random { .. })),
        }
    }

    /// Randomisation `number` of `count` points; the points as they are for `None`.
    pub(super) fn randomised(
        &self,
        randomisation: Option<Randomisation>,
        number: u32,
        count: u64,
    ) -> Points<'_> {
        let plain = Points { source: self.clone(), start: 0, rotation: None };
        let number = u64::from(number);
        match randomisation {
            None => plain,
            Some(Randomisation::Owen { seed }) => {
                plain.scrambled(Scramble::Owen { seed, randomisation: number })
            }
            Some(Randomisation::Shift { seed }) => {
                plain.scrambled(Scramble::Shift { seed, randomisation: number })
            }
            Some(Randomisation::Rotation { seed }) => {
                Points { rotation: Some(Rotation::random(seed, number)), ..plain }
            }
            // Checked when it was chosen: the last range ends within u64.
            Some(Randomisation::Ranges) => Points { start: number.saturating_mul(count), ..plain },
        }
    }
}

/// Points with their randomisation applied. Cheap to make: tables are shared.
#[derive(Clone, Debug)]
pub(super) struct Points<'a> {
    source: Source<'a>,
    start: u64,
    rotation: Option<Rotation>,
}

impl Points<'_> {
    fn scrambled(mut self, scramble: Scramble) -> Self {
        if let Source::Scheme { plan, .. } = &mut self.source
            && let Some(scrambled) = plan.scrambled(scramble)
        {
            *plan = scrambled;
        }
        self
    }

    /// The points of a range of indices, row after row.
    pub(super) fn fill(&self, range: Range<u64>, rows: &mut [f64]) -> Result<(), SampleError> {
        match &self.source {
            Source::Scheme { plan, .. } => {
                plan.fill_rows(self.start + range.start..self.start + range.end, rows)?;
            }
            Source::Given(points) => {
                let points = &points[range.start as usize..range.end as usize];
                rows.copy_from_slice(points.as_flattened());
            }
        }
        if let Some(rotation) = self.rotation {
            rows.as_chunks_mut().0.iter_mut().for_each(|point| *point = rotation.apply(*point));
        }
        Ok(())
    }
}
