//! Which bit of which block is wrong.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts blocks, of which one in so many is changed.
#[derive(Debug)]
pub(super) struct Corruption {
    one_in: NonZeroU64,
    blocks: AtomicU64,
}

impl Corruption {
    pub(super) fn new(one_in: NonZeroU64) -> Self {
        Self { one_in, blocks: AtomicU64::new(0) }
    }

    /// Changes a bit of these bytes, if it is their turn: the lowest of the one in the middle, which in a
    /// double is the smallest change that there is.
    pub(super) fn touch(&self, bytes: &mut [u8]) {
        let block = self.blocks.fetch_add(1, Ordering::Relaxed);
        let middle = (bytes.len() / 2) & !7;
        if block % self.one_in == self.one_in.get() - 1
            && let Some(byte) = bytes.get_mut(middle)
        {
            *byte ^= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_in_so_many_is_wrong_by_one_bit() {
        let corruption = Corruption::new(NonZeroU64::new(3).unwrap());
        let wrong: Vec<usize> = (0..9)
            .filter(|_| {
                let mut bytes = [0_u8; 100];
                corruption.touch(&mut bytes);
                assert!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>() <= 1);
                bytes != [0; 100]
            })
            .collect();
        assert_eq!(wrong, [2, 5, 8]);
        corruption.touch(&mut []);
    }
}
