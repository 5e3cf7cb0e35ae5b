//! HEALPix pixel centres.

mod nested_lanes;
mod ring_lanes;
pub(super) mod twins;

use core::ops::Range;

use self::nested_lanes::NestedCentres;
use self::ring_lanes::RingCentres;
use super::SampleError;
use super::lift::lanes::Fill;
use super::lift::{Height, each, on_parallel};
use super::store::Store;
use crate::Real;
use crate::healpix::{Order, Ordering, RingPosition, ring_position_of_nested};
use crate::simd::Instructions;
use crate::turn::rotate_quarters;

/// A double of this and an integer has the integer in its low bits.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// The centres of all pixels of one grid.
#[derive(Clone, Copy, Debug)]
pub(in crate::sampling) struct Pixels {
    pub(in crate::sampling) order: Order,
    ordering: Ordering,
}

impl Pixels {
    pub(in crate::sampling) fn new(order: u32, ordering: Ordering) -> Result<Self, SampleError> {
        let order = Order::new(order).ok_or(SampleError::OrderOutOfRange { order })?;
        Ok(Self { order, ordering })
    }

    /// The RING number, which says where a pixel is whatever the ordering asked for.
    #[inline(always)]
    pub(in crate::sampling) fn draw(self, index: u64) -> [u64; 1] {
        [self.position(index).pixel()]
    }

    #[inline(always)]
    pub(in crate::sampling) fn point<R: Real>(self, index: u64) -> [R; 3] {
        let position = self.position(index);
        on_parallel(height(position), cos_sin(position))
    }

    /// The centres with these indices, in lanes where a face has a block of pixels.
    pub(in crate::sampling) fn fill<R: Real>(
        self,
        instructions: Instructions,
        range: Range<u64>,
        out: &mut impl Store<R>,
    ) {
        match (self.ordering, NestedCentres::new(self.order)) {
            (Ordering::Ring, _) => {
                instructions.run(Fill::new(&RingCentres::new(self.order), range, out));
            }
            (Ordering::Nested, Some(centres)) => {
                instructions.run(Fill::new(&centres, range, out));
            }
            (Ordering::Nested, None) => instructions.run_scalar(
                #[inline(always)]
                || each(range, 0, out, |index| self.point(index)),
            ),
        }
    }

    #[inline(always)]
    fn position(self, index: u64) -> RingPosition {
        match self.ordering {
            Ordering::Ring => RingPosition::of_ring(self.order.nside(), index),
            Ordering::Nested => ring_position_of_nested(self.order, index),
        }
    }
}

/// Belt: z = 2 (2 Nside - i) / (3 Nside); caps: |z| = 1 - i² / (3 Nside²), i counted from the
/// nearer pole. Gorski2005, equations 4 and 8. One rounded division each of exact integers.
#[inline(always)]
fn height(position: RingPosition) -> Height {
    let RingPosition { nside, ring, .. } = position;
    let above_equator = 2 * (2 * nside.cast_signed() - ring.cast_signed());
    if (nside..=3 * nside).contains(&ring) {
        let whole = 3 * nside;
        Height {
            z: above_equator as f64 / whole as f64,
            from_pole: (whole - above_equator.unsigned_abs()) as f64 / whole as f64,
        }
    } else {
        // At most 3 · 2^58; what f64 rounds of it is the one rounding more that caps have.
        let whole = 3 * nside * nside;
        let squared = position.quarter().pow(2);
        let z = (whole - squared) as f64 / whole as f64;
        Height {
            z: if above_equator < 0 { -z } else { z },
            from_pole: squared as f64 / whole as f64,
        }
    }
}

/// The longitude is a fraction of small integers, so its quarter is found exactly and one division
/// is all that rounds. Gorski2005, equations 5 and 9.
#[inline(always)]
fn cos_sin<R: Real>(position: RingPosition) -> [R; 2] {
    let quarter = position.quarter();
    // In units of which a quarter turn has 2 `quarter`: two per pixel.
    let along = 2 * (position.place - 1) + u64::from(position.is_shifted());
    let nearest = (along + quarter) / (2 * quarter);
    let remainder = along.cast_signed() - (nearest * 2 * quarter).cast_signed();
    let half_turns = remainder as f64 / (4 * quarter) as f64;
    rotate_quarters(nearest, R::cos_sin_half_turns(half_turns))
}
