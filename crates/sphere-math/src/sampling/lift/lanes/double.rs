//! The lift in lanes of doubles, two vectors of eight.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::integers::{quarters, rounded_and_lost};
use super::{Annuli, Block, Cylinder, LANES, LaneLift, Pair, Quotients};
use crate::turn::double;

impl LaneLift for f64 {
    #[inline(always)]
    fn on_parallels<S: Simd>(simd: S, points: Cylinder<S>) -> Block<Self, 3> {
        let Cylinder { z, from_pole, turns } = points;
        let radius = [radius_f64(from_pole[0]), radius_f64(from_pole[1])];
        around_axis(simd, z, radius, cos_sin_pair(simd, turns))
    }

    /// With z = 1 - u, exactly, 1 - z² and u (2 - u) are the same number before they are rounded.
    #[inline(always)]
    fn on_exact_parallels<S: Simd>(
        simd: S,
        z: Pair<f64x8<S>>,
        turns: Pair<u64x8<S>>,
    ) -> Block<Self, 3> {
        let one = f64x8::splat(simd, 1.0);
        let radius =
            [(-z[0]).mul_add_precise(z[0], one).sqrt(), (-z[1]).mul_add_precise(z[1], one).sqrt()];
        around_axis(simd, z, radius, cos_sin_pair(simd, turns))
    }

    #[inline(always)]
    fn on_circles<S: Simd>(simd: S, points: Annuli<S>) -> Block<Self, 2> {
        let radius = [points.squared[0].sqrt(), points.squared[1].sqrt()];
        let [x, y] = in_plane(simd, radius, cos_sin_pair(simd, points.turns));
        [unpaired(x), unpaired(y)]
    }

    #[inline(always)]
    fn on_rings<S: Simd>(
        simd: S,
        z: [Self; LANES],
        radius: [Self; LANES],
        longitudes: Quotients<S>,
    ) -> Block<Self, 3> {
        let Quotients { quarter, half_turns } = longitudes;
        let no_tail = f64x8::splat(simd, 0.0);
        let azimuths = [
            rotate_f64(simd, quarter[0], polynomials_f64(simd, half_turns[0], no_tail)),
            rotate_f64(simd, quarter[1], polynomials_f64(simd, half_turns[1], no_tail)),
        ];
        around_axis(simd, pair(simd, z), pair(simd, radius), azimuths)
    }

    #[inline(always)]
    fn heights<S: Simd>(z: Pair<f64x8<S>>) -> [Self; LANES] {
        unpaired(z)
    }

    #[inline(always)]
    fn radii<S: Simd>(from_pole: Pair<f64x8<S>>) -> [Self; LANES] {
        unpaired([radius_f64(from_pole[0]), radius_f64(from_pole[1])])
    }

    #[inline(always)]
    fn rounded<S: Simd>(_simd: S, [low, high]: Pair<[f64x8<S>; 3]>) -> Block<Self, 3> {
        [unpaired([low[0], high[0]]), unpaired([low[1], high[1]]), unpaired([low[2], high[2]])]
    }
}

#[inline(always)]
fn radius_f64<S: Simd>(u: f64x8<S>) -> f64x8<S> {
    (-u).mul_add_precise(u, u * 2.0).sqrt()
}

/// x and y, from azimuths `[cos, sin]`. Never -0.
#[inline(always)]
fn in_plane<S: Simd>(
    simd: S,
    radius: Pair<f64x8<S>>,
    azimuths: Pair<[f64x8<S>; 2]>,
) -> [Pair<f64x8<S>>; 2] {
    let zero = f64x8::splat(simd, 0.0);
    let [low, high] = azimuths;
    [
        [radius[0].mul_add_precise(low[0], zero), radius[1].mul_add_precise(high[0], zero)],
        [radius[0].mul_add_precise(low[1], zero), radius[1].mul_add_precise(high[1], zero)],
    ]
}

/// Directions from heights, distances from the axis, and azimuths.
#[inline(always)]
fn around_axis<S: Simd>(
    simd: S,
    z: Pair<f64x8<S>>,
    radius: Pair<f64x8<S>>,
    azimuths: Pair<[f64x8<S>; 2]>,
) -> Block<f64, 3> {
    let [x, y] = in_plane(simd, radius, azimuths);
    [unpaired(x), unpaired(y), unpaired(z)]
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

#[inline(always)]
fn cos_sin_pair<S: Simd>(simd: S, [low, high]: Pair<u64x8<S>>) -> Pair<[f64x8<S>; 2]> {
    [cos_sin_f64(simd, low), cos_sin_f64(simd, high)]
}

/// [`Turn::cos_sin`](crate::Turn::cos_sin).
#[inline(always)]
fn cos_sin_f64<S: Simd>(simd: S, turn: u64x8<S>) -> [f64x8<S>; 2] {
    const UNIT: f64 = 1.0 / (1_u64 << 63) as f64;
    let [quarter, remainder] = quarters(turn);
    let [rounded, lost] = rounded_and_lost(simd, remainder);
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
