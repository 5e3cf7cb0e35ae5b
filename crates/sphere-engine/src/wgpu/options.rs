//! What can be asked of a device.

/// Which device, and how much of it. The default is the fastest that is hardware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WgpuOptions {
    /// Fast or frugal.
    pub power: Power,
    /// Whether the processor may stand in.
    pub software: Software,
    /// The most bytes of one buffer; `None` is what the device allows.
    pub most_buffer_bytes: Option<u64>,
}

/// Which of several devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// The fastest.
    #[default]
    High,
    /// The one that needs least.
    Low,
}

/// Whether a driver that computes on the processor counts as a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Software {
    /// No: the CPU engine is faster at that.
    #[default]
    Refused,
    /// Yes, if there is no hardware: for tests.
    Allowed,
}
