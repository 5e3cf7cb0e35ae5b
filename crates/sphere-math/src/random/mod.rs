//! Counter-based random numbers: word n of stream s is a function, not a state.

mod philox;

pub use philox::philox4x32;
