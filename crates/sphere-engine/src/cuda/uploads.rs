//! Parameters and tables on the device, kept for the last few plans.

#![allow(unsafe_code, reason = "the driver is given memory by its address")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sphere_math::kernels::Launch;

use super::driver::{DevicePointer, Driver};
use super::owned::{DeviceMemory, Streams};
use crate::EngineError;

/// Launches kept. The largest, of 21,201 Sobol dimensions, has 11 MB.
const MOST: usize = 8;

/// Where a table may begin.
const ALIGNMENT: usize = 256;

/// What is the same for every range of a plan, on the device.
#[derive(Debug)]
pub(super) struct Uploaded<D: Driver> {
    launch: Launch,
    /// Parameters, then the table.
    words: DeviceMemory<D>,
    table: usize,
}

impl<D: Driver> Uploaded<D> {
    fn new(streams: &Streams<D>, launch: &Launch) -> Result<Self, EngineError> {
        let parts: [&[u8]; 2] = [&launch.parameters, &launch.table].map(|words| {
            let bytes: &[u8] = bytemuck::cast_slice(words);
            bytes
        });
        let table = parts[0].len().next_multiple_of(ALIGNMENT);
        let stream = streams.take()?;
        let words = DeviceMemory::new(&stream, table + parts[1].len())?;
        for (part, at) in parts.into_iter().zip([0, table]) {
            if part.is_empty() {
                continue;
            }
            let (to, from) = (DevicePointer(words.pointer().0 + at as u64), part.as_ptr());
            let copied = stream.gpu().call(|driver| {
                // SAFETY: `words` has room for both parts. `part` is pageable memory that is borrowed
                // from `launch` and was read when this returns.
                unsafe { driver.copy_to_device(to, from, part.len(), stream.handle()) }
            });
            copied.inspect_err(|_| {
                stream.settle();
            })?;
        }
        // From here on every stream may read it.
        stream.synchronize().inspect_err(|_| {
            stream.settle();
        })?;
        streams.give_back(stream);
        Ok(Self { launch: launch.clone(), words, table })
    }

    pub(super) fn parameters(&self) -> DevicePointer {
        self.words.pointer()
    }

    pub(super) fn table(&self) -> DevicePointer {
        DevicePointer(self.words.pointer().0 + self.table as u64)
    }

    /// The header alone says what is written.
    fn serves(&self, launch: &Launch) -> bool {
        let Launch { kernel, parameters, table, .. } = launch;
        self.launch.kernel == *kernel
            && self.launch.parameters == *parameters
            && self.launch.table == *table
    }
}

/// The launches used last.
#[derive(Debug)]
pub(super) struct Uploads<D: Driver> {
    /// The latest last.
    recent: Mutex<Vec<Arc<Uploaded<D>>>>,
}

impl<D: Driver> Uploads<D> {
    pub(super) fn new() -> Self {
        Self { recent: Mutex::default() }
    }

    /// A launch on the device. Whoever holds it uses it on streams of its own, and waits for them before
    /// it is dropped.
    pub(super) fn get(
        &self,
        streams: &Streams<D>,
        launch: &Launch,
    ) -> Result<Arc<Uploaded<D>>, EngineError> {
        if let Some(uploaded) = self.known(launch) {
            return Ok(uploaded);
        }
        // Outside the lock: nobody else waits for a large table.
        let uploaded = match Uploaded::new(streams, launch) {
            Err(EngineError::OutOfMemory) => {
                self.clear();
                Uploaded::new(streams, launch)?
            }
            uploaded => uploaded?,
        };
        let uploaded = Arc::new(uploaded);
        let mut recent = self.recent();
        let oldest = (recent.len() == MOST).then(|| recent.remove(0));
        recent.push(Arc::clone(&uploaded));
        drop(recent);
        drop(oldest);
        Ok(uploaded)
    }

    /// Releases those that no job uses.
    pub(super) fn clear(&self) {
        let all = std::mem::take(&mut *self.recent());
        drop(all);
    }

    fn known(&self, launch: &Launch) -> Option<Arc<Uploaded<D>>> {
        let mut recent = self.recent();
        let at = recent.iter().rposition(|uploaded| uploaded.serves(launch))?;
        recent[at..].rotate_left(1);
        recent.last().cloned()
    }

    fn recent(&self) -> MutexGuard<'_, Vec<Arc<Uploaded<D>>>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
