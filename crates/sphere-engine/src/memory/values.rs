//! One run of values.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::Mutex;

use bytemuck::Pod;
use sphere_math::parallel::Executor;

use super::allocation::Allocation;
use super::{LINE, MemoryError, Pages};
use crate::numa::{self, NumaError, Relieved, Topology};

/// Bytes that are touched at a time: those of a huge page.
const PART_BYTES: usize = 1 << 21;

/// The smallest pages of any system that this runs on.
const LEAST_PAGE_BYTES: usize = 1 << 12;

/// Zeroed values of type `R` (f64, f32 or integers: some number of them is a cache line) that start on a cache line, on huge pages from
/// 8 MiB on where the system has them (Linux, unless it is told never to).
///
/// As points in C order (rows, columns): the value of a row and a column is number
/// `row * columns + column`.
#[derive(Debug)]
pub struct Values<R> {
    allocation: Allocation,
    kind: PhantomData<R>,
}

impl<R: Pod + Send> Values<R> {
    /// So many zeros. Large memory is taken from the machine only where it is written, so that O(1).
    ///
    /// # Errors
    /// More bytes than `usize` holds, or than the system grants. A system that grants more than it
    /// has (Linux, by default) notices only when the values are written.
    pub fn new(count: u64) -> Result<Self, MemoryError> {
        Ok(Self::on(Allocation::new(byte_count::<R>(count)?)?))
    }

    /// The same on pages of one kind, whatever the size.
    ///
    /// # Errors
    /// As [`Values::new`]. Huge pages that the system has not are no error: see [`Values::pages`].
    pub fn with_pages(count: u64, pages: Pages) -> Result<Self, MemoryError> {
        // A mapping has at least one byte.
        let bytes = byte_count::<R>(count)?;
        let allocation = match bytes {
            0 => Allocation::new(0)?,
            _ => Allocation::with_pages(bytes, pages)?,
        };
        Ok(Self::on(allocation))
    }

    fn on(allocation: Allocation) -> Self {
        const { assert!(size_of::<R>() > 0 && LINE.is_multiple_of(size_of::<R>())) };
        Self { allocation, kind: PhantomData }
    }

    /// What the system was asked for.
    #[must_use]
    pub fn pages(&self) -> Pages {
        self.allocation.pages()
    }

    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[R] {
        bytemuck::cast_slice(self.allocation.bytes())
    }

    /// The values, to be written.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [R] {
        bytemuck::cast_slice_mut(self.allocation.bytes_mut())
    }

    /// Has the system find the memory now, in parts that an executor runs: what a thread is first to
    /// touch lies on its node, and the first fill after this waits for no page. No value changes.
    ///
    /// O(bytes): most of the time of a first fill.
    pub fn touch(&mut self, executor: &impl Executor) {
        let parts = self.as_mut_slice().chunks_mut(PART_BYTES / size_of::<R>()).collect();
        for_each_part(executor, parts, touch);
    }

    /// Moves pages off nodes of memory that are over 85 % full, to the nearest with room; no value
    /// changes. On one node it says that there is nothing to do. O(bytes).
    ///
    /// # Errors
    /// [`NumaError::MovePages`] when the system refuses.
    pub fn relieve(&mut self, topology: &Topology) -> Result<Relieved, NumaError> {
        numa::relieve(self.allocation.bytes_mut(), topology)
    }

    /// How many bytes lie on each node, in whole pages that were touched. O(bytes).
    ///
    /// # Errors
    /// [`NumaError::MovePages`] when the system does not say.
    pub fn bytes_by_node(&self) -> Result<BTreeMap<u32, u64>, NumaError> {
        numa::bytes_by_node(self.allocation.bytes())
    }
}

fn byte_count<R>(count: u64) -> Result<usize, MemoryError> {
    let bytes = usize::try_from(count).ok().and_then(|count| count.checked_mul(size_of::<R>()));
    bytes
        .filter(|bytes| isize::try_from(*bytes).is_ok())
        .ok_or(MemoryError::TooLarge { columns: 1, rows: count })
}

/// Writes each page, with what it holds.
pub(super) fn touch<R: Pod>(part: &mut [R]) {
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(part);
    for byte in bytes.iter_mut().step_by(LEAST_PAGE_BYTES) {
        *byte = black_box(*byte);
    }
    // The steps may end before the page of the last byte.
    if let Some(last) = bytes.last_mut() {
        *last = black_box(*last);
    }
}

/// Runs a task on each part, on the threads of an executor.
pub(super) fn for_each_part<P: Send>(
    executor: &impl Executor,
    parts: Vec<P>,
    task: impl Fn(P) + Sync,
) {
    // A task takes its own part, once: nobody waits for a lock.
    let parts: Vec<_> = parts.into_iter().map(|part| Mutex::new(Some(part))).collect();
    executor.map(parts.len(), |index| {
        if let Some(part) = parts[index].lock().map_or(None, |mut part| part.take()) {
            task(part);
        }
    });
}
