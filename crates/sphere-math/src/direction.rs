//! Directions in other coordinates: colatitude and longitude, geographic degrees.
//!
//! Computed in f64 with the portable `libm` crate, then rounded once, so that the same direction
//! gives the same bits on every platform.

use core::f64::consts::{FRAC_PI_2, TAU};

use crate::real::Real;

/// `[theta, phi]` of a direction in radians: colatitude in \[0, pi\] from the north pole (+z),
/// longitude in \[0, 2 pi) from +x towards +y; 0 at the poles.
///
/// The direction need not be normalised; the zero vector gives `[0, 0]`.
///
/// ```
/// use sphere_math::direction::theta_phi;
///
/// assert_eq!(theta_phi::<f64>([0.0, 0.0, 1.0]), [0.0, 0.0]);
/// assert_eq!(theta_phi::<f64>([0.0, 1.0, 0.0]), [core::f64::consts::FRAC_PI_2; 2]);
/// ```
#[must_use]
pub fn theta_phi<R: Real>([x, y, z]: [f64; 3]) -> [R; 2] {
    let theta = libm::atan2(libm::hypot(x, y), z);
    [R::from_f64(theta), wrapped(libm::atan2(y, x), TAU)]
}

/// `[longitude, latitude]` of a direction in degrees: longitude in \[0, 360), latitude in
/// \[-90, 90\].
///
/// The direction need not be normalised; the zero vector gives `[0, 90]`, as `theta_phi` has it.
///
/// ```
/// use sphere_math::direction::longitude_latitude_deg;
///
/// assert_eq!(longitude_latitude_deg::<f64>([0.0, -1.0, 0.0]), [270.0, 0.0]);
/// ```
#[must_use]
pub fn longitude_latitude_deg<R: Real>([x, y, z]: [f64; 3]) -> [R; 2] {
    const DEGREES: f64 = 90.0 / FRAC_PI_2;
    let equator = libm::hypot(x, y);
    let latitude = if equator == 0.0 && z == 0.0 { FRAC_PI_2 } else { libm::atan2(z, equator) };
    [wrapped(libm::atan2(y, x) * DEGREES, 360.0), R::from_f64(latitude * DEGREES)]
}

/// Squared lengths with room for squares of their parts, and for their inverse.
pub(crate) const LEAST_SQUARE: f64 = 1e-290;
pub(crate) const MOST_SQUARE: f64 = 1e290;

/// The factor that makes this a unit vector; `None` where its squares leave the range of f64, or
/// there is none.
#[inline(always)]
pub(crate) fn normalizing(x: f64, y: f64, z: f64) -> Option<f64> {
    let squared = x * x + y * y + z * z;
    (LEAST_SQUARE..=MOST_SQUARE).contains(&squared).then(|| 1.0 / squared.sqrt())
}

/// A vector in the same direction that [`normalizing`] takes; `None` for zero and for what is not
/// finite.
#[cold]
pub(crate) fn moderate(vector: [f64; 3]) -> Option<[f64; 3]> {
    const FAR: f64 = 4.149_515_568_880_993e180; // 2^600
    let largest = vector.into_iter().fold(0.0, |largest, c| f64::max(largest, c.abs()));
    let finite = vector.into_iter().all(f64::is_finite);
    let scale = if largest < 1.0 { FAR } else { 1.0 / FAR };
    (finite && largest > 0.0).then(|| vector.map(|c| c * scale))
}

/// The direction at `[theta, phi]`, colatitude and longitude in radians: of length 1 to the last
/// bits.
///
/// ```
/// use sphere_math::direction::of_theta_phi;
///
/// assert_eq!(of_theta_phi([0.0, 1.0]), [0.0, 0.0, 1.0]);
/// ```
#[must_use]
pub fn of_theta_phi([theta, phi]: [f64; 2]) -> [f64; 3] {
    let (radius, height) = libm::sincos(theta);
    let (sin, cos) = libm::sincos(phi);
    [radius * cos, radius * sin, height]
}

/// The direction at `[longitude, latitude]` in degrees: of length 1 to the last bits, and exact on
/// the axes.
///
/// ```
/// use sphere_math::direction::of_longitude_latitude_deg;
///
/// assert_eq!(of_longitude_latitude_deg([-90.0, 0.0]), [0.0, -1.0, 0.0]);
/// assert_eq!(of_longitude_latitude_deg([12.0, 90.0]), [0.0, 0.0, 1.0]);
/// ```
#[must_use]
pub fn of_longitude_latitude_deg([longitude, latitude]: [f64; 2]) -> [f64; 3] {
    let [radius, height] = cos_sin_deg(latitude);
    let [cos, sin] = cos_sin_deg(longitude);
    // Adding 0 turns -0 into 0.
    [radius * cos + 0.0, radius * sin + 0.0, height + 0.0]
}

/// `[cos, sin]` of degrees, reduced to an eighth of a turn before anything is rounded.
fn cos_sin_deg(degrees: f64) -> [f64; 2] {
    let quarters = libm::round(degrees / 90.0);
    let rest = degrees - quarters * 90.0;
    let (sin, cos) = libm::sincos(rest * (FRAC_PI_2 / 90.0));
    // What is no whole number is no angle either: NaN goes on as NaN.
    let quarter = libm::fmod(quarters, 4.0) as i64;
    crate::turn::rotate_quarters(quarter.rem_euclid(4).cast_unsigned(), [cos, sin])
}

/// An angle in (-circle/2, circle/2\] brought to \[0, circle) after its rounding to `R`: an angle
/// just below 0 must not become the full circle.
fn wrapped<R: Real>(angle: f64, circle: f64) -> R {
    let positive = if angle < 0.0 { angle + circle } else { angle };
    let rounded = R::from_f64(positive);
    // Compared once it is rounded: an f32 just below the circle may round onto it or past it.
    let inside = 0.0 < rounded.to_f64() && rounded.to_f64() < circle;
    if inside { rounded } else { R::default() }
}

#[cfg(test)]
mod tests {
    use core::f64::consts::{FRAC_PI_2, PI, TAU};

    use super::{longitude_latitude_deg, theta_phi};

    const TINY: f64 = 1e-300;

    #[test]
    fn axes_seam_and_poles() {
        let table: [([f64; 3], [f64; 2], [f64; 2]); 11] = [
            ([1.0, 0.0, 0.0], [FRAC_PI_2, 0.0], [0.0, 0.0]),
            ([0.0, 1.0, 0.0], [FRAC_PI_2, FRAC_PI_2], [90.0, 0.0]),
            ([-1.0, 0.0, 0.0], [FRAC_PI_2, PI], [180.0, 0.0]),
            ([-1.0, -0.0, 0.0], [FRAC_PI_2, PI], [180.0, 0.0]),
            ([0.0, -1.0, 0.0], [FRAC_PI_2, 1.5 * PI], [270.0, 0.0]),
            ([0.0, 0.0, 1.0], [0.0, 0.0], [0.0, 90.0]),
            ([0.0, 0.0, -1.0], [PI, 0.0], [0.0, -90.0]),
            ([0.0, 0.0, 0.0], [0.0, 0.0], [0.0, 90.0]),
            ([1.0, -0.0, 0.0], [FRAC_PI_2, 0.0], [0.0, 0.0]),
            // So close below the seam that adding the circle rounds onto it.
            ([1.0, -TINY, 0.0], [FRAC_PI_2, 0.0], [0.0, 0.0]),
            ([TINY, 0.0, 1.0], [TINY, 0.0], [0.0, 90.0]),
        ];
        for (direction, angles, degrees) in table {
            assert_eq!(theta_phi::<f64>(direction), angles, "{direction:?}");
            assert_eq!(longitude_latitude_deg::<f64>(direction), degrees, "{direction:?}");
        }
    }

    #[test]
    fn longitudes_never_reach_the_full_circle() {
        for exponent in 0..320 {
            let y = -(10.0_f64).powi(-exponent);
            let direction = [1.0, y, 0.5];
            assert!(theta_phi::<f64>(direction)[1] < TAU);
            assert!(f64::from(theta_phi::<f32>(direction)[1]) < TAU);
            assert!(longitude_latitude_deg::<f64>(direction)[0] < 360.0);
            assert!(longitude_latitude_deg::<f32>(direction)[0] < 360.0);
        }
    }
}
