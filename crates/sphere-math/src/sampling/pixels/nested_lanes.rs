//! Centres in lanes, in NESTED order: sixteen pixels in a row are a square of four by four on a
//! face, and all that differs within it is known beforehand.
//!
//! Lengths are in units of Nside: a power of two, so every number here is that of the scalar form,
//! scaled, and rounds as it does.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, mask64x8, u64x8};

use super::{Pixels, WHOLE};
use crate::Real;
use crate::healpix::{FacePlace, Order, Ordering};
use crate::sampling::lift::lanes::{Block, Blocks, LANES, Quotients};

/// The centres in NESTED order, where a face has at least a square of pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct NestedCentres(Pixels);

impl NestedCentres {
    /// `None` below order 2.
    pub(super) fn new(order: Order) -> Option<Self> {
        (order.get() >= 2).then_some(Self(Pixels { order, ordering: Ordering::Nested }))
    }
}

impl Blocks<3> for NestedCentres {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        self.0.point(index)
    }

    #[inline(always)]
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, 3> {
        let order = self.0.order;
        let first = start % LANES as u64;
        let within = [Within::new(simd, order, first), Within::new(simd, order, first + 8)];
        let mut number = start / LANES as u64;
        let mut square = Square::new(order, number);
        #[inline(always)]
        move || {
            number += 1;
            let next = Square::new(order, number);
            let low = centres(simd, within[0].places(simd, square, next));
            let high = centres(simd, within[1].places(simd, square, next));
            square = next;
            R::on_rings(
                simd,
                R::heights([low.z, high.z]),
                R::radii([low.from_pole, high.from_pole]),
                Quotients {
                    quarter: [low.quarter, high.quarter],
                    half_turns: [low.half_turns, high.half_turns],
                },
            )
        }
    }
}

/// The southern corner of a square.
#[derive(Clone, Copy)]
struct Square {
    /// Ring from the north.
    ring: f64,
    /// How far east of the middle of the face, a pixel being two wide.
    east: f64,
    /// Longitude of the middle of the face, in eighths of a turn.
    longitude: f64,
    /// Eighths to where a quarter turn ends: 0 or 1.
    to_end: f64,
}

impl Square {
    /// Of the squares numbered in NESTED order; after the last one, the last again.
    #[inline(always)]
    fn new(order: Order, number: u64) -> Self {
        let last = order.pixels() / LANES as u64 - 1;
        let place = FacePlace::of_nested(order, number.min(last) * LANES as u64);
        let per_side = 1.0 / order.nside() as f64;
        Self {
            ring: place.ring(order.nside()) as f64 * per_side,
            east: (place.east.cast_signed() - place.west.cast_signed()) as f64 * per_side,
            longitude: place.longitude as f64,
            to_end: (place.longitude & 1) as f64,
        }
    }
}

/// Eight places on faces.
#[derive(Clone, Copy)]
struct Places<S: Simd> {
    ring: f64x8<S>,
    east: f64x8<S>,
    longitude: f64x8<S>,
    to_end: f64x8<S>,
}

/// Where eight pixels in a row lie within their square, or within the next one.
struct Within<S: Simd> {
    rings: f64x8<S>,
    east: f64x8<S>,
    is_next: mask64x8<S>,
}

impl<S: Simd> Within<S> {
    /// From a pixel of a square on.
    #[inline(always)]
    fn new(simd: S, order: Order, first: u64) -> Self {
        let per_side = 1.0 / order.nside() as f64;
        let [mut rings, mut east, mut number] = [[0.0; 8]; 3];
        for (lane, pixel) in (first..first + 8).enumerate() {
            let [e, w] = [pixel & 1 | pixel >> 1 & 2, pixel >> 1 & 1 | pixel >> 2 & 2];
            rings[lane] = (e + w) as f64 * per_side;
            east[lane] = (e as f64 - w as f64) * per_side;
            number[lane] = pixel as f64;
        }
        Self {
            rings: f64x8::from_slice(simd, &rings),
            east: f64x8::from_slice(simd, &east),
            is_next: f64x8::from_slice(simd, &number).simd_ge(f64x8::splat(simd, LANES as f64)),
        }
    }

    #[inline(always)]
    fn places(&self, simd: S, this: Square, next: Square) -> Places<S> {
        Places {
            ring: self.either(simd, this.ring, next.ring) - self.rings,
            east: self.either(simd, this.east, next.east) + self.east,
            longitude: self.either(simd, this.longitude, next.longitude),
            to_end: self.either(simd, this.to_end, next.to_end),
        }
    }

    #[inline(always)]
    fn either(&self, simd: S, this: f64, next: f64) -> f64x8<S> {
        self.is_next.select(f64x8::splat(simd, next), f64x8::splat(simd, this))
    }
}

/// Eight centres.
struct Centres<S: Simd> {
    z: f64x8<S>,
    from_pole: f64x8<S>,
    quarter: u64x8<S>,
    half_turns: f64x8<S>,
}

/// The forms in lanes of `height` and `cos_sin`. The longitude, in units of which a quarter turn has
/// two `quarter`, is `longitude` times `quarter` and `east`: on the shifted rings, and only on those,
/// that is odd, so the place on the ring that the scalar form makes of it gives it back.
#[inline(always)]
fn centres<S: Simd>(simd: S, places: Places<S>) -> Centres<S> {
    let Places { ring, east, longitude, to_end } = places;
    let [zero, one] = [f64x8::splat(simd, 0.0), f64x8::splat(simd, 1.0)];
    let from_pole = ring.min(f64x8::splat(simd, 4.0) - ring);
    let quarter = from_pole.min(one);
    let is_belt = from_pole.simd_ge(one);
    let above_equator = (f64x8::splat(simd, 2.0) - ring) * 2.0;
    let three = f64x8::splat(simd, 3.0);
    let cap = (-from_pole).mul_add_precise(from_pole, three);
    let cap = above_equator.simd_lt(zero).select(-cap, cap);

    // The middle of a face is that of a quarter turn, which ends to its east and begins to its
    // west, or it is where one ends: `to_end` eighths away.
    let to_end = east.simd_ge(zero).select(to_end, -to_end);
    let rest = east - to_end * quarter;
    Centres {
        z: third(simd, is_belt.select(above_equator, cap)),
        from_pole: third(simd, is_belt.select(three - above_equator.abs(), from_pole * from_pole)),
        quarter: ((longitude + to_end) * 0.5 + WHOLE).bitcast(),
        half_turns: rest / (quarter * 4.0),
    }
}

/// A third, rounded as a division by three: the quotient of a double and three is at least a sixth
/// of its last place away from the middle between two doubles, unless it is a double, and the
/// residual is exact.
#[inline(always)]
fn third<S: Simd>(simd: S, value: f64x8<S>) -> f64x8<S> {
    let per_three = f64x8::splat(simd, 1.0 / 3.0);
    let estimate = value * per_three;
    let residual = (-estimate).mul_add_precise(f64x8::splat(simd, 3.0), value);
    residual.mul_add_precise(per_three, estimate)
}
