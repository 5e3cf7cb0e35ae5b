//! Philox4x32-10 in lanes: eight counters at a time, one 32-bit word in each 64-bit lane, where the
//! wide products need no moving about.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u64x8};

use super::philox::{MULTIPLIERS, ROUNDS, WEYL};

const LOW: u64 = 0xffff_ffff;

/// [`philox4x32`](super::philox4x32) of N times eight counters under one key. Every lane is below
/// 2^32.
///
/// Each round of a block waits for the one before, so that several blocks side by side are faster.
/// Between rounds the high half of a lane holds what a product left there. That saves the masks: a
/// multiplication of masked factors is one instruction that reads the low halves only.
#[inline(always)]
pub(crate) fn philox4x32_lanes<S: Simd, const N: usize>(
    simd: S,
    counters: [[u64x8<S>; 4]; N],
    key: [u32; 2],
) -> [[u64x8<S>; 4]; N] {
    let (mut words, mut key) = (counters, key);
    for _ in 0..ROUNDS {
        for block in &mut words {
            *block = round(simd, *block, key);
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    for block in &mut words {
        for word in block {
            *word &= LOW;
        }
    }
    words
}

#[inline(always)]
fn round<S: Simd>(simd: S, [c0, c1, c2, c3]: [u64x8<S>; 4], [k0, k1]: [u32; 2]) -> [u64x8<S>; 4] {
    let product0 = wide_product(simd, MULTIPLIERS[0], c0);
    let product1 = wide_product(simd, MULTIPLIERS[1], c2);
    let (k0, k1) = (u64x8::splat(simd, k0.into()), u64x8::splat(simd, k1.into()));
    [(product1 >> 32) ^ c1 ^ k0, product1, (product0 >> 32) ^ c3 ^ k1, product0]
}

#[inline(always)]
fn wide_product<S: Simd>(simd: S, a: u32, b: u64x8<S>) -> u64x8<S> {
    (b & LOW) * u64x8::splat(simd, a.into())
}
