//! The nearest corner of a cell, and whether it is the nearest point, in single precision.

use core::f32::consts::PI;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, mask32x16};

use super::super::super::steps::POWERS;
use super::cells::{Cells, Search};

/// 1 / phi.
const LESS: f32 = POWERS[1] as f32;
/// (D / r)² up to which the proof holds.
const MOST_SQUARE: f32 = 0.16;
/// The longest turn of a short step that is taken, which is F(4) = 3 points on: the sine of the cell
/// is good up to it, and F(i) is the nearest whole number from F(1) on.
pub(super) const MOST_TURN: f32 = 0.16;
/// How much better the condition of the proof must hold, for what is rounded on the way.
const SLACK: f32 = 1.0 / 1_024.0;
/// By how much two squared distances must differ to say which is smaller, in areas of a cell.
const DOUBT: f32 = 1.0 / 4_096.0;

/// Sixteen nearest corners.
pub(super) struct Corners<S: Simd> {
    /// Which of them are the nearest points, if they are points.
    pub(super) proved: mask32x16<S>,
    /// 0 or 1 short and 0 or 1 long steps from the first corner.
    pub(super) along: [f32x16<S>; 2],
}

/// Sixteen directions in their cells.
pub(super) struct View<S: Simd> {
    z: f32x16<S>,
    squared_radius: f32x16<S>,
    per_radius: f32x16<S>,
    steps: [f32x16<S>; 2],
    short_turn: f32x16<S>,
    beyond: [f32x16<S>; 2],
}

impl Search {
    #[inline(always)]
    pub(super) fn corners<S: Simd>(&self, simd: S, low: &Cells<S>, high: &Cells<S>) -> Corners<S> {
        let (zero, one) = (f32x16::splat(simd, 0.0), f32x16::splat(simd, 1.0));
        let view = View::new(simd, low, high);
        let [first, short, long, both] = self.squares(simd, &view);
        // The nearer one of each side, then of the two; the next is the farther one there, or one
        // that lost before.
        let near = short.min(first);
        let far = both.min(long);
        let nearest = near.min(far);
        let next = near.max(far).min(short.max(first).min(both.max(long)));
        let is_far = far.simd_lt(near);
        let is_near_short = short.simd_lt(first).select(one, zero);
        let is_far_short = both.simd_lt(long).select(one, zero);
        Corners {
            proved: self.prove(&view, nearest, next),
            along: [is_far.select(is_far_short, is_near_short), is_far.select(one, zero)],
        }
    }

    /// The squared distances of the corners in units of r²: the first, a short step on, a long one,
    /// both.
    #[inline(always)]
    pub(super) fn squares<S: Simd>(&self, simd: S, view: &View<S>) -> [f32x16<S>; 4] {
        let double_cot = view.z * view.per_radius * 2.0;
        let per_row = view.per_radius * (2.0 / self.steps) as f32;
        let [short, long] = [view.steps[0] * per_row, view.steps[1] * per_row];
        // Half of the angles, long steps turning one way and short ones the other.
        let short_turn = view.short_turn * PI;
        let long_turn = view.short_turn * (PI * LESS);
        let [a, b] = view.beyond;
        let down = -(a * short + b * long);
        let turned = a * short_turn - b * long_turn;
        let (down_short, turned_short) = (down + short, turned - short_turn);
        [
            estimate(simd, double_cot, down, turned),
            estimate(simd, double_cot, down_short, turned_short),
            estimate(simd, double_cot, down + long, turned + long_turn),
            estimate(simd, double_cot, down_short + long, turned_short + long_turn),
        ]
    }

    /// Whether the nearest corner, given its squared distance and that of the next, is nearer than
    /// all other points.
    #[inline(always)]
    pub(super) fn prove<S: Simd>(
        &self,
        view: &View<S>,
        nearest: f32x16<S>,
        next: f32x16<S>,
    ) -> mask32x16<S> {
        let area = (4.0 * core::f64::consts::PI / self.steps) as f32;
        let doubt = view.per_radius * view.per_radius * (DOUBT * area);
        let turn = view.squared_radius * view.short_turn * (0.5 * self.steps) as f32;
        let norm = norm(turn, view.steps[0]).max(norm(turn * LESS, view.steps[1]));
        let reach = nearest.mul_add(norm + 1.0, nearest.sqrt() * view.z.abs());
        reach.simd_lt(1.0 - SLACK)
            & (nearest + doubt).simd_lt(next)
            & nearest.simd_lt(MOST_SQUARE)
            & view.short_turn.simd_lt(MOST_TURN)
    }
}

impl<S: Simd> View<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, low: &Cells<S>, high: &Cells<S>) -> Self {
        let squared_radius = low.squared_radius.narrow(high.squared_radius);
        Self {
            z: low.z.narrow(high.z),
            squared_radius,
            per_radius: f32x16::splat(simd, 1.0) / squared_radius.sqrt(),
            steps: [low.steps[0].narrow(high.steps[0]), low.steps[1].narrow(high.steps[1])],
            short_turn: low.short_turn.narrow(high.short_turn),
            beyond: [low.beyond[0].narrow(high.beyond[0]), low.beyond[1].narrow(high.beyond[1])],
        }
    }
}

#[inline(always)]
fn norm<S: Simd>(turn: f32x16<S>, points: f32x16<S>) -> f32x16<S> {
    let points = points * (0.5 / PI);
    turn.mul_add(turn, points * points)
}

/// The squared distance in units of r², from the distance down the axis in units of r and half of
/// the angle between the longitudes.
///
/// r'² = r² (1 - down (down - 2 z / r)). Where that is negative, beyond the pole, the estimate is above
/// 1, which is never accepted.
#[inline(always)]
fn estimate<S: Simd>(
    simd: S,
    double_cot: f32x16<S>,
    down: f32x16<S>,
    half: f32x16<S>,
) -> f32x16<S> {
    let (zero, one) = (f32x16::splat(simd, 0.0), f32x16::splat(simd, 1.0));
    let lost = down * (down - double_cot);
    let radius = (one - lost).max(zero).sqrt();
    let inwards = lost / (one + radius);
    // 4 sin²(half), by its series.
    let square = half * half;
    let series = square * (-4.0 / 315.0) + 8.0 / 45.0;
    let series = series.mul_add(square, f32x16::splat(simd, -4.0 / 3.0));
    let series = series.mul_add(square, f32x16::splat(simd, 4.0));
    let across = radius * square * series;
    down.mul_add(down, inwards.mul_add(inwards, across))
}
