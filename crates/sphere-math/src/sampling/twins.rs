//! The kernels of all schemes.

pub(crate) use super::fibonacci::twins::{DISK, FIBONACCI, NEAREST};
pub(crate) use super::pixels::twins::PIXELS;
pub(crate) use super::random::twins::RANDOM;
pub(crate) use super::sobol::twins::{SOBOL_CUBE, SOBOL_SPHERE};
