//! Stores that go past the cache.
//!
//! An ordinary store reads its cache line first. Where an output is larger than the cache, that is
//! half of all traffic, and it throws out what the cache was good for. Non-temporal stores send
//! whole lines to memory instead. No portable vector has them: this is the room for the intrinsics.

#![allow(unsafe_code, reason = "non-temporal stores are intrinsics on raw pointers")]

use fearless_simd::Simd;

use super::Plain;

/// Stores past the cache, for as long as this lives. Dropping it makes them visible to every
/// thread, in order with what follows.
#[derive(Debug)]
pub(crate) struct Streams(());

impl Streams {
    /// Whole lines are what goes past the cache fast.
    pub(crate) const LINE: usize = 64;

    pub(crate) fn new() -> Self {
        Self(())
    }

    /// Copies `values` to a place as long: past the cache if the instruction set can and the place
    /// is aligned to vectors of it, or to 16 bytes; else through it.
    #[allow(clippy::unused_self, reason = "who has it will send the fence")]
    #[inline(always)]
    pub(crate) fn write<S: Simd, T: Plain>(&self, simd: S, place: &mut [T], values: &[T]) {
        if !write_past_cache(simd, place, values) {
            place.copy_from_slice(values);
        }
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the instruction is part of SSE, which every x86-64 processor has. It touches no
        // memory.
        #[allow(unused_unsafe, reason = "safe in newer versions of the standard library")]
        unsafe {
            core::arch::x86_64::_mm_sfence();
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn write_past_cache<S: Simd, T: Plain>(simd: S, place: &mut [T], values: &[T]) -> bool {
    use core::arch::x86_64::{
        __m128i, __m256i, __m512i, _mm_stream_si128, _mm256_extracti128_si256, _mm256_stream_si256,
        _mm512_extracti32x4_epi32, _mm512_stream_si512,
    };

    use fearless_simd::Level;

    // A macro, because a function could not take an intrinsic that has to be inlined.
    macro_rules! stream {
        ($vector:ty, aligned to $align:ty, ($to:ident, $value:ident) => $($store:expr);+) => {{
            let bytes = size_of_val(place);
            let to = place.as_mut_ptr().cast::<$align>();
            let from = values.as_ptr().cast::<$vector>();
            let whole = bytes % size_of::<$vector>() == 0;
            let fits = whole && size_of_val(values) == bytes && to.is_aligned();
            for at in 0..if fits { bytes / size_of::<$vector>() } else { 0 } {
                // SAFETY: `level` proves that the processor has the instructions. Both slices are
                // `bytes` long and vector `at` lies within; `to` is aligned as the store needs it,
                // `from` need not be; `Plain` types are their bytes. `place` is borrowed alone until
                // `Streams`, whose method this is, has been dropped: its fence comes before any
                // other thread reads.
                unsafe {
                    let $to = to.byte_add(at * size_of::<$vector>());
                    // Always in the size in which it was computed, so that it need not be in memory
                    // in between: that would have to wait for the stores before it.
                    let $value = from.add(at).read_unaligned();
                    $($store);+
                }
            }
            fits
        }};
    }
    // Neighbouring lines are written one after the other, so that parts of a line meet before it
    // leaves: large memory of the usual allocators begins 16 bytes past a line.
    match simd.level() {
        Level::Avx512(_) => {
            stream!(__m512i, aligned to __m512i, (to, value) => _mm512_stream_si512(to, value))
                || stream!(__m512i, aligned to __m128i, (to, value) =>
                    _mm_stream_si128(to, _mm512_extracti32x4_epi32::<0>(value));
                    _mm_stream_si128(to.add(1), _mm512_extracti32x4_epi32::<1>(value));
                    _mm_stream_si128(to.add(2), _mm512_extracti32x4_epi32::<2>(value));
                    _mm_stream_si128(to.add(3), _mm512_extracti32x4_epi32::<3>(value)))
        }
        Level::Avx2(_) => {
            stream!(__m256i, aligned to __m256i, (to, value) => _mm256_stream_si256(to, value))
                || stream!(__m256i, aligned to __m128i, (to, value) =>
                    _mm_stream_si128(to, _mm256_extracti128_si256::<0>(value));
                    _mm_stream_si128(to.add(1), _mm256_extracti128_si256::<1>(value)))
        }
        _ => false,
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn write_past_cache<S: Simd, T: Plain>(_simd: S, _place: &mut [T], _values: &[T]) -> bool {
    false
}
