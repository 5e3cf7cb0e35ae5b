//! What can be wrong with a scheme or a call.

use super::{MAX_LATTICE_POINTS, SOBOL_DIMENSIONS};
use crate::healpix::Order;

/// Why points cannot be computed. Every variant names the value and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A lattice of no points, or of more than f64 can tell apart.
    #[error("total is {total}; a lattice has 1 to {MAX_LATTICE_POINTS} (2^52) points")]
    TotalOutOfRange {
        /// What was asked for.
        total: u64,
    },
    /// An offset that is no number, negative, or beyond any lattice.
    #[error("placement offset is {offset}; it must be a number from 0 to 2^52")]
    OffsetOutOfRange {
        /// What was asked for.
        offset: f64,
    },
    /// Offset 0 puts the first point on one pole and the last on the other.
    #[error("placement offset 0 puts a point on each pole and needs a total of at least 2")]
    OffsetNeedsTwoPoints,
    /// A cube of no dimensions, or of more than there are direction numbers for.
    #[error("dimensions is {dimensions}; the Sobol sequence has 1 to {SOBOL_DIMENSIONS}")]
    DimensionsOutOfRange {
        /// What was asked for.
        dimensions: u32,
    },
    /// A HEALPix order above 29.
    #[error("order is {order}; HEALPix orders are 0 to {}", Order::MAX)]
    OrderOutOfRange {
        /// What was asked for.
        order: u32,
    },
    /// Indices past the end of the scheme, or a range that runs backwards.
    #[error("points {start} to {end} (exclusive) were asked for; the scheme has {points}")]
    RangeOutOfBounds {
        /// First index.
        start: u64,
        /// One past the last index.
        end: u64,
        /// One past the last index of the scheme.
        points: u64,
    },
    /// Not one output column per coordinate.
    #[error("{given} output columns were given; a point here has {needed}")]
    ColumnCount {
        /// Columns given.
        given: usize,
        /// Columns needed.
        needed: usize,
    },
    /// An output that is not as long as the range.
    #[error("an output holds {given} values; the range needs {needed}")]
    OutputLength {
        /// Values that fit the output given.
        given: usize,
        /// Values needed.
        needed: u64,
    },
    /// Only a lattice finds the nearest of its points without looking at them.
    #[error("only the Fibonacci lattice of the sphere finds the point nearest to a direction")]
    NoNearest,
    /// Directions in f32 are too coarse for a lattice of so many points, or of so large an offset.
    #[error("directions in f32 are too coarse for this lattice of {total} points")]
    NearestTooFine {
        /// Points of the lattice.
        total: u64,
    },
    /// The zero vector, or one with a component that is not finite.
    #[error("direction {index} is ({}, {}, {}); it must be finite and not zero", .direction[0], .direction[1], .direction[2])]
    NoDirection {
        /// Which of the directions, from 0.
        index: usize,
        /// What was given.
        direction: [f64; 3],
    },
    /// Columns that should be equally long.
    #[error("x, y, z and the indices hold {} values; they must be equally long", .lengths.map(|length| length.to_string()).join(", "))]
    UnequalColumns {
        /// Values of x, y, z and the output.
        lengths: [usize; 4],
    },
}

impl SampleError {
    /// The same of directions that are a part of more, the first of which has this place among all.
    #[must_use]
    pub fn counted_from(self, first: usize) -> Self {
        match self {
            Self::NoDirection { index, direction } => {
                Self::NoDirection { index: first + index, direction }
            }
            other => other,
        }
    }
}
