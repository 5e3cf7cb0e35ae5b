//! Which cell of the lattice a direction lies in, in double precision.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, mask64x8};

use super::super::super::Fibonacci;
use super::super::super::steps::{POWERS, WINDOW, Window};
use super::super::cap::SQUARE_BASIS;
use crate::azimuth::azimuth_in_lanes;
use crate::direction::{LEAST_SQUARE, MOST_SQUARE};

/// 2^52, above which the last bit of a f64 is one.
const UNITS: f64 = (1_u64 << 52) as f64;

/// How many windows down is found bit by bit, 4, 2 and 1: below which square so many, and what they
/// make of the square, of the points of a short step, of its turn, and of the sense of that.
const DOWN: [[f64; 5]; 3] = [
    [POWERS[6], 1.0 / POWERS[8], POWERS[4], 1.0 / POWERS[4], 1.0],
    [POWERS[2], 1.0 / POWERS[4], POWERS[2], 1.0 / POWERS[2], 1.0],
    [1.0, 1.0 / POWERS[2], POWERS[1], 1.0 / POWERS[1], -1.0],
];

/// What the search in lanes knows of a lattice.
pub(super) struct Search {
    pub(super) steps: f64,
    offset: f64,
    last: f64,
    /// The basis at the equator: the sense of its short step, phi^i and phi^-i for F(i) points.
    east: f64,
    power: f64,
    turn: f64,
    /// What makes 1 of the least squared distance from the axis at which that basis is used.
    square: f64,
}

/// Eight directions: the cell of each, and where in it the direction lies.
pub(super) struct Cells<S: Simd> {
    /// Whether it is a direction, of a length that needs no care, in one of the windows.
    ordinary: mask64x8<S>,
    pub(super) z: f64x8<S>,
    pub(super) squared_radius: f64x8<S>,
    /// Points of both steps; what the short one turns, in turns.
    pub(super) steps: [f64x8<S>; 2],
    pub(super) short_turn: f64x8<S>,
    /// The first corner, in short and in long steps, and how far beyond it the direction lies.
    corner: [f64x8<S>; 2],
    pub(super) beyond: [f64x8<S>; 2],
}

/// A basis of the lattice for each of eight directions.
struct Basis<S: Simd> {
    found: mask64x8<S>,
    east: f64x8<S>,
    steps: [f64x8<S>; 2],
    short_turn: f64x8<S>,
}

impl Search {
    pub(super) fn new(lattice: &Fibonacci) -> Self {
        let Window { east, short_turn: turn, .. } = WINDOW[lattice.basis(1.0)];
        let (steps, offset, last) = (lattice.steps, lattice.offset, lattice.last());
        let square = SQUARE_BASIS * steps * turn * turn;
        Self { steps, offset, last, east, power: 1.0 / turn, turn, square }
    }

    /// Whether indices are exact: their part in either step is at most 1.87 times the steps from pole to
    /// pole, and f64 holds all whole numbers up to 2^53.
    #[inline(always)]
    pub(super) fn is_exact(&self) -> bool {
        self.steps < 1.05 * UNITS
    }

    #[inline(always)]
    pub(super) fn cells<S: Simd>(&self, simd: S, [x, y, z]: [f64x8<S>; 3]) -> Cells<S> {
        let squared_radius = x.mul_add(x, y * y);
        let squared = z.mul_add(z, squared_radius);
        let scale = f64x8::splat(simd, 1.0) / squared.sqrt();
        let (z, squared_radius) = (z * scale, squared_radius * scale * scale);
        let Basis { found, east, steps, short_turn } = self.basis(simd, squared_radius);

        let half_steps = 0.5 * self.steps;
        let equator = f64x8::splat(simd, half_steps - self.offset);
        let row = equator - z * half_steps;
        let turned = east * azimuth_in_lanes(simd, x, y);
        // As in the guess for one direction.
        let a = row.mul_add(short_turn * POWERS[1], -(turned * steps[1]));
        let b = row.mul_add(short_turn, turned * steps[0]);
        let corner = [a.floor(), b.floor()];
        Cells {
            ordinary: found & squared.simd_ge(LEAST_SQUARE) & squared.simd_le(MOST_SQUARE),
            z,
            squared_radius,
            steps,
            short_turn,
            corner,
            beyond: [a - corner[0], b - corner[1]],
        }
    }

    /// The basis that is the most nearly square, by arithmetic in place of a table: no gather.
    #[inline(always)]
    fn basis<S: Simd>(&self, simd: S, squared_radius: f64x8<S>) -> Basis<S> {
        // 1 / sqrt(5): F(i) is the whole number that is nearest to phi^i of these.
        const FIRST: f64 = 0.447_213_595_499_957_9;
        const SECOND: f64 = FIRST / POWERS[1];
        let mut square = squared_radius * self.square;
        let mut power = f64x8::splat(simd, self.power);
        let mut short_turn = f64x8::splat(simd, self.turn);
        let mut east = f64x8::splat(simd, self.east);
        let found = square.simd_ge(POWERS[14]);
        for [less, squares, points, turns, sense] in DOWN {
            let down = square.simd_lt(less);
            square = down.select(square * squares, square);
            power = down.select(power * points, power);
            short_turn = down.select(short_turn * turns, short_turn);
            east = down.select(east * sense, east);
        }
        let steps = [whole(simd, power, FIRST), whole(simd, power, SECOND)];
        Basis { found, east, steps, short_turn }
    }

    /// Writes the indices of corners so many steps from the first, and returns which are points of
    /// ordinary directions.
    #[inline(always)]
    pub(super) fn index<S: Simd>(
        &self,
        simd: S,
        cells: &Cells<S>,
        [short, long]: [f64x8<S>; 2],
        out: &mut [u64],
    ) -> mask64x8<S> {
        let (a, b) = (cells.corner[0] + short, cells.corner[1] + long);
        let index = a * cells.steps[0] + b * cells.steps[1];
        ((index + UNITS).to_bits() ^ UNITS.to_bits()).store_slice(out);
        let is_point = index.simd_ge(f64x8::splat(simd, 0.0)) & index.simd_le(self.last);
        is_point & cells.ordinary
    }
}

/// The whole number nearest to a product.
#[inline(always)]
fn whole<S: Simd>(simd: S, value: f64x8<S>, factor: f64) -> f64x8<S> {
    let units = f64x8::splat(simd, 1.5 * UNITS);
    value.mul_add(f64x8::splat(simd, factor), units) - units
}
