//! The lift in lanes: [`on_parallel`](super::on_parallel) and the sine and cosine of a turn for
//! [`LANES`] points at a time, operation by operation as the scalar forms have them.

use core::marker::PhantomData;
use core::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, i32x16, i64x8, u32x16, u64x8};

use super::each;
use crate::real::Real;
use crate::sampling::store::Store;
use crate::simd::{Kernel, converts_64_bits};
use crate::turn::{double, single};

/// Points of a block: two vectors of eight doubles, one of sixteen singles.
pub(in crate::sampling) const LANES: usize = 16;

/// One number of each point of a block.
pub(in crate::sampling) type Pair<T> = [T; 2];

/// The coordinates of a block of points, one array each.
pub(in crate::sampling) type Block<R, const N: usize> = [[R; LANES]; N];

/// A block of points as heights, which [`Height`](super::Height) explains, and longitudes.
#[derive(Clone, Copy, Debug)]
pub struct Cylinder<S: Simd> {
    pub z: Pair<f64x8<S>>,
    pub from_pole: Pair<f64x8<S>>,
    pub turns: Pair<u64x8<S>>,
}

/// A block of points of the disk: squared radii and angles.
#[derive(Clone, Copy, Debug)]
pub struct Annuli<S: Simd> {
    pub squared: Pair<f64x8<S>>,
    pub turns: Pair<u64x8<S>>,
}

/// A type with lifts in lanes. Each has its own polynomials.
pub trait LaneLift: Sized {
    /// The directions of a block.
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3>;

    /// The directions of a block whose heights, and what they lack of 1, are exact in double
    /// precision.
    fn on_exact_parallels<S: Simd>(
        simd: S,
        z: Pair<f64x8<S>>,
        turns: Pair<u64x8<S>>,
    ) -> Block<Self, 3>;

    /// The points of a block of the disk.
    fn on_circles<S: Simd>(simd: S, points: Annuli<S>) -> Block<Self, 2>;

    /// Directions computed in double precision, in this one.
    fn rounded<S: Simd>(simd: S, directions: Pair<[f64x8<S>; 3]>) -> Block<Self, 3>;
}

/// A scheme with points of N coordinates in blocks.
pub(in crate::sampling) trait Blocks<const N: usize> {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; N];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, N>;
}

/// A scheme whose points are heights and longitudes.
pub(in crate::sampling) trait Parallels {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; 3];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S>;
}

impl<P: Parallels> Blocks<3> for P {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        Parallels::point(self, index)
    }

    #[inline(always)]
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, 3> {
        let mut next = Parallels::blocks(self, simd, start);
        #[inline(always)]
        move || R::on_parallels(simd, next())
    }
}

/// Fills a range of points.
pub(in crate::sampling) struct Fill<'a, R, const N: usize, P, O> {
    scheme: &'a P,
    range: Range<u64>,
    out: &'a mut O,
    real: PhantomData<R>,
}

impl<'a, R: Real, const N: usize, P: Blocks<N>, O: Store<R>> Fill<'a, R, N, P, O> {
    pub(in crate::sampling) fn new(scheme: &'a P, range: Range<u64>, out: &'a mut O) -> Self {
        Self { scheme, range, out, real: PhantomData }
    }

    /// Some of the points, one by one. `rows` counts from the start of the range.
    #[inline(always)]
    fn one_by_one(&mut self, rows: Range<usize>) {
        let (scheme, start) = (self.scheme, self.range.start);
        each(
            start..start + rows.end as u64,
            rows.start,
            self.out,
            #[inline(always)]
            |index| scheme.point(index),
        );
    }
}

impl<R: Real, const N: usize, P: Blocks<N>, O: Store<R>> Kernel for Fill<'_, R, N, P, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(mut self) {
        let count = (self.range.end - self.range.start) as usize;
        self.one_by_one(0..count);
    }

    #[inline(always)]
    fn lanes<S: Simd>(mut self, simd: S) {
        let count = (self.range.end - self.range.start) as usize;
        let first = self.out.rows_to_line().min(count);
        let last = count - (count - first) % LANES;
        self.one_by_one(0..first);
        let mut next = self.scheme.blocks::<S, R>(simd, self.range.start + first as u64);
        for row in (first..last).step_by(LANES) {
            self.out.set_block(simd, row, next());
        }
        drop(next);
        self.one_by_one(last..count);
    }
}

impl LaneLift for f64 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3> {
        let [low, high] = points.from_pole;
        let squares =
            [(-low).mul_add_precise(low, low * 2.0), (-high).mul_add_precise(high, high * 2.0)];
        around_axis(simd, points.z, squares, points.turns)
    }

    /// With z = 1 - u, exactly, 1 - z² and u (2 - u) are the same number before they are rounded.
    #[inline(always)]
    fn on_exact_parallels<S: Simd>(
        simd: S,
        z: Pair<f64x8<S>>,
        turns: Pair<u64x8<S>>,
    ) -> Block<Self, 3> {
        let one = f64x8::splat(simd, 1.0);
        let squares = [(-z[0]).mul_add_precise(z[0], one), (-z[1]).mul_add_precise(z[1], one)];
        around_axis(simd, z, squares, turns)
    }

    #[inline(always)]
    fn on_circles<S: Simd>(simd: S, points: Annuli<S>) -> Block<Self, 2> {
        let mut block = [[0.0; LANES]; 2];
        for half in 0..2 {
            let [cos, sin] = cos_sin_f64(simd, points.turns[half]);
            let radius = points.squared[half].sqrt();
            let zero = f64x8::splat(simd, 0.0);
            let rows = 8 * half..8 * half + 8;
            radius.mul_add_precise(cos, zero).store_slice(&mut block[0][rows.clone()]);
            radius.mul_add_precise(sin, zero).store_slice(&mut block[1][rows]);
        }
        block
    }

    #[inline(always)]
    fn rounded<S: Simd>(_simd: S, directions: Pair<[f64x8<S>; 3]>) -> Block<Self, 3> {
        let mut block = [[0.0; LANES]; 3];
        for column in 0..3 {
            directions[0][column].store_slice(&mut block[column][..8]);
            directions[1][column].store_slice(&mut block[column][8..]);
        }
        block
    }
}

impl LaneLift for f32 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3> {
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

    #[inline(always)]
    fn on_exact_parallels<S: Simd>(
        simd: S,
        z: Pair<f64x8<S>>,
        turns: Pair<u64x8<S>>,
    ) -> Block<Self, 3> {
        let one = f64x8::splat(simd, 1.0);
        let from_pole = [one - z[0].abs(), one - z[1].abs()];
        Self::on_parallels(simd, Cylinder { z, from_pole, turns })
    }

    #[inline(always)]
    fn on_circles<S: Simd>(simd: S, points: Annuli<S>) -> Block<Self, 2> {
        let [cos, sin] = cos_sin_f32(simd, points.turns);
        let [low, high] = points.squared;
        let radius = low.narrow(high).sqrt();
        let zero = f32x16::splat(simd, 0.0);
        [radius.mul_add_precise(cos, zero).into(), radius.mul_add_precise(sin, zero).into()]
    }

    #[inline(always)]
    fn rounded<S: Simd>(_simd: S, [low, high]: Pair<[f64x8<S>; 3]>) -> Block<Self, 3> {
        let (x, y, z) = (low[0].narrow(high[0]), low[1].narrow(high[1]), low[2].narrow(high[2]));
        [x.into(), y.into(), z.into()]
    }
}

/// Directions from heights, squared distances from the axis, and longitudes.
#[inline(always)]
fn around_axis<S: Simd>(
    simd: S,
    z: Pair<f64x8<S>>,
    squares: Pair<f64x8<S>>,
    turns: Pair<u64x8<S>>,
) -> Block<f64, 3> {
    let mut block = [[0.0; LANES]; 3];
    for half in 0..2 {
        let [cos, sin] = cos_sin_f64(simd, turns[half]);
        let radius = squares[half].sqrt();
        let zero = f64x8::splat(simd, 0.0);
        let rows = 8 * half..8 * half + 8;
        radius.mul_add_precise(cos, zero).store_slice(&mut block[0][rows.clone()]);
        radius.mul_add_precise(sin, zero).store_slice(&mut block[1][rows.clone()]);
        z[half].store_slice(&mut block[2][rows]);
    }
    block
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
    let [rounded, lost] = rounded_and_lost(simd, remainder);
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
    if converts_64_bits(simd) {
        return f64x8::float_from(integers);
    }
    let [high, low] = halves(simd, integers);
    high + low
}

/// Signed integers as doubles, rounded, and what rounding took, exactly.
#[inline(always)]
fn rounded_and_lost<S: Simd>(simd: S, integers: u64x8<S>) -> [f64x8<S>; 2] {
    if converts_64_bits(simd) {
        let integers: i64x8<S> = integers.bitcast();
        let rounded = f64x8::float_from(integers);
        return [rounded, f64x8::float_from(integers - i64x8::truncate_from(rounded))];
    }
    let [high, low] = halves(simd, integers);
    let rounded = high + low;
    // Dekker1971: exact, for either the high part is the larger one or their sum needed no rounding.
    [rounded, low - (rounded - high)]
}

/// Two doubles whose sum is a signed integer. A double of 2^52 holds an integer in its low bits, one
/// of 2^84 holds a multiple of 2^32: no instruction set before AVX-512 converts 64 bits.
#[inline(always)]
fn halves<S: Simd>(simd: S, integers: u64x8<S>) -> [f64x8<S>; 2] {
    const TWO_52: u64 = (1023 + 52) << 52;
    const TWO_84: u64 = (1023 + 84) << 52;
    const SIGN: u64 = 1 << 31;
    let high = (integers >> 32) ^ (TWO_84 | SIGN);
    let low = (integers & 0xffff_ffff) | u64x8::splat(simd, TWO_52);
    // The offsets of both halves, and the sign bit turned over.
    let offsets = f64::from_bits(TWO_84 | SIGN | 1 << 20);
    [high.bitcast::<f64x8<S>>() - offsets, low.bitcast()]
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
