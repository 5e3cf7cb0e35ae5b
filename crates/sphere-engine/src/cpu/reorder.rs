//! Blocks that were finished before their turn.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::Block;

/// Keeps blocks until all before them have gone.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    by_start: BTreeMap<u64, (Range<u64>, Block)>,
}

impl Reorder {
    pub(super) fn insert(&mut self, range: Range<u64>, block: Block) {
        self.by_start.insert(range.start, (range, block));
    }

    /// The block that starts at `next`, if it is here.
    pub(super) fn take(&mut self, next: u64) -> Option<(Range<u64>, Block)> {
        self.by_start.remove(&next)
    }

    pub(super) fn len(&self) -> usize {
        self.by_start.len()
    }
}
