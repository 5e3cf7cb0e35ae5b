//! A folder of compiled kernels.
