//! Columns to rows, in registers.
//!
//! A row of three and a block of 128 bits meet again after three blocks. Every place of a block
//! takes a column from one place of its own, whichever of the three blocks it is: one permutation
//! of each column within its blocks, then constant blends, then the blocks in turn. AVX-512 permutes
//! the bytes of two vectors at once, which two steps are enough for.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8, mask32x16, mask64x8, u8x64};

use super::permutes_across_blocks;

/// Plain numbers, whose bytes are their value.
pub trait Plain: Copy + Send + Sync {
    /// Writes two columns as rows of two. There are as many rows as a block has lanes, 16.
    #[inline(always)]
    fn pairs<S: Simd>(_simd: S, [x, y]: [&[Self]; 2], rows: &mut [Self]) {
        for (at, row) in rows.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *row = [x[at], y[at]];
        }
    }

    /// Writes three columns as rows of three. There are as many rows as a block has lanes, 16.
    #[inline(always)]
    fn triples<S: Simd>(_simd: S, [x, y, z]: [&[Self]; 3], rows: &mut [Self]) {
        for (at, row) in rows.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *row = [x[at], y[at], z[at]];
        }
    }
}

impl Plain for u64 {}

/// Writes the blocks of three vectors in turn: the first of each, the second of each, and so on.
macro_rules! write_in_turn {
    ($rows:expr, $a:expr, $b:expr, $c:expr) => {{
        let [(a01, a23), (b01, b23), (c01, c23)] = [$a.split(), $b.split(), $c.split()];
        let [(a0, a1), (b0, b1), (c0, c1)] = [a01.split(), b01.split(), c01.split()];
        let [(a2, a3), (b2, b3), (c2, c3)] = [a23.split(), b23.split(), c23.split()];
        let (first, rest) = $rows.split_at_mut($rows.len() / 3);
        let (second, third) = rest.split_at_mut(first.len());
        a0.combine(b0).combine(c0.combine(a1)).store_slice(first);
        b1.combine(c1).combine(a2.combine(b2)).store_slice(second);
        c2.combine(a3).combine(b3.combine(c3)).store_slice(third);
    }};
}

/// The vectors of rows of three, by two permutations each.
macro_rules! write_permuted {
    ($simd:expr, $rows:expr, $vector:ty, $x:expr, $y:expr, $z:expr) => {{
        let lanes = <$vector>::LEN;
        let size = 64 / lanes;
        for (part, rows) in $rows.chunks_exact_mut(lanes).enumerate() {
            let merge = u8x64::from_fn(
                $simd,
                #[inline(always)]
                |byte| {
                    let at = part * lanes + byte / size;
                    let lane = if at % 3 == 1 { lanes + at / 3 } else { at / 3 };
                    (lane * size + byte % size) as u8
                },
            );
            let insert = u8x64::from_fn(
                $simd,
                #[inline(always)]
                |byte| {
                    let at = part * lanes + byte / size;
                    let lane = if at % 3 == 2 { lanes + at / 3 } else { byte / size };
                    (lane * size + byte % size) as u8
                },
            );
            let merged = $x.concat_swizzle_dyn($y, merge);
            merged.concat_swizzle_dyn($z, insert).store_slice(rows);
        }
    }};
}

impl Plain for f64 {
    #[inline(always)]
    fn pairs<S: Simd>(simd: S, [x, y]: [&[Self]; 2], rows: &mut [Self]) {
        for half in 0..2 {
            let lanes = 8 * half..8 * half + 8;
            let x = f64x8::from_slice(simd, &x[lanes.clone()]);
            let (low, high) = x.interleave(f64x8::from_slice(simd, &y[lanes]));
            low.store_slice(&mut rows[16 * half..16 * half + 8]);
            high.store_slice(&mut rows[16 * half + 8..16 * half + 16]);
        }
    }

    #[inline(always)]
    fn triples<S: Simd>(simd: S, [x, y, z]: [&[Self]; 3], rows: &mut [Self]) {
        let even = mask64x8::from_bitmask(simd, 0x55);
        for half in 0..2 {
            let lanes = 8 * half..8 * half + 8;
            let x = f64x8::from_slice(simd, &x[lanes.clone()]);
            let y = f64x8::from_slice(simd, &y[lanes.clone()]);
            let z = f64x8::from_slice(simd, &z[lanes]);
            let rows = &mut rows[24 * half..24 * half + 24];
            if permutes_across_blocks(simd) {
                write_permuted!(simd, rows, f64x8<S>, x, y, z);
                continue;
            }
            // y1 y0 in each block; x and z have their places already.
            let y = y.slide_within_blocks::<1>(y);
            write_in_turn!(rows, even.select(x, y), even.select(z, x), even.select(y, z));
        }
    }
}

impl Plain for f32 {
    #[inline(always)]
    fn pairs<S: Simd>(simd: S, [x, y]: [&[Self]; 2], rows: &mut [Self]) {
        let (low, high) = f32x16::from_slice(simd, x).interleave(f32x16::from_slice(simd, y));
        low.store_slice(&mut rows[..16]);
        high.store_slice(&mut rows[16..]);
    }

    #[inline(always)]
    fn triples<S: Simd>(simd: S, [x, y, z]: [&[Self]; 3], rows: &mut [Self]) {
        let x = f32x16::from_slice(simd, x);
        let y = f32x16::from_slice(simd, y);
        let z = f32x16::from_slice(simd, z);
        if permutes_across_blocks(simd) {
            return write_permuted!(simd, rows, f32x16<S>, x, y, z);
        }
        let x = permuted(simd, x, [0, 3, 2, 1]);
        let y = permuted(simd, y, [1, 0, 3, 2]);
        let z = permuted(simd, z, [2, 1, 0, 3]);
        let ends = mask32x16::from_bitmask(simd, 0x9999);
        let second = mask32x16::from_bitmask(simd, 0x2222);
        // x0 y0 z0 x1, y1 z1 x2 y2, z2 x3 y3 z3 in each block.
        write_in_turn!(
            rows,
            ends.select(x, second.select(y, z)),
            ends.select(y, second.select(z, x)),
            ends.select(z, second.select(x, y))
        );
    }
}

/// The values of each block in this order.
#[inline(always)]
fn permuted<S: Simd>(simd: S, values: f32x16<S>, order: [u8; 4]) -> f32x16<S> {
    let bytes = u8x64::from_fn(
        simd,
        #[inline(always)]
        |at| 4 * order[at / 4 % 4] + at as u8 % 4,
    );
    values.swizzle_dyn_within_blocks(bytes)
}
