//! Owen's permutation in lanes, operation by operation as the scalar forms have it.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x64, u32x16, u64x8};

use super::{MIX, NESTED};

/// The low half of a word.
const LOW: u64 = 0xffff_ffff;

/// [`Scrambler::apply`](super::Scrambler::apply) under the keys of each word, both halves at once:
/// sixteen lanes of 32 bits.
#[inline(always)]
pub(in crate::sampling::sobol) fn permute_words<S: Simd>(
    simd: S,
    words: u64x8<S>,
    keys: u64x8<S>,
) -> u64x8<S> {
    // Zero above, where mixing leaves it.
    let nested = mix(((words >> 32) ^ (keys & LOW)).bitcast());
    let keys = nested.bitcast::<u64x8<S>>() | (keys & !LOW);
    permute_nested(simd, words.bitcast(), keys.bitcast()).bitcast()
}

/// The high halves alone: none of their bits depends on those below.
#[inline(always)]
pub(in crate::sampling::sobol) fn permute_high_halves<S: Simd>(
    simd: S,
    words: u32x16<S>,
    keys: u32x16<S>,
) -> u32x16<S> {
    permute_nested(simd, words, keys)
}

/// [`permute_nested`](super::permute_nested).
#[inline(always)]
fn permute_nested<S: Simd>(simd: S, words: u32x16<S>, keys: u32x16<S>) -> u32x16<S> {
    let mut x = reverse_bits(simd, words);
    x ^= x * NESTED[0];
    x += keys;
    x *= (keys >> 16) | 1;
    x ^= x * NESTED[1];
    x ^= x * NESTED[2];
    reverse_bits(simd, x)
}

/// [`mix`](super::mix).
#[inline(always)]
fn mix<S: Simd>(words: u32x16<S>) -> u32x16<S> {
    let mut x = words;
    x = (x ^ (x >> 16)) * MIX[0];
    x = (x ^ (x >> 15)) * MIX[1];
    x ^ (x >> 16)
}

/// The bits of each lane from the last to the first: nibbles by table, then the bytes.
#[inline(always)]
fn reverse_bits<S: Simd>(simd: S, words: u32x16<S>) -> u32x16<S> {
    const NIBBLES: [u8; 16] = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
    const BYTES: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
    let four_times = |block: [u8; 16]| u8x64::block_splat(block.simd_into(simd));
    let low_nibbles: u8x64<S> = (words & 0x0f0f_0f0f).bitcast();
    let high_nibbles: u8x64<S> = ((words >> 4) & 0x0f0f_0f0f).bitcast();
    let table = four_times(NIBBLES);
    let low = table.swizzle_dyn_within_blocks(high_nibbles);
    let high = table.swizzle_dyn_within_blocks(low_nibbles).bitcast::<u32x16<S>>() << 4;
    let reversed = high | low.bitcast::<u32x16<S>>();
    reversed.bitcast::<u8x64<S>>().swizzle_dyn_within_blocks(four_times(BYTES)).bitcast()
}
