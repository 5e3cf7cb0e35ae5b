//! The Sobol sequence on other devices.

use super::scramble::Scrambler;
use super::{Domain, Sobol};
use crate::kernels::parts::{cuda, wgsl};
use crate::kernels::{Kernel, Twin, words_u64};

const WORDS: &str = include_str!("words.wgsl");
const WORDS_CUDA: &str = include_str!("words.cuh");

pub(crate) const SOBOL_CUBE: Kernel = Kernel {
    name: "sobol_cube",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, WORDS, include_str!("cube.wgsl")],
    cuda: &[cuda::MAIN, WORDS_CUDA, include_str!("cube.cu")],
};

pub(crate) const SOBOL_SPHERE: Kernel = Kernel {
    name: "sobol_sphere",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, wgsl::LIFT, WORDS, include_str!("sphere.wgsl")],
    cuda: &[cuda::MAIN, cuda::REAL, cuda::TURN, cuda::LIFT, WORDS_CUDA, include_str!("sphere.cu")],
};

impl Sobol {
    pub(in crate::sampling) fn twin(&self) -> Twin {
        let kernel = match self.domain {
            Domain::Cube { .. } => &SOBOL_CUBE,
            Domain::Sphere => &SOBOL_SPHERE,
        };
        let scramblers = (0..self.dimensions()).map(|dimension| self.scrambler(dimension));
        let mut is_owen = 0;
        let mut keys = Vec::with_capacity(2 * self.dimensions());
        for scrambler in scramblers {
            is_owen = u32::from(matches!(scrambler, Scrambler::Owen { .. }));
            keys.extend(words_u64(scrambler.mask() | scrambler.keys()));
        }
        let parameters = [&[self.dimensions() as u32, is_owen], &keys[..]].concat();
        let table = self.table.words().iter().flat_map(|&word| words_u64(word)).collect();
        Twin { kernel, parameters, table }
    }
}
