//! Memory that the service and its worker both see: slots, each of which one side has at a time.
//!
//! Its size is sealed, so neither side can take it from under the other. The side that has a slot may
//! have one [`Slot`] of it; while the other side has it there is none, only its number.

#![allow(unsafe_code, reason = "memory of two processes has no owner that the compiler knows")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use rustix::io::Errno;
use sphere_engine::{FixedMemory, LentWords};

use super::numbers::{Number, Numbers};

/// Nobody changes the size, and nobody takes these seals away.
const SEALS: SealFlags = SealFlags::GROW.union(SealFlags::SHRINK).union(SealFlags::SEAL);

/// More slots are no use to anyone, and their numbers take memory.
const MOST_SLOTS: usize = 1 << 16;

/// How many slots, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Slots.
    pub(super) slots: usize,
    /// Bytes of each: a multiple of 8.
    pub(super) slot_bytes: usize,
}

impl Layout {
    fn bytes(self) -> io::Result<usize> {
        let bytes = self.slots.checked_mul(self.slot_bytes).filter(|&bytes| bytes > 0);
        let fits = self.slots <= MOST_SLOTS && self.slot_bytes.is_multiple_of(size_of::<u64>());
        let bytes = bytes.filter(|_| fits);
        bytes.ok_or_else(|| invalid("the slots of the shared memory have no such size"))
    }
}

/// The memory, mapped into this process.
#[derive(Debug)]
pub(super) struct Shared {
    map: MmapRaw,
    file: File,
    layout: Layout,
    numbers: Arc<Numbers>,
}

impl Shared {
    /// New memory, all of it on this side. Pages cost nothing until they are used.
    pub(super) fn create(layout: Layout) -> io::Result<Arc<Self>> {
        let file = File::from(memory_file()?);
        file.set_len(layout.bytes()? as u64)?;
        fcntl_add_seals(&file, SEALS)?;
        Self::map(file, layout, Numbers::here(layout.slots))
    }

    /// The memory of the other side, which has all of it.
    ///
    /// # Errors
    /// What it is not: sealed, or as large as the layout says.
    pub(super) fn adopt(file: OwnedFd, layout: Layout) -> io::Result<Arc<Self>> {
        let file = File::from(file);
        if !fcntl_get_seals(&file)?.contains(SEALS) {
            return Err(invalid("the shared memory is not sealed"));
        }
        if file.metadata()?.len() != layout.bytes()? as u64 {
            return Err(invalid("the shared memory has another size than was said"));
        }
        Self::map(file, layout, Numbers::there(layout.slots))
    }

    fn map(file: File, layout: Layout, numbers: Arc<Numbers>) -> io::Result<Arc<Self>> {
        let map = MmapOptions::new().len(layout.bytes()?).map_raw(&file)?;
        Ok(Arc::new(Self { map, file, layout, numbers }))
    }

    /// A slot that nobody uses.
    pub(super) fn take(self: &Arc<Self>) -> Option<Slot> {
        self.numbers.take().map(|number| self.slot(number))
    }

    /// One of these, if nobody uses it.
    pub(super) fn take_one_of(self: &Arc<Self>, indices: &BTreeSet<usize>) -> Option<Slot> {
        self.numbers.take_one_of(indices).map(|number| self.slot(number))
    }

    /// A slot that the other side has given, as it says; `None` where it had not got it.
    pub(super) fn received(self: &Arc<Self>, index: usize) -> Option<Slot> {
        self.numbers.received(index).map(|number| self.slot(number))
    }

    /// As [`Numbers::give_back`].
    pub(super) fn give_back(&self, indices: &BTreeSet<usize>) {
        self.numbers.give_back(indices);
    }

    /// Who has which slot.
    pub(super) fn numbers(&self) -> &Arc<Numbers> {
        &self.numbers
    }

    /// The memory of a slot, for whoever has it.
    pub(super) fn slot(self: &Arc<Self>, number: Number) -> Slot {
        Slot { shared: Arc::clone(self), number }
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Slots on this side that nobody uses.
    #[cfg(test)]
    pub(super) fn free_slots(&self) -> usize {
        self.numbers.free()
    }
}

// SAFETY: the mapping is of all of the range, to be read and written, and is undone when `self` is dropped
// and not before: nobody has a part of it unmapped, and the pages behind it cannot go, because the size is
// sealed.
unsafe impl FixedMemory for Shared {
    fn range(&self) -> Range<usize> {
        let start = self.map.as_mut_ptr().expose_provenance();
        start..start + self.map.len()
    }
}

/// Memory that nobody can run, which some systems insist on and older ones do not know.
fn memory_file() -> rustix::io::Result<OwnedFd> {
    let create = |flags| memfd_create("sphere-points", MemfdFlags::CLOEXEC | flags);
    match create(MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => create(MemfdFlags::ALLOW_SEALING),
        created => created,
    }
}

/// The right to read and write a slot. Dropped, the slot is free, on this side.
#[derive(Debug)]
pub(super) struct Slot {
    shared: Arc<Shared>,
    number: Number,
}

impl Slot {
    /// Gives the slot to the other side, which is to be told its number.
    pub(super) fn give_away(self) -> usize {
        self.number.give_away()
    }

    /// The slot without its memory.
    pub(super) fn into_number(self) -> Number {
        self.number
    }

    pub(super) fn is_of(&self, shared: &Arc<Shared>) -> bool {
        Arc::ptr_eq(&self.shared, shared)
    }

    fn start(&self) -> *mut u64 {
        let offset = self.number.index() * self.shared.layout.slot_bytes;
        // A page starts on more than eight bytes, and a slot has a multiple of eight.
        self.shared.map.as_mut_ptr().wrapping_add(offset).cast()
    }

    fn length(&self) -> usize {
        self.shared.layout.slot_bytes / size_of::<u64>()
    }
}

impl LentWords for Slot {
    fn words(&self) -> &[u64] {
        // SAFETY: the mapping has all slots and lives as long as `shared`; the address is aligned; every
        // bit pattern is a u64. There is one `Slot` of a number on this side, because `numbers` hands each
        // out once, and the other side touches none that it has given away. A worker gone wrong may write
        // on: what is read then is wrong numbers, in memory that cannot go away.
        unsafe { std::slice::from_raw_parts(self.start(), self.length()) }
    }

    fn words_mut(&mut self) -> &mut [u64] {
        // SAFETY: as `words`; and `self` is borrowed for as long as the slice.
        unsafe { std::slice::from_raw_parts_mut(self.start(), self.length()) }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    const LAYOUT: Layout = Layout { slots: 3, slot_bytes: 4_096 };

    fn other_side(shared: &Shared) -> Arc<Shared> {
        Shared::adopt(shared.descriptor().try_clone_to_owned().unwrap(), LAYOUT).unwrap()
    }

    #[test]
    fn both_sides_see_what_is_written() {
        let here = Shared::create(LAYOUT).unwrap();
        let there = other_side(&here);
        assert_eq!((here.free_slots(), there.free_slots()), (3, 0));
        let mut slots: Vec<Slot> = std::iter::from_fn(|| here.take()).collect();
        for (number, slot) in slots.iter_mut().enumerate() {
            slot.words_mut().fill(number as u64 + 7);
        }
        for (number, slot) in slots.into_iter().enumerate() {
            let index = slot.give_away();
            let mut slot = there.received(index).unwrap();
            assert!(there.received(index).is_none(), "once");
            assert_eq!(slot.words(), [number as u64 + 7; 512]);
            slot.words_mut()[511] = 5;
            let index = slot.give_away();
            let slot = here.received(index).unwrap();
            assert_eq!(slot.words()[510..], [number as u64 + 7, 5]);
        }
        assert_eq!((here.free_slots(), there.free_slots()), (3, 0));
        assert_eq!(Arc::strong_count(&here), 1, "nothing is left behind");
    }

    #[test]
    fn memory_that_could_be_taken_away_is_refused() {
        let file = memfd_create("sphere-test", MemfdFlags::ALLOW_SEALING).unwrap();
        let file = File::from(file);
        file.set_len(3 * 4_096).unwrap();
        let adopted = |layout| Shared::adopt(file.try_clone().unwrap().into(), layout);
        assert!(adopted(LAYOUT).unwrap_err().to_string().contains("not sealed"));
        fcntl_add_seals(&file, SEALS).unwrap();
        assert!(adopted(Layout { slots: 4, ..LAYOUT }).unwrap_err().to_string().contains("size"));
        assert!(adopted(LAYOUT).is_ok());
        assert!(file.set_len(0).is_err(), "sealed");
    }

    #[test]
    fn layouts_have_a_size() {
        for (slots, slot_bytes) in [(0, 8), (8, 0), (1, 7), (usize::MAX, 8), (MOST_SLOTS + 1, 8)] {
            assert!(Shared::create(Layout { slots, slot_bytes }).is_err());
        }
    }

    /// Two that had the same slot would write over each other's points.
    #[test]
    fn a_slot_has_one_owner_at_a_time() {
        let shared = Shared::create(LAYOUT).unwrap();
        let owned = [const { AtomicBool::new(false) }; 3];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        let Some(slot) = shared.take() else { continue };
                        let index = slot.number.index();
                        assert!(!owned[index].swap(true, Ordering::SeqCst), "it has two");
                        slot.give_away();
                        owned[index].store(false, Ordering::SeqCst);
                        shared.numbers().come_back(&BTreeSet::from([index]));
                    }
                });
            }
        });
        assert_eq!(shared.free_slots(), 3);
    }

    #[test]
    fn numbers_beyond_the_memory_are_none() {
        let shared = Shared::create(LAYOUT).unwrap();
        assert!(shared.received(3).is_none());
        assert!(shared.received(0).is_none(), "it is here");
    }
}
