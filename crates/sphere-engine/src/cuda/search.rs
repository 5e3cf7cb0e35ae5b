//! Directions on their way through the device, from and to memory of the caller.

#![allow(unsafe_code, reason = "the device is given memory by its address")]

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use sphere_math::kernels::Launch;
use sphere_math::sampling::SampleError;

use super::chunks::{Cut, Way};
use super::driver::{Arguments, DevicePointer, Driver, FunctionHandle};
use super::grid;
use super::host::Pinned;
use super::in_use::InUse;
use super::lanes::{Lanes, Slot};
use super::owned::Loaded;
use super::place::InPlace;
use super::resources::Resources;
use super::uploads::Uploaded;
use crate::block::LentWords as _;
use crate::device::run::Launcher;
use crate::{Cause, EngineError, Stop};

/// Bytes of a direction and its index: three columns in, one out.
pub(super) const ROW_BYTES: u64 = 32;

/// From so many bytes on the memory of the caller is registered where it is; less is copied through
/// registered memory of the engine, which costs less than locking pages. Chosen, not measured.
const IN_PLACE_BYTES: u64 = 1 << 26;

/// What the kernel writes for what is no direction.
const NONE: u64 = u64::MAX;

/// Searches all directions of a call.
pub(super) struct Search<'a, D: Driver> {
    resources: &'a Resources<D>,
    function: FunctionHandle,
    launch: &'a Launch,
    uploaded: Arc<Uploaded<D>>,
    way: Way,
    lanes: Lanes<'a, D>,
    staging: Vec<Pinned<D>>,
    columns: [&'a [f64]; 3],
    /// As many as there are directions. The device writes there: it is not borrowed meanwhile.
    indices: *mut u64,
    borrowed: PhantomData<&'a mut [u64]>,
    /// Whether chunks go straight from and to the caller; registered, if the first is a value.
    in_place: Option<InPlace<D>>,
    next: u64,
}

/// A chunk under way.
#[derive(Debug)]
pub(super) struct Chunk<D: Driver> {
    rows: Range<usize>,
    way: Way,
    slot: Slot<D>,
    /// The directions, then the indices; `None` where they go straight.
    staging: Option<Pinned<D>>,
    uploaded: Arc<Uploaded<D>>,
}

impl<'a, D: Driver> Search<'a, D> {
    /// `columns` and `indices` are equally long.
    pub(super) fn new(
        resources: &'a Resources<D>,
        kernel: &'a Loaded<D>,
        launch: &'a Launch,
        cut: Cut,
        columns: [&'a [f64]; 3],
        indices: &'a mut [u64],
    ) -> Result<Self, EngineError> {
        let bytes = indices.len() as u64 * ROW_BYTES;
        let out = indices.as_mut_ptr_range();
        let mut ranges = Vec::from(columns.map(|column| {
            let column = column.as_ptr_range();
            column.start.expose_provenance()..column.end.addr()
        }));
        ranges.push(out.start.expose_provenance()..out.end.addr());
        // What is registered already costs nothing.
        let is_known = || ranges.iter().all(|range| resources.known.holds(range));
        let in_place = if bytes >= IN_PLACE_BYTES || cut.way == Way::Copied && is_known() {
            // SAFETY: the slices are borrowed for 'a, longer than this search lives.
            unsafe { InPlace::new(&resources.gpu, &resources.known, ranges) }?
        } else {
            None
        };
        Ok(Self {
            resources,
            function: kernel.function(),
            launch,
            uploaded: resources.uploads.get(&resources.streams, launch)?,
            way: cut.way,
            lanes: Lanes::new(resources),
            staging: Vec::new(),
            columns,
            indices: out.start,
            borrowed: PhantomData,
            in_place,
            next: 0,
        })
    }

    /// Registered memory of the engine with the directions of a chunk; `None` where they go straight.
    fn stage(&mut self, rows: &Range<usize>) -> Result<Option<Pinned<D>>, EngineError> {
        if self.in_place.is_some() {
            return Ok(None);
        }
        let bytes = rows.len() * ROW_BYTES as usize;
        let staging = match self.staging.pop().filter(|staging| staging.bytes() >= bytes) {
            Some(staging) => Some(staging),
            None => self.resources.host.take(bytes)?,
        };
        Ok(staging.map(|mut staging| {
            let words = staging.words_mut().chunks_exact_mut(rows.len());
            for (to, column) in words.zip(self.columns) {
                to.copy_from_slice(bytemuck::cast_slice(&column[rows.clone()]));
            }
            staging
        }))
    }

    /// Queues what a chunk takes: its way in, the kernel, its way out.
    fn queue(&self, chunk: &mut Chunk<D>) -> Result<(), EngineError> {
        let on_device = chunk.on_device()?;
        if chunk.way == Way::Copied {
            self.copy_in(chunk, on_device)?;
        }
        let count = chunk.rows.len() as u64;
        let arguments = Arguments {
            out: on_device.column(3),
            header: self.launch.header(&(0..count)),
            parameters: chunk.uploaded.parameters(),
            table: on_device.first,
        };
        let stream = chunk.slot.stream.handle();
        self.resources.gpu.call(|driver| {
            // SAFETY: there is room for four columns of `count` rows; the kernel reads three and writes the
            // fourth. They and the parameters belong to the chunk, which an `InUse` holds until the
            // stream is done.
            unsafe { driver.launch(self.function, grid(count), &arguments, stream) }
        })?;
        if chunk.way == Way::Copied {
            self.copy_out(chunk, on_device)?;
            chunk.slot.mark()?;
        }
        Ok(())
    }

    fn copy_in(&self, chunk: &Chunk<D>, on_device: OnDevice) -> Result<(), EngineError> {
        let rows = chunk.rows.clone();
        let straight = self.columns.map(|column| &column[rows.clone()]);
        let staged = chunk.staging.as_ref().map(|staging| {
            let columns = staging.words().chunks_exact(rows.len());
            columns.take(3).map(<[u64]>::as_ptr).collect::<Vec<_>>()
        });
        for (at, column) in straight.into_iter().enumerate() {
            let from = match &staged {
                Some(staged) => staged[at].cast(),
                None => column.as_ptr().cast(),
            };
            let (to, stream) = (on_device.column(at), chunk.slot.stream.handle());
            self.resources.gpu.call(|driver| {
                // SAFETY: both have as many bytes as a column of the chunk. That on the device belongs to the
                // chunk, as does the other or it is borrowed for 'a; an `InUse` holds the chunk until the
                // stream is done, and no chunk outlives the search.
                unsafe { driver.copy_to_device(to, from, on_device.bytes, stream) }
            })?;
        }
        Ok(())
    }

    fn copy_out(&self, chunk: &mut Chunk<D>, on_device: OnDevice) -> Result<(), EngineError> {
        let Chunk { rows, slot, staging, .. } = chunk;
        let to = match staging {
            Some(staging) => staging.words_mut()[3 * rows.len()..].as_mut_ptr().cast(),
            // SAFETY: the rows are within the indices.
            None => unsafe { self.indices.add(rows.start) }.cast(),
        };
        let (from, stream) = (on_device.column(3), slot.stream.handle());
        self.resources.gpu.call(|driver| {
            // SAFETY: as for the way in; nobody reads these indices before the stream is done.
            unsafe { driver.copy_to_host(to, from, on_device.bytes, stream) }
        })
    }

    /// The indices of some rows, on which no stream works any more.
    fn found(&mut self, rows: &Range<usize>) -> &mut [u64] {
        // SAFETY: the rows are within the indices, which are borrowed mutably for 'a. No reference to them
        // lives longer than this one, and the device writes to those of other rows alone.
        unsafe { std::slice::from_raw_parts_mut(self.indices.add(rows.start), rows.len()) }
    }

    /// Sees to it that every row has an index.
    fn check(&mut self, rows: &Range<usize>) -> Result<(), Cause> {
        let Some(at) = missing(self.found(rows)) else {
            self.next = rows.end as u64;
            return Ok(());
        };
        let index = rows.start + at;
        self.next = index as u64;
        let direction = self.columns.map(|column| column[index]);
        Err(Cause::Input(SampleError::NoDirection { index, direction }))
    }
}

/// Four columns as the device sees them.
#[derive(Clone, Copy, Debug)]
struct OnDevice {
    first: DevicePointer,
    /// Of a column.
    bytes: usize,
}

impl OnDevice {
    fn column(self, at: usize) -> DevicePointer {
        DevicePointer(self.first.0 + (at * self.bytes) as u64)
    }
}

impl<D: Driver> Chunk<D> {
    /// Where the kernel finds the columns, once all that is used has room for them.
    fn on_device(&self) -> Result<OnDevice, EngineError> {
        let bytes = self.rows.len() * size_of::<u64>();
        let mapped = self.staging.as_ref().map(|staging| (staging.pointer(), staging.bytes()));
        let memory = self.slot.memory().map(|memory| (memory.pointer(), memory.bytes()));
        let (first, room) = match self.way {
            Way::Mapped => mapped,
            Way::Copied => memory,
        }
        .unwrap_or((DevicePointer(0), 0));
        if room < 4 * bytes || mapped.is_some_and(|(_, room)| room < 4 * bytes) {
            return Err(EngineError::Failed { reason: "a chunk has no room".to_string() });
        }
        Ok(OnDevice { first, bytes })
    }
}

/// The first row that has no index.
fn missing(indices: &[u64]) -> Option<usize> {
    // Whether there is one, many are asked at once; which it is, one after the other.
    let is_missing = indices.contains(&NONE);
    is_missing.then(|| indices.iter().position(|index| *index == NONE)).flatten()
}

impl<D: Driver> Launcher for Search<'_, D> {
    type Flight = InUse<D, Chunk<D>>;

    fn start(&mut self, rows: Range<u64>) -> Result<Self::Flight, EngineError> {
        let rows = rows.start as usize..rows.end as usize;
        let staging = self.stage(&rows)?;
        let bytes = rows.len() * ROW_BYTES as usize;
        let (slot, way) = match self.lanes.take(self.way, staging.is_some(), bytes) {
            Ok(taken) => taken,
            Err(error) => {
                self.staging.extend(staging);
                return Err(error);
            }
        };
        let stream = Arc::clone(&slot.stream);
        let uploaded = Arc::clone(&self.uploaded);
        let mut flight = InUse::new(&stream, Chunk { rows, way, slot, staging, uploaded });
        match flight.held().map_or(Ok(()), |chunk| self.queue(chunk)) {
            Ok(()) => Ok(flight),
            Err(error) => {
                if let Some(chunk) = flight.give_up() {
                    self.staging.extend(chunk.staging);
                    self.lanes.give_back(chunk.slot);
                }
                Err(error)
            }
        }
    }

    fn finish(&mut self, mut flight: Self::Flight, _stop: &Stop) -> Result<(), Cause> {
        let waited = flight.held().map_or(Ok(()), |chunk| chunk.slot.finish(chunk.way));
        waited.map_err(Cause::Engine)?;
        let Some(Chunk { rows, slot, staging, .. }) = flight.done() else { return Ok(()) };
        self.lanes.give_back(slot);
        if let Some(staging) = staging {
            self.found(&rows).copy_from_slice(&staging.words()[3 * rows.len()..4 * rows.len()]);
            self.staging.push(staging);
        }
        self.check(&rows)
    }

    fn next(&self) -> u64 {
        self.next
    }

    fn relieve(&mut self) {
        self.lanes.relieve();
        self.resources.relieve();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_without_an_index_is_found() {
        for (length, none, expected) in [
            (0, &[][..], None),
            (1_000, &[][..], None),
            (1_000, &[999][..], Some(999)),
            (1_000, &[0, 5][..], Some(0_usize)),
            (1_000, &[130, 64 * 7][..], Some(130)),
        ] {
            let mut indices: Vec<u64> = (0..length).collect();
            for &at in none {
                indices[at] = NONE;
            }
            assert_eq!(missing(&indices), expected);
        }
    }
}
