//! The lattices on other devices.

use super::steps::{SQUARES, WINDOW, Window};
use super::{Disk, Fibonacci};
use crate::kernels::parts::{cuda, wgsl};
use crate::kernels::{Kernel, Twin, words_f32, words_f64, words_u64};

const GOLDEN: &str = include_str!("golden.wgsl");
const GOLDEN_CUDA: &str = include_str!("golden.cuh");

const LATTICE_CUDA: &str = include_str!("lattice.cuh");

pub(crate) const FIBONACCI: Kernel = Kernel {
    name: "fibonacci",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, wgsl::LIFT, GOLDEN, include_str!("sphere.wgsl")],
    cuda: &[
        cuda::MAIN,
        cuda::REAL,
        cuda::TURN,
        cuda::LIFT,
        GOLDEN_CUDA,
        LATTICE_CUDA,
        include_str!("sphere.cu"),
    ],
};

pub(crate) const DISK: Kernel = Kernel {
    name: "disk",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, GOLDEN, include_str!("disk.wgsl")],
    cuda: &[cuda::MAIN, cuda::REAL, cuda::TURN, GOLDEN_CUDA, include_str!("disk.cu")],
};

pub(crate) const NEAREST: Kernel = Kernel {
    name: "fibonacci_nearest",
    wgsl: &[],
    cuda: &[
        cuda::MAIN,
        cuda::REAL,
        cuda::TURN,
        cuda::LIFT,
        GOLDEN_CUDA,
        LATTICE_CUDA,
        include_str!("nearest/azimuth.cuh"),
        include_str!("nearest/search.cuh"),
        include_str!("nearest/kernel.cu"),
    ],
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

    /// That of the search for the nearest point: the parameters of the lattice, its covering radius,
    /// and the tables of the search.
    pub(in crate::sampling) fn nearest_twin(&self) -> Twin {
        let windows = WINDOW.iter().flat_map(|window| {
            let Window { east, half, short, short_turn, long, long_turn } = *window;
            [east, half, short, short_turn, long, long_turn]
        });
        let numbers = [self.covering].into_iter().chain(windows).chain(SQUARES);
        let mut twin = Self::twin(self);
        twin.kernel = &NEAREST;
        twin.parameters.extend(numbers.flat_map(words_f64));
        twin
    }
}

impl Disk {
    pub(in crate::sampling) fn twin(&self) -> Twin {
        let per_half_step = self.per_half_step;
        let parameters = [&words_f64(per_half_step)[..], &words_f32(per_half_step)];
        Twin::new(&DISK, parameters.concat())
    }
}
