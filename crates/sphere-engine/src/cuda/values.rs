//! Memory for callers that the device reads and writes where it is.

use std::marker::PhantomData;
use std::ops::Range;

use bytemuck::Pod;

use super::driver::Driver;
use super::host::Registered;
use super::place::Known;
use super::resources::Resources;
use crate::EngineError;
use crate::block::LentWords;

/// Values in memory that a [`CudaEngine`](crate::CudaEngine) has registered with its driver: what it finds
/// there it neither copies nor registers again. It may outlive the engine.
#[derive(Debug)]
pub struct CudaValues<T> {
    words: Box<dyn LentWords>,
    count: usize,
    kind: PhantomData<T>,
}

impl<T: Pod> CudaValues<T> {
    /// So many values, whose bytes are zeros.
    pub(super) fn new<D: Driver>(
        resources: &Resources<D>,
        count: usize,
    ) -> Result<Self, EngineError> {
        let bytes = count.checked_mul(size_of::<T>()).ok_or(EngineError::OutOfMemory)?;
        let registered = Registered::new(&resources.gpu, bytes as u64)?;
        let registered = registered.ok_or(EngineError::OutOfMemory)?;
        let range = registered.words().as_ptr_range();
        let range = range.start.addr()..range.end.addr();
        let known = resources.known.clone();
        known.add(range.clone());
        let words = Box::new(ForCaller { range, known, registered });
        Ok(Self { words, count, kind: PhantomData })
    }

    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        let all: &[T] = bytemuck::cast_slice(self.words.words());
        &all[..self.count]
    }

    /// The values, to be written.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        let all: &mut [T] = bytemuck::cast_slice_mut(self.words.words_mut());
        &mut all[..self.count]
    }
}

/// Registered memory that is known as long as it is there.
#[derive(Debug)]
struct ForCaller<D: Driver> {
    range: Range<usize>,
    known: Known,
    registered: Registered<D>,
}

impl<D: Driver> LentWords for ForCaller<D> {
    fn words(&self) -> &[u64] {
        self.registered.words()
    }

    fn words_mut(&mut self) -> &mut [u64] {
        self.registered.words_mut()
    }
}

impl<D: Driver> Drop for ForCaller<D> {
    fn drop(&mut self) {
        self.known.remove(&self.range);
    }
}
