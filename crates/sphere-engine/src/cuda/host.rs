//! Memory of this machine that the device reads and writes where it is.
//!
//! Registering locks pages in place, which takes longer than a copy: so it is done once, and blocks keep
//! the memory on their way through sinks.

#![allow(unsafe_code, reason = "the driver is given memory by its address")]

use std::mem::ManuallyDrop;
use std::ops::Range;
use std::sync::Arc;

use super::driver::{DevicePointer, Driver};
use super::gpu::Gpu;
use crate::EngineError;
use crate::block::LentWords;
use crate::device::pool::{Lent, Pool};
use crate::memory::{Pages, Values};

/// Registered bytes that stay with the engine between jobs.
const MOST_IDLE_BYTES: u64 = 1 << 28;

/// Registered bytes of the pool at most: sinks that keep their blocks get other memory from there on.
const MOST_BYTES: u64 = 1 << 30;

/// Memory that the driver has locked, at an address.
#[derive(Debug)]
pub(super) struct Registration<D: Driver> {
    gpu: Arc<Gpu<D>>,
    /// `None` once it is undone.
    host: Option<usize>,
}

impl<D: Driver> Registration<D> {
    /// `None` where the driver refuses: there is too much of it already, or no way at all.
    ///
    /// # Safety
    /// As [`Driver::register`]; the memory stays mapped until this is dropped, and if it is not let go of
    /// then ([`Registration::undo`] says so), nobody registers or frees it on purpose.
    pub(super) unsafe fn new(
        gpu: &Arc<Gpu<D>>,
        range: Range<usize>,
    ) -> Result<Option<Self>, EngineError> {
        // SAFETY: that of this function.
        let registered =
            gpu.call(|driver| unsafe { driver.register(at(range.start), range.len()) });
        match registered {
            Ok(()) => Ok(Some(Self { gpu: Arc::clone(gpu), host: Some(range.start) })),
            Err(error @ EngineError::Lost { .. }) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Where the device sees it; `None` where it does not.
    pub(super) fn mapped(&self) -> Result<Option<DevicePointer>, EngineError> {
        let Some(host) = self.host else { return Ok(None) };
        match self.gpu.call(|driver| driver.mapped(at(host))) {
            Ok(pointer) => Ok(Some(pointer)),
            Err(error @ EngineError::Lost { .. }) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Whether the driver has let go of it.
    pub(super) fn undo(&mut self) -> bool {
        let undo = |host| self.gpu.undo(|driver| driver.unregister(at(host)));
        self.host.take().is_none_or(|host| undo(host).is_ok())
    }
}

impl<D: Driver> Drop for Registration<D> {
    fn drop(&mut self) {
        self.undo();
    }
}

/// An address whose memory has been exposed to the device.
fn at(host: usize) -> *mut u8 {
    std::ptr::with_exposed_provenance_mut(host)
}

/// Registered memory of its own.
#[derive(Debug)]
pub(super) struct Registered<D: Driver> {
    registration: Registration<D>,
    values: ManuallyDrop<Values<u64>>,
    pointer: DevicePointer,
}

impl<D: Driver> Registered<D> {
    /// `None` where the system or the driver refuses.
    pub(super) fn new(gpu: &Arc<Gpu<D>>, bytes: u64) -> Result<Option<Self>, EngineError> {
        let words = bytes.div_ceil(8).max(1);
        let Ok(mut values) = Values::<u64>::with_pages(words, Pages::Huge) else { return Ok(None) };
        let all = values.as_mut_slice().as_mut_ptr_range();
        let range = all.start.expose_provenance()..all.end.expose_provenance();
        // SAFETY: the memory is that of `values`, which no reference leads to while it is registered but
        // through `self`, and which is given back only once it is unregistered: see `drop`.
        let Some(registration) = (unsafe { Registration::new(gpu, range) })? else {
            return Ok(None);
        };
        let values = ManuallyDrop::new(values);
        // Owned from here on: what follows may fail.
        let mut registered = Self { registration, values, pointer: DevicePointer(0) };
        let Some(pointer) = registered.registration.mapped()? else { return Ok(None) };
        registered.pointer = pointer;
        Ok(Some(registered))
    }

    pub(super) fn pointer(&self) -> DevicePointer {
        self.pointer
    }

    pub(super) fn words(&self) -> &[u64] {
        self.values.as_slice()
    }

    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        self.values.as_mut_slice()
    }
}

impl<D: Driver> Drop for Registered<D> {
    fn drop(&mut self) {
        // What the driver has not let go of stays where it is, for ever.
        if self.registration.undo() {
            // SAFETY: `values` is not used again: `self` is being dropped, and this is the one place.
            unsafe { ManuallyDrop::drop(&mut self.values) };
        }
    }
}

type SharedPool<D> = Arc<Pool<Registered<D>>>;

/// Registered memory out of its pool, where it goes back when it is dropped.
#[derive(Debug)]
pub(super) struct Pinned<D: Driver> {
    /// `None` while it is dropped.
    lent: Option<Lent<Registered<D>, SharedPool<D>>>,
}

impl<D: Driver> Pinned<D> {
    fn registered(&self) -> Option<&Registered<D>> {
        self.lent.as_ref()?.buffer()
    }

    /// Where the device sees it.
    pub(super) fn pointer(&self) -> DevicePointer {
        self.registered().map_or(DevicePointer(0), Registered::pointer)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.words())
    }
}

impl<D: Driver> LentWords for Pinned<D> {
    fn words(&self) -> &[u64] {
        self.registered().map_or(&[], Registered::words)
    }

    fn words_mut(&mut self) -> &mut [u64] {
        self.lent.as_mut().and_then(Lent::buffer_mut).map_or(&mut [], Registered::words_mut)
    }
}

impl<D: Driver> Drop for Pinned<D> {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.take() {
            lent.give_back();
        }
    }
}

/// The registered memory of an engine. Blocks hold it as well, so it outlives the engine.
#[derive(Debug)]
pub(super) struct HostPool<D: Driver> {
    gpu: Arc<Gpu<D>>,
    pool: SharedPool<D>,
}

impl<D: Driver> HostPool<D> {
    pub(super) fn new(gpu: &Arc<Gpu<D>>) -> Self {
        let pool = Arc::new(Pool::new(MOST_IDLE_BYTES, MOST_BYTES));
        Self { gpu: Arc::clone(gpu), pool }
    }

    /// At least so many bytes, if they can be had.
    pub(super) fn take(&self, bytes: usize) -> Result<Option<Pinned<D>>, EngineError> {
        let used = self.pool.used();
        let make = |bytes| {
            if used.idle_bytes + used.lent_bytes + bytes > MOST_BYTES {
                return Err(None);
            }
            Registered::new(&self.gpu, bytes).map_err(Some)?.ok_or(None)
        };
        match Pool::take(Arc::clone(&self.pool), bytes as u64, make) {
            Ok(lent) => Ok(Some(Pinned { lent: Some(lent) })),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Whether memory is from this pool, and not from another engine's.
    pub(super) fn owns(&self, pinned: &Pinned<D>) -> bool {
        pinned.lent.as_ref().is_some_and(|lent| Arc::ptr_eq(lent.pool(), &self.pool))
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> crate::device::pool::Used {
        self.pool.used()
    }
}
