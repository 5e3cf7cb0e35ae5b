//! Memory of a caller, registered where it is.

#![allow(unsafe_code, reason = "the driver is given memory by its address")]

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::driver::{DevicePointer, Driver};
use super::gpu::Gpu;
use super::host::Registration;
use crate::{EngineError, FixedMemory};

/// Memory of a caller that the device may use, as long as this is held.
#[derive(Debug)]
pub(super) struct InPlace<D: Driver> {
    /// Undone when it is dropped.
    _registrations: Vec<Registration<D>>,
}

impl<D: Driver> InPlace<D> {
    /// `None` where the driver refuses one of the ranges; then none stays registered.
    ///
    /// # Safety
    /// All ranges are mapped memory that stays mapped as long as the result is held.
    pub(super) unsafe fn new(
        gpu: &Arc<Gpu<D>>,
        known: &Known,
        ranges: Vec<Range<usize>>,
    ) -> Result<Option<Self>, EngineError> {
        let unknown = ranges.into_iter().filter(|range| !known.holds(range));
        let mut registrations = Vec::new();
        for range in merged(unknown.collect(), page_bytes()) {
            // SAFETY: what `merged` adds to a range lies on a page of its ends, so it is mapped as well.
            match unsafe { Registration::new(gpu, range) }? {
                Some(registration) => registrations.push(registration),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { _registrations: registrations }))
    }
}

/// Memory of a caller that the device keeps at hand, as long as this is held.
pub(super) struct Kept<D: Driver> {
    registration: Registration<D>,
    pointer: DevicePointer,
    range: Range<usize>,
    known: Known,
    /// `None` while it is dropped.
    memory: Option<Arc<dyn FixedMemory>>,
}

impl<D: Driver> Kept<D> {
    /// `None` where the driver refuses.
    pub(super) fn new(
        gpu: &Arc<Gpu<D>>,
        known: &Known,
        memory: Arc<dyn FixedMemory>,
    ) -> Result<Option<Self>, EngineError> {
        let range = memory.range();
        if range.is_empty() {
            return Ok(None);
        }
        // SAFETY: all of it is mapped as long as `memory` lives, which a `FixedMemory` promises, and that is
        // until the registration is undone, or for ever: see `drop`.
        let Some(registration) = (unsafe { Registration::new(gpu, range.clone()) })? else {
            return Ok(None);
        };
        let (pointer, known, memory) = (DevicePointer(0), known.clone(), Some(memory));
        // Owned from here on: what follows may fail.
        let mut kept = Self { registration, pointer, range, known, memory };
        let Some(pointer) = kept.registration.mapped()? else { return Ok(None) };
        kept.pointer = pointer;
        kept.known.add(kept.range.clone());
        Ok(Some(kept))
    }

    /// Where the device sees a part of it; `None` if it is not one.
    pub(super) fn pointer(&self, part: &Range<usize>) -> Option<DevicePointer> {
        let holds = self.range.start <= part.start && part.end <= self.range.end;
        holds.then(|| DevicePointer(self.pointer.0 + (part.start - self.range.start) as u64))
    }
}

impl<D: Driver> fmt::Debug for Kept<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Kept").field("range", &self.range).finish_non_exhaustive()
    }
}

impl<D: Driver> Drop for Kept<D> {
    fn drop(&mut self) {
        self.known.remove(&self.range);
        // What the driver has not let go of stays where it is, for ever.
        if !self.registration.undo() {
            std::mem::forget(self.memory.take());
        }
    }
}

/// Memory that an engine has registered for callers.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    ranges: Arc<Mutex<Vec<Range<usize>>>>,
}

impl Known {
    pub(super) fn add(&self, range: Range<usize>) {
        self.ranges.lock().unwrap_or_else(PoisonError::into_inner).push(range);
    }

    pub(super) fn remove(&self, range: &Range<usize>) {
        self.ranges.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| one != range);
    }

    /// Whether one of them holds all of a range.
    pub(super) fn holds(&self, range: &Range<usize>) -> bool {
        let ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        ranges.iter().any(|known| known.start <= range.start && range.end <= known.end)
    }
}

/// The same ranges, those in one that share a page: a page is registered once. Empty ones are left out.
fn merged(mut ranges: Vec<Range<usize>>, page: usize) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start / page <= (last.end - 1) / page => {
                last.end = last.end.max(range.end);
            }
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(target_os = "linux")]
fn page_bytes() -> usize {
    rustix::param::page_size()
}

/// The smallest pages of any system that has CUDA.
#[cfg(not(target_os = "linux"))]
fn page_bytes() -> usize {
    1 << 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one range is a case")]
    fn ranges_that_share_a_page_are_one() {
        for (ranges, expected) in [
            (vec![], vec![]),
            (vec![5..5, 3..3], vec![]),
            (vec![10..20], vec![10..20]),
            (vec![10..20, 30..40], vec![10..40]),
            (vec![10..100, 100..150], vec![10..100, 100..150]),
            (vec![10..101, 150..160], vec![10..160]),
            (vec![250..260, 0..90, 120..130], vec![0..90, 120..130, 250..260]),
            (vec![0..500, 120..130, 480..510, 599..600], vec![0..600]),
            (vec![0..500, 500..510], vec![0..500, 500..510]),
            (vec![10..20, 10..20], vec![10..20]),
        ] {
            assert_eq!(merged(ranges.clone(), 100), expected, "{ranges:?}");
        }
    }

    #[test]
    fn memory_is_known_while_it_is_registered() {
        let known = Known::default();
        known.add(10..100);
        known.add(200..300);
        for (range, expected) in
            [(10..100, true), (50..60, true), (50..101, false), (150..160, false), (5..300, false)]
        {
            assert_eq!(known.holds(&range), expected, "{range:?}");
        }
        known.remove(&(10..100));
        assert!(!known.holds(&(50..60)) && known.holds(&(200..201)));
    }
}
