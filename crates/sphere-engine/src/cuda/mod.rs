//! The engine for NVIDIA devices, through CUDA.

mod driver;
