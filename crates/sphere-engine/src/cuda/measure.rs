//! Times by the clock of the device, for benchmarks.

#![allow(unsafe_code, reason = "the device is given memory by its address")]

use sphere_math::kernels::{Launch, Output};
use sphere_math::sampling::Plan;

use super::driver::{
    Arguments, DevicePointer, Driver, DriverError, EventUse, StreamHandle, real::Cuda,
};
use super::host::Registered;
use super::in_use::InUse;
use super::inner::Inner;
use super::owned::{DeviceMemory, Event};
use super::{grid, search::ROW_BYTES};
use crate::EngineError;
use crate::memory::Values;

/// Points of a launch at most.
const MOST_POINTS: u64 = 1 << 26;

/// Measures an engine: [`CudaEngine::measure`](crate::CudaEngine::measure). Each method takes memory within
/// the budget of the engine, does what it measures `runs` times and gives the seconds of each, as
/// events of the device say. Nothing is left out: warming up is for the caller.
///
/// # Errors
/// Of all methods: those of the device; [`EngineError::OutOfMemory`] if it has not the memory;
/// [`EngineError::Unavailable`] for a kernel that it refuses.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    inner: &'a Inner<Cuda>,
}

/// One way of the link between this machine and its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkWay {
    /// From memory of this machine.
    ToDevice,
    /// To memory of this machine.
    ToHost,
}

/// What memory of this machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMemory {
    /// Registered with the driver, as the engine uses it.
    Registered,
    /// As it comes: the driver copies it through memory of its own. The baseline.
    Pageable,
}

#[allow(clippy::missing_errors_doc, reason = "those of all methods stand at the type")]
impl<'a> Measure<'a> {
    pub(super) fn new(inner: &'a Inner<Cuda>) -> Self {
        Self { inner }
    }

    /// A kernel that writes the first points of a plan, at most 2^26, to memory of the device. Bytes
    /// written: `points` times 8 or 4 times the columns.
    pub fn kernel_seconds(
        self,
        plan: &Plan,
        output: Output,
        points: u64,
        runs: usize,
    ) -> Result<Vec<f64>, EngineError> {
        kernel_seconds(self.inner, &plan.launch(output), points, runs)
    }

    /// The search for the nearest points of a lattice, for at most 2^26 directions that are on the device,
    /// with the indices left there.
    pub fn nearest_seconds(
        self,
        plan: &Plan,
        directions: [&[f64]; 3],
        runs: usize,
    ) -> Result<Vec<f64>, EngineError> {
        nearest_seconds(self.inner, plan, directions, runs)
    }

    /// A copy within the device. As many bytes are read as are written.
    pub fn copy_seconds(self, bytes: usize, runs: usize) -> Result<Vec<f64>, EngineError> {
        copy_seconds(self.inner, bytes, runs)
    }

    /// A copy over the link.
    pub fn link_seconds(
        self,
        way: LinkWay,
        memory: HostMemory,
        bytes: usize,
        runs: usize,
    ) -> Result<Vec<f64>, EngineError> {
        link_seconds(self.inner, way, memory, bytes, runs)
    }

    /// Bytes of the memory of the device: free, and all.
    pub fn device_bytes(self) -> Result<[u64; 2], EngineError> {
        let memory = self.inner.resources().gpu.call(Driver::memory)?;
        Ok([memory.free_bytes, memory.total_bytes])
    }
}

/// Queues something on a stream, between two events, so many times. `held` is what the device uses.
fn timed<D: Driver, H>(
    inner: &Inner<D>,
    runs: usize,
    hold: impl FnOnce(&std::sync::Arc<super::owned::Stream<D>>) -> Result<H, EngineError>,
    mut queue: impl FnMut(&mut H, &D, StreamHandle) -> Result<(), DriverError>,
) -> Result<Vec<f64>, EngineError> {
    let resources = inner.resources();
    let (gpu, stream) = (&resources.gpu, resources.streams.take()?);
    let before = Event::new(gpu, EventUse::Time)?;
    let after = Event::new(gpu, EventUse::Time)?;
    let mut in_use = InUse::new(&stream, hold(&stream)?);
    let mut seconds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let Some(held) = in_use.held() else { break };
        before.record(&stream)?;
        gpu.call(|driver| queue(held, driver, stream.handle()))?;
        after.record(&stream)?;
        after.synchronize()?;
        seconds.push(before.seconds_until(&after)?);
    }
    drop(in_use);
    resources.streams.give_back(stream);
    Ok(seconds)
}

fn kernel_seconds<D: Driver>(
    inner: &Inner<D>,
    launch: &Launch,
    points: u64,
    runs: usize,
) -> Result<Vec<f64>, EngineError> {
    let resources = inner.resources();
    let function = inner.kernel(launch)?.function();
    let points = points.min(MOST_POINTS);
    let uploaded = resources.uploads.get(&resources.streams, launch)?;
    let bytes = points as usize * 4 * launch.words_per_point;
    let hold = |stream: &_| Ok((DeviceMemory::new(stream, bytes)?, uploaded));
    timed(inner, runs, hold, |(out, uploaded), driver, stream| {
        let arguments = Arguments {
            out: out.pointer(),
            header: launch.header(&(0..points)),
            parameters: uploaded.parameters(),
            table: uploaded.table(),
        };
        // SAFETY: the memory has room for all points. It and the parameters are held until the stream is
        // done.
        unsafe { driver.launch(function, grid(points), &arguments, stream) }
    })
}

fn nearest_seconds<D: Driver>(
    inner: &Inner<D>,
    plan: &Plan,
    columns: [&[f64]; 3],
    runs: usize,
) -> Result<Vec<f64>, EngineError> {
    let rejected = |reason: String| EngineError::Rejected { reason };
    let resources = inner.resources();
    let launch = plan.launch_nearest().map_err(|error| rejected(error.to_string()))?;
    let function = inner.kernel(&launch)?.function();
    let rows = columns[0].len();
    if columns.iter().any(|column| column.len() != rows) || rows as u64 > MOST_POINTS {
        return Err(rejected(format!("{rows} directions, or columns of other lengths")));
    }
    let uploaded = resources.uploads.get(&resources.streams, &launch)?;
    let hold = |stream: &std::sync::Arc<super::owned::Stream<D>>| {
        let memory = DeviceMemory::new(stream, rows * ROW_BYTES as usize)?;
        let mut in_use = InUse::new(stream, memory);
        for (at, column) in columns.into_iter().enumerate() {
            let to = in_use.held().map_or(DevicePointer(0), |memory| memory.pointer());
            let to = DevicePointer(to.0 + (at * rows * 8) as u64);
            resources.gpu.call(|driver| {
                // SAFETY: the memory has four such columns, and is held until the stream is done. So long
                // the directions are borrowed.
                let from = column.as_ptr().cast();
                unsafe { driver.copy_to_device(to, from, rows * 8, stream.handle()) }
            })?;
        }
        let memory = in_use.give_up().ok_or(EngineError::OutOfMemory)?;
        Ok((memory, uploaded))
    };
    timed(inner, runs, hold, |(memory, uploaded), driver, stream| {
        let table = memory.pointer();
        let out = DevicePointer(table.0 + (3 * rows * 8) as u64);
        let header = launch.header(&(0..rows as u64));
        let arguments = Arguments { out, header, parameters: uploaded.parameters(), table };
        // SAFETY: the memory has four columns of so many rows. It and the parameters are held until the
        // stream is done.
        unsafe { driver.launch(function, grid(rows as u64), &arguments, stream) }
    })
}

fn copy_seconds<D: Driver>(
    inner: &Inner<D>,
    bytes: usize,
    runs: usize,
) -> Result<Vec<f64>, EngineError> {
    let hold =
        |stream: &_| Ok([DeviceMemory::new(stream, bytes)?, DeviceMemory::new(stream, bytes)?]);
    timed(inner, runs, hold, |[from, to], driver, stream| {
        // SAFETY: both are memory of the device of so many bytes, held until the stream is done.
        unsafe { driver.copy_on_device(to.pointer(), from.pointer(), bytes, stream) }
    })
}

/// Memory of this machine.
#[derive(Debug)]
enum Host<D: Driver> {
    Registered(Registered<D>),
    Pageable(Values<u64>),
}

impl<D: Driver> Host<D> {
    fn new(inner: &Inner<D>, memory: HostMemory, bytes: usize) -> Result<Self, EngineError> {
        let mut host = match memory {
            HostMemory::Registered => {
                let registered = Registered::new(&inner.resources().gpu, bytes as u64)?;
                Self::Registered(registered.ok_or(EngineError::OutOfMemory)?)
            }
            HostMemory::Pageable => {
                let words = Values::new(bytes.div_ceil(8) as u64);
                Self::Pageable(words.map_err(|_| EngineError::OutOfMemory)?)
            }
        };
        // Pages are found before anything is measured.
        host.words_mut().fill(1);
        Ok(host)
    }

    fn words_mut(&mut self) -> &mut [u64] {
        match self {
            Self::Registered(registered) => registered.words_mut(),
            Self::Pageable(values) => values.as_mut_slice(),
        }
    }
}

fn link_seconds<D: Driver>(
    inner: &Inner<D>,
    way: LinkWay,
    memory: HostMemory,
    bytes: usize,
    runs: usize,
) -> Result<Vec<f64>, EngineError> {
    let hold =
        |stream: &_| Ok((DeviceMemory::new(stream, bytes)?, Host::new(inner, memory, bytes)?));
    timed(inner, runs, hold, |(device, host), driver, stream| {
        let (device, host) = (device.pointer(), host.words_mut().as_mut_ptr().cast::<u8>());
        // SAFETY: both have so many bytes, and are held until the stream is done; nobody else has them.
        unsafe {
            match way {
                LinkWay::ToDevice => driver.copy_to_device(device, host, bytes, stream),
                LinkWay::ToHost => driver.copy_to_host(host, device, bytes, stream),
            }
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two runs of each measurement.
    pub(crate) fn all<D: Driver>(
        inner: &Inner<D>,
        plan: &Plan,
        columns: [&[f64]; 3],
    ) -> Result<Vec<f64>, EngineError> {
        let mut all = kernel_seconds(inner, &plan.launch(Output::Double), 100, 2)?;
        all.extend(nearest_seconds(inner, plan, columns, 2)?);
        all.extend(copy_seconds(inner, 5_000, 2)?);
        for way in [LinkWay::ToDevice, LinkWay::ToHost] {
            for memory in [HostMemory::Registered, HostMemory::Pageable] {
                all.extend(link_seconds(inner, way, memory, 5_001, 2)?);
            }
        }
        Ok(all)
    }
}
