//! The Fibonacci lattices of the sphere and of the disk.

mod disk;
mod lanes;
mod nearest;
mod offsets;
mod steps;
pub(super) mod twins;

pub(super) use disk::Disk;
pub(super) use nearest::NearestAll;

use super::lift::{Height, on_parallel};
use super::{MAX_LATTICE_POINTS, Placement, SampleError};
use crate::{Real, Turn};

/// 2^128 (2 - phi), rounded down: the golden angle, 2 pi / phi² = 2.399963229728653 rad, in turns.
const GOLDEN_ANGLE: u128 = 0x61C8_8646_80B5_83EA_0C63_3F9F_A312_37CC;

/// The longitude of point k, k golden angles on from +x, to the last bit for every k.
///
/// 128 bits because the error of a rounded step grows with k: with 64 bits it would reach the last
/// bit of a f64 angle at k = 2^13.
#[inline(always)]
pub(super) const fn turn(index: u64) -> Turn {
    Turn((GOLDEN_ANGLE.wrapping_mul(index as u128) >> 64) as u64)
}

/// A lattice on the sphere.
#[derive(Clone, Debug)]
pub(in crate::sampling) struct Fibonacci {
    pub(in crate::sampling) total: u64,
    /// e: how far, in steps, the first point lies from the pole.
    offset: f64,
    /// n - 1 + 2 e: the steps from pole to pole.
    steps: f64,
    per_step: f64,
    /// No direction between two rows is further from the nearest point, as long as the lattice goes
    /// on around it.
    covering: f64,
}

impl Fibonacci {
    pub(in crate::sampling) fn new(total: u64, placement: Placement) -> Result<Self, SampleError> {
        check_total(total)?;
        let offset = match placement {
            Placement::Quadrature => 0.5,
            Placement::Packing => offsets::packing(total),
            Placement::Spacing => offsets::spacing(total),
            Placement::Offset(offset) => offset,
        };
        if !(0.0..=MAX_LATTICE_POINTS as f64).contains(&offset) {
            return Err(SampleError::OffsetOutOfRange { offset });
        }
        if total == 1 && offset == 0.0 {
            return Err(SampleError::OffsetNeedsTwoPoints);
        }
        // One point lies on the equator whatever the offset; 1/2 keeps its step an ordinary number.
        let offset = if total == 1 { 0.5 } else { offset };
        let steps = (total - 1) as f64 + 2.0 * offset;
        // The lattice is coarsest where it is square: half of a diagonal, 2 pi / steps when squared.
        let covering = (1.06 * core::f64::consts::TAU / steps).sqrt();
        Ok(Self { total, offset, steps, per_step: 1.0 / steps, covering })
    }

    #[inline(always)]
    pub(in crate::sampling) fn draw(index: u64) -> [u64; 1] {
        [turn(index).0]
    }

    #[inline(always)]
    pub(in crate::sampling) fn point<R: Real>(&self, index: u64) -> [R; 3] {
        on_parallel(self.height(index), turn(index).cos_sin())
    }

    /// z = (n - 1 - 2 k) / (n - 1 + 2 e) and u = 2 (k + e) / (n - 1 + 2 e), the latter mirrored in
    /// the southern half: both keep their last bits at the equator and at either pole.
    #[inline(always)]
    fn height(&self, index: u64) -> Height {
        let last = self.total - 1;
        let from_equator = (last.cast_signed() - 2 * index.cast_signed()) as f64;
        let from_row = 2.0 * index.min(last - index) as f64;
        Height {
            z: self.quotient(from_equator),
            from_pole: (from_row + 2.0 * self.offset) * self.per_step,
        }
    }

    /// `numerator / steps` by the reciprocal and one Newton correction. Unlike the bare product it
    /// is exactly ±1 at the poles, unlike the division it costs next to nothing in SIMD.
    #[inline(always)]
    fn quotient(&self, numerator: f64) -> f64 {
        let estimate = numerator * self.per_step;
        let residual = (-estimate).mul_add(self.steps, numerator);
        residual.mul_add(self.per_step, estimate)
    }
}

fn check_total(total: u64) -> Result<(), SampleError> {
    if (1..=MAX_LATTICE_POINTS).contains(&total) {
        Ok(())
    } else {
        Err(SampleError::TotalOutOfRange { total })
    }
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn turns_are_exact_for_every_index() {
        let table = include_str!("../../../tests/data/fibonacci_turns.csv");
        let mut seen = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let (index, word) = line.split_once(',').unwrap();
            assert_eq!(turn(index.parse().unwrap()).0, word.parse().unwrap(), "turn({index})");
            seen += 1;
        }
        assert!(seen > 50);
    }
}
