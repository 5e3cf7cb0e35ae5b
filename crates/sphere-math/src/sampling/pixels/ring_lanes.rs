//! Centres in lanes, in RING order: along a ring only the longitude changes.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::{Pixels, WHOLE, height};
use crate::Real;
use crate::healpix::{Order, Ordering, RingPosition};
use crate::sampling::lift::lanes::{Block, Blocks, LANES, Pair, Quotients, pair};

/// The centres in RING order.
#[derive(Clone, Copy, Debug)]
pub(super) struct RingCentres(Pixels);

impl RingCentres {
    pub(super) fn new(order: Order) -> Self {
        Self(Pixels { order, ordering: Ordering::Ring })
    }
}

impl Blocks<3> for RingCentres {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        self.0.point(index)
    }

    #[inline(always)]
    fn blocks<S: Simd, R: Real>(&self, simd: S, start: u64) -> impl FnMut() -> Block<R, 3> {
        let mut ring = Rest::<R>::from(RingPosition::of_ring(self.0.order.nside(), start));
        #[inline(always)]
        move || {
            let run = if ring.pixels >= LANES as u64 {
                Run::on(simd, &mut ring)
            } else {
                Run::across(simd, &mut ring)
            };
            R::on_rings(simd, run.z, run.radius, run.longitudes)
        }
    }
}

/// What is left of a ring. Small integers are kept as doubles, which hold them exactly.
#[derive(Clone, Copy)]
struct Rest<R> {
    nside: u64,
    ring: u64,
    /// Pixels that are left.
    pixels: u64,
    z: R,
    radius: R,
    /// Longitude of the next centre, in units of which a pixel is two wide.
    along: f64,
    /// Half a turn in these units, and its reciprocal.
    half_turn: f64,
    per_half_turn: f64,
}

impl<R: Real> Rest<R> {
    #[inline(always)]
    fn from(position: RingPosition) -> Self {
        let RingPosition { nside, ring, place } = position;
        let (height, quarter) = (height(position), position.quarter());
        let half_turn = (4 * quarter) as f64;
        Self {
            nside,
            ring,
            pixels: 4 * quarter + 1 - place,
            z: R::from_f64(height.z),
            radius: height.radius(),
            along: (2 * (place - 1) + u64::from(position.is_shifted())) as f64,
            half_turn,
            per_half_turn: 1.0 / half_turn,
        }
    }

    #[inline(always)]
    fn advance(&mut self, pixels: u64) {
        self.pixels -= pixels;
        self.along += 2.0 * pixels as f64;
    }

    /// Makes sure that there is a next pixel.
    #[inline(always)]
    fn go_on(&mut self) {
        if self.pixels == 0 {
            *self = Self::from(RingPosition { nside: self.nside, ring: self.ring + 1, place: 1 });
        }
    }
}

/// A block of pixels.
struct Run<R, S: Simd> {
    z: [R; LANES],
    radius: [R; LANES],
    longitudes: Quotients<S>,
}

impl<R: Real, S: Simd> Run<R, S> {
    /// The next pixels of a ring that has enough.
    #[inline(always)]
    fn on(simd: S, ring: &mut Rest<R>) -> Self {
        let lane = f64x8::from_slice(simd, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]);
        let along = [lane + ring.along, lane + (ring.along + LANES as f64)];
        let half_turn = [f64x8::splat(simd, ring.half_turn); 2];
        let per_half_turn = [f64x8::splat(simd, ring.per_half_turn); 2];
        ring.advance(LANES as u64);
        Self {
            z: [ring.z; LANES],
            radius: [ring.radius; LANES],
            longitudes: longitudes(simd, along, half_turn, per_half_turn),
        }
    }

    /// The next pixels, on as many rings as it takes.
    #[inline(always)]
    fn across(simd: S, ring: &mut Rest<R>) -> Self {
        let [mut z, mut radius] = [[R::default(); LANES]; 2];
        let [mut along, mut half_turn, mut per_half_turn] = [[0.0; LANES]; 3];
        for lane in 0..LANES {
            ring.go_on();
            (z[lane], radius[lane], along[lane]) = (ring.z, ring.radius, ring.along);
            (half_turn[lane], per_half_turn[lane]) = (ring.half_turn, ring.per_half_turn);
            ring.advance(1);
        }
        let [along, half_turn] = [pair(simd, along), pair(simd, half_turn)];
        let per_half_turn = pair(simd, per_half_turn);
        Self { z, radius, longitudes: longitudes(simd, along, half_turn, per_half_turn) }
    }
}

#[inline(always)]
fn longitudes<S: Simd>(
    simd: S,
    along: Pair<f64x8<S>>,
    half_turn: Pair<f64x8<S>>,
    per_half_turn: Pair<f64x8<S>>,
) -> Quotients<S> {
    let low = longitude(simd, along[0], half_turn[0], per_half_turn[0]);
    let high = longitude(simd, along[1], half_turn[1], per_half_turn[1]);
    Quotients { quarter: [low.0, high.0], half_turns: [low.1, high.1] }
}

/// The nearest quarter turn, in its low bits, and the rest in half turns, as
/// [`cos_sin`](super::cos_sin) has them.
///
/// Neither needs a division. Quarters: half a unit more than `along` is nowhere nearer than half a
/// unit to where the quarter changes, 2^-31 of a turn or more, so rounding cannot take it across.
/// Half turns: the quotient of two integers below 2^32 is 2^-32 of its last place or more away from
/// the middle between two doubles, unless it is a double; the residual is exact, and so its
/// correction of the estimate, which is less than two last places off, rounds as a division does.
#[inline(always)]
fn longitude<S: Simd>(
    simd: S,
    along: f64x8<S>,
    half_turn: f64x8<S>,
    per_half_turn: f64x8<S>,
) -> (u64x8<S>, f64x8<S>) {
    let whole = f64x8::splat(simd, WHOLE);
    let counted = (along + 0.5).mul_add_precise(per_half_turn * 2.0, whole);
    let nearest = counted - whole;
    let rest = nearest.mul_add_precise(half_turn * -0.5, along);
    let estimate = rest * per_half_turn;
    let residual = (-estimate).mul_add_precise(half_turn, rest);
    (counted.bitcast(), residual.mul_add_precise(per_half_turn, estimate))
}
