//! Philox4x32-10 in lanes: eight counters at a time, one 32-bit word in each 64-bit lane, where the
//! wide products need no moving about.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u64x8};

use super::philox::{MULTIPLIERS, ROUNDS, WEYL};

const LOW: u64 = 0xffff_ffff;

/// [`philox4x32`](super::philox4x32) of eight counters under one key. Every lane is below 2^32.
///
/// Between rounds the high half of a lane holds what a product left there. That saves the masks: a
/// multiplication of masked factors is one instruction that reads the low halves only.
#[inline(always)]
pub(crate) fn philox4x32_lanes<S: Simd>(
    simd: S,
    counter: [u64x8<S>; 4],
    key: [u32; 2],
) -> [u64x8<S>; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let product0 = wide_product(simd, MULTIPLIERS[0], c0);
        let product1 = wide_product(simd, MULTIPLIERS[1], c2);
        c0 = (product1 >> 32) ^ c1 ^ u64x8::splat(simd, k0.into());
        c2 = (product0 >> 32) ^ c3 ^ u64x8::splat(simd, k1.into());
        (c1, c3) = (product1, product0);
        (k0, k1) = (k0.wrapping_add(WEYL[0]), k1.wrapping_add(WEYL[1]));
    }
    [c0 & LOW, c1 & LOW, c2 & LOW, c3 & LOW]
}

#[inline(always)]
fn wide_product<S: Simd>(simd: S, a: u32, b: u64x8<S>) -> u64x8<S> {
    (b & LOW) * u64x8::splat(simd, a.into())
}
