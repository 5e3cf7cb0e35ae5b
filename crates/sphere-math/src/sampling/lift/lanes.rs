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

/// Longitudes that are quotients: the quarter turn that each is nearest to (the two low bits
/// count), and what remains, in half turns in \[-1/4, 1/4\].
#[derive(Clone, Copy, Debug)]
pub struct Quotients<S: Simd> {
    pub quarter: Pair<u64x8<S>>,
    pub half_turns: Pair<f64x8<S>>,
}

/// A type with a lift in lanes. Each has its own polynomials.
pub trait LaneLift: Sized {
    /// The directions of a block.
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self>;

    /// The directions of a block at heights z on parallels with these radii.
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self>;

    /// Heights in this precision.
    fn heights<S: Simd>(z: Pair<f64x8<S>>) -> [Self; LANES];

    /// The radii of parallels at these distances from a pole, as [`Height::radius`](super::Height::radius).
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES];
}

/// A scheme that has its directions in lanes.
pub(in crate::sampling) trait Directions<R> {
    /// The definition of a point.
    fn direction(&self, index: u64) -> [R; 3];

    /// What gives one block after the other, the first beginning at `start`.
    fn directions<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R>;
}

/// A scheme whose points are heights and longitudes.
pub(in crate::sampling) trait Parallels {
    /// The definition of a point.
    fn point<R: Real>(&self, index: u64) -> [R; 3];

    /// What gives one block after the other, the first beginning at `start`.
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S>;
}

impl<R: Real, P: Parallels> Directions<R> for P {
    #[inline(always)]
    fn direction(&self, index: u64) -> [R; 3] {
        self.point(index)
    }

    #[inline(always)]
    fn directions<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R> {
        let mut next = self.blocks(simd, start);
        #[inline(always)]
        move || R::on_parallels(simd, next())
    }
}

/// Fills a range of points.
pub(in crate::sampling) struct Fill<'a, R, P, O> {
    scheme: &'a P,
    range: Range<u64>,
    out: &'a mut O,
    real: PhantomData<R>,
}

impl<'a, R: Real, P: Directions<R>, O: Store<R>> Fill<'a, R, P, O> {
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
            |index| scheme.direction(index),
        );
    }
}

impl<R: Real, P: Directions<R>, O: Store<R>> Kernel for Fill<'_, R, P, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(self) {
        self.one_by_one(0);
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) {
        let count = (self.range.end - self.range.start) as usize;
        let whole = count - count % LANES;
        // Without a block the range may begin where there are no points any more.
        if whole > 0 {
            let mut next = self.scheme.directions(simd, self.range.start);
            for row in (0..whole).step_by(LANES) {
                self.out.set_block(simd, row, next());
            }
        }
        self.one_by_one(whole);
    }
}

impl LaneLift for f64 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self> {
        let Cylinder { z, from_pole, turns } = points;
        let mut block = [[0.0; LANES]; 3];
        for half in 0..2 {
            let azimuth = cos_sin_f64(simd, turns[half]);
            let on_half = lift_f64(simd, radius_f64(from_pole[half]), azimuth);
            store_half(half, [on_half[0], on_half[1], z[half]], &mut block);
        }
        block
    }

    #[inline(always)]
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self> {
        let [z, radius] = [pair(simd, z), pair(simd, radius)];
        let no_tail = f64x8::splat(simd, 0.0);
        let mut block = [[0.0; LANES]; 3];
        for half in 0..2 {
            let azimuth = polynomials_f64(simd, longitudes.half_turns[half], no_tail);
            let azimuth = rotate_f64(simd, longitudes.quarter[half], azimuth);
            let on_half = lift_f64(simd, radius[half], azimuth);
            store_half(half, [on_half[0], on_half[1], z[half]], &mut block);
        }
        block
    }

    #[inline(always)]
    fn heights<S: Simd>(z: Pair<f64x8<S>>) -> [Self; LANES] {
        unpaired(z)
    }

    #[inline(always)]
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES] {
        unpaired([radius_f64(from_pole[0]), radius_f64(from_pole[1])])
    }
}

#[inline(always)]
fn radius_f64<S: Simd>(u: f64x8<S>) -> f64x8<S> {
    (-u).mul_add_precise(u, u * 2.0).sqrt()
}

/// x and y.
#[inline(always)]
fn lift_f64<S: Simd>(simd: S, radius: f64x8<S>, [cos, sin]: [f64x8<S>; 2]) -> [f64x8<S>; 2] {
    let zero = f64x8::splat(simd, 0.0);
    [radius.mul_add_precise(cos, zero), radius.mul_add_precise(sin, zero)]
}

#[inline(always)]
fn store_half<S: Simd>(half: usize, [x, y, z]: [f64x8<S>; 3], block: &mut Block<f64>) {
    let rows = 8 * half..8 * half + 8;
    x.store_slice(&mut block[0][rows.clone()]);
    y.store_slice(&mut block[1][rows.clone()]);
    z.store_slice(&mut block[2][rows]);
}

/// The numbers of a block as vectors.
#[inline(always)]
pub(in crate::sampling) fn pair<S: Simd>(simd: S, values: [f64; LANES]) -> Pair<f64x8<S>> {
    [f64x8::from_slice(simd, &values[..8]), f64x8::from_slice(simd, &values[8..])]
}

#[inline(always)]
fn unpaired<S: Simd>([low, high]: Pair<f64x8<S>>) -> [f64; LANES] {
    let mut values = [0.0; LANES];
    low.store_slice(&mut values[..8]);
    high.store_slice(&mut values[8..]);
    values
}

impl LaneLift for f32 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self> {
        let Cylinder { z, from_pole, turns } = points;
        let azimuth = cos_sin_f32(simd, turns);
        lift_f32(simd, z[0].narrow(z[1]), radius_f32(from_pole), azimuth)
    }

    #[inline(always)]
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self> {
        let Quotients { quarter, half_turns } = longitudes;
        let azimuth = polynomials_f32(simd, half_turns[0].narrow(half_turns[1]));
        let azimuth = rotate_f32(simd, to_i32(quarter[0], quarter[1]).bitcast(), azimuth);
        lift_f32(simd, f32x16::from_slice(simd, &z), f32x16::from_slice(simd, &radius), azimuth)
    }

    #[inline(always)]
    fn heights<S: Simd>([low, high]: Pair<f64x8<S>>) -> [Self; LANES] {
        low.narrow(high).into()
    }

    #[inline(always)]
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES] {
        radius_f32(from_pole).into()
    }
}

#[inline(always)]
fn radius_f32<S: Simd>([low, high]: Pair<f64x8<S>>) -> f32x16<S> {
    let (u, double_u) = (low.narrow(high), (low * 2.0).narrow(high * 2.0));
    (-u).mul_add_precise(u, double_u).sqrt()
}

#[inline(always)]
fn lift_f32<S: Simd>(
    simd: S,
    z: f32x16<S>,
    radius: f32x16<S>,
    [cos, sin]: [f32x16<S>; 2],
) -> Block<f32> {
    let zero = f32x16::splat(simd, 0.0);
    let x = radius.mul_add_precise(cos, zero);
    let y = radius.mul_add_precise(sin, zero);
    [x.into(), y.into(), z.into()]
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
    let tail = lost * (core::f64::consts::PI * UNIT);
    rotate_f64(simd, quarter, polynomials_f64(simd, rounded * UNIT, tail))
}

/// `cos_sin_f64` of [`turn`](crate::turn).
#[inline(always)]
fn polynomials_f64<S: Simd>(simd: S, t: f64x8<S>, tail: f64x8<S>) -> [f64x8<S>; 2] {
    let square = t * t;
    let cos = square.mul_add_precise(horner_f64(simd, square, double::COS), splat_f64(simd, 1.0));
    let sines = horner_f64(simd, square, double::SIN);
    let sines = square.mul_add_precise(sines, splat_f64(simd, double::PI_LOW));
    let sines = t.mul_add_precise(sines, tail);
    [cos, t.mul_add_precise(splat_f64(simd, double::PI_HIGH), sines)]
}

/// [`rotate_quarters`](crate::turn::rotate_quarters): cosine and sine change places at odd ones,
/// and signs as the bits say.
#[inline(always)]
fn rotate_f64<S: Simd>(simd: S, quarter: u64x8<S>, [cos, sin]: [f64x8<S>; 2]) -> [f64x8<S>; 2] {
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
    rotate_f32(simd, to_i32(low[0], high[0]).bitcast(), polynomials_f32(simd, t))
}

#[inline(always)]
fn polynomials_f32<S: Simd>(simd: S, t: f32x16<S>) -> [f32x16<S>; 2] {
    let square = t * t;
    let cos = square.mul_add_precise(horner_f32(simd, square, single::COS), splat_f32(simd, 1.0));
    let sines = horner_f32(simd, square, single::SIN);
    let sines = t * square.mul_add_precise(sines, splat_f32(simd, single::PI_LOW));
    [cos, t.mul_add_precise(splat_f32(simd, single::PI_HIGH), sines)]
}

#[inline(always)]
fn rotate_f32<S: Simd>(simd: S, quarter: u32x16<S>, [cos, sin]: [f32x16<S>; 2]) -> [f32x16<S>; 2] {
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
