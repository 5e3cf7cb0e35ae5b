//! Memory of the fake device, and memory of this machine that it knows.

use std::collections::BTreeMap;

use super::super::DevicePointer;

/// What memory holds that nobody has written to.
pub(super) const POISON: u8 = 0xA5;

/// Where memory of the device begins: far from any address of this machine.
const DEVICE: u64 = 1 << 56;
/// What is added to an address of this machine.
const MAPPED: u64 = 1 << 60;

/// Where the device sees memory of this machine.
pub(super) fn mapped(host: usize) -> DevicePointer {
    DevicePointer(MAPPED + host as u64)
}

/// Which memory of this machine the device sees there.
pub(super) fn host_address(pointer: DevicePointer) -> Option<usize> {
    pointer.0.checked_sub(MAPPED).map(|host| host as usize)
}

/// Bytes of this machine.
pub(super) fn read(host: usize, bytes: usize) -> Vec<u8> {
    let from = std::ptr::with_exposed_provenance::<u8>(host);
    // SAFETY: whoever asked for the copy has promised so many bytes there until it is done, and it is
    // not: what is done is no longer queued.
    unsafe { std::slice::from_raw_parts(from, bytes) }.to_vec()
}

/// The same, written.
pub(super) fn write(host: usize, bytes: &[u8]) {
    let to = std::ptr::with_exposed_provenance_mut::<u8>(host);
    // SAFETY: as for `read`; nobody else reads or writes there meanwhile, by the same promise.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) }
}

/// Memory of the device.
#[derive(Debug, Default)]
pub(super) struct DeviceBytes {
    all: BTreeMap<u64, Allocation>,
    next: u64,
    taken: usize,
    most: usize,
}

#[derive(Debug)]
pub(super) struct Allocation {
    bytes: Vec<u8>,
    pub(super) attempts: usize,
    pub(super) is_freed: bool,
}

impl DeviceBytes {
    pub(super) fn allocate(&mut self, bytes: usize) -> DevicePointer {
        let start = DEVICE + self.next;
        // Never the same address again, and a gap behind.
        self.next += (bytes as u64).next_multiple_of(256) + 4_096;
        let allocation = Allocation { bytes: vec![POISON; bytes], attempts: 0, is_freed: false };
        self.all.insert(start, allocation);
        self.taken += bytes;
        self.most = self.most.max(self.taken);
        DevicePointer(start)
    }

    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Allocation> {
        self.all.values()
    }

    pub(super) fn start(&mut self, pointer: DevicePointer) -> Option<&mut Allocation> {
        self.all.get_mut(&pointer.0)
    }

    pub(super) fn free(&mut self, pointer: DevicePointer) -> bool {
        let Some(allocation) = self.all.get_mut(&pointer.0) else { return false };
        self.taken -= allocation.bytes.len();
        allocation.bytes = Vec::new();
        !std::mem::replace(&mut allocation.is_freed, true)
    }

    /// Bytes that are allocated and not freed.
    pub(super) fn at(&mut self, pointer: DevicePointer, bytes: usize) -> Option<&mut [u8]> {
        let (start, allocation) = self.all.range_mut(..=pointer.0).next_back()?;
        let from = (pointer.0 - start) as usize;
        allocation.bytes.get_mut(from..from.checked_add(bytes)?)
    }

    /// Whether a pointer is into what begins at another.
    pub(super) fn is_within(&self, pointer: DevicePointer, start: DevicePointer) -> bool {
        let length = self.all.get(&start.0).map_or(0, |allocation| allocation.bytes.len() as u64);
        (start.0..start.0 + length).contains(&pointer.0)
    }
}

/// Memory of this machine that is registered, by its address: bytes.
#[derive(Debug, Default)]
pub(super) struct HostBytes {
    all: BTreeMap<usize, usize>,
    /// How often what was registered there was let go of; of what is no longer there too.
    pub(super) attempts: BTreeMap<usize, usize>,
    /// How often something was registered there.
    pub(super) registered: BTreeMap<usize, usize>,
}

impl HostBytes {
    /// Not if some of it is.
    pub(super) fn register(&mut self, host: usize, bytes: usize) -> bool {
        let overlaps = self.all.range(..host + bytes).next_back();
        if overlaps.is_some_and(|(start, length)| start + length > host) {
            return false;
        }
        self.all.insert(host, bytes);
        *self.registered.entry(host).or_default() += 1;
        true
    }

    pub(super) fn unregister(&mut self, host: usize) -> Option<usize> {
        self.all.remove(&host)
    }

    pub(super) fn is_start(&self, host: usize) -> bool {
        self.all.contains_key(&host)
    }

    /// Whether all of it is registered.
    pub(super) fn holds(&self, host: usize, bytes: usize) -> bool {
        let before = self.all.range(..=host).next_back();
        before.is_some_and(|(start, length)| host + bytes <= start + length)
    }
}
