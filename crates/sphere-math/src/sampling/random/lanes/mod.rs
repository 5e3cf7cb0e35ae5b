//! The random methods in lanes, eight points to a vector.

mod ball;
mod batch;
mod cylinder;
mod disk;
mod fill;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, i32x16, mask64x8, u64x8};

pub(super) use ball::Ball;
pub(super) use cylinder::Cylinder;
pub(super) use disk::Disk;
pub(super) use fill::Fill;

use crate::Real;
use crate::sampling::lift::lanes::{Block, Pair};

/// Points of a vector.
const WIDTH: usize = 8;

const LOW: u64 = 0xffff_ffff;

/// The form in lanes of a method that keeps so many words of 64 bits of an accepted block.
pub(super) trait MethodLanes<const KEPT: usize> {
    /// What becomes of eight blocks, given as their words 0 and 1, 2 and 3, low first.
    fn examine<S: Simd>(pairs: [u64x8<S>; 2]) -> Examined<S, KEPT>;

    /// The directions of accepted blocks.
    fn lift<S: Simd, R: Real>(simd: S, kept: Pair<[u64x8<S>; KEPT]>) -> Block<R, 3>;
}

/// What became of eight blocks.
pub(super) struct Examined<S: Simd, const KEPT: usize> {
    /// What to keep of those that were not rejected.
    kept: [u64x8<S>; KEPT],
    /// Those whose first candidate was rejected, in methods that have two.
    passed_over: Option<mask64x8<S>>,
    /// Those with no candidate left, in methods that reject.
    rejected: Option<mask64x8<S>>,
}

/// The squares of the low and the high word, both signed: at most 2^62.
#[inline(always)]
fn squares<S: Simd>(pair: u64x8<S>) -> [u64x8<S>; 2] {
    let magnitudes = pair.bitcast::<i32x16<S>>().abs().bitcast::<u64x8<S>>();
    let [low, high] = [magnitudes & LOW, magnitudes >> 32];
    [low * low, high * high]
}

/// The low and the high word as signed coordinates, exactly: a double of 2^52 holds an integer in
/// its low bits.
#[inline(always)]
fn coordinates<S: Simd>(simd: S, pair: u64x8<S>) -> [f64x8<S>; 2] {
    const SIGN: u64 = 1 << 31;
    const TWO_52: u64 = (1023 + 52) << 52;
    let offset = u64x8::splat(simd, TWO_52 | SIGN);
    let origin = f64::from_bits(TWO_52 | SIGN);
    let [low, high] = [(pair & LOW) ^ offset, (pair >> 32) ^ offset];
    [low.bitcast::<f64x8<S>>() - origin, high.bitcast::<f64x8<S>>() - origin]
}
