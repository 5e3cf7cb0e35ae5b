//! Ball method: a point of the cube, kept if it lies in the ball, normalised.

use core::ops::RangeInclusive;

use super::signed;
use crate::Real;

/// The squared norms, in units of 2^-62, that are accepted: \[2^-40, 1\]. Points nearer the centre
/// have too few bits to be a direction.
pub(super) const NORMS: RangeInclusive<u64> = 1 << 22..=1 << 62;

/// The squared norm of the block's candidate.
#[inline(always)]
fn squared_norm(coordinates: [i64; 3]) -> u64 {
    // At most 3 · 2^62, which u64 holds and i64 does not.
    coordinates.iter().map(|c| c.unsigned_abs().pow(2)).sum()
}

/// Odd, so that the coordinates are symmetric about 0 and never 0.
#[inline(always)]
fn coordinates(words: [u32; 4]) -> [i64; 3] {
    [words[0], words[1], words[2]].map(|word| signed(word | 1))
}

/// `Some(1)` where the candidate is accepted.
#[inline(always)]
pub(super) fn candidates(words: [u32; 4]) -> Option<u64> {
    NORMS.contains(&squared_norm(coordinates(words))).then_some(1)
}

/// The direction of an accepted block. In f32 it is the f64 direction, rounded.
#[inline(always)]
pub(super) fn point<R: Real>(words: [u32; 4]) -> [R; 3] {
    let coordinates = coordinates(words);
    let per_norm = 1.0 / (squared_norm(coordinates) as f64).sqrt();
    coordinates.map(|coordinate| R::from_f64(coordinate as f64 * per_norm))
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn the_bounds_are_exact() {
        const ONE: u32 = 0x7fff_ffff;
        let table: [([u32; 3], bool); 7] = [
            // 3 (2^-31)²: rejected however exact the norm.
            ([0, 0, 0], false),
            ([1, 1, u32::MAX], false),
            // (2^11 - 1)² + 2 < 2^22 <= (2^11 + 1)² + 2.
            ([(1 << 11) - 1, 0, 0], false),
            ([1 << 11, 0, 0], true),
            // (2^31 - 1)² + 2 = 2^62 - 2^32 + 3; a second coordinate of 65_535 stays below 2^62.
            ([ONE, 0, 0], true),
            ([ONE, 65_535, 0], true),
            ([ONE, 65_537, 0], false),
        ];
        for ([a, b, c], accepted) in table {
            assert_eq!(candidates([a, b, c, 0]).is_some(), accepted, "{a} {b} {c}");
        }
    }
}
