//! Nearest points by a cell grid.

use super::cube_map::{on_axes, slope, slopes_around};
use super::grid::{Grid, Run};
use super::{Neighbours, chord_angle, squared_distance};
use crate::parallel::Executor;

/// Where a point lies in the grid: a search from there leaves it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    band: usize,
    index: usize,
}

/// Distances to lines are correct to a few roundings; what is proven by them is proven by more.
const SLACK: f64 = 1e-14;

/// The great circles between rows or columns: the line `u` of a face is the plane through the
/// origin in which first = u along, and (first - u along) `normal` is the distance from it.
struct Lines(Vec<[f64; 2]>);

impl Lines {
    fn new(side: usize) -> Self {
        let line = |index: usize| {
            let slope = slope(index as f64 / side as f64);
            [slope, 1.0 / (1.0 + slope * slope).sqrt()]
        };
        Self((0..=side).map(line).collect())
    }

    /// The distance from the nearer of the lines `before` and `after`, between which the point is.
    fn distance(&self, along: f64, across: f64, before: usize, after: usize) -> f64 {
        let to = |index: usize| {
            let [slope, normal] = self.0[index];
            (across - slope * along) * normal
        };
        to(before).min(-to(after))
    }
}

impl Grid {
    /// Statistics of the distance from each point to its nearest other one. O(n) while no cell is
    /// crowded: O(crowding) in general.
    pub(super) fn neighbours<E: Executor>(&self, executor: &E) -> Neighbours {
        let lines = Lines::new(self.side());
        let bands = executor.map(self.bands().len(), |band| self.band_neighbours(band, &lines));
        Neighbours::combine(&bands)
    }

    fn band_neighbours(&self, band: usize, lines: &Lines) -> Neighbours {
        let mut found = Neighbours::NONE;
        for row in self.rows(band) {
            for column in 0..self.side() {
                let cell = self.run(row, [column, column]);
                if cell.points.is_empty() {
                    continue;
                }
                let around = self.around(row, column);
                for (index, &point) in cell.points.iter().enumerate() {
                    let slot = Slot { band, index: cell.first + index };
                    let best = match &around {
                        Some(runs) => {
                            let proven = self.edge_distance(row, column, point, lines) - SLACK;
                            let best = runs.iter().fold(f64::INFINITY, |best, run| {
                                nearest_of(run, point, slot, best)
                            });
                            let is_proven = best <= proven.max(0.0) * proven;
                            if is_proven { best } else { self.search(point, Some(slot), best) }
                        }
                        None => self.search(point, Some(slot), f64::INFINITY),
                    };
                    found.add(best, chord_angle(best));
                    let is_duplicate = best == 0.0 && cell.points[..index].contains(&point);
                    found.duplicates += u64::from(is_duplicate);
                }
            }
        }
        found
    }

    /// The nine cells around one that is not at the edge of its face, as three runs.
    fn around(&self, row: usize, column: usize) -> Option<[Run<'_>; 3]> {
        let inside = |index: usize| (1..self.side().saturating_sub(1)).contains(&index);
        let columns = [column.wrapping_sub(1), column + 1];
        (inside(row % self.side()) && inside(column))
            .then(|| [row - 1, row, row + 1].map(|row| self.run(row, columns)))
    }

    /// A lower bound of the distance from a point of a cell to anything beyond the nine cells.
    fn edge_distance(&self, row: usize, column: usize, point: [f64; 3], lines: &Lines) -> f64 {
        let (face, row) = (row / self.side(), row % self.side());
        let [along, first, second] = on_axes(face, point);
        let columns = lines.distance(along, first, column - 1, column + 2);
        columns.min(lines.distance(along, second, row - 1, row + 2))
    }

    /// The square of the distance from any direction to the nearest point.
    pub(super) fn nearest(&self, point: [f64; 3]) -> f64 {
        self.search(point, None, f64::INFINITY)
    }

    /// The square of the distance to the nearest point that is not in `skip`, given that some point
    /// is not further than `best` (or that nothing is known: infinity). Infinity if there is none.
    ///
    /// Visits the cells that a ball can reach: one of radius `best`, or balls that double until
    /// they hold a point. The balls of all points together cover the sphere a few times only, so
    /// that empty cells cost O(n) in all.
    fn search(&self, point: [f64; 3], skip: Option<Slot>, best: f64) -> f64 {
        let (mut radius, mut best) = (1.5 / self.side() as f64, best);
        while best.is_infinite() && radius < 4.0 {
            best = self.within(point, skip, radius, best);
            if best <= radius * radius {
                return best;
            }
            radius *= 2.0;
        }
        // A point was found, but outside of what the ball is sure to cover.
        if best.is_finite() { self.within(point, skip, best.sqrt(), best) } else { best }
    }

    /// The smaller of `best` and the square of the distance to the nearest point of all cells that
    /// the ball reaches.
    fn within(&self, point: [f64; 3], skip: Option<Slot>, radius: f64, mut best: f64) -> f64 {
        let skip = skip.unwrap_or(Slot { band: usize::MAX, index: 0 });
        // Roundings of the square root must not leave out what is on the ball.
        self.visit_runs(point, radius * (1.0 + SLACK), |run| {
            best = nearest_of(&run, point, skip, best);
        });
        best
    }

    /// The points of all cells that a ball reaches, and so all points within it.
    pub(super) fn visit_runs(&self, point: [f64; 3], radius: f64, mut visit: impl FnMut(Run<'_>)) {
        for face in 0..6 {
            let Some([u, v]) = slopes_around(face, point, radius) else { continue };
            let columns = u.map(|slope| self.line_below(slope));
            for row in self.line_below(v[0])..=self.line_below(v[1]) {
                visit(self.run(face * self.side() + row, columns));
            }
        }
    }
}

/// The smaller of `best` and the squares of the distances to the points of the run, without `skip`.
fn nearest_of(run: &Run<'_>, point: [f64; 3], skip: Slot, best: f64) -> f64 {
    let nearest = |points: &[[f64; 3]], best: f64| {
        points.iter().fold(best, |best, &other| {
            let square = squared_distance(point, other);
            if square < best { square } else { best }
        })
    };
    let own = skip.index.wrapping_sub(run.first);
    if skip.band == run.band && own < run.points.len() {
        let (before, after) = run.points.split_at(own);
        nearest(&after[1..], nearest(before, best))
    } else {
        nearest(run.points, best)
    }
}
