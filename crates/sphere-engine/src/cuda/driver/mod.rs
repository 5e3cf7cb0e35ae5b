//! The driver of CUDA, as far as this engine calls it: one method per call.
//!
//! A [`Driver`] is one device, opened. Handles are numbers, which nobody owns: `owned.rs` does.
//! What is true of every method:
//!
//! - It may be called from any thread, by several at once; an implementation makes the context of the
//!   device that of the calling thread.
//! - A handle must be alive: made by this driver, and not yet destroyed. One that is not gives an error
//!   or is undefined for the driver, never for the memory of this process, except where a method says so.
//! - An error may be that of earlier work on any stream, which fails late. Unless it is such an error, a
//!   method that fails has done nothing.
//! - What is queued on a stream is carried out in the order of the stream, some time after the call. Two
//!   streams have no order.

#![allow(
    unsafe_code,
    reason = "devices write to memory by its address: the contracts are written here"
)]

mod classify;
#[cfg(test)]
pub(super) mod fake;
pub(super) mod image;
pub(super) mod real;
mod version;

use std::fmt::Debug;

/// What a driver answers.
pub(super) type Result<T> = std::result::Result<T, DriverError>;

/// What the driver says went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {name} ({code})")]
pub(super) struct DriverError {
    /// The call, as the driver names it: `cuMemAllocFromPoolAsync`.
    pub(super) call: &'static str,
    /// The number of the error: `CUresult`.
    pub(super) code: u32,
    /// The name of that number: `CUDA_ERROR_OUT_OF_MEMORY`.
    pub(super) name: String,
}

/// What a device is. Read once, when it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    /// Its name: `NVIDIA H200`.
    pub(super) name: String,
    /// The driver, and the newest CUDA that it knows: `CUDA 12.8`, with the number of the driver itself
    /// in front where it can be had.
    pub(super) driver: String,
    /// The compute capability, major and minor: 9 and 0 are `sm_90`.
    pub(super) architecture: [u32; 2],
    /// All of its memory.
    pub(super) memory_bytes: u64,
}

/// Memory of the device now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// Bytes that nobody has.
    pub(super) free_bytes: u64,
    /// All bytes.
    pub(super) total_bytes: u64,
}

/// An address on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DevicePointer(pub(super) u64);

/// A queue of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StreamHandle(pub(super) u64);

/// A place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EventHandle(pub(super) u64);

/// Compiled kernels on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ModuleHandle(pub(super) u64);

/// A kernel of a module, valid as long as that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FunctionHandle(pub(super) u64);

/// What an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventUse {
    /// To be waited for; a thread that waits sleeps (`BLOCKING_SYNC | DISABLE_TIMING`).
    Order,
    /// To tell the time as well ([`Driver::elapsed_seconds`]).
    Time,
}

/// What every kernel is given: see [`sphere_math::kernels::Kernel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) out: DevicePointer,
    /// As [`Launch::header`](sphere_math::kernels::Launch::header) makes it.
    pub(super) header: [u32; 4],
    pub(super) parameters: DevicePointer,
    pub(super) table: DevicePointer,
}

/// How many threads: a grid of one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) groups: u32,
    pub(super) group_threads: u32,
}

/// One device of a driver, open.
///
/// Handles are `Copy`, and dropping one does nothing.
pub(super) trait Driver: Debug + Send + Sync + 'static {
    /// What the device is.
    fn device(&self) -> &Device;

    /// How much memory of the device is free (`cuMemGetInfo`).
    fn memory(&self) -> Result<Memory>;

    /// Memory of the device, from a pool that this driver keeps for itself, with an address that is a
    /// multiple of 256; its contents are whatever they were (`cuMemAllocFromPoolAsync`). It may be used on
    /// `stream` at once, on another once `stream` was waited for. `bytes` is not 0.
    fn allocate(&self, bytes: usize, stream: StreamHandle) -> Result<DevicePointer>;

    /// Gives memory back to the pool, once `stream` has come to this point (`cuMemFreeAsync`). All that
    /// uses the memory comes before this point, on this stream, or is done.
    fn free(&self, memory: DevicePointer, stream: StreamHandle) -> Result<()>;

    /// Gives memory of the pool that nobody uses back to the device (`cuMemPoolTrimTo`, 0 bytes). The
    /// pool keeps it otherwise, whatever waits for a stream (its release threshold has no end).
    fn trim(&self) -> Result<()>;

    /// Locks host memory in place and maps it for the device, for all contexts (`cuMemHostRegister`,
    /// `PORTABLE | DEVICEMAP`). Error 712 says that some of it is registered already.
    ///
    /// # Safety
    /// The bytes are mapped and may be read and written, by whatever means, by this process, and stay
    /// mapped at this address until [`Driver::unregister`] has succeeded for them. Registering alone
    /// changes none of them.
    unsafe fn register(&self, host: *mut u8, bytes: usize) -> Result<()>;

    /// Undoes [`Driver::register`] (`cuMemHostUnregister`). No queued work uses the memory any more.
    /// `host` is the address that was registered. After an error the memory may still be the device's.
    fn unregister(&self, host: *mut u8) -> Result<()>;

    /// Where the device sees registered memory (`cuMemHostGetDevicePointer`). `host` is the start of what
    /// was registered.
    fn mapped(&self, host: *mut u8) -> Result<DevicePointer>;

    /// A new stream that waits for no other (`cuStreamCreate`, `NON_BLOCKING`).
    fn create_stream(&self) -> Result<StreamHandle>;

    /// Destroys a stream (`cuStreamDestroy`). What is queued on it is still carried out.
    fn destroy_stream(&self, stream: StreamHandle) -> Result<()>;

    /// Waits until all that is queued on a stream is done (`cuStreamSynchronize`). After an error it may
    /// not be, unless the context is lost: then nothing more is carried out.
    fn synchronize_stream(&self, stream: StreamHandle) -> Result<()>;

    /// A new event (`cuEventCreate`).
    fn create_event(&self, purpose: EventUse) -> Result<EventHandle>;

    /// Destroys an event, at once or when it has happened (`cuEventDestroy`).
    fn destroy_event(&self, event: EventHandle) -> Result<()>;

    /// Marks with an event how far a stream is queued now (`cuEventRecord`).
    fn record(&self, event: EventHandle, stream: StreamHandle) -> Result<()>;

    /// Waits until a stream has come to the event (`cuEventSynchronize`). An event that was never
    /// recorded has happened.
    fn synchronize_event(&self, event: EventHandle) -> Result<()>;

    /// Seconds on the device from one event to another, both [`EventUse::Time`] and both happened
    /// (`cuEventElapsedTime`).
    fn elapsed_seconds(&self, first: EventHandle, last: EventHandle) -> Result<f64>;

    /// Loads compiled kernels (`cuModuleLoadData`). `image` is a whole cubin of this architecture, or
    /// another: then this is an error.
    fn load(&self, image: &[u8]) -> Result<ModuleHandle>;

    /// Unloads a module (`cuModuleUnload`). No queued work uses it any more.
    fn unload(&self, module: ModuleHandle) -> Result<()>;

    /// A kernel by the name of its entry point (`cuModuleGetFunction`).
    fn function(&self, module: ModuleHandle, name: &str) -> Result<FunctionHandle>;

    /// Queues a kernel (`cuLaunchKernel`). `out` may be memory of the device, where results then stay, or
    /// registered host memory as [`Driver::mapped`] gives it.
    ///
    /// # Safety
    /// Until `stream` has passed this point: `arguments.out` has as many bytes as the kernel writes for
    /// its header, `parameters` and `table` as many as it reads, none is freed or unregistered, and
    /// nobody else reads or writes `out` where it is host memory. A grid has at least as many threads as the
    /// header counts.
    unsafe fn launch(
        &self,
        function: FunctionHandle,
        grid: Grid,
        arguments: &Arguments,
        stream: StreamHandle,
    ) -> Result<()>;

    /// Queues a copy to host memory (`cuMemcpyDtoHAsync`). Into pageable memory, it is done when this
    /// returns.
    ///
    /// # Safety
    /// Until `stream` has passed this point: both have `bytes` bytes, `to` may be written and nobody else
    /// reads or writes it.
    unsafe fn copy_to_host(
        &self,
        to: *mut u8,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()>;

    /// Queues a copy from host memory (`cuMemcpyHtoDAsync`). From pageable memory, it has been read when
    /// this returns.
    ///
    /// # Safety
    /// Until `stream` has passed this point: both have `bytes` bytes, and nobody writes `from`.
    unsafe fn copy_to_device(
        &self,
        to: DevicePointer,
        from: *const u8,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()>;

    /// Queues a copy within the device (`cuMemcpyDtoDAsync`).
    ///
    /// # Safety
    /// Until `stream` has passed this point: both are memory of the device and have `bytes` bytes, which
    /// do not overlap.
    unsafe fn copy_on_device(
        &self,
        to: DevicePointer,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()>;
}
