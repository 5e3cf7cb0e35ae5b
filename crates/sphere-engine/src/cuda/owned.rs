//! What the driver hands out, owned: destroyed once, when it is dropped.
//!
//! What cannot be destroyed is left to the driver: a loss of the device is kept for the next call, any
//! other error means a leak and nothing else.

use std::sync::Arc;

use super::driver::{
    DevicePointer, Driver, EventHandle, EventUse, FunctionHandle, ModuleHandle, StreamHandle,
};
use super::gpu::Gpu;
use crate::EngineError;

/// A queue of work.
#[derive(Debug)]
pub(super) struct Stream<D: Driver> {
    gpu: Arc<Gpu<D>>,
    handle: StreamHandle,
}

impl<D: Driver> Stream<D> {
    pub(super) fn new(gpu: &Arc<Gpu<D>>) -> Result<Self, EngineError> {
        let handle = gpu.call(D::create_stream)?;
        Ok(Self { gpu: Arc::clone(gpu), handle })
    }

    pub(super) fn handle(&self) -> StreamHandle {
        self.handle
    }

    pub(super) fn gpu(&self) -> &Arc<Gpu<D>> {
        &self.gpu
    }

    /// Waits until all that is queued is done.
    pub(super) fn synchronize(&self) -> Result<(), EngineError> {
        self.gpu.call(|driver| driver.synchronize_stream(self.handle))
    }

    /// Sees to it that the device uses no memory for this stream any more. If it cannot be told, what
    /// the stream may use must never be used again, and the device counts as lost.
    pub(super) fn settle(&self) -> bool {
        // Waiting twice does no harm, and a failure may pass.
        for _ in 0..2 {
            match self.gpu.undo(|driver| driver.synchronize_stream(self.handle)) {
                // After a loss nothing more is carried out.
                Ok(()) | Err(EngineError::Lost { .. }) => return true,
                Err(_) => {}
            }
        }
        self.gpu.lose("nobody knows when the device is done");
        false
    }
}

impl<D: Driver> Drop for Stream<D> {
    fn drop(&mut self) {
        // What fails is left to the driver.
        let _ = self.gpu.undo(|driver| driver.destroy_stream(self.handle));
    }
}

/// A place in a stream.
#[derive(Debug)]
pub(super) struct Event<D: Driver> {
    gpu: Arc<Gpu<D>>,
    handle: EventHandle,
}

impl<D: Driver> Event<D> {
    pub(super) fn new(gpu: &Arc<Gpu<D>>, purpose: EventUse) -> Result<Self, EngineError> {
        let handle = gpu.call(|driver| driver.create_event(purpose))?;
        Ok(Self { gpu: Arc::clone(gpu), handle })
    }

    /// Marks how far a stream is queued now.
    pub(super) fn record(&self, stream: &Stream<D>) -> Result<(), EngineError> {
        self.gpu.call(|driver| driver.record(self.handle, stream.handle))
    }

    /// Waits until the stream has come so far.
    pub(super) fn synchronize(&self) -> Result<(), EngineError> {
        self.gpu.call(|driver| driver.synchronize_event(self.handle))
    }

    /// Seconds on the device until `later`; both are for time, and have happened.
    pub(super) fn seconds_until(&self, later: &Self) -> Result<f64, EngineError> {
        self.gpu.call(|driver| driver.elapsed_seconds(self.handle, later.handle))
    }
}

impl<D: Driver> Drop for Event<D> {
    fn drop(&mut self) {
        // What fails is left to the driver.
        let _ = self.gpu.undo(|driver| driver.destroy_event(self.handle));
    }
}

/// A kernel on the device, alone in its module.
#[derive(Debug)]
pub(super) struct Loaded<D: Driver> {
    gpu: Arc<Gpu<D>>,
    module: ModuleHandle,
    function: FunctionHandle,
}

impl<D: Driver> Loaded<D> {
    /// `image` is the kernel compiled for this device.
    pub(super) fn new(gpu: &Arc<Gpu<D>>, name: &str, image: &[u8]) -> Result<Self, EngineError> {
        let module = gpu.call(|driver| driver.load(image))?;
        // Owned from here on: what follows may fail.
        let mut loaded = Self { gpu: Arc::clone(gpu), module, function: FunctionHandle(0) };
        loaded.function = gpu.call(|driver| driver.function(module, name))?;
        Ok(loaded)
    }

    pub(super) fn function(&self) -> FunctionHandle {
        self.function
    }
}

impl<D: Driver> Drop for Loaded<D> {
    fn drop(&mut self) {
        // What fails is left to the driver.
        let _ = self.gpu.undo(|driver| driver.unload(self.module));
    }
}

/// Memory of the device, within the budget. Used on one stream, or on others while nothing that the
/// owner has queued there is left when it is dropped: freed in the order of its stream.
#[derive(Debug)]
pub(super) struct DeviceMemory<D: Driver> {
    stream: Arc<Stream<D>>,
    pointer: DevicePointer,
    bytes: usize,
}

impl<D: Driver> DeviceMemory<D> {
    /// At least one byte.
    pub(super) fn new(stream: &Arc<Stream<D>>, bytes: usize) -> Result<Self, EngineError> {
        let (gpu, bytes) = (stream.gpu(), bytes.max(1));
        gpu.budget().take(bytes as u64)?;
        match gpu.call(|driver| driver.allocate(bytes, stream.handle)) {
            Ok(pointer) => Ok(Self { stream: Arc::clone(stream), pointer, bytes }),
            Err(error) => {
                gpu.budget().give_back(bytes as u64);
                Err(error)
            }
        }
    }

    pub(super) fn pointer(&self) -> DevicePointer {
        self.pointer
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl<D: Driver> Drop for DeviceMemory<D> {
    fn drop(&mut self) {
        let gpu = self.stream.gpu();
        if gpu.undo(|driver| driver.free(self.pointer, self.stream.handle)).is_ok() {
            gpu.budget().give_back(self.bytes as u64);
        }
    }
}

/// Streams that no job uses, kept for the next.
#[derive(Debug)]
pub(super) struct Streams<D: Driver> {
    gpu: Arc<Gpu<D>>,
    idle: std::sync::Mutex<Vec<Arc<Stream<D>>>>,
}

impl<D: Driver> Streams<D> {
    pub(super) fn new(gpu: &Arc<Gpu<D>>) -> Self {
        Self { gpu: Arc::clone(gpu), idle: std::sync::Mutex::default() }
    }

    /// A stream on which nothing is queued.
    pub(super) fn take(&self) -> Result<Arc<Stream<D>>, EngineError> {
        if let Some(stream) = self.idle().pop() {
            return Ok(stream);
        }
        Stream::new(&self.gpu).map(Arc::new)
    }

    /// Keeps a stream on which nothing is queued but the end of its memory.
    pub(super) fn give_back(&self, stream: Arc<Stream<D>>) {
        self.idle().push(stream);
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Stream<D>>>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
