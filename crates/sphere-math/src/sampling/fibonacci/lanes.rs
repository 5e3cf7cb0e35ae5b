//! The lattice in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{Disk, Fibonacci, GOLDEN_ANGLE};
use crate::Real;
use crate::sampling::lift::lanes::{Annuli, Block, Blocks, Cylinder, LANES, Parallels};

impl Parallels for Fibonacci {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        self.point(index)
    }

    #[inline(always)]
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S> {
        let mut turns = [Turns::new(simd, start), Turns::new(simd, start + 8)];
        // n - 1 - 2 k. Exact: indices are below 2^52.
        let last = (self.total - 1) as f64;
        let lane = f64x8::from_slice(simd, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]);
        let mut from_equator = [last - 2.0 * start as f64, last - 2.0 * (start + 8) as f64]
            .map(|first| f64x8::splat(simd, first) - lane);
        // A copy, which no store of a point can change.
        let heights = Heights {
            steps: self.steps,
            per_step: self.per_step,
            twice_offset: 2.0 * self.offset,
            last,
        };
        #[inline(always)]
        move || {
            let [first, second] = from_equator;
            let points = Cylinder {
                z: [heights.z(simd, first), heights.z(simd, second)],
                from_pole: [heights.pole_distance(first), heights.pole_distance(second)],
                turns: [turns[0].high, turns[1].high],
            };
            turns = [turns[0].next(simd), turns[1].next(simd)];
            from_equator = [first - 2.0 * LANES as f64, second - 2.0 * LANES as f64];
            points
        }
    }
}

impl Blocks<2> for Disk {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 2] {
        self.point(index)
    }

    #[inline(always)]
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, 2> {
        let per_half_step = self.per_half_step;
        let mut turns = [Turns::new(simd, start), Turns::new(simd, start + 8)];
        // 2 k + 1. Exact: indices are below 2^52.
        let lane = f64x8::from_slice(simd, &[1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0]);
        let mut half_steps = [lane + 2.0 * start as f64, lane + 2.0 * (start + 8) as f64];
        #[inline(always)]
        move || {
            let [first, second] = half_steps;
            let points = Annuli {
                squared: [first * per_half_step, second * per_half_step],
                turns: [turns[0].high, turns[1].high],
            };
            turns = [turns[0].next(simd), turns[1].next(simd)];
            half_steps = [first + 2.0 * LANES as f64, second + 2.0 * LANES as f64];
            R::on_circles(simd, points)
        }
    }
}

/// What heights depend on.
#[derive(Clone, Copy)]
struct Heights {
    steps: f64,
    per_step: f64,
    twice_offset: f64,
    last: f64,
}

/// The forms in lanes of `height` and `quotient`, from n - 1 - 2 k.
impl Heights {
    #[inline(always)]
    fn z<S: Simd>(self, simd: S, from_equator: f64x8<S>) -> f64x8<S> {
        let estimate = from_equator * self.per_step;
        let residual = (-estimate).mul_add_precise(f64x8::splat(simd, self.steps), from_equator);
        residual.mul_add_precise(f64x8::splat(simd, self.per_step), estimate)
    }

    /// 2 min(k, n - 1 - k) is n - 1 - |n - 1 - 2 k|.
    #[inline(always)]
    fn pole_distance<S: Simd>(self, from_equator: f64x8<S>) -> f64x8<S> {
        let from_row = self.last - from_equator.abs();
        (from_row + self.twice_offset) * self.per_step
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
