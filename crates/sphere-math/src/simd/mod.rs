//! Which instructions kernels are compiled for, chosen once where the program runs.
//!
//! One source, compiled for several instruction sets: a kernel that is inlined into
//! [`Instructions::run`] takes its target features. All of them round alike, so they give the same
//! bits; without a fused multiply-add in hardware each is a call into a library.

use fearless_simd::Level;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::Simd as _;

/// The best instruction set of this processor that kernels are compiled for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instructions {
    level: Level,
}

impl Instructions {
    /// Looks at the processor.
    pub(crate) fn detect() -> Self {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        let level = Level::new();
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        let level = Level::baseline();
        Self { level }
    }

    /// Calls a kernel compiled for these instructions: it and what it calls must be
    /// `inline(always)`, or it is compiled for the least of all processors.
    #[inline(always)]
    pub(crate) fn run<T>(self, kernel: impl FnOnce() -> T) -> T {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            if let Some(avx512) = self.level.as_avx512() {
                return avx512.vectorize(kernel);
            }
            if let Some(avx2) = self.level.as_avx2() {
                return avx2.vectorize(kernel);
            }
        }
        kernel()
    }
}
