//! What a device may be using right now.

use std::sync::Arc;

use super::driver::Driver;
use super::owned::Stream;

/// Holds what the work on a stream uses, until that is done. Dropped, it waits for the stream; what the
/// device may still use then is never used again.
#[derive(Debug)]
pub(super) struct InUse<D: Driver, H> {
    stream: Arc<Stream<D>>,
    /// `None` while it is dropped.
    held: Option<H>,
}

impl<D: Driver, H> InUse<D, H> {
    pub(super) fn new(stream: &Arc<Stream<D>>, held: H) -> Self {
        Self { stream: Arc::clone(stream), held: Some(held) }
    }

    /// What is held, to queue work on it or to wait for it.
    pub(super) fn held(&mut self) -> Option<&mut H> {
        self.held.as_mut()
    }

    /// What was held; whoever calls has waited for it.
    pub(super) fn done(mut self) -> Option<H> {
        self.held.take()
    }

    /// What was held, once the stream is done; `None` if it cannot be told when.
    pub(super) fn give_up(mut self) -> Option<H> {
        let held = self.held.take()?;
        if self.stream.settle() {
            return Some(held);
        }
        std::mem::forget(held);
        None
    }
}

impl<D: Driver, H> Drop for InUse<D, H> {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        if !self.stream.settle() {
            std::mem::forget(held);
        }
    }
}
