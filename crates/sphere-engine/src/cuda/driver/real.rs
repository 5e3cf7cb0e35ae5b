//! The driver that is installed on this machine.

#![allow(unsafe_code, reason = "the driver is a C library: it takes addresses and handles")]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::mem::{MaybeUninit, transmute};
use std::ptr;

use cudarc::driver::sys::{
    self, CUcontext, CUdevice, CUdevice_attribute, CUdeviceptr, CUevent, CUfunction,
    CUmemPool_attribute, CUmemPoolProps, CUmemoryPool, CUmodule, CUresult, CUstream,
    cuEventElapsedTime_v2,
};

use super::image;
use super::version;
use super::{
    Arguments, Device, DevicePointer, Driver, DriverError, EventHandle, EventUse, FunctionHandle,
    Grid, Memory, ModuleHandle, Result, StreamHandle,
};
use crate::EngineError;
use crate::cuda::library::functions;

/// The binding of this function takes an enum, which must not hold a number that it does not name.
const NAME_OF_NUMBER: unsafe fn(u32, *mut *const c_char) -> CUresult = {
    let binding: unsafe fn(CUresult, *mut *const c_char) -> CUresult = sys::cuGetErrorName;
    // SAFETY: the enum is passed as the number that it is. This is compared with, and never called.
    unsafe { transmute(binding) }
};

functions! {
    /// The functions that the engine calls: all in every driver since CUDA 11.3.
    struct Functions -> CUresult;
    cuInit(c_uint);
    cuDriverGetVersion(*mut c_int);
    cuGetErrorName like NAME_OF_NUMBER (u32, *mut *const c_char);
    cuDeviceGetCount(*mut c_int);
    cuDeviceGet(*mut CUdevice, c_int);
    cuDeviceGetName(*mut c_char, c_int, CUdevice);
    cuDeviceTotalMem_v2(*mut usize, CUdevice);
    cuDeviceGetAttribute(*mut c_int, CUdevice_attribute, CUdevice);
    cuDevicePrimaryCtxRetain(*mut CUcontext, CUdevice);
    cuDevicePrimaryCtxRelease_v2(CUdevice);
    cuCtxSetCurrent(CUcontext);
    cuMemGetInfo_v2(*mut usize, *mut usize);
    cuMemPoolCreate(*mut CUmemoryPool, *const CUmemPoolProps);
    cuMemPoolDestroy(CUmemoryPool);
    cuMemPoolSetAttribute(CUmemoryPool, CUmemPool_attribute, *mut c_void);
    cuMemPoolTrimTo(CUmemoryPool, usize);
    cuMemAllocFromPoolAsync(*mut CUdeviceptr, usize, CUmemoryPool, CUstream);
    cuMemFreeAsync(CUdeviceptr, CUstream);
    cuMemHostRegister_v2(*mut c_void, usize, c_uint);
    cuMemHostUnregister(*mut c_void);
    cuMemHostGetDevicePointer_v2(*mut CUdeviceptr, *mut c_void, c_uint);
    cuStreamCreate(*mut CUstream, c_uint);
    cuStreamDestroy_v2(CUstream);
    cuStreamSynchronize(CUstream);
    cuEventCreate(*mut CUevent, c_uint);
    cuEventDestroy_v2(CUevent);
    cuEventRecord(CUevent, CUstream);
    cuEventSynchronize(CUevent);
    cuEventElapsedTime like cuEventElapsedTime_v2 (*mut f32, CUevent, CUevent);
    cuModuleLoadData(*mut CUmodule, *const c_void);
    cuModuleUnload(CUmodule);
    cuModuleGetFunction(*mut CUfunction, CUmodule, *const c_char);
    cuLaunchKernel(
        CUfunction, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, CUstream,
        *mut *mut c_void, *mut *mut c_void,
    );
    cuMemcpyDtoHAsync_v2(*mut c_void, CUdeviceptr, usize, CUstream);
    cuMemcpyHtoDAsync_v2(CUdeviceptr, *const c_void, usize, CUstream);
    cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, usize, CUstream);
}

/// One device of this machine, open: its primary context, which all of a process shares.
#[derive(Debug)]
pub(in crate::cuda) struct Cuda {
    functions: Functions,
    ordinal: CUdevice,
    device: Device,
    /// The address of the context; the driver takes it from any thread.
    context: u64,
    /// The address of the pool; 0 before there is one.
    pool: u64,
}

impl Cuda {
    /// Opens the device of this number, from 0 on.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] with what is missing: the driver, a newer one, a device, something
    /// that the device would have to support.
    pub(in crate::cuda) fn open(number: usize) -> std::result::Result<Self, EngineError> {
        let unavailable = |reason: String| EngineError::Unavailable { reason };
        let functions = Functions::load().map_err(|why| {
            unavailable(format!("the CUDA driver (libcuda, nvcuda) cannot be used: {why}"))
        })?;
        let driver = functions.driver_version()?;
        version::check(driver).map_err(unavailable)?;
        // SAFETY: it takes no address; there are no flags.
        functions.check("cuInit", unsafe { (functions.cuInit)(0) })?;
        let ordinal = functions.ordinal(number)?;
        let device = functions.device(ordinal, driver)?;
        let mut context: CUcontext = ptr::null_mut();
        // SAFETY: the address is that of a pointer that lives here; the device is one of the driver's.
        let status = unsafe { (functions.cuDevicePrimaryCtxRetain)(&raw mut context, ordinal) };
        functions.check("cuDevicePrimaryCtxRetain", status)?;
        let mut cuda = Self { functions, ordinal, device, context: number_of(context), pool: 0 };
        cuda.pool = cuda.new_pool()?;
        Ok(cuda)
    }

    /// A call in the context of the device.
    fn call(&self, call: &'static str, function: impl FnOnce(&Functions) -> u32) -> Result<()> {
        // SAFETY: the context is retained as long as this is.
        let status = unsafe { (self.functions.cuCtxSetCurrent)(pointer_of(self.context)) };
        self.functions.check("cuCtxSetCurrent", status)?;
        self.functions.check(call, function(&self.functions))
    }

    /// A pool of the memory of the device that keeps what is freed.
    fn new_pool(&self) -> Result<u64> {
        use sys::{CUmemAllocationType, CUmemLocationType, CUmemPool_attribute_enum as Attribute};
        // SAFETY: all of it are numbers, null pointers and enums that have a name for 0. What is not set
        // has to be 0.
        let mut properties: CUmemPoolProps = unsafe { MaybeUninit::zeroed().assume_init() };
        properties.allocType = CUmemAllocationType::CU_MEM_ALLOCATION_TYPE_PINNED;
        properties.location.type_ = CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE;
        properties.location.__bindgen_anon_1.id = self.ordinal;
        let mut pool: CUmemoryPool = ptr::null_mut();
        self.call("cuMemPoolCreate", |functions| {
            // SAFETY: both addresses are those of values that live here.
            unsafe { (functions.cuMemPoolCreate)(&raw mut pool, &raw const properties) }
        })?;
        let mut kept_bytes = u64::MAX;
        let attribute = Attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        let kept = self.call("cuMemPoolSetAttribute", |functions| {
            let value = (&raw mut kept_bytes).cast();
            // SAFETY: the pool is alive; the value of this attribute is a u64, which lives here.
            unsafe { (functions.cuMemPoolSetAttribute)(pool, attribute, value) }
        });
        if let Err(error) = kept {
            // SAFETY: the pool is alive, and nobody has it.
            unsafe { (self.functions.cuMemPoolDestroy)(pool) };
            return Err(error);
        }
        Ok(number_of(pool))
    }
}

impl Drop for Cuda {
    /// Gives up the pool and the context. What fails is gone already.
    fn drop(&mut self) {
        if self.pool != 0 {
            let _ = self.call("cuMemPoolDestroy", |functions| {
                // SAFETY: the pool is alive, and nobody has it from here on. What is still allocated
                // keeps it until it is freed.
                unsafe { (functions.cuMemPoolDestroy)(pointer_of(self.pool)) }
            });
        }
        // SAFETY: it was retained once, by `open`, and everything made in it holds this driver.
        unsafe { (self.functions.cuDevicePrimaryCtxRelease_v2)(self.ordinal) };
    }
}

/// What is asked before there is a context.
impl Functions {
    fn check(&self, call: &'static str, code: u32) -> Result<()> {
        if code == 0 {
            return Ok(());
        }
        let mut name: *const c_char = ptr::null();
        // SAFETY: the address is that of a pointer that lives here.
        let status = unsafe { (self.cuGetErrorName)(code, &raw mut name) };
        let name = if status == 0 && !name.is_null() {
            // SAFETY: the driver made it point to a string that ends with a zero and lives as long as
            // the library, which is never unloaded.
            unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
        } else {
            "an error without a name".to_string()
        };
        Err(DriverError { call, code, name })
    }

    /// The newest CUDA that the driver knows: 1000 times the major and 10 times the minor number.
    fn driver_version(&self) -> Result<c_int> {
        let mut driver = 0;
        // SAFETY: the address is that of a number that lives here.
        self.check("cuDriverGetVersion", unsafe { (self.cuDriverGetVersion)(&raw mut driver) })?;
        Ok(driver)
    }

    fn ordinal(&self, number: usize) -> std::result::Result<CUdevice, EngineError> {
        let mut count = 0;
        // SAFETY: the address is that of a number that lives here.
        self.check("cuDeviceGetCount", unsafe { (self.cuDeviceGetCount)(&raw mut count) })?;
        let known = c_int::try_from(number).ok().filter(|number| *number < count);
        let missing = || EngineError::Unavailable {
            reason: format!("there is no CUDA device {number}: there are {count}, counted from 0"),
        };
        let number = known.ok_or_else(missing)?;
        let mut ordinal = 0;
        // SAFETY: the address is that of a number that lives here.
        self.check("cuDeviceGet", unsafe { (self.cuDeviceGet)(&raw mut ordinal, number) })?;
        Ok(ordinal)
    }

    fn device(&self, ordinal: CUdevice, driver: c_int) -> std::result::Result<Device, EngineError> {
        use sys::CUdevice_attribute_enum as Attribute;
        for (attribute, what) in [
            (Attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, "pools of memory"),
            (Attribute::CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, "memory of the host"),
        ] {
            if self.attribute(attribute, ordinal)? == 0 {
                let reason = format!("the CUDA device does not support {what}");
                return Err(EngineError::Unavailable { reason });
            }
        }
        let major = Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
        let minor = Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
        let architecture = [self.attribute(major, ordinal)?, self.attribute(minor, ordinal)?];
        let mut bytes = 0;
        // SAFETY: the address is that of a number that lives here; the device is one of the driver's.
        let status = unsafe { (self.cuDeviceTotalMem_v2)(&raw mut bytes, ordinal) };
        self.check("cuDeviceTotalMem", status)?;
        Ok(Device {
            name: self.device_name(ordinal)?,
            driver: version::describe(driver),
            architecture: architecture.map(|number| number as u32),
            memory_bytes: bytes as u64,
        })
    }

    fn attribute(&self, attribute: CUdevice_attribute, ordinal: CUdevice) -> Result<c_int> {
        let mut value = 0;
        // SAFETY: the address is that of a number that lives here; the device is one of the driver's.
        let status = unsafe { (self.cuDeviceGetAttribute)(&raw mut value, attribute, ordinal) };
        self.check("cuDeviceGetAttribute", status)?;
        Ok(value)
    }

    fn device_name(&self, ordinal: CUdevice) -> Result<String> {
        let mut name = [0_u8; 256];
        // SAFETY: the driver writes at most as many bytes as there are; the device is one of its own.
        let status = unsafe {
            (self.cuDeviceGetName)(name.as_mut_ptr().cast(), name.len() as c_int, ordinal)
        };
        self.check("cuDeviceGetName", status)?;
        let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    }
}

/// Handles are addresses in the driver, which only the driver looks at.
fn number_of<T>(handle: *mut T) -> u64 {
    handle.expose_provenance() as u64
}

fn pointer_of<T>(handle: u64) -> *mut T {
    ptr::with_exposed_provenance_mut(handle as usize)
}

/// A `uint4`, which is passed by its value.
#[repr(C, align(16))]
struct Header([u32; 4]);

// SAFETY, of every call below: handles are alive, as `Driver` asks of its callers; addresses of what the
// driver writes at once are those of variables that live until it returns.
impl Driver for Cuda {
    fn device(&self) -> &Device {
        &self.device
    }

    fn memory(&self) -> Result<Memory> {
        let (mut free, mut total) = (0, 0);
        self.call("cuMemGetInfo", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuMemGetInfo_v2)(&raw mut free, &raw mut total) }
        })?;
        Ok(Memory { free_bytes: free as u64, total_bytes: total as u64 })
    }

    fn allocate(&self, bytes: usize, stream: StreamHandle) -> Result<DevicePointer> {
        let mut memory = 0;
        self.call("cuMemAllocFromPoolAsync", |functions| {
            let (pool, stream) = (pointer_of(self.pool), pointer_of(stream.0));
            // SAFETY: as above; the pool is alive as long as this is.
            unsafe { (functions.cuMemAllocFromPoolAsync)(&raw mut memory, bytes, pool, stream) }
        })?;
        Ok(DevicePointer(memory))
    }

    fn free(&self, memory: DevicePointer, stream: StreamHandle) -> Result<()> {
        self.call("cuMemFreeAsync", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuMemFreeAsync)(memory.0, pointer_of(stream.0)) }
        })
    }

    fn trim(&self) -> Result<()> {
        self.call("cuMemPoolTrimTo", |functions| {
            // SAFETY: the pool is alive as long as this is.
            unsafe { (functions.cuMemPoolTrimTo)(pointer_of(self.pool), 0) }
        })
    }

    unsafe fn register(&self, host: *mut u8, bytes: usize) -> Result<()> {
        let flags = sys::CU_MEMHOSTREGISTER_PORTABLE | sys::CU_MEMHOSTREGISTER_DEVICEMAP;
        self.call("cuMemHostRegister", |functions| {
            // SAFETY: the caller has the bytes and keeps them mapped until they are unregistered.
            unsafe { (functions.cuMemHostRegister_v2)(host.cast(), bytes, flags) }
        })
    }

    fn unregister(&self, host: *mut u8) -> Result<()> {
        self.call("cuMemHostUnregister", |functions| {
            // SAFETY: the address is looked up among those that are registered, and not followed.
            unsafe { (functions.cuMemHostUnregister)(host.cast()) }
        })
    }

    fn mapped(&self, host: *mut u8) -> Result<DevicePointer> {
        let mut memory = 0;
        self.call("cuMemHostGetDevicePointer", |functions| {
            let address = host.cast();
            // SAFETY: the address is looked up among those that are registered; there are no flags.
            unsafe { (functions.cuMemHostGetDevicePointer_v2)(&raw mut memory, address, 0) }
        })?;
        Ok(DevicePointer(memory))
    }

    fn create_stream(&self) -> Result<StreamHandle> {
        let flags = sys::CUstream_flags_enum::CU_STREAM_NON_BLOCKING as u32;
        let mut stream: CUstream = ptr::null_mut();
        self.call("cuStreamCreate", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuStreamCreate)(&raw mut stream, flags) }
        })?;
        Ok(StreamHandle(number_of(stream)))
    }

    fn destroy_stream(&self, stream: StreamHandle) -> Result<()> {
        self.call("cuStreamDestroy", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuStreamDestroy_v2)(pointer_of(stream.0)) }
        })
    }

    fn synchronize_stream(&self, stream: StreamHandle) -> Result<()> {
        self.call("cuStreamSynchronize", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuStreamSynchronize)(pointer_of(stream.0)) }
        })
    }

    fn create_event(&self, purpose: EventUse) -> Result<EventHandle> {
        use sys::CUevent_flags_enum as Flags;
        let flags = match purpose {
            EventUse::Order => {
                Flags::CU_EVENT_BLOCKING_SYNC as u32 | Flags::CU_EVENT_DISABLE_TIMING as u32
            }
            EventUse::Time => Flags::CU_EVENT_BLOCKING_SYNC as u32,
        };
        let mut event: CUevent = ptr::null_mut();
        self.call("cuEventCreate", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuEventCreate)(&raw mut event, flags) }
        })?;
        Ok(EventHandle(number_of(event)))
    }

    fn destroy_event(&self, event: EventHandle) -> Result<()> {
        self.call("cuEventDestroy", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuEventDestroy_v2)(pointer_of(event.0)) }
        })
    }

    fn record(&self, event: EventHandle, stream: StreamHandle) -> Result<()> {
        self.call("cuEventRecord", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuEventRecord)(pointer_of(event.0), pointer_of(stream.0)) }
        })
    }

    fn synchronize_event(&self, event: EventHandle) -> Result<()> {
        self.call("cuEventSynchronize", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuEventSynchronize)(pointer_of(event.0)) }
        })
    }

    fn elapsed_seconds(&self, first: EventHandle, last: EventHandle) -> Result<f64> {
        let mut milliseconds = 0.0_f32;
        self.call("cuEventElapsedTime", |functions| {
            let (first, last) = (pointer_of(first.0), pointer_of(last.0));
            // SAFETY: as above.
            unsafe { (functions.cuEventElapsedTime)(&raw mut milliseconds, first, last) }
        })?;
        Ok(f64::from(milliseconds) / 1e3)
    }

    fn load(&self, cubin: &[u8]) -> Result<ModuleHandle> {
        if !image::is_whole(cubin) {
            // What the driver says of other bytes; it would read these to where they say they end.
            let name = "CUDA_ERROR_INVALID_IMAGE".to_string();
            return Err(DriverError { call: "cuModuleLoadData", code: 200, name });
        }
        let mut module: CUmodule = ptr::null_mut();
        self.call("cuModuleLoadData", |functions| {
            // SAFETY: as above; the image is whole, so that the driver reads no byte past it, and it
            // keeps none.
            unsafe { (functions.cuModuleLoadData)(&raw mut module, cubin.as_ptr().cast()) }
        })?;
        Ok(ModuleHandle(number_of(module)))
    }

    fn unload(&self, module: ModuleHandle) -> Result<()> {
        self.call("cuModuleUnload", |functions| {
            // SAFETY: as above.
            unsafe { (functions.cuModuleUnload)(pointer_of(module.0)) }
        })
    }

    fn function(&self, module: ModuleHandle, name: &str) -> Result<FunctionHandle> {
        // Up to a zero, if there is one: then there is no such function.
        let name = CString::new(name).unwrap_or_default();
        let mut function: CUfunction = ptr::null_mut();
        self.call("cuModuleGetFunction", |functions| {
            let (module, name) = (pointer_of(module.0), name.as_ptr());
            // SAFETY: as above; the name ends with a zero.
            unsafe { (functions.cuModuleGetFunction)(&raw mut function, module, name) }
        })?;
        Ok(FunctionHandle(number_of(function)))
    }

    unsafe fn launch(
        &self,
        function: FunctionHandle,
        grid: Grid,
        arguments: &Arguments,
        stream: StreamHandle,
    ) -> Result<()> {
        let Arguments { out, header, parameters, table } = *arguments;
        let (mut out, mut header) = (out.0, Header(header));
        let (mut parameters, mut table) = (parameters.0, table.0);
        let mut addresses: [*mut c_void; 4] = [
            (&raw mut out).cast(),
            (&raw mut header).cast(),
            (&raw mut parameters).cast(),
            (&raw mut table).cast(),
        ];
        let Grid { groups, group_threads } = grid;
        self.call("cuLaunchKernel", |functions| {
            let (function, stream) = (pointer_of(function.0), pointer_of(stream.0));
            let (first, none) = (addresses.as_mut_ptr(), ptr::null_mut());
            // SAFETY: as above. The driver copies the arguments before it returns: they are those of
            // every kernel, in their order, each as large as the kernel has it. What the kernel does
            // with them is the caller's.
            unsafe {
                let launch = functions.cuLaunchKernel;
                launch(function, groups, 1, 1, group_threads, 1, 1, 0, stream, first, none)
            }
        })
    }

    unsafe fn copy_to_host(
        &self,
        to: *mut u8,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        self.call("cuMemcpyDtoHAsync", |functions| {
            let stream = pointer_of(stream.0);
            // SAFETY: as above; the memory is the caller's.
            unsafe { (functions.cuMemcpyDtoHAsync_v2)(to.cast(), from.0, bytes, stream) }
        })
    }

    unsafe fn copy_to_device(
        &self,
        to: DevicePointer,
        from: *const u8,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        self.call("cuMemcpyHtoDAsync", |functions| {
            let stream = pointer_of(stream.0);
            // SAFETY: as above; the memory is the caller's.
            unsafe { (functions.cuMemcpyHtoDAsync_v2)(to.0, from.cast(), bytes, stream) }
        })
    }

    unsafe fn copy_on_device(
        &self,
        to: DevicePointer,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        self.call("cuMemcpyDtoDAsync", |functions| {
            let stream = pointer_of(stream.0);
            // SAFETY: as above; the memory is the caller's.
            unsafe { (functions.cuMemcpyDtoDAsync_v2)(to.0, from.0, bytes, stream) }
        })
    }
}

#[cfg(test)]
mod tests;
