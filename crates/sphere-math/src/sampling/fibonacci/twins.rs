//! The lattices on other devices.

use super::steps::{POWERS, SQUARES, WINDOW, Window};
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
    wgsl: &[
        wgsl::MAIN,
        wgsl::WIDE,
        GOLDEN,
        include_str!("nearest/fixed.wgsl"),
        include_str!("nearest/lattice.wgsl"),
        include_str!("nearest/search.wgsl"),
        include_str!("nearest/kernel.wgsl"),
    ],
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

/// Windows in the table of the search in f32: 33, and two beyond.
const SINGLE_WINDOWS: usize = 35;
/// The most steps from pole to pole that the search in f32 takes.
const SINGLE_STEPS: f64 = (1_u64 << 40) as f64;
/// The most steps times offset: in a hole as wide as that, the search walks through 4,000 points.
const SINGLE_HOLE: f64 = (1_u64 << 58) as f64;

impl Fibonacci {
    /// That of the search for the points nearest to directions in f32; `None` if the lattice is too
    /// large for that.
    pub(in crate::sampling) fn nearest_single_twin(&self) -> Option<Twin> {
        let &Self { total, offset, steps, .. } = self;
        if steps > SINGLE_STEPS || offset * steps > SINGLE_HOLE {
            return None;
        }
        // In fixed point: the steps from pole to pole lie above 2^62, and are 2^63 at most.
        let row = (1_u64 << 63) as f64 / power_of_two_from(steps);
        let fixed = steps * row;
        let [rows, twice_offset] = [2.0 * row, 2.0 * offset * row].map(|value| value as u64);
        let per_step = ((1_u128 << 126) / fixed as u128) as u64;
        let mut parameters = [
            &words_u64(total - 1)[..],
            &words_u64(rows),
            &words_u64(twice_offset),
            &words_u64(per_step),
            &words_f32(0.5 * steps),
            &words_f32(offset),
        ]
        .concat();
        for at in 0..SINGLE_WINDOWS {
            parameters.push(WINDOW[at].short as u32);
            parameters.extend([POWERS[at], SQUARES[at]].into_iter().flat_map(words_f32));
        }
        Some(Twin::new(&NEAREST, parameters))
    }
}

/// The least power of two that is no less; for finite numbers from 1 on.
fn power_of_two_from(value: f64) -> f64 {
    let below = f64::from_bits(value.to_bits() >> 52 << 52);
    if below < value { 2.0 * below } else { below }
}

impl Disk {
    pub(in crate::sampling) fn twin(&self) -> Twin {
        let per_half_step = self.per_half_step;
        let parameters = [&words_f64(per_half_step)[..], &words_f32(per_half_step)];
        Twin::new(&DISK, parameters.concat())
    }
}
