//! Instruction sets: which there are, and kernels compiled for each.
//!
//! One source, several compilations: a kernel has a form in lanes, generic over the instruction
//! set, and a scalar form, which is its definition. What both call is `inline(always)`, because only
//! what is inlined into a function with target features is compiled with them. All forms round
//! alike and give the same bits.

mod interleave;
mod stream;

pub(crate) use interleave::Plain;
pub(crate) use stream::Streams;

use core::fmt;
use core::str::FromStr;

use fearless_simd::{Level, Simd};

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SimdLevel {
    /// One point at a time; with fused multiply-add in hardware where the processor has it.
    Scalar,
    /// AVX2 and FMA: x86-64 since 2013.
    Avx2,
    /// AVX-512 as of Ice Lake: F, BW, CD, DQ, VL, IFMA, VBMI and others.
    Avx512,
    /// NEON: every 64-bit Arm.
    Neon,
}

/// A level that this processor does not have, or a name that is no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimdError {
    /// The level is for other processors.
    #[error("simd level {level} is unavailable: {reason}; there are {}", names(&SimdLevel::available()))]
    Unavailable {
        /// The level asked for.
        level: SimdLevel,
        /// What is missing.
        reason: &'static str,
    },
    /// No level has this name.
    #[error("simd is '{0}'; it must be one of {all}, auto", all = names(&SimdLevel::ALL))]
    Unknown(String),
}

impl SimdLevel {
    /// All of them, best last on each processor.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::Avx512, Self::Neon];

    /// The name that users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// The levels of this processor, best last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let detected = detect();
        Self::ALL.into_iter().filter(|level| level.missing(detected).is_none()).collect()
    }

    /// The best level of this processor.
    #[must_use]
    pub fn best() -> Self {
        Instructions::detect().level
    }

    /// Whether this processor has the level.
    ///
    /// # Errors
    /// [`SimdError::Unavailable`], which says what is missing.
    pub fn check(self) -> Result<(), SimdError> {
        Instructions::of(self).map(drop)
    }

    /// What this processor lacks of the level.
    fn missing(self, detected: Level) -> Option<&'static str> {
        let is_there = match self {
            Self::Scalar => true,
            Self::Avx2 => has_avx2(detected),
            Self::Avx512 => has_avx512(detected),
            Self::Neon => has_neon(detected),
        };
        match self {
            _ if is_there => None,
            Self::Neon => Some("it is for 64-bit Arm"),
            _ if cfg!(not(target_arch = "x86_64")) => Some("it is for x86-64"),
            Self::Avx512 => Some("this processor lacks some part of AVX-512 as Ice Lake has it"),
            _ => Some("this processor lacks AVX2 or FMA"),
        }
    }
}

impl fmt::Display for SimdLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for SimdLevel {
    type Err = SimdError;

    fn from_str(name: &str) -> Result<Self, SimdError> {
        let unknown = || SimdError::Unknown(name.chars().take(64).collect());
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or_else(unknown)
    }
}

fn names(levels: &[SimdLevel]) -> String {
    levels.iter().map(|level| level.name()).collect::<Vec<_>>().join(", ")
}

/// A computation with a form in lanes.
pub(crate) trait Kernel {
    /// What it returns.
    type Output;

    /// The definition.
    fn scalar(self) -> Self::Output;

    /// The same bits, several values at a time.
    fn lanes<S: Simd>(self, simd: S) -> Self::Output;
}

/// Whether the instruction set converts 64-bit integers to doubles and back. Known when compiled.
#[inline(always)]
pub(crate) fn converts_64_bits<S: Simd>(simd: S) -> bool {
    match simd.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(_) => true,
        #[cfg(target_arch = "aarch64")]
        Level::Neon(_) => true,
        _ => false,
    }
}

/// Whether the instruction set permutes the bytes of two whole vectors. Known when compiled.
#[inline(always)]
fn permutes_across_blocks<S: Simd>(simd: S) -> bool {
    match simd.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(_) => true,
        _ => false,
    }
}

/// A level, with the proof that the processor has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instructions {
    level: SimdLevel,
    detected: Level,
}

impl Instructions {
    /// The best of this processor.
    pub(crate) fn detect() -> Self {
        let detected = detect();
        let level = if has_avx512(detected) {
            SimdLevel::Avx512
        } else if has_avx2(detected) {
            SimdLevel::Avx2
        } else if has_neon(detected) {
            SimdLevel::Neon
        } else {
            SimdLevel::Scalar
        };
        Self { level, detected }
    }

    /// Those of a level, if the processor has it.
    pub(crate) fn of(level: SimdLevel) -> Result<Self, SimdError> {
        let detected = detect();
        match level.missing(detected) {
            None => Ok(Self { level, detected }),
            Some(reason) => Err(SimdError::Unavailable { level, reason }),
        }
    }

    pub(crate) fn level(self) -> SimdLevel {
        self.level
    }

    /// Runs a kernel in the form of the level. A level without lanes of its own runs the scalar one.
    #[inline(always)]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => {
                if let Some(avx512) = self.detected.as_avx512() {
                    return avx512.vectorize(
                        #[inline(always)]
                        || {
                            aligned(
                                #[inline(always)]
                                || kernel.lanes(avx512),
                            )
                        },
                    );
                }
            }
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => {
                if let Some(avx2) = self.detected.as_avx2() {
                    return avx2.vectorize(
                        #[inline(always)]
                        || {
                            aligned(
                                #[inline(always)]
                                || kernel.lanes(avx2),
                            )
                        },
                    );
                }
            }
            #[cfg(target_arch = "aarch64")]
            SimdLevel::Neon => {
                if let Some(neon) = self.detected.as_neon() {
                    return neon.vectorize(
                        #[inline(always)]
                        || kernel.lanes(neon),
                    );
                }
            }
            _ => {}
        }
        self.run_scalar(
            #[inline(always)]
            || kernel.scalar(),
        )
    }

    /// Runs scalar code compiled for the fused multiply-add of the processor.
    #[inline(always)]
    pub(crate) fn run_scalar<T>(self, kernel: impl FnOnce() -> T) -> T {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.detected.as_avx2() {
            return avx2.vectorize(kernel);
        }
        kernel()
    }
}

/// Runs code in a function whose stack begins on a cache line, and with it what does not fit into
/// registers. The compiler sees to that for the sake of a local that says so, and for nothing else:
/// vectors lie across two lines in the stacks of some processes and not of others. One that does has
/// to wait for all stores before it, and for those past the cache until memory has taken them, which
/// made one fill in four by AVX2 four times slower than the others.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn aligned<T>(run: impl FnOnce() -> T) -> T {
    #[repr(align(64))]
    struct Line(u64);

    // Mutable, or it would be a constant somewhere else.
    core::hint::black_box(&mut Line(0).0);
    run()
}

fn detect() -> Level {
    // Elsewhere there is nothing to find out: what the program was compiled for is what there is.
    #[cfg(target_arch = "x86_64")]
    return Level::new();
    #[cfg(not(target_arch = "x86_64"))]
    return Level::baseline();
}

#[cfg(target_arch = "x86_64")]
fn has_avx2(detected: Level) -> bool {
    detected.as_avx2().is_some()
}

#[cfg(target_arch = "x86_64")]
fn has_avx512(detected: Level) -> bool {
    detected.as_avx512().is_some()
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2(_: Level) -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx512(_: Level) -> bool {
    false
}

#[cfg(target_arch = "aarch64")]
fn has_neon(detected: Level) -> bool {
    detected.as_neon().is_some()
}

#[cfg(not(target_arch = "aarch64"))]
fn has_neon(_: Level) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{Instructions, SimdError, SimdLevel};

    #[test]
    fn names_read_back() {
        for level in SimdLevel::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        let error = "sse9".parse::<SimdLevel>().unwrap_err().to_string();
        assert_eq!(error, "simd is 'sse9'; it must be one of scalar, avx2, avx512, neon, auto");
    }

    #[test]
    fn a_level_is_available_or_says_why_not() {
        let available = SimdLevel::available();
        assert_eq!(available[0], SimdLevel::Scalar);
        assert_eq!(available.last(), Some(&SimdLevel::best()));
        for level in SimdLevel::ALL {
            match Instructions::of(level) {
                Ok(instructions) => assert_eq!(instructions.level(), level),
                Err(error) => {
                    assert!(!available.contains(&level));
                    assert!(matches!(error, SimdError::Unavailable { .. }));
                    assert!(error.to_string().contains("there are scalar"), "{error}");
                }
            }
        }
        // There is no processor with both.
        let missing =
            [SimdLevel::Avx2, SimdLevel::Neon].map(|level| Instructions::of(level).is_err());
        assert!(missing[0] || missing[1]);
    }
}
