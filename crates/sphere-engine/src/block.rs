//! Memory that points travel in, and who takes it.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

/// A buffer of one job's points: C order (rows, columns), f64 or f32 as the job says.
///
/// Blocks are lent by a [`Sink`], filled by an engine and handed back; their memory is used again.
#[derive(Debug, Default)]
pub struct Block {
    /// Eight-byte words, so that both precisions are aligned.
    words: Vec<u64>,
    bytes: usize,
}

impl Block {
    /// A block for `count` values of type `T`, set to zero. Reuses the memory of `self`.
    #[must_use]
    pub fn sized_for<T: Pod>(mut self, count: usize) -> Self {
        self.bytes = count * size_of::<T>();
        self.words.resize(self.bytes.div_ceil(size_of::<u64>()), 0);
        self
    }

    /// The values. `T` is the type that the block was sized for.
    #[must_use]
    pub fn values<T: Pod>(&self) -> &[T] {
        let all: &[T] = bytemuck::cast_slice(&self.words);
        &all[..self.bytes / size_of::<T>()]
    }

    /// The bytes of the values, in the order of this machine.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.values()
    }

    /// The values, to be written.
    #[must_use]
    pub fn values_mut<T: Pod>(&mut self) -> &mut [T] {
        let count = self.bytes / size_of::<T>();
        let all: &mut [T] = bytemuck::cast_slice_mut(&mut self.words);
        &mut all[..count]
    }
}

/// The most that a sink lends at a time: what bounds the memory of a job that nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Blocks out at once, at least 1.
    pub blocks: usize,
    /// Bytes of a block; a block has at least one point.
    pub block_bytes: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self { blocks: usize::MAX, block_bytes: usize::MAX }
    }
}

/// Why a sink takes no more: a full disk, a closed pipe.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Where points go. Lends buffers and takes them back filled, in index order.
///
/// This one seam gives back-pressure (an engine waits while `accept` runs), progress (each `accept`
/// is a step) and overlap (an engine fills several lent blocks while one is accepted).
pub trait Sink {
    /// How much this sink lends at a time; asked once, before the first block. By default as much
    /// as suits the engine.
    fn window(&self) -> Window {
        Window::default()
    }

    /// Lends a buffer. Engines hold a small, fixed number of them at a time; its size and contents
    /// do not matter.
    fn lend(&mut self) -> Block;

    /// Takes back the points with these indices. Ranges arrive in order, without gaps.
    ///
    /// # Errors
    /// When the points cannot be kept; the job stops and says at which index.
    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError>;
}

/// A sink that keeps every value in memory: for tests, examples and small jobs.
#[derive(Debug, Default)]
pub struct Collect<T> {
    /// The values so far, C order (points, columns).
    pub values: Vec<T>,
    spare: Vec<Block>,
}

impl<T: Pod + Zeroable> Sink for Collect<T> {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.values.extend_from_slice(block.values());
        self.spare.push(block);
        Ok(())
    }
}

/// A sink that keeps the values in memory column by column, in f64: for what looks at all points.
#[derive(Debug)]
pub struct CollectColumns {
    /// The values so far, one column per coordinate.
    pub columns: Vec<Vec<f64>>,
    spare: Vec<Block>,
}

impl CollectColumns {
    /// For jobs of so many columns, whose precision is double.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns: vec![Vec::new(); columns], spare: Vec::new() }
    }
}

impl Sink for CollectColumns {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let width = self.columns.len();
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.extend(block.values::<f64>().iter().skip(at).step_by(width));
        }
        self.spare.push(block);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn a_block_holds_what_it_is_sized_for() {
        let mut block = Block::default();
        for count in [0, 1, 2, 3, 1_000, 5, 0] {
            block = block.sized_for::<f32>(count);
            assert_eq!(block.values::<f32>().len(), count);
            block.values_mut::<f32>().fill(1.5);
            block = block.sized_for::<f64>(count);
            assert_eq!(block.values_mut::<f64>().len(), count);
        }
    }
}
