//! The lattices on other devices.

use super::{Disk, Fibonacci};
use crate::kernels::parts::{cuda, wgsl};
use crate::kernels::{Kernel, Twin, words_f32, words_f64, words_u64};

const GOLDEN: &str = include_str!("golden.wgsl");
const GOLDEN_CUDA: &str = include_str!("golden.cuh");

pub(crate) const FIBONACCI: Kernel = Kernel {
    name: "fibonacci",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, wgsl::LIFT, GOLDEN, include_str!("sphere.wgsl")],
    cuda: &[cuda::MAIN, cuda::REAL, cuda::TURN, cuda::LIFT, GOLDEN_CUDA, include_str!("sphere.cu")],
};

pub(crate) const DISK: Kernel = Kernel {
    name: "disk",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, GOLDEN, include_str!("disk.wgsl")],
    cuda: &[cuda::MAIN, cuda::REAL, cuda::TURN, GOLDEN_CUDA, include_str!("disk.cu")],
};

impl Fibonacci {
    pub(in crate::sampling) fn twin(&self) -> Twin {
        let twice_offset = 2.0 * self.offset;
        let parameters = [
            &words_u64(self.total - 1)[..],
            &words_f64(twice_offset),
            &words_f64(self.steps),
            &words_f64(self.per_step),
            &words_f32(twice_offset),
            &words_f32(self.per_step),
        ];
        Twin::new(&FIBONACCI, parameters.concat())
    }
}

impl Disk {
    pub(in crate::sampling) fn twin(&self) -> Twin {
        let per_half_step = self.per_half_step;
        let parameters = [&words_f64(per_half_step)[..], &words_f32(per_half_step)];
        Twin::new(&DISK, parameters.concat())
    }
}
