//! What the jobs on a device share.

use std::sync::{Arc, PoisonError, RwLock};

use super::driver::{DevicePointer, Driver};
use super::gpu::Gpu;
use super::host::{HostPool, Pinned};
use super::owned::Streams;
use super::place::{Kept, Known};
use super::uploads::Uploads;
use crate::block::LentWords as _;
use crate::{Block, EngineError, FixedMemory};

/// Pools, each of which takes a lock only to take or give something back: no job waits for another.
#[derive(Debug)]
pub(super) struct Resources<D: Driver> {
    // Dropped in this order, and `gpu` last.
    pub(super) uploads: Uploads<D>,
    pub(super) streams: Streams<D>,
    pub(super) host: HostPool<D>,
    /// Memory of a caller that stays registered.
    kept: RwLock<Vec<Arc<Kept<D>>>>,
    /// Memory registered for callers.
    pub(super) known: Known,
    pub(super) gpu: Arc<Gpu<D>>,
}

/// Where results come to lie on the host.
#[derive(Debug)]
pub(super) enum Landing<D: Driver> {
    /// The device writes there.
    Registered(Pinned<D>),
    /// It writes to the block of the sink, whose memory is kept: there is nothing to hand over. Kept as long
    /// as the device may write there.
    Kept { block: Block, pointer: DevicePointer, _kept: Arc<Kept<D>> },
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
            kept: RwLock::default(),
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
        let block = match self.in_kept(block, bytes) {
            Ok(landing) => return Ok(landing),
            Err(block) => block,
        };
        let pinned = self.host.take(bytes)?;
        Ok(pinned
            .map_or_else(|| Landing::Pageable(block.sized_for::<u8>(bytes)), Landing::Registered))
    }

    /// The block itself, if it has room in memory that is kept.
    fn in_kept(&self, block: Block, bytes: usize) -> Result<Landing<D>, Block> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let start = block.bytes().as_ptr().addr();
        let Some(kept) = kept.iter().find(|kept| kept.pointer(&(start..start)).is_some()) else {
            return Err(block);
        };
        // Too small a block gets other memory here.
        let block = block.sized_for::<u8>(bytes);
        let all = block.bytes().as_ptr_range();
        match kept.pointer(&(all.start.addr()..all.end.addr())) {
            Some(pointer) => Ok(Landing::Kept { block, pointer, _kept: Arc::clone(kept) }),
            None => Err(block),
        }
    }

    /// Keeps memory of a caller registered, as long as the engine lives.
    pub(super) fn keep(&self, memory: Arc<dyn FixedMemory>) -> Result<(), EngineError> {
        let refused =
            || EngineError::Failed { reason: "the driver locks no such memory".to_string() };
        let kept = Kept::new(&self.gpu, &self.known, memory)?.ok_or_else(refused)?;
        self.kept.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(kept));
        Ok(())
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
            Self::Kept { block, .. } | Self::Pageable(block) => block.bytes().len() >= bytes,
        }
    }

    /// Where the device sees it, and so many bytes of it; `None` if it does not.
    pub(super) fn mapped(&self) -> Option<(DevicePointer, usize)> {
        match self {
            Self::Registered(pinned) => Some((pinned.pointer(), pinned.bytes())),
            Self::Kept { block, pointer, .. } => Some((*pointer, block.bytes().len())),
            Self::Pageable(_) => None,
        }
    }

    /// Where it begins.
    pub(super) fn address(&mut self) -> *mut u8 {
        match self {
            Self::Registered(pinned) => pinned.words_mut().as_mut_ptr().cast(),
            Self::Kept { block, .. } | Self::Pageable(block) => {
                block.values_mut::<u8>().as_mut_ptr()
            }
        }
    }

    /// The block that a sink gets.
    pub(super) fn into_block(self, bytes: usize) -> Block {
        match self {
            Self::Registered(pinned) => Block::in_lent(Box::new(pinned), bytes),
            Self::Kept { block, .. } | Self::Pageable(block) => block.sized_for::<u8>(bytes),
        }
    }
}
