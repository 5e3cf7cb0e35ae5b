//! Points on the sphere, in the disk and in the cube, each a pure function of its index.
//!
//! A [`Scheme`] is plain data. [`Scheme::plan`] checks it, builds its tables and gives a [`Plan`],
//! which threads share: [`Plan::draw`] writes the raw integers of any range of points,
//! [`Plan::fill`] the points themselves. Both write the same bits however a range is split.

mod ceiling;
mod error;
mod fibonacci;
mod lift;
mod pixels;
mod plan;
mod random;
mod scheme;
mod sobol;
mod store;
mod tally;
pub(crate) mod twins;

pub use ceiling::fill_constant_on;
pub use error::SampleError;
pub(crate) use lift::lanes::LaneLift;
pub use plan::{Extent, Plan, Stores};
pub use scheme::{Domain, Method, Placement, Scheme, Scramble, Shape};
pub(crate) use sobol::Coordinate;
pub use tally::Tally;

/// The largest number of points of a lattice, 2^52: 2 k + 1 and n stay exact in f64.
pub const MAX_LATTICE_POINTS: u64 = 1 << 52;
/// The number of points of a Sobol sequence in 64-bit words, 2^63.
pub const SOBOL_POINTS: u64 = 1 << 63;
/// The number of dimensions of the Joe-Kuo D6 direction numbers.
pub const SOBOL_DIMENSIONS: u32 = 21_201;
