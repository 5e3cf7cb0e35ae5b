//! Conversions between whole numbers and f64 by their bits.
//!
//! Exact where they say so, in two or three short operations that vectorise. The instructions made
//! for it are slow on x86-64, where the one from integers also waits for what its target register
//! held, and the floor is a call where SSE4.1 is missing.

/// 2^52, above which the last bit of a f64 is one.
const UNITS: f64 = (1_u64 << 52) as f64;

/// The same number, 0 <= `number` < 2^52.
#[inline(always)]
pub(crate) fn from_index(number: u64) -> f64 {
    f64::from_bits(number | UNITS.to_bits()) - UNITS
}

/// The same whole number, 0 <= `number` < 2^52.
#[inline(always)]
pub(crate) fn to_index(number: f64) -> u64 {
    (number + UNITS).to_bits() ^ UNITS.to_bits()
}

/// The nearest f64.
#[inline(always)]
pub(crate) fn from_signed(number: i64) -> f64 {
    const HALF: i64 = 1 << 31;
    let high = ((number >> 32) + HALF).cast_unsigned();
    let low = number.cast_unsigned() & 0xffff_ffff;
    (from_index(high) - HALF as f64) * (1_u64 << 32) as f64 + from_index(low)
}

/// The nearest whole number, |value| <= 2^51.
#[inline(always)]
pub(crate) fn rounded(value: f64) -> f64 {
    (value + 1.5 * UNITS) - 1.5 * UNITS
}

#[cfg(test)]
mod tests {
    use super::{from_index, from_signed, rounded, to_index};

    #[test]
    fn conversions_agree_with_those_of_the_language() {
        for exponent in 0..63 {
            for offset in [-3, -1, 0, 1, 5] {
                let number = (1_i64 << exponent) + offset;
                for number in [number, -number] {
                    let float = number as f64;
                    assert_eq!(from_signed(number), float, "{number}");
                    if (0..1 << 52).contains(&number) {
                        assert_eq!(from_index(number.cast_unsigned()), float);
                        assert_eq!(to_index(float), number.cast_unsigned());
                    }
                    if number.abs() < 1 << 50 {
                        assert_eq!([float, float + 0.25].map(rounded), [float; 2]);
                    }
                }
            }
        }
        assert_eq!([i64::MIN, i64::MAX].map(from_signed), [i64::MIN as f64, i64::MAX as f64]);
        assert_eq!([-1.75, -0.5, 0.5, 1.5].map(rounded), [-2.0, 0.0, 0.0, 2.0]);
    }
}
