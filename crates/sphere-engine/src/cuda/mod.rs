//! The engine for NVIDIA devices, through CUDA.
#![allow(dead_code, reason = "the engine is being built")]

mod cache;
mod compile;
mod driver;
mod options;

pub use options::CudaOptions;
