//! Results where the device has put them: blocks of a sink are parts of a mapped buffer.

use std::ops::Range;
use std::sync::Arc;

use wgpu::BufferView;

use super::flights::Slot;
use crate::block::{Block, LentWords};
use crate::device::pool::{Lent, Pool};

/// The buffers of a batch, on the way from a pool through a device and sinks back to the pool.
pub(super) type LentSlot = Lent<Slot, Arc<Pool<Slot>>>;

/// A batch whose results can be read. Dropped with its last block, its buffers are used again.
#[derive(Debug)]
pub(super) struct Mapped {
    /// Gone before the buffer is unmapped.
    view: Option<BufferView>,
    lent: Option<LentSlot>,
}

impl Mapped {
    /// `view` is that of the results of the slot, whole words of eight bytes.
    pub(super) fn new(view: BufferView, lent: LentSlot) -> Self {
        Self { view: Some(view), lent: Some(lent) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.view.as_deref().unwrap_or_default()
    }

    /// Some of the bytes as a block, in place where they begin on a word of eight bytes: a device that
    /// maps buffers anywhere else has them copied.
    pub(super) fn block(self: &Arc<Self>, bytes: Range<usize>) -> Block {
        let rows = bytes.start..bytes.end.next_multiple_of(size_of::<u64>());
        let in_place = self.bytes().get(rows.clone());
        if in_place.is_some_and(|rows| bytemuck::try_cast_slice::<u8, u64>(rows).is_ok()) {
            let rows = Rows { batch: Arc::clone(self), bytes: rows, changed: None };
            return Block::in_lent(Box::new(rows), bytes.len());
        }
        let mut block = Block::default().sized_for::<u8>(bytes.len());
        block.values_mut().copy_from_slice(&self.bytes()[bytes]);
        block
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        self.view = None;
        if let Some(lent) = self.lent.take() {
            if let Some(slot) = lent.buffer() {
                slot.results().unmap();
            }
            lent.give_back();
        }
    }
}

/// The memory of a block.
#[derive(Debug)]
struct Rows {
    batch: Arc<Mapped>,
    bytes: Range<usize>,
    /// Mapped memory is for reading: whoever writes gets a copy.
    changed: Option<Vec<u64>>,
}

impl LentWords for Rows {
    fn words(&self) -> &[u64] {
        match &self.changed {
            Some(words) => words,
            None => bytemuck::cast_slice(&self.batch.bytes()[self.bytes.clone()]),
        }
    }

    fn words_mut(&mut self) -> &mut [u64] {
        let words = match self.changed.take() {
            Some(words) => words,
            None => self.words().to_vec(),
        };
        self.changed.insert(words)
    }
}
