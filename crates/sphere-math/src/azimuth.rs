//! The longitude of a direction as a turn: the inverse of [`Turn::cos_sin`].

use core::f64::consts::FRAC_1_PI;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

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

/// [`azimuth`] in turns from -1/2 to 1/2, within 2^-52; no number at the pole.
#[inline(always)]
pub(crate) fn azimuth_in_lanes<S: Simd>(simd: S, x: f64x8<S>, y: f64x8<S>) -> f64x8<S> {
    let (east, north) = (x.abs(), y.abs());
    let (long, short) = (east.max(north), east.min(north));
    let diagonal =
        short.simd_gt(long * EIGHTH).select(f64x8::splat(simd, 1.0), f64x8::splat(simd, 0.0));
    let t = (short - diagonal * long) / (long + diagonal * short);
    let square = t * t;
    let mut arc = f64x8::splat(simd, ARC[11]);
    for &coefficient in ARC[..11].iter().rev() {
        arc = arc.mul_add(square, f64x8::splat(simd, coefficient));
    }
    let octant = arc.mul_add(t, diagonal * 0.125);
    let quarter = north.simd_gt(east).select(f64x8::splat(simd, 0.25) - octant, octant);
    let half =
        x.simd_lt(f64x8::splat(simd, 0.0)).select(f64x8::splat(simd, 0.5) - quarter, quarter);
    half.copysign(y)
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
    use fearless_simd::prelude::*;
    use fearless_simd::{Simd, f64x8};

    use super::{azimuth, azimuth_in_lanes};
    use crate::Turn;
    use crate::simd::{Instructions, Kernel, SimdLevel};

    struct InLanes([[f64; 8]; 2]);

    impl Kernel for InLanes {
        type Output = Option<[f64; 8]>;

        fn scalar(self) -> Self::Output {
            None
        }

        #[inline(always)]
        fn lanes<S: Simd>(self, simd: S) -> Self::Output {
            let [x, y] = self.0;
            let (x, y) = (f64x8::from_slice(simd, &x), f64x8::from_slice(simd, &y));
            Some(azimuth_in_lanes(simd, x, y).into())
        }
    }

    #[test]
    fn turns_in_lanes_are_those_of_points() {
        for level in SimdLevel::available() {
            let instructions = Instructions::of(level).unwrap();
            for first in (0..20_000_u64).step_by(8).chain([0, u64::MAX - 6]) {
                let word = |k: usize| {
                    let index = first.wrapping_add(k as u64);
                    // Around the quarters and anywhere.
                    if first > 10_000 {
                        index.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                    } else {
                        index << 61
                    }
                };
                let words = [0, 1, 2, 3, 4, 5, 6, 7].map(word);
                let points = words.map(|word| Turn(word).cos_sin::<f64>());
                let columns = [0, 1].map(|axis| points.map(|point| point[axis]));
                let Some(turns) = instructions.run(InLanes(columns)) else { continue };
                for (word, turned) in words.into_iter().zip(turns) {
                    let expected = word.cast_signed() as f64 / (1_u128 << 64) as f64;
                    let error = (turned - expected).abs();
                    // Half a turn is one eastwards and one westwards.
                    assert!(error.min(1.0 - error) < 2.3e-16, "{level} {word:#x}: {turned}");
                }
            }
        }
    }

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
