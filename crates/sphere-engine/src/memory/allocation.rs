//! Bytes from the system.

use super::{LINE, MemoryError};

/// Memory is mapped, on huge pages, from here on: four huge pages of 2 MiB, so that wherever it
/// starts most of it lies on whole ones.
const MAPPED_BYTES: usize = 4 << 21;

/// What pages memory lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// Those that the system gives by itself.
    Ordinary,
    /// Huge ones (2 MiB on x86-64), where the system has some: it was advised to.
    Huge,
}

/// Zeroed bytes that start on a cache line.
#[derive(Debug)]
pub(super) enum Allocation {
    /// So many bytes from the first cache line on.
    Heap(Vec<u8>, usize),
    #[cfg(target_os = "linux")]
    Mapped(memmap2::MmapMut, Pages),
}

impl Allocation {
    /// Huge pages for what is large, on systems that have them.
    pub(super) fn new(bytes: usize) -> Result<Self, MemoryError> {
        if bytes < MAPPED_BYTES { heap(bytes) } else { Self::with_pages(bytes, Pages::Huge) }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn with_pages(bytes: usize, pages: Pages) -> Result<Self, MemoryError> {
        use memmap2::{Advice, MmapMut};

        let map = MmapMut::map_anon(bytes);
        let map = map.map_err(|error| MemoryError::Refused { bytes, reason: error.to_string() })?;
        let is_huge = pages == Pages::Huge && map.advise(Advice::HugePage).is_ok();
        if pages == Pages::Ordinary {
            // Where huge pages are the rule, ordinary ones have to be asked for. A system without
            // huge pages knows no such advice, and needs none.
            let _ = map.advise(Advice::NoHugePage);
        }
        Ok(Self::Mapped(map, if is_huge { Pages::Huge } else { Pages::Ordinary }))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn with_pages(bytes: usize, _pages: Pages) -> Result<Self, MemoryError> {
        heap(bytes)
    }

    pub(super) fn pages(&self) -> Pages {
        match self {
            Self::Heap(..) => Pages::Ordinary,
            #[cfg(target_os = "linux")]
            Self::Mapped(_, pages) => *pages,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Heap(all, bytes) => &all[all.as_ptr().align_offset(LINE)..][..*bytes],
            #[cfg(target_os = "linux")]
            Self::Mapped(map, _) => map,
        }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(all, bytes) => {
                let first = all.as_ptr().align_offset(LINE);
                &mut all[first..][..*bytes]
            }
            #[cfg(target_os = "linux")]
            Self::Mapped(map, _) => map,
        }
    }
}

/// From the allocator, with room to start on a cache line.
fn heap(bytes: usize) -> Result<Allocation, MemoryError> {
    let refused = |reason: String| MemoryError::Refused { bytes, reason };
    let room = bytes.saturating_add(LINE);
    let mut all = Vec::new();
    all.try_reserve_exact(room).map_err(|error| refused(error.to_string()))?;
    all.resize(room, 0);
    Ok(Allocation::Heap(all, bytes))
}
