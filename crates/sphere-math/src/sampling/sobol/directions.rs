//! Direction numbers, unpacked from the Joe-Kuo table.

use core::ops::Range;

/// The direction numbers of many dimensions, `v_i = m_i / 2^i` as 64-bit fractions, i = 1 ..= 64 at
/// bit i - 1. Those of neighbouring dimensions lie side by side, for what goes point by point.
#[derive(Debug)]
pub(super) struct Table {
    dimensions: usize,
    /// (bits, dimensions)
    words: Vec<u64>,
}

/// Those of one dimension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directions<'a> {
    words: &'a [u64],
    dimensions: usize,
}

/// Polynomials and initial numbers of dimensions 2 to 21,201; `JOE_KUO.md` states layout, origin
/// and licence.
static JOE_KUO: &[u8] = include_bytes!("joe_kuo.bin");

/// How many dimensions have a primitive polynomial of degree 1, 2, ..., 18. Joe and Kuo use every
/// one, in order of degree: there are phi(2^s - 1) / s of degree s.
const DIMENSIONS_OF_DEGREE: [u32; 18] =
    [1, 1, 2, 2, 6, 6, 18, 16, 48, 60, 176, 144, 630, 756, 1800, 2048, 7710, 7776];

impl Table {
    /// The direction numbers of the first `dimensions` (at least 1) dimensions. O(64 `dimensions`).
    pub(super) fn new(dimensions: u32) -> Self {
        let mut bits = BitReader { bytes: JOE_KUO, position: 0 };
        let degrees = DIMENSIONS_OF_DEGREE
            .into_iter()
            .zip(1..)
            .flat_map(|(count, degree)| core::iter::repeat_n(degree, count as usize));
        let all = core::iter::once(van_der_corput())
            .chain(degrees.map(|degree| read_dimension(&mut bits, degree)));
        let dimensions = dimensions as usize;
        let mut words = vec![0; 64 * dimensions];
        for (dimension, directions) in all.take(dimensions).enumerate() {
            for (bit, direction) in directions.into_iter().enumerate() {
                words[bit * dimensions + dimension] = direction;
            }
        }
        Self { dimensions, words }
    }

    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// All of them: (bits, dimensions).
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Those of one dimension, which there has to be.
    #[inline(always)]
    pub(super) fn dimension(&self, dimension: usize) -> Directions<'_> {
        Directions { words: &self.words[dimension..], dimensions: self.dimensions }
    }

    /// The direction numbers of some dimensions for a bit below 64.
    pub(super) fn bit(&self, bit: usize, dimensions: &Range<usize>) -> &[u64] {
        &self.words[bit * self.dimensions..][dimensions.clone()]
    }
}

impl Directions<'_> {
    /// The direction number for a bit below 64.
    #[inline(always)]
    pub(super) fn bit(self, bit: usize) -> u64 {
        self.words[bit * self.dimensions]
    }

    /// All of them, for those who walk through many points.
    pub(super) fn together(self) -> [u64; 64] {
        core::array::from_fn(|bit| self.bit(bit))
    }
}

/// Dimension 1: `m_i = 1`, the radical inverse in base 2.
fn van_der_corput() -> [u64; 64] {
    core::array::from_fn(|i| 1 << (63 - i))
}

/// `v_i = a_1 v_(i-1) + ... + a_(s-1) v_(i-s+1) + v_(i-s) + v_(i-s) / 2^s` over GF(2), from the
/// initial `m_1 ..= m_s`. `JoeKuo2008`, equations 2 and 3.
fn read_dimension(bits: &mut BitReader<'_>, degree: usize) -> [u64; 64] {
    let polynomial = bits.take(degree - 1);
    let mut directions = [0; 64];
    for (i, direction) in directions[..degree].iter_mut().enumerate() {
        let m = 2 * bits.take(i) + 1;
        *direction = m << (63 - i);
    }
    for i in degree..64 {
        let oldest = directions[i - degree];
        directions[i] = (1..degree)
            .filter(|j| polynomial >> (degree - 1 - j) & 1 == 1)
            .fold(oldest ^ oldest >> degree, |sum, j| sum ^ directions[i - j]);
    }
    directions
}

/// Reads numbers from a stream of bits, least significant first.
struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl BitReader<'_> {
    fn take(&mut self, count: usize) -> u64 {
        let start = self.position;
        self.position += count;
        (start..self.position)
            .map(|at| u64::from(self.bytes[at / 8] >> (at % 8) & 1))
            .enumerate()
            .fold(0, |number, (place, bit)| number | bit << place)
    }
}

#[cfg(test)]
mod tests {
    use super::{BitReader, DIMENSIONS_OF_DEGREE, JOE_KUO, Table};
    use crate::sampling::SOBOL_DIMENSIONS;

    #[test]
    fn published_check_values() {
        let table = Table::new(3);
        let top = |dimension: usize| {
            let directions = table.dimension(dimension);
            (0..6).map(|bit| directions.bit(bit) >> 32).collect::<Vec<_>>()
        };
        assert_eq!(top(0), [1 << 31, 1 << 30, 1 << 29, 1 << 28, 1 << 27, 1 << 26]);
        assert_eq!(
            top(1),
            [0x8000_0000, 0xC000_0000, 0xA000_0000, 0xF000_0000, 0x8800_0000, 0xCC00_0000]
        );
        assert_eq!(
            top(2),
            [0x8000_0000, 0xC000_0000, 0x6000_0000, 0x9000_0000, 0xE800_0000, 0x5C00_0000]
        );
    }

    #[test]
    fn the_table_has_every_dimension_and_not_a_byte_more() {
        assert_eq!(DIMENSIONS_OF_DEGREE.iter().sum::<u32>(), SOBOL_DIMENSIONS - 1);
        let bits: usize = DIMENSIONS_OF_DEGREE
            .iter()
            .zip(1..)
            .map(|(&count, degree): (_, usize)| {
                count as usize * (degree - 1 + degree * (degree - 1) / 2)
            })
            .sum();
        assert_eq!(JOE_KUO.len(), bits.div_ceil(8));
        assert_eq!(Table::new(SOBOL_DIMENSIONS).dimensions(), SOBOL_DIMENSIONS as usize);
    }

    #[test]
    fn every_direction_number_is_odd_over_its_power_of_two() {
        // A triangular matrix with ones on its diagonal: each dimension alone is a permutation.
        let table = Table::new(SOBOL_DIMENSIONS);
        let all = 0..table.dimensions();
        for bit in 0..64 {
            for (dimension, direction) in table.bit(bit, &all).iter().enumerate() {
                let lowest = direction.trailing_zeros() as usize;
                assert_eq!(lowest, 63 - bit, "dimension {dimension}");
                assert_eq!(*direction, table.dimension(dimension).bit(bit));
            }
        }
    }

    #[test]
    fn bits_come_least_significant_first() {
        let mut bits = BitReader { bytes: &[0b1011_0010, 0b0000_0001], position: 0 };
        assert_eq!([bits.take(0), bits.take(2), bits.take(3), bits.take(4)], [0, 2, 4, 0b1101]);
    }
}
