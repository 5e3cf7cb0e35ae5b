//! The engine for NVIDIA devices, through CUDA.
#![allow(dead_code, reason = "the engine is being built")]

mod cache;
mod compile;
mod driver;
mod library;
mod options;
#[cfg(test)]
#[path = "../../tests/stand_in/mod.rs"]
mod stand_in;

use std::path::Path;

use sphere_math::kernels::{ALL, NEAREST};

use self::cache::Cubins;
pub use self::compile::Architecture;
pub use self::options::CudaOptions;
use crate::EngineError;

/// Compiles every kernel into a folder, for devices of one architecture: what
/// [`CudaOptions::cache`] names on machines that have no compiler. Their names and bytes.
///
/// # Errors
/// [`EngineError::Unavailable`] without NVRTC; [`EngineError::Failed`] with the compiler's log, or if
/// the folder cannot be written.
pub fn compile_kernels(
    folder: &Path,
    to: Architecture,
) -> Result<Vec<(&'static str, usize)>, EngineError> {
    let cubins = Cubins::new(Some(folder.to_path_buf()));
    let kernels = ALL.into_iter().chain([NEAREST]);
    let fill = |text: String, name| Ok((name, cubins.fill(name, &text, to)?));
    kernels.map(|kernel| fill(kernel.cuda.concat(), kernel.name)).collect()
}
