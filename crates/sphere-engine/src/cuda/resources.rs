//! What the jobs on a device share.

use std::sync::Arc;

use super::driver::{DevicePointer, Driver};
use super::gpu::Gpu;
use super::host::{HostPool, Pinned};
use super::owned::Streams;
use super::place::Known;
use super::uploads::Uploads;
use crate::block::LentWords as _;
use crate::{Block, EngineError};

/// Pools, each of which takes a lock only to take or give something back: no job waits for another.
#[derive(Debug)]
pub(super) struct Resources<D: Driver> {
    // Dropped in this order, and `gpu` last.
    pub(super) uploads: Uploads<D>,
    pub(super) streams: Streams<D>,
    pub(super) host: HostPool<D>,
    /// Memory registered for callers.
    pub(super) known: Known,
    pub(super) gpu: Arc<Gpu<D>>,
}

/// Where results come to lie on the host.
#[derive(Debug)]
pub(super) enum Landing<D: Driver> {
    /// The device writes there.
    Registered(Pinned<D>),
    /// Where there is no registered memory to be had, the driver copies.
    Pageable(Block),
}

impl<D: Driver> Resources<D> {
    pub(super) fn new(gpu: Gpu<D>) -> Self {
        let gpu = Arc::new(gpu);
        Self {
            uploads: Uploads::new(),
            streams: Streams::new(&gpu),
            host: HostPool::new(&gpu),
            known: Known::default(),
            gpu,
        }
    }

    /// A place for `bytes` in a block of a sink, which keeps registered memory that it has.
    pub(super) fn landing(&self, block: Block, bytes: usize) -> Result<Landing<D>, EngineError> {
        let block = match block.into_lent::<Pinned<D>>() {
            Ok(pinned) if self.host.owns(&pinned) && pinned.bytes() >= bytes => {
                return Ok(Landing::Registered(pinned));
            }
            Ok(_) => Block::default(),
            Err(block) => block,
        };
        let pinned = self.host.take(bytes)?;
        Ok(pinned
            .map_or_else(|| Landing::Pageable(block.sized_for::<u8>(bytes)), Landing::Registered))
    }

    /// Releases what nobody uses now.
    pub(super) fn relieve(&self) {
        self.uploads.clear();
        // Where this fails, memory is found missing soon enough.
        let _ = self.gpu.undo(D::trim);
    }
}

impl<D: Driver> Landing<D> {
    /// Has at least so many bytes.
    pub(super) fn holds(&self, bytes: usize) -> bool {
        match self {
            Self::Registered(pinned) => pinned.bytes() >= bytes,
            Self::Pageable(block) => block.bytes().len() >= bytes,
        }
    }

    /// Where the device sees it, and so many bytes of it; `None` if it does not.
    pub(super) fn mapped(&self) -> Option<(DevicePointer, usize)> {
        match self {
            Self::Registered(pinned) => Some((pinned.pointer(), pinned.bytes())),
            Self::Pageable(_) => None,
        }
    }

    /// Where it begins.
    pub(super) fn address(&mut self) -> *mut u8 {
        match self {
            Self::Registered(pinned) => pinned.words_mut().as_mut_ptr().cast(),
            Self::Pageable(block) => block.values_mut::<u8>().as_mut_ptr(),
        }
    }

    /// The block that a sink gets.
    pub(super) fn into_block(self, bytes: usize) -> Block {
        match self {
            Self::Registered(pinned) => Block::in_lent(Box::new(pinned), bytes),
            Self::Pageable(block) => block.sized_for::<u8>(bytes),
        }
    }
}
