//! Pixel centres on other devices.

use super::Pixels;
use crate::healpix::Ordering;
use crate::kernels::parts::{cuda, wgsl};
use crate::kernels::{Kernel, Twin, words_f32};

pub(crate) const PIXELS: Kernel = Kernel {
    name: "pixels",
    wgsl: &[wgsl::MAIN, wgsl::WIDE, wgsl::TURN, wgsl::LIFT, include_str!("kernel.wgsl")],
    cuda: &[cuda::MAIN, cuda::REAL, cuda::TURN, cuda::LIFT, include_str!("kernel.cu")],
};

impl Pixels {
    pub(in crate::sampling) fn twin(self) -> Twin {
        let nside = self.order.nside() as f64;
        let parameters = [
            &[self.order.get(), u32::from(self.ordering == Ordering::Nested)][..],
            &words_f32(1.0 / (3.0 * nside)),
            &words_f32(1.0 / (3.0 * nside * nside)),
        ];
        Twin::new(&PIXELS, parameters.concat())
    }
}
