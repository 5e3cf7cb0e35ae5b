//! What can be wrong with an integral.

use super::{MAX_RANDOMISATIONS, Randomisation};
use crate::sampling::{SampleError, Shape};

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IntegrateError {
    /// The scheme, or how many of its points are wanted.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A mean over nothing.
    #[error("the mean over no points does not exist; at least one is needed")]
    NoPoints,
    /// The first points of a lattice cover one end of the sphere only.
    #[error("count is {count}; a lattice is integrated whole, and this one has {total} points")]
    PartOfLattice {
        /// What was asked for.
        count: u64,
        /// The points of the lattice.
        total: u64,
    },
    /// A given point that is not on the unit sphere.
    #[error("point {index} has length {length}; directions have length 1, within 1e-6")]
    NotOnSphere {
        /// Its place among the points, from 0.
        index: usize,
        /// The square root of the sum of its squares.
        length: f64,
    },
    /// Points of another domain than the function's.
    #[error("the points are {shape:?}; a sphere needs Directions, a cube a Cube")]
    WrongDomain {
        /// What the points are.
        shape: Shape,
    },
    /// A randomisation that these points do not have.
    #[error("{randomisation:?} is not for these points; {}", Randomisation::ALLOWED)]
    WrongRandomisation {
        /// What was asked for.
        randomisation: Randomisation,
    },
    /// No randomisation, or more than there is a use for.
    #[error("randomisations is {randomisations}; there may be 1 to {MAX_RANDOMISATIONS}")]
    RandomisationsOutOfRange {
        /// What was asked for.
        randomisations: u32,
    },
    /// More evaluations than a u64 counts.
    #[error("{randomisations} times {count} points are more than 2^64 - 1")]
    TooManyPoints {
        /// Points of each randomisation.
        count: u64,
        /// Randomisations.
        randomisations: u32,
    },
    /// The function is infinite or not a number somewhere: the first such point, by randomisation
    /// and index.
    #[error(
        "the function is {value}, which is not finite, at point {index} of randomisation \
         {randomisation}: {}", shown(.point)
    )]
    NotFinite {
        /// What the function gave.
        value: f64,
        /// Which randomisation, from 0.
        randomisation: u32,
        /// Which of its points, from 0.
        index: u64,
        /// What the function was given.
        point: Vec<f64>,
    },
    /// Every value is finite, and their sum or its square is not.
    #[error("the values are finite, but too large to add up in f64")]
    Overflow,
}

/// The coordinates of a point; of one with very many, the first.
fn shown(point: &[f64]) -> String {
    const MOST: usize = 8;
    match point.get(..MOST) {
        Some(first) if point.len() > MOST => {
            format!("{} coordinates that begin with {first:?}", point.len())
        }
        _ => format!("{point:?}"),
    }
}
