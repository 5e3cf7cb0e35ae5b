//! 64-bit integers in lanes: the quarters of a turn, and doubles that are made of them.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, i64x8, u64x8};

use crate::simd::converts_64_bits;

/// Which quarter an angle is nearest to, and what remains of it: an integer in [-2^61, 2^61).
#[inline(always)]
pub(super) fn quarters<S: Simd>(turn: u64x8<S>) -> [u64x8<S>; 2] {
    let quarter = (turn + (1 << 61)) >> 62;
    [quarter, turn - (quarter << 62)]
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
pub(super) fn rounded_and_lost<S: Simd>(simd: S, integers: u64x8<S>) -> [f64x8<S>; 2] {
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
