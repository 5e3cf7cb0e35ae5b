//! The cylinder method in lanes. It rejects nothing.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{Examined, MethodLanes};
use crate::Real;
use crate::sampling::lift::lanes::{Block, Pair, from_53_bits};

/// Keeps the whole block: height and turn.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling::random) struct Cylinder;

impl MethodLanes<2> for Cylinder {
    #[inline(always)]
    fn examine<S: Simd>(pairs: [u64x8<S>; 2]) -> Examined<S, 2> {
        Examined { kept: pairs, passed_over: None, rejected: None }
    }

    #[inline(always)]
    fn lift<S: Simd, R: Real>(simd: S, [low, high]: Pair<[u64x8<S>; 2]>) -> Block<R, 3> {
        R::on_exact_parallels(
            simd,
            [height(simd, low[0]), height(simd, high[0])],
            [low[1], high[1]],
        )
    }
}

/// z as `cylinder::point` has it: a multiple of 2^-53, which a double holds, so that nothing is
/// rounded.
#[inline(always)]
fn height<S: Simd>(simd: S, word: u64x8<S>) -> f64x8<S> {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    let band = from_53_bits(simd, word >> 11);
    band.mul_add_precise(f64x8::splat(simd, -2.0 * UNIT), f64x8::splat(simd, 1.0 - UNIT))
}
