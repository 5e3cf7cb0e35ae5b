//! Memory of a caller that a device may be given for good.

#![allow(unsafe_code, reason = "who implements the trait promises what a device relies on")]

use std::ops::Range;

/// Memory that stays where it is.
///
/// # Safety
/// All of `range` is mapped, to be read and written, at the same addresses for as long as `self` lives.
pub unsafe trait FixedMemory: Send + Sync {
    /// Its addresses.
    fn range(&self) -> Range<usize>;
}
