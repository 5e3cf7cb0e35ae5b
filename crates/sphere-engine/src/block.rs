//! Memory that points travel in, and who takes it.

use std::any::Any;
use std::fmt::Debug;
use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use crate::engines::EngineName;

/// A buffer of one job's points: C order (rows, columns), f64 or f32 as the job says.
///
/// Blocks are lent by a [`Sink`], filled by an engine and handed back; their memory is used again. It is
/// their own, or that of an engine whose device writes there, which gets it back when the block is dropped.
#[derive(Debug, Default)]
pub struct Block {
    words: Words,
    bytes: usize,
}

/// Eight-byte words, so that both precisions are aligned.
#[derive(Debug)]
enum Words {
    Own(Vec<u64>),
    Lent(Box<dyn LentWords>),
}

impl Default for Words {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

/// Memory of an engine, which goes back there when it is dropped, also if the engine is gone.
pub trait LentWords: Any + Debug + Send + Sync {
    /// All of it.
    fn words(&self) -> &[u64];

    /// All of it, to be written.
    fn words_mut(&mut self) -> &mut [u64];
}

impl Block {
    /// A block for `count` values of type `T`: zeros in new memory, anything in that of `self`, which is
    /// used again if it is large enough.
    #[must_use]
    pub fn sized_for<T: Pod>(mut self, count: usize) -> Self {
        self.bytes = count * size_of::<T>();
        let length = self.bytes.div_ceil(size_of::<u64>());
        match &mut self.words {
            Words::Own(words) => words.resize(length, 0),
            Words::Lent(words) if words.words().len() >= length => {}
            Words::Lent(_) => self.words = Words::Own(vec![0; length]),
        }
        self
    }

    /// A block of `bytes` bytes in memory of an engine, which has as many or more.
    #[must_use]
    pub fn in_lent(words: Box<dyn LentWords>, bytes: usize) -> Self {
        Self { words: Words::Lent(words), bytes }
    }

    /// The memory of an engine, if the block has memory of this kind.
    ///
    /// # Errors
    /// The block as it was, if it has not.
    pub fn into_lent<W: LentWords>(self) -> Result<W, Self> {
        let Self { words, bytes } = self;
        match words {
            Words::Lent(words) if (&*words as &dyn Any).is::<W>() => {
                let words: Box<dyn Any> = words;
                words.downcast().map_or_else(|_| Err(Self::default()), |words| Ok(*words))
            }
            words => Err(Self { words, bytes }),
        }
    }

    /// The values. `T` is the type that the block was sized for.
    #[must_use]
    pub fn values<T: Pod>(&self) -> &[T] {
        let all: &[T] = bytemuck::cast_slice(match &self.words {
            Words::Own(words) => words,
            Words::Lent(words) => words.words(),
        });
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
        let all: &mut [T] = bytemuck::cast_slice_mut(match &mut self.words {
            Words::Own(words) => words,
            Words::Lent(words) => words.words_mut(),
        });
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

    /// The points that come next are of this engine: told before its first block by whoever has several.
    fn computed_by(&mut self, engine: EngineName) {
        let _ = engine;
    }

    /// Forgets all points from `next` on, which were accepted already and have turned out to be wrong;
    /// the next ones arrive from there. False where that cannot be done, as they are gone.
    fn rewind(&mut self, next: u64) -> bool {
        let _ = next;
        false
    }
}

/// A sink that keeps every value in memory: for tests, examples and small jobs.
#[derive(Debug, Default)]
pub struct Collect<T> {
    /// The values so far, C order (points, columns).
    pub values: Vec<T>,
    spare: Vec<Block>,
    /// The first index of each block, and how many values there were before it.
    starts: Vec<(u64, usize)>,
}

impl<T: Pod + Zeroable> Sink for Collect<T> {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.starts.push((points.start, self.values.len()));
        self.values.extend_from_slice(block.values());
        self.spare.push(block);
        Ok(())
    }

    fn rewind(&mut self, next: u64) -> bool {
        let Some(first) = self.starts.iter().position(|(start, _)| *start == next) else {
            return false;
        };
        self.values.truncate(self.starts[first].1);
        self.starts.truncate(first);
        true
    }
}

/// A sink that uses its blocks again and looks at none: for measurements.
#[derive(Debug, Default)]
pub struct Discard {
    spare: Vec<Block>,
}

impl Sink for Discard {
    fn lend(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
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
    use std::sync::Arc;

    use super::{Block, LentWords};

    /// Counts how many of it are left.
    #[derive(Debug)]
    struct Counted([u64; 4], #[allow(dead_code, reason = "its count is")] Arc<()>);

    impl LentWords for Counted {
        fn words(&self) -> &[u64] {
            &self.0
        }

        fn words_mut(&mut self) -> &mut [u64] {
            &mut self.0
        }
    }

    #[test]
    fn lent_memory_is_used_again_while_it_is_large_enough_and_goes_back() {
        let left = Arc::new(());
        let lent = || Block::in_lent(Box::new(Counted([7; 4], Arc::clone(&left))), 24);
        let mut block = lent();
        assert_eq!(block.values::<u64>(), [7; 3]);
        block = block.sized_for::<u32>(8);
        block.values_mut::<u32>().fill(1);
        assert_eq!((block.bytes().len(), Arc::strong_count(&left)), (32, 2));
        let Counted(words, _) = block.into_lent().unwrap();
        assert_eq!((words, Arc::strong_count(&left)), ([1 | 1 << 32; 4], 1));
        let larger = lent().sized_for::<u8>(33);
        assert_eq!((larger.bytes(), Arc::strong_count(&left)), (&[0; 33][..], 1));
        assert_eq!(larger.into_lent::<Counted>().unwrap_err().bytes().len(), 33);
    }

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
