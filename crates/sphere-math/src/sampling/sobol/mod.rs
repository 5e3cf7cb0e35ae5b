//! The Sobol sequence: 21,201 dimensions, 2^63 points, 64 bits.
//!
//! Point k is the xor of the direction numbers that the bits of k's Gray code select, so that any
//! point can be found at once and the next one costs a single xor per dimension. Sobol1967,
//! `AntonovSaleev1979`, `JoeKuo2008`.

mod directions;
mod scramble;

use core::ops::Range;

use self::directions::{Directions, Table};
use self::scramble::Scrambler;
use super::lift::{Height, on_parallel};
use super::store::Store;
use super::{Domain, SOBOL_DIMENSIONS, SampleError, Scramble, Shape};
use crate::{Real, Turn};

/// A sequence with its table of direction numbers, which randomisations share.
#[derive(Clone, Debug)]
pub(in crate::sampling) struct Sobol {
    domain: Domain,
    scramble: Scramble,
    table: Table,
}

impl Sobol {
    /// What the points of a domain are, if there are so many dimensions.
    pub(in crate::sampling) fn check(domain: Domain) -> Result<Shape, SampleError> {
        match domain {
            Domain::Sphere => Ok(Shape::Directions),
            Domain::Cube { dimensions } if (1..=SOBOL_DIMENSIONS).contains(&dimensions) => {
                Ok(Shape::Cube { dimensions })
            }
            Domain::Cube { dimensions } => Err(SampleError::DimensionsOutOfRange { dimensions }),
        }
    }

    pub(in crate::sampling) fn new(
        domain: Domain,
        scramble: Scramble,
    ) -> Result<Self, SampleError> {
        let dimensions = match Self::check(domain)? {
            Shape::Cube { dimensions } => dimensions,
            Shape::Directions | Shape::Disk => 2,
        };
        Ok(Self { domain, scramble, table: directions::table(dimensions) })
    }

    /// The same sequence under another scramble; the table is shared, not copied.
    pub(in crate::sampling) fn scrambled(&self, scramble: Scramble) -> Self {
        Self { scramble, ..self.clone() }
    }

    pub(in crate::sampling) fn dimensions(&self) -> usize {
        self.table.len()
    }

    /// The scrambled words, one column per dimension. O(n D + D) with one xor per word.
    pub(in crate::sampling) fn draw(&self, range: Range<u64>, out: &mut impl Store<u64>) {
        self.each_dimension(range, |row, dimension, word| out.set(row, dimension, word));
    }

    #[inline(always)]
    pub(in crate::sampling) fn fill<R: Real>(&self, range: Range<u64>, out: &mut impl Store<R>) {
        match self.domain {
            Domain::Sphere => self.fill_sphere(range, out),
            Domain::Cube { .. } => self.each_dimension(
                range,
                #[inline(always)]
                |row, dimension, word| out.set(row, dimension, R::from_word(word)),
            ),
        }
    }

    /// Dimension by dimension: each walks its own row of the table, which then stays in cache.
    #[inline(always)]
    fn each_dimension(&self, range: Range<u64>, mut write: impl FnMut(usize, usize, u64)) {
        for (dimension, directions) in self.table.iter().enumerate() {
            let scrambler = Scrambler::new(self.scramble, dimension as u32);
            for (row, word) in words(directions, range.clone()).enumerate() {
                write(row, dimension, scrambler.apply(word));
            }
        }
    }

    #[inline(always)]
    fn fill_sphere<R: Real>(&self, range: Range<u64>, out: &mut impl Store<R>) {
        let [height, longitude] = [0, 1].map(|dimension| {
            let scrambler = Scrambler::new(self.scramble, dimension);
            words(&self.table[dimension as usize], range.clone())
                .map(move |word| scrambler.apply(word))
        });
        for (row, (height, longitude)) in height.zip(longitude).enumerate() {
            out.set_row(row, direction(height, longitude));
        }
    }
}

/// z = 1 - 2 u0 with u0 the top 53 bits, exactly; the longitude is the whole second word.
#[inline(always)]
fn direction<R: Real>(height: u64, longitude: u64) -> [R; 3] {
    const HALF: u64 = 1 << 52;
    const UNIT: f64 = 1.0 / HALF as f64;
    let steps = height >> 11;
    let height = Height {
        z: (HALF.cast_signed() - steps.cast_signed()) as f64 * UNIT,
        from_pole: steps.min(2 * HALF - steps) as f64 * UNIT,
    };
    on_parallel(height, Turn(longitude).cos_sin())
}

/// The words of one dimension for a range of points, in Gray-code order.
#[inline(always)]
fn words(directions: &Directions, range: Range<u64>) -> impl Iterator<Item = u64> {
    let mut word = word_at(directions, range.start);
    range.map(move |index| {
        let current = word;
        // Gray codes of neighbours differ in one bit. Indices end below 2^63, so it has a number.
        word ^= directions[(index + 1).trailing_zeros() as usize];
        current
    })
}

/// The word of any one point, in O(64).
fn word_at(directions: &Directions, index: u64) -> u64 {
    let gray = index ^ index >> 1;
    directions
        .iter()
        .enumerate()
        .filter(|(bit, _)| gray >> bit & 1 == 1)
        .fold(0, |word, (_, direction)| word ^ direction)
}

#[cfg(test)]
mod tests {
    use super::{directions, word_at, words};

    #[test]
    fn walking_and_jumping_agree() {
        let table = directions::table(40);
        for start in [0, 1, 5, (1 << 32) - 3, 1 << 32, (1 << 52) - 2, (1 << 63) - 100] {
            for dimension in [0, 1, 2, 39] {
                let walked: Vec<u64> = words(&table[dimension], start..start + 100).collect();
                let jumped: Vec<u64> =
                    (start..start + 100).map(|index| word_at(&table[dimension], index)).collect();
                assert_eq!(walked, jumped, "dimension {dimension} from {start}");
            }
        }
    }
}
