//! The longitude of a direction as a turn: the inverse of [`Turn::cos_sin`].

use core::f64::consts::FRAC_1_PI;

use crate::Turn;

/// atan(t) / (2 pi t) as a polynomial in t², |t| <= tan(pi/8): interpolated at Chebyshev nodes with
/// 40 digits, relative error 2^-59.
#[allow(clippy::excessive_precision, reason = "as computed; rustc rounds")]
const ARC: [f64; 12] = [
    FRAC_1_PI / 2.0,
    -0.053051647697298107577,
    0.031830988618284992994,
    -0.022736420431411493269,
    0.017683881982954349985,
    -0.014468611643008781153,
    0.012242270369000226223,
    -0.010604417167221920712,
    0.0093055958267691453976,
    -0.008013614449421985795,
    0.0060423583895370328741,
    -0.0028338169789547353232,
];
/// tan(pi / 8), up to which the polynomial is good.
const EIGHTH: f64 = core::f64::consts::SQRT_2 - 1.0;

/// The longitude of (x, y), within 2^-52 turns. The pole (0, 0) has longitude 0. Not for values
/// whose sums overflow. O(1).
#[inline(always)]
pub(crate) fn azimuth(x: f64, y: f64) -> Turn {
    let (east, north) = (x.abs(), y.abs());
    let steep = north > east;
    let (long, short) = if steep { (north, east) } else { (east, north) };
    // Around the diagonal the angle is counted from it. No branches here and below: a processor
    // foresees none of them.
    let diagonal = if short > EIGHTH * long { 1.0 } else { 0.0 };
    let t = (short - diagonal * long) / (long + diagonal * short);
    let octant = 0.125 * diagonal + t * arc(t * t);
    let octant = if long > 0.0 { octant } else { 0.0 };
    // Between 1/4 and 1/2 the last bit is 2^-54.
    let octant = (octant + 0.25).to_bits() << 12 >> 2;
    let quarter = reflected(octant, 1 << 62, steep);
    let half = reflected(quarter, 1 << 63, x < 0.0);
    Turn(reflected(half, 0, y < 0.0))
}

/// `sum - word` or the word itself.
#[inline(always)]
fn reflected(word: u64, sum: u64, reflect: bool) -> u64 {
    let mask = u64::from(reflect).wrapping_neg();
    // -word = !word + 1.
    (word ^ mask).wrapping_sub(mask).wrapping_add(sum & mask)
}

/// Pairs of terms first, which is shorter than Horner's rule for a processor that overlaps them.
#[inline(always)]
fn arc(square: f64) -> f64 {
    let fourth = square * square;
    let pair = |index: usize| ARC[index + 1] * square + ARC[index];
    let four = |index: usize| pair(index + 2) * fourth + pair(index);
    let eighth = fourth * fourth;
    (four(8) * eighth + four(4)) * eighth + four(0)
}

#[cfg(test)]
mod tests {
    use super::azimuth;
    use crate::Turn;

    #[test]
    fn the_inverse_of_cos_sin() {
        let corners = (0..=64_u64).flat_map(|k| [(k << 58).wrapping_sub(1), k << 58, k << 58 | 1]);
        let steps = (0..100_000_u64).map(|k| k.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for word in corners.chain(steps) {
            let [x, y] = Turn(word).cos_sin::<f64>();
            for scale in [1.0, 1e-8, 1e-300, 1e300] {
                let error = azimuth(scale * x, scale * y).0.wrapping_sub(word).cast_signed();
                assert!(error.unsigned_abs() <= 1 << 11, "{word:#x}: {error}");
            }
        }
    }

    #[test]
    fn axes_and_the_pole() {
        let table = [
            ([0.0, 0.0], 0),
            ([1.0, 0.0], 0),
            ([0.0, 1.0], 1 << 62),
            ([0.0, -1.0], 3 << 62),
            ([1.0, 1.0], 1 << 61),
        ];
        for ([x, y], word) in table {
            assert_eq!(azimuth(x, y), Turn(word), "{x} {y}");
        }
        assert_eq!(azimuth(-1.0, 0.0).0.wrapping_add(1) >> 1, 1 << 62);
    }
}
