//! The covering radius: the largest distance from anywhere to the nearest point.
//!
//! For spread directions it follows from their Voronoi cells. All else is done by branch and bound,
//! which asks nothing of the points and takes long only where many holes are almost as large as the
//! largest. The surface is cut into cells. The distance d from the centre of a cell to the nearest point is a
//! lower bound of the covering radius, and d plus the radius of the cell an upper bound of the
//! distances within the cell. Cells that cannot hold much more than what is already found are
//! dropped, the others are cut into four. All cells of a level are measured before any is dropped,
//! so that the result does not depend on the number of threads.

use super::Value;
use super::nearest::{Index, Place, Tree, chord_angle, slope};
use crate::parallel::Executor;

/// Ends are so close in the end: hi <= 1.02 lo. Closer ones cost more than they tell.
const TOLERANCE: f64 = 0.02;

/// Centres that are measured: at least so many if needed, and at most as many per point.
const LEAST_BUDGET: usize = 1 << 20;
const BUDGET_PER_POINT: usize = 80;
const MOST_BUDGET: usize = 1 << 24;

/// Cells of a task.
const TASK: usize = 1 << 10;

/// Cells are numbered in 32 bits along each side; far smaller than any distance that f64 resolves.
const MOST_LEVEL: u32 = 30;

/// Both ends move outwards by this share of them, more than rounding has changed.
const OUTWARD: f64 = 1e-7;

/// A square cell of one of the faces of a surface: `row` and `column` of `2^level`.
#[derive(Clone, Copy, Debug)]
struct Cell {
    face: u8,
    row: u32,
    column: u32,
}

impl Cell {
    fn quarters(self) -> [Self; 4] {
        [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[row, column]| Self {
            row: 2 * self.row + row,
            column: 2 * self.column + column,
            ..self
        })
    }

    /// The places in \[0, 1\]² of the centre and the four corners.
    fn places(self, level: u32) -> [[f64; 2]; 5] {
        const OFFSETS: [[f64; 2]; 5] = [[0.5, 0.5], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
        let scale = 1.0 / f64::from(1_u32 << level);
        let [column, row] = [f64::from(self.column), f64::from(self.row)];
        OFFSETS.map(|[across, up]| [(column + across) * scale, (row + up) * scale])
    }
}

/// What is covered.
trait Surface: Sync {
    /// The number of squares it is made of.
    const FACES: u8;

    /// The distance from the centre of a cell to the nearest point, and the radius of the cell about
    /// its centre; `None` for cells without any of the surface.
    fn measure(&self, cell: Cell, level: u32) -> Option<Measured>;
}

#[derive(Clone, Copy, Debug)]
struct Measured {
    distance: f64,
    /// No place of the cell is further from the nearest point.
    bound: f64,
}

/// The covering radius of directions as an angle in radians, as a bracket.
pub(super) fn of_sphere<E: Executor>(index: &Index, count: usize, executor: &E) -> Value {
    let [lo, hi] = match index.covering_radius(executor) {
        Some(radius) => outwards([radius; 2]),
        None => bracket(&Sphere(index), count, executor),
    };
    Value::Bracket { lo, hi: hi.min(core::f64::consts::PI) }
}

/// The covering radius of points (x, y, 0) of the unit disk, as a bracket.
pub(super) fn of_disk<E: Executor>(tree: &Tree, count: usize, executor: &E) -> Value {
    let [lo, hi] = bracket(&Disk(tree), count, executor);
    Value::Bracket { lo, hi }
}

fn bracket<S: Surface, E: Executor>(surface: &S, count: usize, executor: &E) -> [f64; 2] {
    let budget = count.saturating_mul(BUDGET_PER_POINT).clamp(LEAST_BUDGET, MOST_BUDGET);
    let face = |face| Cell { face, row: 0, column: 0 };
    let mut cells: Vec<Cell> = (0..S::FACES).map(face).collect();
    let (mut lo, mut hi, mut spent) = (0.0_f64, 0.0_f64, 0);
    for level in 0..=MOST_LEVEL {
        spent += cells.len();
        let measured = executor.map(cells.len().div_ceil(TASK), |task| {
            let cells = &cells[task * TASK..cells.len().min((task + 1) * TASK)];
            let measure = |&cell| surface.measure(cell, level).map(|measured| (cell, measured));
            cells.iter().filter_map(measure).collect::<Vec<_>>()
        });
        let measured = || measured.iter().flatten();
        lo = measured().fold(lo, |lo, (_, cell)| lo.max(cell.distance));
        let enough = lo * (1.0 + TOLERANCE);
        let live = measured().filter(|(_, cell)| cell.bound > enough).count();
        let is_last = level == MOST_LEVEL || spent + 4 * live > budget;
        for (_, cell) in measured() {
            if is_last || cell.bound <= enough {
                hi = hi.max(cell.bound);
            }
        }
        if is_last || live == 0 {
            break;
        }
        let survivors = measured().filter(|(_, cell)| cell.bound > enough);
        cells = survivors.flat_map(|(cell, _)| cell.quarters()).collect();
    }
    outwards([lo, hi.max(lo)])
}

fn outwards([lo, hi]: [f64; 2]) -> [f64; 2] {
    [lo * (1.0 - OUTWARD), hi * (1.0 + OUTWARD)]
}

struct Sphere<'a>(&'a Index);

impl Surface for Sphere<'_> {
    const FACES: u8 = 6;

    fn measure(&self, cell: Cell, level: u32) -> Option<Measured> {
        let direction = |place: [f64; 2]| {
            Place { face: usize::from(cell.face), slopes: place.map(slope) }.direction()
        };
        let [centre, corners @ ..] = cell.places(level).map(direction);
        // Sides are great circles and a cap of less than a hemisphere is convex: one that holds the
        // corners holds the cell.
        let square = corners.iter().fold(0.0_f64, |most, corner| {
            let difference: [f64; 3] = core::array::from_fn(|axis| corner[axis] - centre[axis]);
            most.max(difference.iter().map(|x| x * x).sum())
        });
        let distance = chord_angle(self.0.nearest(centre));
        Some(Measured { distance, bound: distance + chord_angle(square) })
    }
}

struct Disk<'a>(&'a Tree);

impl Surface for Disk<'_> {
    const FACES: u8 = 1;

    fn measure(&self, cell: Cell, level: u32) -> Option<Measured> {
        let [centre, ..] = cell.places(level).map(|place| place.map(|u| 2.0 * u - 1.0));
        let radius = core::f64::consts::SQRT_2 / f64::from(1_u32 << level);
        let from_origin = (centre[0] * centre[0] + centre[1] * centre[1]).sqrt();
        if from_origin > 1.0 + radius {
            return None;
        }
        // A centre outside moves to the rim, and so no further from any place within the disk.
        let scale = 1.0 / from_origin.max(1.0);
        let distance = self.0.nearest([centre[0] * scale, centre[1] * scale, 0.0]).sqrt();
        Some(Measured { distance, bound: distance + radius })
    }
}

#[cfg(test)]
mod tests {
    use super::{Disk, Sphere, bracket};
    use crate::parallel::Serial;
    use crate::quality::nearest::{Index, Tree};
    use crate::quality::{Directions, Precision};
    use crate::sampling::{Method, Placement, Scheme};

    /// The columns of the first `count` points that are not in the cap z > `open`.
    fn drawn(scheme: Scheme, count: u64, open: f64) -> [Vec<f64>; 3] {
        let mut rows = vec![0.0; 3 * count as usize];
        scheme.plan().unwrap().fill_rows(0..count, &mut rows).unwrap();
        let kept = || rows.chunks_exact(3).filter(|row| row[2] <= open);
        [0, 1, 2].map(|axis| kept().map(|row| row[axis]).collect())
    }

    #[test]
    fn cells_and_branches_agree() {
        let mut seen = 0;
        for count in [60, 200, 1_000, 5_000, 20_000] {
            let fibonacci = |e| Scheme::Fibonacci { total: count, placement: Placement::Offset(e) };
            let random = |seed| Scheme::Random { seed, method: Method::Cylinder };
            for scheme in [fibonacci(0.5), fibonacci(0.0), fibonacci(30.0), random(1), random(2)] {
                for open in [1.0, 0.98] {
                    let [x, y, z] = drawn(scheme, count, open);
                    let points = Directions::new(&x, &y, &z, Precision::Double).unwrap();
                    let index = Index::new(&points, &Serial);
                    let [lo, hi] = bracket(&Sphere(&index), x.len(), &Serial);
                    assert!(lo <= hi && hi <= 1.0201 * lo, "{scheme:?} {open}: {lo} {hi}");
                    if let Some(radius) = index.covering_radius(&Serial) {
                        assert!(lo <= radius && radius <= hi, "{scheme:?}: {lo} {radius} {hi}");
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn the_disk() {
        let table: [(&[[f64; 3]], f64); 4] = [
            (&[[0.0; 3]], 1.0),
            (&[[1.0, 0.0, 0.0]], 2.0),
            (&[[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]], core::f64::consts::SQRT_2),
            // The rim half way between two of the square; the centre is at 0.5.
            (&[[0.5, 0.0, 0.0], [-0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, -0.5, 0.0]], 0.7368128791),
        ];
        for (points, expected) in table {
            let tree = Tree::new(points.iter().copied());
            let [lo, hi] = bracket(&Disk(&tree), points.len(), &Serial);
            assert!(lo <= expected && expected <= hi, "{points:?}: {lo} {expected} {hi}");
            assert!(hi <= 1.021 * lo, "{points:?}: {lo} {hi}");
        }
    }
}
