//! Counter-based random numbers: word n of stream s is a function, not a state.
//!
//! The last counter word says what a number is for, so that no two uses of one seed share numbers:
//! 0 ball, 1 disk, 2 cylinder, 3 Sobol shift, 4 Owen scramble, 5 rotation.

mod philox;

pub use philox::philox4x32;
