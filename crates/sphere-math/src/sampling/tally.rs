//! What a call did, returned rather than counted in shared memory.

use core::ops::{Add, AddAssign, Range};

/// What a call examined and what it kept: equal, but for random points by rejection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Candidates examined.
    pub attempts: u64,
    /// Points written.
    pub accepted: u64,
}

impl Tally {
    /// Nothing was rejected.
    pub(super) fn all(range: &Range<u64>) -> Self {
        let count = range.end - range.start;
        Self { attempts: count, accepted: count }
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { attempts: self.attempts + other.attempts, accepted: self.accepted + other.accepted }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
