//! Who has which slot: the numbers of one side, without the memory.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use crate::sync::{Condvar, Mutex, MutexGuard};

/// The numbers of all slots, as one side sees them.
#[derive(Debug)]
pub(super) struct Numbers {
    unused: Mutex<Unused>,
    freed: Condvar,
}

/// The numbers that nobody on this side has; of the others there is a [`Number`] each.
#[derive(Debug, Default)]
struct Unused {
    /// On this side.
    free: BTreeSet<usize>,
    /// On the other.
    away: BTreeSet<usize>,
}

impl Numbers {
    /// So many, all on this side.
    pub(super) fn here(slots: usize) -> Arc<Self> {
        Self::new(Unused { free: (0..slots).collect(), ..Unused::default() })
    }

    /// So many, all on the other side.
    pub(super) fn there(slots: usize) -> Arc<Self> {
        Self::new(Unused { away: (0..slots).collect(), ..Unused::default() })
    }

    fn new(unused: Unused) -> Arc<Self> {
        Arc::new(Self { unused: Mutex::new(unused), freed: Condvar::new() })
    }

    /// One that nobody uses.
    pub(super) fn take(self: &Arc<Self>) -> Option<Number> {
        let index = self.unused().free.pop_first()?;
        Some(Number::new(self, index))
    }

    /// One of these, if nobody uses it.
    pub(super) fn take_one_of(self: &Arc<Self>, indices: &BTreeSet<usize>) -> Option<Number> {
        let free = &mut self.unused().free;
        let index = free.intersection(indices).next().copied()?;
        free.remove(&index);
        Some(Number::new(self, index))
    }

    /// One that the other side has given, as it says; `None` where it had not got it.
    pub(super) fn received(self: &Arc<Self>, index: usize) -> Option<Number> {
        let had = self.unused().away.remove(&index);
        had.then(|| Number::new(self, index))
    }

    /// Waits until nobody on this side uses any of these, and gives them to the other side.
    pub(super) fn give_back(&self, indices: &BTreeSet<usize>) {
        let mut unused = self.unused();
        while !indices.is_subset(&unused.free) {
            unused = self.freed.wait(unused).unwrap_or_else(PoisonError::into_inner);
        }
        unused.free.retain(|index| !indices.contains(index));
        unused.away.extend(indices);
    }

    /// Has these of the other side again: it says so, or is gone.
    pub(super) fn come_back(&self, indices: &BTreeSet<usize>) {
        let mut unused = self.unused();
        for index in indices {
            if unused.away.remove(index) {
                unused.free.insert(*index);
            }
        }
        self.freed.notify_all();
    }

    /// How many on this side nobody uses.
    pub(super) fn free(&self) -> usize {
        self.unused().free.len()
    }

    fn unused(&self) -> MutexGuard<'_, Unused> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to a slot. Dropped, the slot is free, on this side.
#[derive(Debug)]
pub(super) struct Number {
    numbers: Arc<Numbers>,
    index: usize,
    /// The other side has it.
    given: bool,
}

impl Number {
    fn new(numbers: &Arc<Numbers>, index: usize) -> Self {
        Self { numbers: Arc::clone(numbers), index, given: false }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// Gives the slot to the other side, which is to be told its number.
    pub(super) fn give_away(mut self) -> usize {
        // In one step: were it free in between, somebody could take it.
        self.numbers.unused().away.insert(self.index);
        self.given = true;
        self.index
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        if !self.given {
            self.numbers.unused().free.insert(self.index);
            self.numbers.freed.notify_all();
        }
    }
}
