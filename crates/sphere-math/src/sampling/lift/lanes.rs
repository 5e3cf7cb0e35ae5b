//! The lift in lanes: [`on_parallel`](super::on_parallel) and the sine and cosine of a turn for
//! [`LANES`] points at a time, operation by operation as the scalar forms have them.

use core::marker::PhantomData;
use core::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, i32x16, i64x8, u32x16, u64x8};

use super::each;
use crate::real::Real;
use crate::sampling::store::Store;
use crate::simd::Kernel;
use crate::turn::{double, single};

/// Points of a block: two vectors of eight doubles, one of sixteen singles.
pub(in crate::sampling) const LANES: usize = 16;

/// One number of each point of a block.
pub(in crate::sampling) type Pair<T> = [T; 2];

/// The coordinates of a block of directions, one array each.
pub(in crate::sampling) type Block<R> = [[R; LANES]; 3];

/// A block of points as heights, which [`Height`](super::Height) explains, and longitudes.
#[derive(Clone, Copy, Debug)]
pub struct Cylinder<S: Simd> {
    pub z: Pair<f64x8<S>>,
    pub from_pole: Pair<f64x8<S>>,
    pub turns: Pair<u64x8<S>>,
}

/// A type with a lift in lanes. Each has its own polynomials.
pub trait LaneLift: Sized {
    /// The directions of a block.
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self>;
}

/// A scheme whose points are heights and longitudes.
pub(in crate::sampling) trait Parallels {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; 3];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S>;
}

/// Fills a range of points.
pub(in crate::sampling) struct Fill<'a, R, P, O> {
    scheme: &'a P,
    range: Range<u64>,
    out: &'a mut O,
    real: PhantomData<R>,
}

impl<'a, R: Real, P: Parallels, O: Store<R>> Fill<'a, R, P, O> {
    pub(in crate::sampling) fn new(scheme: &'a P, range: Range<u64>, out: &'a mut O) -> Self {
        Self { scheme, range, out, real: PhantomData }
    }

    /// The points from a row on, one by one.
    #[inline(always)]
    fn one_by_one(self, first: usize) {
        let scheme = self.scheme;
        each(
            self.range,
            first,
            self.out,
            #[inline(always)]
            |index| scheme.point(index),
        );
    }
}

impl<R: Real, P: Parallels, O: Store<R>> Kernel for Fill<'_, R, P, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(self) {
        self.one_by_one(0);
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) {
        let count = (self.range.end - self.range.start) as usize;
        let whole = count - count % LANES;
        let mut next = self.scheme.blocks(simd, self.range.start);
        for row in (0..whole).step_by(LANES) {
            self.out.set_block(simd, row, R::on_parallels(simd, next()));
        }
        drop(next);
        self.one_by_one(whole);
    }
}

impl LaneLift for f64 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self> {
        let mut block = [[0.0; LANES]; 3];
        for half in 0..2 {
            let [cos, sin] = cos_sin_f64(simd, points.turns[half]);
            let u = points.from_pole[half];
            let radius = (-u).mul_add_precise(u, u * 2.0).sqrt();
            let zero = f64x8::splat(simd, 0.0);
            let x = radius.mul_add_precise(cos, zero);
            let y = radius.mul_add_precise(sin, zero);
            let rows = 8 * half..8 * half + 8;
            x.store_slice(&mut block[0][rows.clone()]);
            y.store_slice(&mut block[1][rows.clone()]);
            points.z[half].store_slice(&mut block[2][rows]);
        }
        block
    }
}

impl LaneLift for f32 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self> {
        let [cos, sin] = cos_sin_f32(simd, points.turns);
        let [low, high] = points.from_pole;
        let (u, double_u) = (low.narrow(high), (low * 2.0).narrow(high * 2.0));
        let radius = (-u).mul_add_precise(u, double_u).sqrt();
        let zero = f32x16::splat(simd, 0.0);
        let x = radius.mul_add_precise(cos, zero);
        let y = radius.mul_add_precise(sin, zero);
        let z = points.z[0].narrow(points.z[1]);
        [x.into(), y.into(), z.into()]
    }
}

/// Which quarter an angle is nearest to, and what remains of it: an integer in [-2^61, 2^61).
#[inline(always)]
fn quarters<S: Simd>(turn: u64x8<S>) -> [u64x8<S>; 2] {
    let quarter = (turn + (1 << 61)) >> 62;
    [quarter, turn - (quarter << 62)]
}

/// [`Turn::cos_sin`](crate::Turn::cos_sin).
#[inline(always)]
fn cos_sin_f64<S: Simd>(simd: S, turn: u64x8<S>) -> [f64x8<S>; 2] {
    const UNIT: f64 = 1.0 / (1_u64 << 63) as f64;
    let [quarter, remainder] = quarters(turn);
    let [high, low] = halves(simd, remainder);
    let rounded = high.mul_add_precise(f64x8::splat(simd, HALF_RANGE), low);
    // What rounding took: both differences are of integers that a double holds, so exact.
    let lost = low - high.mul_add_precise(f64x8::splat(simd, -HALF_RANGE), rounded);
    let t = rounded * UNIT;
    let tail = lost * (core::f64::consts::PI * UNIT);

    let square = t * t;
    let cos = square.mul_add_precise(horner_f64(simd, square, double::COS), splat_f64(simd, 1.0));
    let sines = horner_f64(simd, square, double::SIN);
    let sines = square.mul_add_precise(sines, splat_f64(simd, double::PI_LOW));
    let sines = t.mul_add_precise(sines, tail);
    let sin = t.mul_add_precise(splat_f64(simd, double::PI_HIGH), sines);

    // The quarters: cosine and sine change places at odd ones, and signs as the bits say.
    let is_odd = (quarter & 1).simd_eq(u64x8::splat(simd, 1));
    let [cos, sin] = [is_odd.select(sin, cos), is_odd.select(cos, sin)];
    [flip_f64(cos, (quarter ^ quarter >> 1) << 63), flip_f64(sin, (quarter >> 1) << 63)]
}

#[inline(always)]
fn splat_f64<S: Simd>(simd: S, value: f64) -> f64x8<S> {
    f64x8::splat(simd, value)
}

/// Turns the sign where the top bit of `sign` is set.
#[inline(always)]
fn flip_f64<S: Simd>(value: f64x8<S>, sign: u64x8<S>) -> f64x8<S> {
    (value.bitcast::<u64x8<S>>() ^ sign).bitcast()
}

/// Integers below 2^53 as doubles, exactly.
#[inline(always)]
pub(in crate::sampling) fn from_53_bits<S: Simd>(simd: S, integers: u64x8<S>) -> f64x8<S> {
    let [high, low] = halves(simd, integers);
    high.mul_add_precise(f64x8::splat(simd, HALF_RANGE), low)
}

/// 2^32: what a high half is worth.
const HALF_RANGE: f64 = (1_u64 << 32) as f64;

/// The signed high and the unsigned low 32 bits of 64-bit integers as doubles, exactly. A double of
/// 2^52 holds an integer in its low bits: no instruction set before AVX-512 converts 64 bits.
#[inline(always)]
fn halves<S: Simd>(simd: S, integers: u64x8<S>) -> [f64x8<S>; 2] {
    const OFFSET: u64 = 0x4330_0000_0000_0000;
    const TWO_52: f64 = (1_u64 << 52) as f64;
    const SIGN: f64 = (1_u64 << 31) as f64;
    let offset = u64x8::splat(simd, OFFSET);
    let high = (integers >> 32) ^ (OFFSET | 1 << 31);
    let low = (integers & 0xffff_ffff) | offset;
    [high.bitcast::<f64x8<S>>() - (TWO_52 + SIGN), low.bitcast::<f64x8<S>>() - TWO_52]
}

/// As [`cos_sin_f64`], for single precision: 32 bits of the remainder.
#[inline(always)]
fn cos_sin_f32<S: Simd>(simd: S, turns: Pair<u64x8<S>>) -> [f32x16<S>; 2] {
    const UNIT: f32 = 1.0 / (1_u32 << 31) as f32;
    let [low, high] = [quarters(turns[0]), quarters(turns[1])];
    let half = 1 << 31;
    let rounded = to_i32((low[1] + half) >> 32, (high[1] + half) >> 32);
    let t = f32x16::float_from(rounded) * UNIT;
    let quarter = to_i32(low[0], high[0]).bitcast::<u32x16<S>>();

    let square = t * t;
    let cos = square.mul_add_precise(horner_f32(simd, square, single::COS), splat_f32(simd, 1.0));
    let sines = horner_f32(simd, square, single::SIN);
    let sines = t * square.mul_add_precise(sines, splat_f32(simd, single::PI_LOW));
    let sin = t.mul_add_precise(splat_f32(simd, single::PI_HIGH), sines);

    let is_odd = (quarter & 1).simd_eq(u32x16::splat(simd, 1));
    let [cos, sin] = [is_odd.select(sin, cos), is_odd.select(cos, sin)];
    [flip_f32(cos, (quarter ^ quarter >> 1) << 31), flip_f32(sin, (quarter >> 1) << 31)]
}

/// The low 32 bits of each.
#[inline(always)]
fn to_i32<S: Simd>(low: u64x8<S>, high: u64x8<S>) -> i32x16<S> {
    low.bitcast::<i64x8<S>>().narrow(high.bitcast::<i64x8<S>>())
}

#[inline(always)]
fn splat_f32<S: Simd>(simd: S, value: f32) -> f32x16<S> {
    f32x16::splat(simd, value)
}

#[inline(always)]
fn flip_f32<S: Simd>(value: f32x16<S>, sign: u32x16<S>) -> f32x16<S> {
    (value.bitcast::<u32x16<S>>() ^ sign).bitcast()
}

#[inline(always)]
fn horner_f64<S: Simd, const N: usize>(
    simd: S,
    argument: f64x8<S>,
    coefficients: [f64; N],
) -> f64x8<S> {
    let mut sum = f64x8::splat(simd, coefficients[N - 1]);
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum.mul_add_precise(argument, f64x8::splat(simd, coefficient));
    }
    sum
}

#[inline(always)]
fn horner_f32<S: Simd, const N: usize>(
    simd: S,
    argument: f32x16<S>,
    coefficients: [f32; N],
) -> f32x16<S> {
    let mut sum = f32x16::splat(simd, coefficients[N - 1]);
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum.mul_add_precise(argument, f32x16::splat(simd, coefficient));
    }
    sum
}
