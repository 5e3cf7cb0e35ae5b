//! How many threads to compute on.

use std::num::NonZeroUsize;

use sphere_engine::CpuEngine;

use crate::failure::Failure;

/// The number that the user gave; `None` for all cores.
pub(crate) fn threads(text: Option<&str>) -> Result<Option<NonZeroUsize>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let threads = text.parse::<NonZeroUsize>().ok();
    match threads.filter(|threads| threads.get() <= CpuEngine::MAX_THREADS) {
        Some(threads) => Ok(Some(threads)),
        None => Err(Failure::usage(format!(
            "threads is '{text}'; it must be a whole number from 1 to {}",
            CpuEngine::MAX_THREADS
        ))),
    }
}
