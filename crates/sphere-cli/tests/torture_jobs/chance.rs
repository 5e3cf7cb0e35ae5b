//! The same chances every time.

use std::time::Duration;

/// Numbers that look random.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// Any number (`SplitMix64`).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of so many.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// Up to so long.
    pub(crate) fn pause(&mut self, most: Duration) -> Duration {
        most.mul_f64(self.next() as f64 / u64::MAX as f64)
    }
}
