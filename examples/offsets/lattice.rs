//! Distances between neighbours in a Fibonacci lattice, in O(n).

use std::f64::consts::{PI, TAU};

/// n points, the first `offset` steps from the pole.
#[derive(Clone, Copy)]
pub(crate) struct Lattice {
    pub(crate) total: u64,
    pub(crate) offset: f64,
}

/// Chord lengths times sqrt(n).
#[derive(Clone, Copy)]
pub(crate) struct Neighbours {
    pub(crate) smallest: f64,
    pub(crate) mean: f64,
}

/// Rows from the pole up to which neighbours can be any number of points apart.
const CURVED: f64 = 300.0;
const DIFFERENCES: usize = 100;
/// Rows at either pole whose distances depend on the offset.
const EDGE: u64 = 800;

/// What the distance of points depends on: how far apart they are counted, and 4 sin² of half the
/// longitude between them.
#[derive(Clone, Copy, Default)]
struct Difference {
    points: u64,
    turned: f64,
}

pub(crate) struct Differences {
    small: Vec<Difference>,
    fibonacci: Vec<Difference>,
}

impl Differences {
    pub(crate) fn new() -> Self {
        let golden = (3.0 - 5_f64.sqrt()) / 2.0;
        let turned = |turns: f64| 4.0 * (PI * turns).sin().powi(2);
        let small = (1..=DIFFERENCES as u64)
            .map(|points| Difference { points, turned: turned((points as f64 * golden).fract()) })
            .collect();
        // F(i) points turn by phi^-i, up to the sign.
        let mut fibonacci = vec![Difference::default(); 2];
        let (mut one, mut next) = (1, 2);
        for index in 2..60 {
            let turns = ((5_f64.sqrt() - 1.0) / 2.0).powi(index);
            fibonacci.push(Difference { points: one, turned: turned(turns) });
            (one, next) = (next, one + next);
        }
        Self { small, fibonacci }
    }
}

impl Lattice {
    fn steps(&self) -> f64 {
        (self.total - 1) as f64 + 2.0 * self.offset
    }

    fn radius(&self, index: u64) -> f64 {
        let from_pole =
            2.0 * (index.min(self.total - 1 - index) as f64 + self.offset) / self.steps();
        (from_pole * (2.0 - from_pole)).sqrt()
    }

    /// The colatitude of the first point, in units of sqrt(4 pi / n).
    pub(crate) fn hole(&self) -> f64 {
        let half_chord = (self.offset / self.steps()).sqrt();
        2.0 * half_chord.asin() / (4.0 * PI / self.total as f64).sqrt()
    }

    /// The squared distance of a point to its nearest neighbour.
    fn nearest(&self, index: u64, differences: &Differences) -> f64 {
        let row = index.min(self.total - 1 - index) as f64 + self.offset;
        let radius = self.radius(index);
        let candidates = if row < CURVED {
            // Nothing nearer than 4.5 / sqrt(n) is more points away.
            let most = (4.5 * row.sqrt() + 6.0) as usize;
            &differences.small[..most.min(DIFFERENCES)]
        } else {
            let zone =
                (PI * 5_f64.sqrt() * self.steps() * radius * radius).ln() / 0.962_423_650_119_206_9;
            let zone = zone as usize;
            &differences.fibonacci[zone - 2..zone + 4]
        };
        let mut nearest = f64::INFINITY;
        for &Difference { points, turned } in candidates {
            let height = 2.0 * points as f64 / self.steps();
            let up = (index + points < self.total).then(|| index + points);
            for other in [up, index.checked_sub(points)].into_iter().flatten() {
                let there = self.radius(other);
                let out = there - radius;
                nearest = nearest.min(height * height + out * out + there * radius * turned);
            }
        }
        nearest
    }

    /// Over all points; the southern ones repeat the northern.
    pub(crate) fn neighbours(&self, differences: &Differences) -> Neighbours {
        let (mut smallest, mut sum) = (f64::INFINITY, 0.0);
        for index in 0..self.total.div_ceil(2) {
            let nearest = self.nearest(index, differences);
            smallest = smallest.min(nearest);
            let twice = if 2 * index + 1 == self.total { 1.0 } else { 2.0 };
            sum += twice * nearest.sqrt();
        }
        let scale = (self.total as f64).sqrt();
        Neighbours { smallest: smallest.sqrt() * scale, mean: sum / self.total as f64 * scale }
    }

    /// The smallest distance, or 0 where it is less than `floor`. Beyond [`EDGE`] rows from the poles
    /// no two points are nearer than in the interior of any lattice of this density.
    pub(crate) fn smallest(&self, floor: f64, differences: &Differences) -> f64 {
        // 4 pi / (n - 1 + 2 e) is the area of a cell, 2 / sqrt(5) of it the least squared distance.
        let interior = 8.0 * PI / (5_f64.sqrt() * self.steps());
        let northern = self.total.div_ceil(2);
        let mut least = if northern > EDGE { interior } else { f64::INFINITY };
        let floor = floor * floor / self.total as f64;
        for index in 0..northern.min(EDGE) {
            least = least.min(self.nearest(index, differences));
            if least < floor {
                return 0.0;
            }
        }
        (least * self.total as f64).sqrt()
    }

    /// As [`Self::neighbours`], from all pairs of points.
    pub(crate) fn neighbours_by_pairs(&self) -> Neighbours {
        let golden = (3.0 - 5_f64.sqrt()) / 2.0;
        let point = |index: u64| {
            let z = 1.0 - 2.0 * (index as f64 + self.offset) / self.steps();
            let turn = TAU * (index as f64 * golden).fract();
            let radius = self.radius(index);
            [radius * turn.cos(), radius * turn.sin(), z]
        };
        let points: Vec<[f64; 3]> = (0..self.total).map(point).collect();
        let nearest = |index: usize| {
            let others = points.iter().enumerate().filter(|&(other, _)| other != index);
            let squared = |p: &[f64; 3]| (0..3).map(|c| (p[c] - points[index][c]).powi(2)).sum();
            others.map(|(_, p)| squared(p)).fold(f64::INFINITY, f64::min).sqrt()
        };
        let distances: Vec<f64> = (0..points.len()).map(nearest).collect();
        let scale = (self.total as f64).sqrt();
        Neighbours {
            smallest: distances.iter().copied().fold(f64::INFINITY, f64::min) * scale,
            mean: distances.iter().sum::<f64>() / self.total as f64 * scale,
        }
    }
}
