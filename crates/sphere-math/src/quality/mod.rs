//! How good a set of points is, in numbers.
//!
//! [`Directions::new`], [`DiskPoints::new`] and [`CubePoints::new`] check a set; [`directions`],
//! [`disk`] and [`cube`] judge it. Every [`Figure`] says whether it is exact, an estimate or a
//! bracket, and stands beside what a perfect and a random set of that size would give, where that is
//! known.
//!
//! Sets may be of any kind: clustered, in one place, on a great circle. No figure takes quadratic
//! time beyond [`EXACT_POINTS`]; what is then an estimate says so in its [`Value`]. All of them are
//! the same bits on any number of threads.

mod covering;
mod energy;
mod error;
mod figure;
mod harmonic;
mod nearest;
mod points;
mod reference;
mod report;
mod star;
mod strata;
mod uniform;

pub use error::QualityError;
pub use figure::{Basis, Figure, Reference, Value};
pub use harmonic::MAX_DEGREE;
pub use points::{CubePoints, Directions, DiskPoints, Precision};
pub use report::{
    CubeReport, DirectionsReport, DiskReport, Harmonic, NeighbourDistances, cube, directions, disk,
    neighbours,
};
pub use strata::{Coverage, PairStrata, Strata};

/// The largest set that is judged.
pub const MAX_POINTS: u64 = u32::MAX as u64;

/// Discrepancies are sums over all pairs of points: exact up to so many points (in the plane, for
/// points of the cube).
pub const EXACT_POINTS: usize = 30_000;
