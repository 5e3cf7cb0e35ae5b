//! Disk method: a point of the square, kept if it lies in the disk, lifted. Marsaglia1972.

use super::signed;
use crate::Real;

/// 1 in units of 2^-62: the squared radius of the disk.
pub(super) const ONE: u64 = 1 << 62;

/// 2 in units of 2^-62: what the squared radius is scaled with.
pub(super) const HALF_UNIT: f64 = 1.0 / (1_u64 << 61) as f64;

#[inline(always)]
fn squared_norm([a, b]: [i64; 2]) -> u64 {
    a.unsigned_abs().pow(2) + b.unsigned_abs().pow(2)
}

#[inline(always)]
fn pairs(words: [u32; 4]) -> [[i64; 2]; 2] {
    let [a, b, c, d] = words.map(signed);
    [[a, b], [c, d]]
}

/// The centre is kept out: it has no longitude.
#[inline(always)]
fn is_inside(pair: [i64; 2]) -> bool {
    (1..=ONE).contains(&squared_norm(pair))
}

/// Which of the block's two candidates is the first inside, counted from 1.
#[inline(always)]
pub(super) fn candidates(words: [u32; 4]) -> Option<u64> {
    let [first, second] = pairs(words).map(is_inside);
    match (first, second) {
        (true, _) => Some(1),
        (false, true) => Some(2),
        (false, false) => None,
    }
}

/// z = 1 - 2 s, (x, y) = 2 (a, b) sqrt(1 - s), with s = a² + b²; both differences are taken on
/// integers, where they lose nothing. In f32 it is the f64 direction, rounded.
#[inline(always)]
pub(super) fn point<R: Real>(words: [u32; 4]) -> [R; 3] {
    let [first, second] = pairs(words);
    let pair = if is_inside(first) { first } else { second };
    let s = squared_norm(pair);
    // (a 2^-31) · 2 · sqrt((2^62 - s) 2^-62) = a · sqrt(2^62 - s) · 2^-61.
    let scale = ((ONE - s) as f64).sqrt() * HALF_UNIT;
    let z = ((ONE / 2).cast_signed() - s.cast_signed()) as f64 * HALF_UNIT;
    let [x, y] = pair.map(|coordinate| R::from_f64(coordinate as f64 * scale));
    [x, y, R::from_f64(z)]
}

#[cfg(test)]
mod tests {
    use super::{candidates, point};

    const MINUS_ONE: u32 = 1 << 31;

    #[test]
    fn the_bounds_are_exact() {
        let out = [MINUS_ONE, MINUS_ONE];
        let table: [([u32; 2], Option<u64>); 5] = [
            ([0, 0], None),
            ([1, 0], Some(2)),
            ([MINUS_ONE, 0], Some(2)),
            ([MINUS_ONE, 1], None),
            (out, None),
        ];
        for (second, expected) in table {
            let words = [out[0], out[1], second[0], second[1]];
            assert_eq!(candidates(words), expected, "{second:?}");
        }
        assert_eq!(candidates([1, 0, 1, 0]), Some(1));
    }

    #[test]
    fn the_rim_is_one_pole_and_the_centre_the_other() {
        assert_eq!(point::<f64>([MINUS_ONE, 0, 0, 0]), [0.0, 0.0, -1.0]);
        let [x, y, z] = point::<f64>([1, 0, 0, 0]);
        assert_eq!((y, z), (0.0, 1.0));
        assert!((x - 2.0_f64.powi(-30)).abs() < 1e-24);
    }
}
