//! The ball method in lanes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{Examined, MethodLanes, coordinates, squares};
use crate::Real;
use crate::sampling::lift::lanes::{Block, Pair};
use crate::sampling::random::ball::NORMS;

/// Keeps the words made odd.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling::random) struct Ball;

impl MethodLanes<2> for Ball {
    #[inline(always)]
    fn examine<S: Simd>([first, second]: [u64x8<S>; 2]) -> Examined<S, 2> {
        let kept = [first | (1 << 32 | 1), second | 1];
        // The bounds become one because what is below the lower one wraps to above them both.
        let from_least = squared_norm(kept) - *NORMS.start();
        let is_inside = from_least.simd_le(*NORMS.end() - *NORMS.start());
        Examined { kept, passed_over: None, rejected: Some(!is_inside) }
    }

    #[inline(always)]
    fn lift<S: Simd, R: Real>(simd: S, [low, high]: Pair<[u64x8<S>; 2]>) -> Block<R, 3> {
        R::rounded(simd, [direction(simd, low), direction(simd, high)])
    }
}

/// The form in lanes of `ball::point`.
#[inline(always)]
fn direction<S: Simd>(simd: S, kept: [u64x8<S>; 2]) -> [f64x8<S>; 3] {
    let norm = f64x8::float_from(squared_norm(kept)).sqrt();
    let per_norm = f64x8::splat(simd, 1.0) / norm;
    let ([x, y], [z, _]) = (coordinates(simd, kept[0]), coordinates(simd, kept[1]));
    [x * per_norm, y * per_norm, z * per_norm]
}

#[inline(always)]
fn squared_norm<S: Simd>(kept: [u64x8<S>; 2]) -> u64x8<S> {
    let ([x, y], [z, _]) = (squares(kept[0]), squares(kept[1]));
    x + y + z
}
