//! The lift in lanes of singles, one vector of sixteen.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, i32x16, i64x8, u32x16, u64x8};

use super::integers::quarters;
use super::{Annuli, Block, Cylinder, LANES, LaneLift, Pair, Quotients};
use crate::turn::single;

impl LaneLift for f32 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3> {
        let Cylinder { z, from_pole, turns } = points;
        let [x, y] = lift_f32(simd, radius_f32(from_pole), cos_sin_f32(simd, turns));
        [x, y, Self::heights(z)]
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
        let [low, high] = points.squared;
        lift_f32(simd, low.narrow(high).sqrt(), cos_sin_f32(simd, points.turns))
    }

    #[inline(always)]
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self, 3> {
        let Quotients { quarter, half_turns } = longitudes;
        let azimuth = polynomials_f32(simd, half_turns[0].narrow(half_turns[1]));
        let azimuth = rotate_f32(simd, to_i32(quarter[0], quarter[1]).bitcast(), azimuth);
        let [x, y] = lift_f32(simd, f32x16::from_slice(simd, &radius), azimuth);
        [x, y, z]
    }

    #[inline(always)]
    fn heights<S: Simd>([low, high]: Pair<f64x8<S>>) -> [Self; LANES] {
        low.narrow(high).into()
    }

    #[inline(always)]
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES] {
        radius_f32(from_pole).into()
    }

    #[inline(always)]
    fn rounded<S: Simd>(_simd: S, [low, high]: Pair<[f64x8<S>; 3]>) -> Block<Self, 3> {
        let (x, y, z) = (low[0].narrow(high[0]), low[1].narrow(high[1]), low[2].narrow(high[2]));
        [x.into(), y.into(), z.into()]
    }
}

#[inline(always)]
fn radius_f32<S: Simd>([low, high]: Pair<f64x8<S>>) -> f32x16<S> {
    let (u, double_u) = (low.narrow(high), (low * 2.0).narrow(high * 2.0));
    (-u).mul_add_precise(u, double_u).sqrt()
}

/// x and y. Never -0.
#[inline(always)]
fn lift_f32<S: Simd>(simd: S, radius: f32x16<S>, [cos, sin]: [f32x16<S>; 2]) -> Block<f32, 2> {
    let zero = f32x16::splat(simd, 0.0);
    [radius.mul_add_precise(cos, zero).into(), radius.mul_add_precise(sin, zero).into()]
}

/// As `cos_sin_f64`, for single precision: 32 bits of the remainder.
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
