//! Random directions on other devices.

use super::{Random, stream};
use crate::kernels::parts::{cuda, wgsl};
use crate::kernels::{Kernel, Twin, words_u64};

pub(crate) const RANDOM: Kernel = Kernel {
    name: "random",
    wgsl: &[
        wgsl::MAIN,
        wgsl::WIDE,
        wgsl::TURN,
        wgsl::LIFT,
        wgsl::PHILOX,
        include_str!("kernel.wgsl"),
    ],
    cuda: &[
        cuda::MAIN,
        cuda::REAL,
        cuda::TURN,
        cuda::LIFT,
        cuda::PHILOX,
        include_str!("kernel.cu"),
    ],
};

impl Random {
    pub(in crate::sampling) fn twin(self) -> Twin {
        let [low, high] = words_u64(self.seed);
        Twin::new(&RANDOM, vec![low, high, stream(self.method), self.max_blocks])
    }
}
