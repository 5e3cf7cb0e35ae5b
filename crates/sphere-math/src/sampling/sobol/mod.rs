//! The Sobol sequence: 21,201 dimensions, 2^63 points, 64 bits.
//!
//! Point k is the xor of the direction numbers that the bits of k's Gray code select, so that any
//! point can be found at once and the next one costs a single xor per dimension. Sobol1967,
//! `AntonovSaleev1979`, `JoeKuo2008`.

mod coordinate;
mod cube;
mod directions;
mod lanes;
mod rows;
mod scramble;
mod sphere;
pub(super) mod twins;

use core::marker::PhantomData;
use core::ops::Range;
use std::sync::Arc;

pub(crate) use self::coordinate::Coordinate;
use self::cube::Cube;
use self::directions::{Directions, Table};
use self::scramble::Scrambler;
use self::sphere::Sphere;
use super::store::Store;
use super::{Domain, SOBOL_DIMENSIONS, SampleError, Scramble, Shape};
use crate::Real;
use crate::simd::Instructions;

/// A sequence with its table of direction numbers, which randomisations share.
#[derive(Clone, Debug)]
pub(in crate::sampling) struct Sobol {
    domain: Domain,
    scramble: Scramble,
    table: Arc<Table>,
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
        Ok(Self { domain, scramble, table: Arc::new(Table::new(dimensions)) })
    }

    /// The same sequence under another scramble; the table is shared, not copied.
    pub(in crate::sampling) fn scrambled(&self, scramble: Scramble) -> Self {
        Self { scramble, ..self.clone() }
    }

    pub(in crate::sampling) fn dimensions(&self) -> usize {
        self.table.dimensions()
    }

    fn scrambler(&self, dimension: usize) -> Scrambler {
        Scrambler::new(self.scramble, dimension as u32)
    }

    /// The scrambled words, one column per dimension. O(n D + D) with one xor per word.
    pub(in crate::sampling) fn draw(
        &self,
        instructions: Instructions,
        range: Range<u64>,
        out: &mut impl Store<u64>,
    ) {
        instructions.run(Cube { sobol: self, range, out, coordinate: PhantomData });
    }

    pub(in crate::sampling) fn fill<R: Real>(
        &self,
        instructions: Instructions,
        range: Range<u64>,
        out: &mut impl Store<R>,
    ) {
        match self.domain {
            Domain::Sphere => {
                instructions.run(Sphere { sobol: self, range, out, real: PhantomData });
            }
            Domain::Cube { .. } => {
                instructions.run(Cube { sobol: self, range, out, coordinate: PhantomData });
            }
        }
    }
}

/// The words of one dimension for a range of points, in Gray-code order.
#[inline(always)]
fn words(directions: Directions<'_>, range: Range<u64>) -> impl Iterator<Item = u64> {
    let mut word = word_at(directions, range.start);
    let numbers = directions.together();
    range.map(move |index| {
        let current = word;
        // Gray codes of neighbours differ in one bit. Indices end below 2^63, so it has a number.
        word ^= numbers[(index + 1).trailing_zeros() as usize];
        current
    })
}

/// The word of any one point. O(64).
#[inline(always)]
fn word_at(directions: Directions<'_>, index: u64) -> u64 {
    gray_code(index).fold(0, |word, bit| word ^ directions.bit(bit))
}

/// The bits that are set in the Gray code of an index.
#[inline(always)]
fn gray_code(index: u64) -> impl Iterator<Item = usize> {
    let mut code = index ^ index >> 1;
    core::iter::from_fn(move || {
        let bit = code.trailing_zeros() as usize;
        code &= code.checked_sub(1)?;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::{Table, word_at, words};

    #[test]
    fn walking_and_jumping_agree() {
        let table = Table::new(40);
        for start in [0, 1, 5, (1 << 32) - 3, 1 << 32, (1 << 52) - 2, (1 << 63) - 100] {
            for dimension in [0, 1, 2, 39] {
                let directions = table.dimension(dimension);
                let walked: Vec<u64> = words(directions, start..start + 100).collect();
                let jumped: Vec<u64> =
                    (start..start + 100).map(|index| word_at(directions, index)).collect();
                assert_eq!(walked, jumped, "dimension {dimension} from {start}");
            }
        }
    }
}
