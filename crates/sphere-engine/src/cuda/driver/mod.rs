//! The calls of the CUDA driver.

mod classify;

/// A call of the driver that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DriverError {
    /// The function.
    pub(super) call: &'static str,
    /// What it returned.
    pub(super) code: u32,
    /// What the driver calls it.
    pub(super) name: String,
}
