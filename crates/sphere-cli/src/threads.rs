//! How many threads to compute on, and where.

use std::num::NonZeroUsize;

use sphere_engine::numa::Numa;
use sphere_engine::{CpuEngine, EngineError};

use crate::failure::Failure;

/// The engine that the user wants: so many threads, on these nodes.
pub(crate) fn engine(text: Option<&str>, numa: Numa) -> Result<CpuEngine, Failure> {
    CpuEngine::with_numa(threads(text)?, numa).map_err(|error| match error {
        EngineError::Rejected { reason } => Failure::usage(reason),
        error => Failure::work(error),
    })
}

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
