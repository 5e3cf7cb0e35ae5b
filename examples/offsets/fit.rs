//! The offsets with the largest smallest and the largest mean distance, and a rule in few steps.

use crate::lattice::{Differences, Lattice};

/// A criterion at one n: what offsets reach, and the best of them.
pub(crate) struct Fit {
    pub(crate) total: u64,
    pub(crate) best: f64,
    pub(crate) best_offset: f64,
    /// As long as the grid; 0 where it is far from the best.
    reached: Vec<f64>,
}

/// From some n on, this offset.
pub(crate) type Step = (u64, f64);

impl Fit {
    /// Tries every offset of an ascending grid, then finer steps around the best.
    pub(crate) fn new(total: u64, grid: &[f64], reach: impl Fn(f64, f64) -> f64) -> Self {
        let (mut best, mut best_offset, mut at) = (0.0, 0.0, 0);
        let mut reached = Vec::with_capacity(grid.len());
        for (index, &offset) in grid.iter().enumerate() {
            let value = reach(offset, 0.98 * best);
            if value > best {
                (best, best_offset, at) = (value, offset, index);
            }
            reached.push(value);
        }
        let (low, high) = (grid[at.saturating_sub(1)], grid[(at + 1).min(grid.len() - 1)]);
        for part in 0..=40 {
            let offset = low + (high - low) * f64::from(part) / 40.0;
            let value = reach(offset, best);
            if value > best {
                (best, best_offset) = (value, offset);
            }
        }
        Self { total, best, best_offset, reached }
    }

    pub(crate) fn of_smallest(total: u64, grid: &[f64], differences: &Differences) -> Self {
        Self::new(total, grid, |offset, floor| {
            // Further out all points crowd around the equator.
            let sensible = 2.0 * offset <= total as f64;
            if sensible { Lattice { total, offset }.smallest(floor, differences) } else { 0.0 }
        })
    }

    pub(crate) fn of_mean(total: u64, grid: &[f64], differences: &Differences) -> Self {
        Self::new(total, grid, |offset, _| Lattice { total, offset }.neighbours(differences).mean)
    }
}

/// As few steps as reach this part of the best everywhere: each holds as long as any offset can, and
/// of the offsets that hold as long it takes the one whose worst is best.
pub(crate) fn steps(fits: &[Fit], grid: &[f64], part: f64) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut from = 0;
    while from < fits.len() {
        let (mut length, mut worst, mut offset) = (0, 0.0, grid[0]);
        for (index, &candidate) in grid.iter().enumerate() {
            let ratios = fits[from..].iter().map(|fit| fit.reached[index] / fit.best);
            let held: Vec<f64> = ratios.take_while(|&ratio| ratio >= part).collect();
            let least = held.iter().copied().fold(f64::INFINITY, f64::min);
            if held.len() > length || (held.len() == length && least > worst) {
                (length, worst, offset) = (held.len(), least, candidate);
            }
        }
        steps.push((fits[from].total, offset));
        from += length.max(1);
    }
    steps
}

/// The offset of a rule.
pub(crate) fn offset(steps: &[Step], total: u64) -> f64 {
    steps.iter().rev().find(|step| step.0 <= total).map_or(0.5, |step| step.1)
}

/// The ladder that is copied everywhere.
pub(crate) const LADDER: [Step; 7] = [
    (1, 0.33),
    (24, 1.33),
    (177, 3.33),
    (890, 10.0),
    (11_000, 27.0),
    (39_000, 75.0),
    (600_000, 214.0),
];
