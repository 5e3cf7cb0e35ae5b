//! Which processors a thread may use.

use std::collections::BTreeSet;

use super::{NodeThreads, NumaError};

/// The processors that this thread may use.
#[cfg(target_os = "linux")]
pub(super) fn allowed() -> Result<BTreeSet<u32>, NumaError> {
    use rustix::thread::{CpuSet, sched_getaffinity};

    // Fails on machines with more than the 1,024 processors of a set.
    let set = sched_getaffinity(None)
        .map_err(|error| NumaError::Unavailable { reason: format!("processors: {error}") })?;
    Ok((0..CpuSet::MAX_CPU).filter(|&cpu| set.is_set(cpu)).map(|cpu| cpu as u32).collect())
}

/// Keeps the calling thread on the processors of a node.
#[cfg(target_os = "linux")]
pub(crate) fn pin(to: &NodeThreads) -> Result<(), NumaError> {
    use rustix::thread::{CpuSet, sched_setaffinity};

    let mut set = CpuSet::new();
    // Others than those of a set are not among those allowed.
    to.cpus.iter().map(|&cpu| cpu as usize).filter(|&cpu| cpu < CpuSet::MAX_CPU).for_each(|cpu| {
        set.set(cpu);
    });
    sched_setaffinity(None, &set)
        .map_err(|error| NumaError::Pin { node: to.node, reason: error.to_string() })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allowed() -> Result<BTreeSet<u32>, NumaError> {
    Err(unavailable())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_to: &NodeThreads) -> Result<(), NumaError> {
    Err(unavailable())
}

#[cfg(not(target_os = "linux"))]
fn unavailable() -> NumaError {
    NumaError::Unavailable { reason: "they are known on Linux only".to_string() }
}
