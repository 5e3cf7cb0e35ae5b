//! The two floating-point types that points come in.

use core::fmt::Debug;

/// `f64` or `f32`: what a lift can produce. Sealed: the lift of each is frozen bit by bit.
pub trait Real:
    Copy
    + crate::simd::Plain
    + Default
    + Debug
    + PartialOrd
    + Send
    + Sync
    + 'static
    + sealed::Elementary
    + crate::sampling::LaneLift
    + crate::sampling::Coordinate
{
    /// The nearest value of this type (ties to even).
    fn from_f64(value: f64) -> Self;

    /// The same value as `f64`, exactly.
    fn to_f64(self) -> f64;

    /// A coordinate in \[0, 1): the top 53 (f64) or 24 (f32) bits of the word. Never 1.
    fn from_word(word: u64) -> Self;
}

/// The operations that lifts are written in, rounded once each on every machine: the fused
/// multiply-add and the square root of IEEE 754, and what the elementary functions build on them.
pub(crate) mod sealed {
    use core::ops::Neg;

    /// What every processor rounds alike.
    pub trait Arithmetic: Copy + Neg<Output = Self> {
        /// `self * factor + term`, rounded once.
        #[must_use]
        fn fused(self, factor: Self, term: Self) -> Self;
        /// Rounded square root.
        #[must_use]
        fn root(self) -> Self;
    }

    macro_rules! arithmetic {
        ($type:ty) => {
            impl Arithmetic for $type {
                #[inline(always)]
                fn fused(self, factor: Self, term: Self) -> Self {
                    self.mul_add(factor, term)
                }

                #[inline(always)]
                fn root(self) -> Self {
                    self.sqrt()
                }
            }
        };
    }

    arithmetic!(f64);
    arithmetic!(f32);

    /// Functions with polynomials of their own for each type.
    pub trait Elementary: Arithmetic {
        /// `[cos, sin]` of an angle of `numerator / 2^63` half turns in \[-1/4, 1/4\].
        fn cos_sin_fixed(numerator: i64) -> [Self; 2];
        /// `[cos, sin]` of an angle of `half_turns` in \[-1/4, 1/4\].
        fn cos_sin_half_turns(half_turns: f64) -> [Self; 2];
    }
}

impl Real for f64 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        const ULP: f64 = 1.0 / (1_u64 << 53) as f64;
        (word >> 11) as f64 * ULP
    }
}

impl Real for f32 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        const ULP: f32 = 1.0 / (1_u32 << 24) as f32;
        (word >> 40) as f32 * ULP
    }
}

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn coordinates_stay_below_one_and_keep_their_top_bits() {
        let table: [(u64, f64, f32); 6] = [
            (0, 0.0, 0.0),
            (1 << 63, 0.5, 0.5),
            (u64::MAX, 1.0 - f64::EPSILON / 2.0, 1.0 - f32::EPSILON / 2.0),
            (1 << 11, 1.0 / 9_007_199_254_740_992.0, 0.0),
            ((1 << 11) - 1, 0.0, 0.0),
            (1 << 40, 1.0 / 16_777_216.0, 1.0 / 16_777_216.0),
        ];
        for (word, double, single) in table {
            assert_eq!(f64::from_word(word), double, "{word:#x}");
            assert_eq!(f32::from_word(word), single, "{word:#x}");
        }
    }
}
