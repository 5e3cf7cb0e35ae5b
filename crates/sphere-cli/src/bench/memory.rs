//! Memory that points are computed into, and how much there is.

use bytemuck::Pod;
use sphere_engine::Job;
use sphere_engine::memory::{MemoryError, Output, Values};
use sphere_math::Real;
use sphere_math::parallel::Executor;

use crate::cli::Layout;
use crate::failure::Failure;

/// All points of a request, in memory for large outputs.
#[derive(Debug)]
pub(super) enum Buffer<R> {
    Columns(Output<R>),
    Rows(Values<R>),
}

/// What a fill takes: made once, before the clock runs.
#[derive(Debug)]
pub(super) enum View<'a, R> {
    Columns(Vec<&'a mut [R]>),
    Rows(&'a mut [R]),
}

impl<R: Real + Pod> Buffer<R> {
    /// Zeros, on huge pages where the system has them.
    pub(super) fn new(layout: Layout, columns: usize, rows: u64) -> Result<Self, Failure> {
        let buffer = match layout {
            Layout::Columns => Output::new(columns, rows).map(Self::Columns),
            Layout::Rows => Self::of_rows(columns, rows),
        };
        buffer.map_err(Failure::work)
    }

    fn of_rows(columns: usize, rows: u64) -> Result<Self, MemoryError> {
        let values = rows.checked_mul(columns as u64);
        let values = values.ok_or(MemoryError::TooLarge { columns, rows })?;
        Values::new(values).map(Self::Rows)
    }

    /// Has the system find the memory, on the threads that will fill it.
    pub(super) fn touch(&mut self, executor: &impl Executor) {
        match self {
            Self::Columns(output) => output.touch(executor),
            Self::Rows(values) => values.touch(executor),
        }
    }

    pub(super) fn view(&mut self) -> View<'_, R> {
        match self {
            Self::Columns(output) => View::Columns(output.columns_mut()),
            Self::Rows(values) => View::Rows(values.as_mut_slice()),
        }
    }
}

/// Refuses what does not fit into nine tenths of the memory that is free: the rest is for others.
pub(super) fn check(job: &Job) -> Result<(), Failure> {
    let free = free_bytes().unwrap_or(isize::MAX as u64);
    let most = free / 10 * 9 / job.row_bytes() as u64;
    if job.points() <= most {
        return Ok(());
    }
    let (points, free) = (job.points(), free as f64 / 1e9);
    Err(Failure::usage(format!(
        "count is {points}; at most {most} such points fit into the {free:.1} GB of memory that is \
         free here"
    )))
}

/// Bytes that this process could still take, where the system says.
#[cfg(target_os = "linux")]
pub(super) fn free_bytes() -> Option<u64> {
    let free = status_bytes("/proc/meminfo", "MemAvailable:")?;
    // A container may be allowed less than the machine has. Its file says "max" where it is not.
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| text.trim().parse().ok());
    Some(free.min(limit.unwrap_or(u64::MAX)))
}

/// The most memory that this process has ever held, where the system says.
#[cfg(target_os = "linux")]
pub(super) fn peak_bytes() -> Option<u64> {
    status_bytes("/proc/self/status", "VmHWM:")
}

/// The memory that this process holds now, where the system says.
#[cfg(target_os = "linux")]
pub(super) fn resident_bytes() -> Option<u64> {
    status_bytes("/proc/self/status", "VmRSS:")
}

#[cfg(target_os = "linux")]
fn status_bytes(path: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn resident_bytes() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn free_bytes() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn peak_bytes() -> Option<u64> {
    None
}
