//! The same computations as texts for other devices: WGSL for WebGPU, CUDA C++ for NVIDIA.
//!
//! A [`Kernel`] is a text, a [`Launch`] what a plan hands to it. Both are data: this crate links no
//! GPU library. A text stands beside the definition that it repeats, what several share stands in
//! `parts`. `docs/adding-a-kernel.md` walks through a new one.
//!
//! Draws are the bits of [`Plan::draw`](crate::sampling::Plan::draw). On CUDA so are lifts, in f64
//! and f32, those of [`Plan::fill`](crate::sampling::Plan::fill); on WebGPU, which has f32 alone,
//! they stay within [`SINGLE_BOUND`] of it, because WGSL leaves the last bits of a root to the device.

mod directions;
mod launch;
pub(crate) mod parts;

pub use directions::single_direction;
pub use launch::{Launch, Output};
pub(crate) use launch::{Twin, words_f32, words_f64, words_u64};

use crate::sampling::{Domain, Scheme, twins};

/// How far a coordinate that a WGSL kernel lifts may be from the f32 lift of this crate: 2^-21,
/// absolute.
///
/// Four roundings of integers to f32 and of their products, and a root that is two units off, are
/// less than that; 2^-23 is the most that was seen on Mesa's device in software. A device whose
/// roots are as bad as the specification lets them be may exceed it, and is then refused.
pub const SINGLE_BOUND: f32 = 8.0 / (1 << 24) as f32;

/// How much further away than the nearest point that may be which the WGSL kernel finds, as a distance in
/// space: 2^-29. Where every other point is further by more than that, it is the nearest.
///
/// That is for directions in f32 as they are; directions in f64 are rounded first: [`NEAREST_BOUND`].
/// `docs/numerics.md` derives it, and says that far less was seen.
pub const NEAREST_SINGLE_BOUND: f64 = 1.0 / (1 << 29) as f64;

/// The same for directions in f64, which [`single_direction`] rounds to f32: 2^-22. The rounding moves a
/// direction by no more than 2^-24, and both distances by as much.
pub const NEAREST_BOUND: f64 = 1.0 / (1 << 22) as f64;

/// The text of one computation, in two languages.
///
/// In both one thread writes one point, a row of 32-bit words in C order, and threads past the
/// count of the header return. A draw is 64 bits, low word first; so is an f64.
///
/// **WGSL.** Entry point `main`; group 0 has the output (binding 0, storage), the header
/// (1, uniform), the parameters and the table (2 and 3, read-only storage). Groups of 256 threads,
/// at most 65,535 of them along x, and as many as are needed along y.
///
/// **CUDA.** `extern "C" __global__ void NAME(uint32_t *out, uint4 header, const uint32_t
/// *parameters, const uint32_t *table)`, C++17 without includes. One thread a point, in groups of any
/// size along x. To be compiled without contraction (`--fmad=false`) and without fast-math: the bits
/// depend on it, see `docs/numerics.md`.
#[derive(Debug, PartialEq, Eq)]
pub struct Kernel {
    /// What it is called, and its entry point in CUDA.
    pub name: &'static str,
    /// Put one after the other, its text in WGSL: core WebGPU, no extension; empty where there is none.
    pub wgsl: &'static [&'static str],
    /// Put one after the other, its text in CUDA C++; empty while there is none.
    pub cuda: &'static [&'static str],
}

/// Every kernel of a sampling scheme.
pub const ALL: [&Kernel; 6] = [
    &twins::FIBONACCI,
    &twins::DISK,
    &twins::RANDOM,
    &twins::SOBOL_CUBE,
    &twins::SOBOL_SPHERE,
    &twins::PIXELS,
];

/// The search for the nearest points of a Fibonacci lattice: in CUDA for directions in f64, by
/// [`Plan::launch_nearest`](crate::sampling::Plan::launch_nearest); in WGSL, which has no f64, for
/// directions in f32, by [`Plan::launch_nearest_single`](crate::sampling::Plan::launch_nearest_single).
pub const NEAREST: &Kernel = &twins::NEAREST;

impl Scheme {
    /// The kernel that computes it on other devices: that of
    /// [`Plan::launch`](crate::sampling::Plan::launch), before there is a plan. O(1).
    #[must_use]
    pub const fn kernel(&self) -> &'static Kernel {
        match self {
            Self::Fibonacci { .. } => &twins::FIBONACCI,
            Self::Disk { .. } => &twins::DISK,
            Self::Random { .. } => &twins::RANDOM,
            Self::Sobol { domain: Domain::Sphere, .. } => &twins::SOBOL_SPHERE,
            Self::Sobol { domain: Domain::Cube { .. }, .. } => &twins::SOBOL_CUBE,
            Self::Pixels { .. } => &twins::PIXELS,
        }
    }
}
