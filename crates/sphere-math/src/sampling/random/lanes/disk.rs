//! The disk method in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, i64x8, mask64x8, u64x8};

use super::{Examined, MethodLanes, coordinates, squares};
use crate::Real;
use crate::sampling::lift::lanes::{Block, Pair};
use crate::sampling::random::disk::{HALF_UNIT, ONE};

/// Keeps the accepted pair.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling::random) struct Disk;

impl MethodLanes<1> for Disk {
    #[inline(always)]
    fn examine<S: Simd>([first, second]: [u64x8<S>; 2]) -> Examined<S, 1> {
        let [first_inside, second_inside] = [is_inside(first), is_inside(second)];
        Examined {
            kept: [first_inside.select(first, second)],
            passed_over: Some(!first_inside),
            rejected: Some(!(first_inside | second_inside)),
        }
    }

    #[inline(always)]
    fn lift<S: Simd, R: Real>(simd: S, [[low], [high]]: Pair<[u64x8<S>; 1]>) -> Block<R, 3> {
        R::rounded(simd, [direction(simd, low), direction(simd, high)])
    }
}

/// The form in lanes of `disk::point`.
#[inline(always)]
fn direction<S: Simd>(simd: S, pair: u64x8<S>) -> [f64x8<S>; 3] {
    let s = squared_norm(pair);
    let scale = f64x8::float_from(u64x8::splat(simd, ONE) - s).sqrt() * HALF_UNIT;
    let height: i64x8<S> = (u64x8::splat(simd, ONE / 2) - s).bitcast();
    let [a, b] = coordinates(simd, pair);
    [a * scale, b * scale, f64x8::float_from(height) * HALF_UNIT]
}

#[inline(always)]
fn squared_norm<S: Simd>(pair: u64x8<S>) -> u64x8<S> {
    let [a, b] = squares(pair);
    a + b
}

/// The form in lanes of `disk::is_inside`: the bounds become one because 0 - 1 is above them all.
#[inline(always)]
fn is_inside<S: Simd>(pair: u64x8<S>) -> mask64x8<S> {
    (squared_norm(pair) - 1).simd_le(ONE - 1)
}
