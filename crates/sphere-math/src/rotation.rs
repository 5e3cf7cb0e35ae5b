//! Rotations of the sphere.

use crate::random::philox4x32;
use crate::{Real, Turn};

/// The last counter word of Philox; what the others mean is in `ARCHITECTURE.md`.
const STREAM: u32 = 5;

/// A proper rotation: the matrix that multiplies directions, row after row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    rows: [[f64; 3]; 3],
}

impl Rotation {
    /// Random rotation `number` of a seed, uniform over all rotations: it takes any direction to
    /// every direction with the same probability. Shoemake1992.
    ///
    /// A pure function of its arguments: Philox blocks (number low, number high, 0 or 1, 5). O(1).
    #[must_use]
    pub fn random(seed: u64, number: u64) -> Self {
        let words = |block| {
            let counter = [number as u32, (number >> 32) as u32, block, STREAM];
            let [w0, w1, w2, w3] = philox4x32(counter, [seed as u32, (seed >> 32) as u32]);
            [u64::from(w1) << 32 | u64::from(w0), u64::from(w3) << 32 | u64::from(w2)]
        };
        let ([share, first], [second, _]) = (words(0), words(1));
        // A uniform point of the 3-sphere: two circles, and how the square of the length is shared.
        let share = f64::from_word(share);
        let (outer, inner) = ((1.0 - share).sqrt(), share.sqrt());
        let ([c1, s1], [c2, s2]) = (Turn(first).cos_sin::<f64>(), Turn(second).cos_sin::<f64>());
        Self::from_unit_quaternion([inner * c2, outer * s1, outer * c1, inner * s2])
    }

    /// w, x, y, z with w the real part, of length 1.
    fn from_unit_quaternion([w, x, y, z]: [f64; 4]) -> Self {
        let rows = [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
        ];
        Self { rows }
    }

    /// The direction that this one is turned into; its length is kept to 1e-15 of itself. O(1).
    #[must_use]
    #[inline]
    pub fn apply(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        self.rows.map(|[a, b, c]| a.mul_add(x, b.mul_add(y, c * z)))
    }

    /// The matrix, row after row.
    #[must_use]
    pub fn matrix(&self) -> [[f64; 3]; 3] {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::Rotation;

    const NUMBER: u64 = 100_000;

    fn matrices() -> impl Iterator<Item = [[f64; 3]; 3]> {
        (0..NUMBER).map(|number| Rotation::random(11, number).matrix())
    }

    fn dot(u: [f64; 3], v: [f64; 3]) -> f64 {
        u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
    }

    #[test]
    fn quaternions_turn_as_they_should() {
        let half = 0.5_f64.sqrt();
        let table = [
            ([1.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0]),
            // A quarter turn about each axis: y to z, z to x, x to y.
            ([half, half, 0.0, 0.0], [1.0, -3.0, 2.0]),
            ([half, 0.0, half, 0.0], [3.0, 2.0, -1.0]),
            ([half, 0.0, 0.0, half], [-2.0, 1.0, 3.0]),
        ];
        for (quaternion, expected) in table {
            let turned = Rotation::from_unit_quaternion(quaternion).apply([1.0, 2.0, 3.0]);
            for (found, expected) in turned.into_iter().zip(expected) {
                assert!((found - expected).abs() < 2e-15, "{quaternion:?}: {turned:?}");
            }
        }
    }

    #[test]
    fn the_table_has_the_same() {
        let table = include_str!("../tests/data/rotations.csv");
        let mut seen = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let rotation = Rotation::random(fields[0].parse().unwrap(), fields[1].parse().unwrap());
            for (found, field) in rotation.matrix().as_flattened().iter().zip(&fields[2..]) {
                let expected: f64 = field.parse().unwrap();
                assert!((found - expected).abs() < 1e-15, "{line}: {found}");
            }
            seen += 1;
        }
        assert_eq!(seen, 20);
    }

    #[test]
    fn every_one_is_a_proper_rotation() {
        for rows in matrices().take(10_000) {
            let [a, b, c] = rows;
            let cross =
                [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
            assert!((dot(cross, c) - 1.0).abs() < 3e-15);
            for (i, row) in rows.into_iter().enumerate() {
                for (j, other) in rows.into_iter().enumerate() {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((dot(row, other) - expected).abs() < 2e-15, "{rows:?}");
                }
            }
        }
    }

    /// Haar measure: each entry has mean 0 and mean square 1/3, different entries do not correlate,
    /// and the trace, 1 + 2 cos(angle), has mean 0 and mean square 1.
    #[test]
    fn they_are_uniform() {
        let n = NUMBER as f64;
        let mut first = [0.0; 9];
        let mut second = [[0.0; 9]; 9];
        let mut traces = [0.0; 2];
        for rows in matrices() {
            let entries = rows.as_flattened();
            let trace = entries[0] + entries[4] + entries[8];
            traces = [traces[0] + trace, traces[1] + trace * trace];
            for (i, entry) in entries.iter().enumerate() {
                first[i] += entry;
                second[i].iter_mut().zip(entries).for_each(|(sum, other)| *sum += entry * other);
            }
        }
        // Five deviations and more: no entry or product varies by more than sqrt(1/3).
        let bound = 5.0 * (1.0 / 3.0 / n).sqrt();
        for (i, products) in second.iter().enumerate() {
            assert!((first[i] / n).abs() < bound, "entry {i}: mean {}", first[i] / n);
            for (j, product) in products.iter().enumerate() {
                let expected = if i == j { 1.0 / 3.0 } else { 0.0 };
                assert!((product / n - expected).abs() < bound, "entries {i} and {j}: {product}");
            }
        }
        assert!((traces[0] / n).abs() < 5.0 * (1.0 / n).sqrt());
        // The fourth moment of the trace is 3, so its square varies by 2.
        assert!((traces[1] / n - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
    }

    #[test]
    fn seeds_and_numbers_are_rotations_of_their_own() {
        let mut seen = std::collections::HashSet::new();
        for seed in [0, 1, 1 << 32, u64::MAX] {
            for number in [0, 1, 1 << 32, u64::MAX] {
                let bits = Rotation::random(seed, number).matrix().map(|row| row.map(f64::to_bits));
                assert!(seen.insert(bits), "{seed} {number}");
            }
        }
    }
}
