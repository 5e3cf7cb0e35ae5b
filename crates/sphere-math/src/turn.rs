//! Angles as fractions of a turn in fixed point, and their sine and cosine.
//!
//! A turn is exact where radians cannot be: a full circle is 2^64, so quadrants are bits, angles
//! wrap as integers do, and the reduction to an eighth of a turn loses nothing. What is left for
//! floating point is one short polynomial, the same one in every form that Sphere has.

use crate::real::Real;
use crate::real::sealed::{Arithmetic, Elementary};

/// An angle of `self.0 / 2^64` turns, that is `2 pi self.0 / 2^64` radians.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn(pub u64);

impl Turn {
    /// `[cos, sin]` of the angle. In `f64` within 1.3 units in the last place (measured on 2^26 turns,
    /// see `docs/numerics.md`), in `f32` within 2^-24; exactly 0 and ±1 at the quarters. O(1).
    ///
    /// ```
    /// use sphere_math::Turn;
    ///
    /// assert_eq!(Turn(1 << 62).cos_sin::<f64>(), [0.0, 1.0]);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn cos_sin<R: Real>(self) -> [R; 2] {
        // The nearest quarter, and what remains of the angle: an integer in [-2^61, 2^61).
        let quarter = self.0.wrapping_add(1 << 61) >> 62;
        let remainder = self.0.wrapping_sub(quarter << 62).cast_signed();
        rotate_quarters(quarter, R::cos_sin_fixed(remainder))
    }
}

/// Turns the unit vector `[cos, sin]` forward by `quarter` quarters (its two low bits).
#[inline(always)]
pub(crate) fn rotate_quarters<R: Real>(quarter: u64, [cos, sin]: [R; 2]) -> [R; 2] {
    match quarter & 3 {
        0 => [cos, sin],
        1 => [-sin, cos],
        2 => [-cos, -sin],
        _ => [sin, -cos],
    }
}

/// Minimax polynomials on |t| <= 1/4, argument in half turns (the angle is pi t).
///
/// sin(pi t) = t (`PI_HIGH` + `PI_LOW` + t² S(t²)), relative error 2^-58;
/// cos(pi t) = 1 + t² C(t²), absolute error 2^-64.
#[allow(clippy::excessive_precision, reason = "as the Remez algorithm gave them; rustc rounds")]
pub(crate) mod double {
    pub(crate) const PI_HIGH: f64 = core::f64::consts::PI;
    /// The leading coefficient less `PI_HIGH`: it is pi but for 1.04e-17.
    pub(crate) const PI_LOW: f64 = 1.12102e-16;
    pub(crate) const SIN: [f64; 6] = [
        -5.1677127800499539333,
        2.550164039873265997,
        -0.59926452893215411035,
        0.082145868949450003401,
        -0.0073700183145062322226,
        0.00046151443050956995669,
    ];
    pub(crate) const COS: [f64; 7] = [
        -4.9348022005446792473,
        4.0587121264167473578,
        -1.3352627688519185607,
        0.2353306301909417195,
        -0.025806885654215049372,
        0.0019294657587848933106,
        -0.00010356753977239448194,
    ];
}

/// As [`double`]; relative error 2^-28 of the sine, absolute 2^-34 of the cosine.
#[allow(clippy::excessive_precision, reason = "as above")]
pub(crate) mod single {
    pub(crate) const PI_HIGH: f32 = core::f32::consts::PI;
    pub(crate) const PI_LOW: f32 = (3.14159264342 - PI_HIGH as f64) as f32;
    pub(crate) const SIN: [f32; 3] = [-5.16770768192, 2.54976104953, -0.589012210426];
    pub(crate) const COS: [f32; 4] =
        [-4.93480216259, 4.05870726303, -1.33504456441, 0.231329716053];
}

/// The polynomial with these coefficients, lowest degree first, by Horner's rule.
#[inline(always)]
fn horner<R: Arithmetic, const N: usize>(argument: R, coefficients: [R; N]) -> R {
    let mut sum = coefficients[N - 1];
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum.fused(argument, coefficient);
    }
    sum
}

/// `tail` is what `t` lacks of the angle, in radians: it matters to the sine, whose last bit would
/// otherwise be that of a rounded angle.
#[inline(always)]
fn cos_sin_f64(t: f64, tail: f64) -> [f64; 2] {
    let square = t * t;
    let cos = square.mul_add(horner(square, double::COS), 1.0);
    let small = t.mul_add(square.mul_add(horner(square, double::SIN), double::PI_LOW), tail);
    [cos, t.mul_add(double::PI_HIGH, small)]
}

#[inline(always)]
fn cos_sin_f32(t: f32) -> [f32; 2] {
    let square = t * t;
    let cos = square.mul_add(horner(square, single::COS), 1.0);
    let small = t * square.mul_add(horner(square, single::SIN), single::PI_LOW);
    [cos, t.mul_add(single::PI_HIGH, small)]
}

impl Elementary for f64 {
    #[inline(always)]
    fn cos_sin_fixed(numerator: i64) -> [Self; 2] {
        const UNIT: f64 = 1.0 / (1_u64 << 63) as f64;
        let rounded = numerator as f64;
        // Exact: |numerator| <= 2^61, so the rounded value is an i64 too.
        let lost = (numerator - rounded as i64) as f64;
        cos_sin_f64(rounded * UNIT, lost * (core::f64::consts::PI * UNIT))
    }

    #[inline(always)]
    fn cos_sin_half_turns(half_turns: f64) -> [Self; 2] {
        cos_sin_f64(half_turns, 0.0)
    }
}

impl Elementary for f32 {
    #[inline(always)]
    fn cos_sin_fixed(numerator: i64) -> [Self; 2] {
        const UNIT: f32 = 1.0 / (1_u32 << 31) as f32;
        // 32 bits of the angle are more than f32 can hold, and what a 32-bit device keeps.
        let high = (numerator + (1 << 31)) >> 32;
        cos_sin_f32(high as i32 as f32 * UNIT)
    }

    #[inline(always)]
    fn cos_sin_half_turns(half_turns: f64) -> [Self; 2] {
        cos_sin_f32(half_turns as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;

    #[test]
    fn quarters_are_exact() {
        let table: [(u64, [f64; 2]); 4] = [
            (0, [1.0, 0.0]),
            (1 << 62, [0.0, 1.0]),
            (1 << 63, [-1.0, 0.0]),
            (3 << 62, [0.0, -1.0]),
        ];
        for (word, expected) in table {
            assert_eq!(Turn(word).cos_sin::<f64>(), expected, "{word:#x}");
            assert_eq!(Turn(word).cos_sin::<f32>(), expected.map(|v| v as f32), "{word:#x}");
        }
    }

    #[test]
    fn symmetries_hold_to_the_bit() {
        for word in [1, 12345, 1 << 31, 1 << 32, 1 << 52, 1 << 60, 0x1234_5678_9abc_def0_u64] {
            let [cos, sin] = Turn(word).cos_sin::<f64>();
            assert_eq!(Turn(word.wrapping_neg()).cos_sin::<f64>(), [cos, -sin], "{word:#x}");
            assert_eq!(Turn(word.wrapping_add(1 << 63)).cos_sin::<f64>(), [-cos, -sin]);
            assert_eq!(Turn(word.wrapping_add(1 << 62)).cos_sin::<f64>(), [-sin, cos]);
        }
    }
}
