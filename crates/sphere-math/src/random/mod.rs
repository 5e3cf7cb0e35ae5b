//! Counter-based random numbers: word n of stream s is a function, not a state.
//!
//! The last counter word says what a number is for, so that no two uses of one seed share numbers:
//! 0 ball, 1 disk, 2 cylinder, 3 Sobol shift, 4 Owen scramble, 5 rotation,
//! 6 and 7 the samples of the quality report.

mod lanes;
mod philox;

pub(crate) use lanes::philox4x32_lanes;
pub use philox::philox4x32;
