//! Nearest points: a cell grid where points are spread, a k-d tree where they crowd.

mod cube_map;
mod grid;
mod search;
mod tree;
mod voronoi;

#[cfg(test)]
mod tests;

pub(super) use self::cube_map::{Place, slope};
use self::grid::Grid;
pub(super) use self::tree::Tree;
use super::Directions;
use crate::parallel::Executor;
use crate::sum::pairwise;

/// A grid may hold so many pairs per point within its cells; an even set has 3, a random one too.
/// Beyond it a tree is faster, and its cost is bounded.
const MOST_CROWDING: u64 = 32;

/// Points, arranged so that the nearest to any direction is found quickly.
#[derive(Debug)]
pub(super) enum Index {
    Grid(Grid),
    Tree(Tree),
}

/// What is known about the distances from each point to its nearest other one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Neighbours {
    /// The smallest squared distance.
    pub(super) smallest: f64,
    /// The largest squared distance.
    pub(super) largest: f64,
    /// The sum of the distances (not of their squares).
    pub(super) sum: f64,
    /// Points that are the same as an earlier one.
    pub(super) duplicates: u64,
}

impl Neighbours {
    const NONE: Self = Self { smallest: f64::INFINITY, largest: 0.0, sum: 0.0, duplicates: 0 };

    /// One more distance, and its square.
    fn add(&mut self, square: f64, distance: f64) {
        self.smallest = self.smallest.min(square);
        self.largest = self.largest.max(square);
        self.sum += distance;
    }

    /// Those of all blocks, in their order.
    fn combine(blocks: &[Self]) -> Self {
        let sums: Vec<[f64; 1]> = blocks.iter().map(|block| [block.sum]).collect();
        let [sum] = pairwise(&sums);
        blocks.iter().fold(Self { sum, ..Self::NONE }, |all, block| Self {
            smallest: all.smallest.min(block.smallest),
            largest: all.largest.max(block.largest),
            sum,
            duplicates: all.duplicates + block.duplicates,
        })
    }
}

/// The angle of a chord between unit vectors, from its square: 2 asin(c / 2), without cancellation
/// for small angles.
pub(super) fn chord_angle(square: f64) -> f64 {
    2.0 * libm::asin((0.5 * square.sqrt()).min(1.0))
}

fn squared_distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [dx, dy, dz] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    dx * dx + dy * dy + dz * dz
}

impl Index {
    /// O(n) for sets without crowds, O(n log n) for the others.
    pub(super) fn new<E: Executor>(points: &Directions<'_>, executor: &E) -> Self {
        let grid = Grid::new(points, executor);
        if grid.crowding() <= MOST_CROWDING * grid.count() as u64 {
            return Self::Grid(grid);
        }
        drop(grid);
        Self::Tree(Tree::new((0..points.count()).map(|index| points.point(index))))
    }

    pub(super) fn neighbours<E: Executor>(&self, executor: &E) -> Neighbours {
        match self {
            Self::Grid(grid) => grid.neighbours(executor),
            Self::Tree(tree) => tree.neighbours(executor, chord_angle),
        }
    }

    /// The covering radius as an angle, where it can be had exactly at a low price.
    pub(super) fn covering_radius<E: Executor>(&self, executor: &E) -> Option<f64> {
        match self {
            Self::Grid(grid) => grid.covering_radius(executor),
            Self::Tree(_) => None,
        }
    }

    /// The square of the distance (of the chord) from a direction to the nearest point.
    pub(super) fn nearest(&self, direction: [f64; 3]) -> f64 {
        match self {
            Self::Grid(grid) => grid.nearest(direction),
            Self::Tree(tree) => tree.nearest(direction),
        }
    }
}
