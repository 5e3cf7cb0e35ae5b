//! How the same points are drawn again, independently.

use crate::sampling::{Scheme, Scramble};

/// What makes the repetitions of an estimate independent of one another, each of them unbiased.
///
/// Randomisation r is a function of the seed and of r: it depends neither on how many there are nor
/// on how many points each has (but for [`Ranges`](Self::Ranges), where r starts at r · count).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Randomisation {
    /// Owen scrambles of a Sobol sequence, instead of the one in its scheme.
    Owen {
        /// The seed of all of them.
        seed: u64,
    },
    /// Digital shifts of a Sobol sequence, instead of the scramble in its scheme.
    Shift {
        /// The seed of all of them.
        seed: u64,
    },
    /// The points turned by a uniform random rotation:
    /// [`Rotation::random`](crate::rotation::Rotation::random). For any set of directions.
    Rotation {
        /// The seed of all of them.
        seed: u64,
    },
    /// Ranges of a random sequence that follow one another: points that are independent already. All
    /// together are the first points of the sequence, and its seed is the scheme's.
    Ranges,
}

impl Randomisation {
    /// Which is for what, for a message.
    pub(super) const ALLOWED: &str =
        "Owen and Shift are for Sobol sequences, Rotation for directions, Ranges for random points";

    /// The one that fits a scheme: its own kind of scramble and seed for Sobol (Owen and 0 where it
    /// has none), ranges for random points, rotations with seed 0 for lattices.
    #[must_use]
    pub fn of(scheme: &Scheme) -> Self {
        match *scheme {
            Scheme::Sobol { scramble, .. } => match scramble {
                Scramble::None => Self::Owen { seed: 0 },
                Scramble::Owen { seed, .. } => Self::Owen { seed },
                Scramble::Shift { seed, .. } => Self::Shift { seed },
            },
            Scheme::Random { .. } => Self::Ranges,
            Scheme::Fibonacci { .. } | Scheme::Disk { .. } | Scheme::Pixels { .. } => {
                Self::Rotation { seed: 0 }
            }
        }
    }
}
