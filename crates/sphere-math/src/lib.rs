//! The mathematics of the unit sphere.
//!
//! Today this crate samples, and integrates over what it samples: a [`sampling::Scheme`] says which
//! points, its [`sampling::Plan`] computes any range of them, and an [`integrate::Quadrature`] takes
//! the mean of a function over them, with its error.
//!
//! ```
//! use sphere_math::sampling::{Placement, Scheme};
//!
//! let plan = Scheme::Fibonacci { total: 1_000, placement: Placement::Quadrature }.plan()?;
//! let mut x = [0.0_f64; 10];
//! let mut y = [0.0_f64; 10];
//! let mut z = [0.0_f64; 10];
//! plan.fill(0..10, &mut [&mut x, &mut y, &mut z])?;
//! assert_eq!(z[0], 0.999);
//! # Ok::<(), sphere_math::sampling::SampleError>(())
//! ```
//!
//! # What every function here keeps
//!
//! * z is up, right-handed; colatitude theta in \[0, pi\], longitude phi in \[0, 2 pi); radians
//!   unless a name ends in `_deg`.
//! * A point is a pure function of its scheme and its index. Splitting a range, or computing it on
//!   several threads, changes no bit.
//! * No I/O, no clock, no environment, no global state, and no panic on any input.
//!
//! Sources are cited by their key in `docs/papers.bib`; accuracy is stated in `docs/numerics.md`.

mod azimuth;
mod convert;
pub mod designs;
pub mod direction;
pub mod healpix;
pub mod integrate;
pub mod kernels;
pub mod parallel;
pub mod quality;
pub mod random;
mod real;
pub mod rotation;
pub mod sampling;
pub mod simd;
pub mod sum;
mod turn;

pub use real::Real;
pub use turn::Turn;

/// The version of the draws and lifts: it changes when any bit of any scheme changes.
///
/// The golden hashes in `tests/golden.rs` hold this promise; files and responses carry the number,
/// so that results computed years apart can be compared.
pub const DRAW_VERSION: u32 = 1;
