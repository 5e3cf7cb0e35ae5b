//! The lattice in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{Fibonacci, GOLDEN_ANGLE};
use crate::Real;
use crate::sampling::lift::lanes::{Cylinder, LANES, Parallels};

impl Parallels for Fibonacci {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        self.point(index)
    }

    #[inline(always)]
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S> {
        let mut turns = [Turns::new(simd, start), Turns::new(simd, start + 8)];
        // Exact: indices are below 2^52.
        let lane = f64x8::from_slice(simd, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let mut index = [lane + start as f64, lane + (start + 8) as f64];
        let last = (self.total - 1) as f64;
        #[inline(always)]
        move || {
            let points = Cylinder {
                z: [self.z(simd, index[0], last), self.z(simd, index[1], last)],
                from_pole: [
                    self.pole_distance(simd, index[0], last),
                    self.pole_distance(simd, index[1], last),
                ],
                turns: [turns[0].high, turns[1].high],
            };
            turns = [turns[0].next(simd), turns[1].next(simd)];
            index = [index[0] + LANES as f64, index[1] + LANES as f64];
            points
        }
    }
}

/// The forms in lanes of `height` and `quotient`.
impl Fibonacci {
    #[inline(always)]
    fn z<S: Simd>(&self, simd: S, index: f64x8<S>, last: f64) -> f64x8<S> {
        let from_equator = f64x8::splat(simd, last) - index * 2.0;
        let estimate = from_equator * self.per_step;
        let residual = (-estimate).mul_add_precise(f64x8::splat(simd, self.steps), from_equator);
        residual.mul_add_precise(f64x8::splat(simd, self.per_step), estimate)
    }

    #[inline(always)]
    fn pole_distance<S: Simd>(&self, simd: S, index: f64x8<S>, last: f64) -> f64x8<S> {
        let from_row = index.min(f64x8::splat(simd, last) - index) * 2.0;
        (from_row + 2.0 * self.offset) * self.per_step
    }
}

/// Eight turns in 128 bits, the high and the low word of each.
#[derive(Clone, Copy)]
struct Turns<S: Simd> {
    high: u64x8<S>,
    low: u64x8<S>,
}

impl<S: Simd> Turns<S> {
    #[inline(always)]
    fn new(simd: S, start: u64) -> Self {
        Self {
            high: u64x8::from_fn(
                simd,
                #[inline(always)]
                |lane| (wide_turn(start + lane as u64) >> 64) as u64,
            ),
            low: u64x8::from_fn(
                simd,
                #[inline(always)]
                |lane| wide_turn(start + lane as u64) as u64,
            ),
        }
    }

    /// A block further on: an addition with carry, so exact.
    #[inline(always)]
    fn next(self, simd: S) -> Self {
        const STEP: u128 = GOLDEN_ANGLE.wrapping_mul(LANES as u128);
        let step = u64x8::splat(simd, STEP as u64);
        let low = self.low + step;
        let carries = low.simd_lt(step);
        let without = u64x8::splat(simd, (STEP >> 64) as u64);
        let with = u64x8::splat(simd, (STEP >> 64) as u64 + 1);
        Self { high: self.high + carries.select(with, without), low }
    }
}

#[inline(always)]
fn wide_turn(index: u64) -> u128 {
    GOLDEN_ANGLE.wrapping_mul(u128::from(index))
}
