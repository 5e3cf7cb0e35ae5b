//! The cylinder method in lanes. It rejects nothing, so that every lane is a point.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{MAX_BLOCKS, Method, Random, stream};
use crate::Real;
use crate::random::philox4x32_lanes;
use crate::sampling::lift::lanes::{Cylinder, LANES, Parallels, from_53_bits};

/// The points of the cylinder method of a seed.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling) struct CylinderPoints {
    pub(in crate::sampling) seed: u64,
}

impl Parallels for CylinderPoints {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        Random { seed: self.seed, method: Method::Cylinder }.accepted(index, MAX_BLOCKS).lift()
    }

    #[inline(always)]
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S> {
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let lane = u64x8::from_slice(simd, &[0, 1, 2, 3, 4, 5, 6, 7]);
        // Wraps at the end of the sequence, where no whole block is asked for.
        let mut index = [lane + start, lane + start.wrapping_add(8)];
        #[inline(always)]
        move || {
            let (first, second) = (half(simd, index[0], key), half(simd, index[1], key));
            index = [index[0] + LANES as u64, index[1] + LANES as u64];
            Cylinder {
                z: [first.z, second.z],
                from_pole: [first.from_pole, second.from_pole],
                turns: [first.turns, second.turns],
            }
        }
    }
}

/// Eight points as heights and longitudes.
struct Half<S: Simd> {
    z: f64x8<S>,
    from_pole: f64x8<S>,
    turns: u64x8<S>,
}

/// The form in lanes of `cylinder::point`. All integers here are below 2^53, so that doubles hold
/// them and their differences.
#[inline(always)]
fn half<S: Simd>(simd: S, index: u64x8<S>, key: [u32; 2]) -> Half<S> {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    const LAST: f64 = ((1_u64 << 53) - 1) as f64;
    let zero = u64x8::splat(simd, 0);
    let method = u64x8::splat(simd, stream(Method::Cylinder).into());
    let counter = [index & 0xffff_ffff, index >> 32, zero, method];
    let [w0, w1, w2, w3] = philox4x32_lanes(simd, counter, key);
    let band = from_53_bits(simd, (w0 | w1 << 32) >> 11);
    let last = f64x8::splat(simd, LAST);
    let nearer = band.min(last - band);
    Half {
        z: (last - band * 2.0) * UNIT,
        from_pole: (nearer * 2.0 + 1.0) * UNIT,
        turns: w2 | w3 << 32,
    }
}
