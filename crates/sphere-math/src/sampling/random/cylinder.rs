//! Cylinder method: z uniform and longitude uniform is the sphere uniform, by Archimedes.

use super::pair;
use crate::sampling::lift::{Height, on_parallel};
use crate::{Real, Turn};

/// z from words 0 and 1: the middle of one of 2^53 bands, so never a pole; the turn is words 2
/// and 3.
#[inline(always)]
pub(super) fn point<R: Real>([w0, w1, w2, w3]: [u32; 4]) -> [R; 3] {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    const LAST: u64 = (1 << 53) - 1;
    let band = pair(w0, w1) >> 11;
    let height = Height {
        z: (LAST.cast_signed() - 2 * band.cast_signed()) as f64 * UNIT,
        from_pole: (2 * band.min(LAST - band) + 1) as f64 * UNIT,
    };
    on_parallel(height, Turn(pair(w2, w3)).cos_sin())
}

#[cfg(test)]
mod tests {
    use super::point;

    #[test]
    fn the_bands_at_both_poles_mirror_each_other() {
        let [x, y, north] = point::<f64>([0; 4]);
        let [x_south, y_south, south] = point::<f64>([u32::MAX, u32::MAX, 0, 0]);
        assert_eq!([x, y, north], [x_south, y_south, -south]);
        assert_eq!(north, 1.0 - f64::EPSILON / 2.0);
        assert!((x - 2.0_f64.powi(-26)).abs() < 1e-16, "r = sqrt(2 u) at u = 2^-53");
    }
}
