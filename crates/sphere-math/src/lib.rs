//! The mathematics of the unit sphere: sampling schemes, lifts and indices.
