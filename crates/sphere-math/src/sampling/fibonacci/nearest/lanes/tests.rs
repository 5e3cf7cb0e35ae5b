use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, f64x8};

use core::f64::consts::{PI, TAU};

use super::cells::Search;
use super::corners::{MOST_TURN, View};
use super::{Fibonacci, LANES, halves};
use crate::sampling::{Method, Placement, Scheme};
use crate::simd::{Instructions, Kernel, SimdLevel};

const GROUPS: usize = 1_000;

/// The corners of the cells of a group: their indices, which of them are points, and their squared
/// distances.
#[derive(Default)]
struct Seen {
    indices: [[u64; LANES]; 4],
    points: [u64; 4],
    squares: [[f64; LANES]; 4],
    short_turn: [f64; LANES],
    steps: [[f64; LANES]; 2],
    proved: u64,
    /// For which directions a point at each of [`DISTANCES`] is proved to be the nearest.
    within: [u64; DISTANCES.len()],
}

/// Squared distances in areas of a cell; a little more than the fourth is the most that occurs.
const DISTANCES: [f64; 6] = [0.01, 0.1, 0.3, 0.5, 0.7, 1.0];

struct See<'a> {
    search: &'a Search,
    columns: [&'a [f64]; 3],
}

impl Kernel for See<'_> {
    type Output = Seen;

    fn scalar(self) -> Seen {
        Seen::default()
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) -> Seen {
        let proved = self.search.group(simd, self.columns, &mut [0; LANES]);
        let mut seen = Seen { proved, ..Seen::default() };
        let [x, y, z] = self.columns.map(|column| halves(simd, column));
        let cells = [0, 1].map(|half| self.search.cells(simd, [x[half], y[half], z[half]]));
        let view = View::new(simd, &cells[0], &cells[1]);
        let squares = self.search.squares(simd, &view);
        for (within, distance) in seen.within.iter_mut().zip(DISTANCES) {
            let nearest = [0, 1].map(|half| {
                f64x8::splat(simd, distance * 4.0 * PI / self.search.steps)
                    / cells[half].squared_radius
            });
            let next = f32x16::splat(simd, f32::INFINITY);
            *within = self.search.prove(&view, nearest[0].narrow(nearest[1]), next).to_bitmask();
        }
        for (half, cells) in cells.iter().enumerate() {
            let lanes = 8 * half..8 * half + 8;
            cells.short_turn.store_slice(&mut seen.short_turn[lanes.clone()]);
            cells.steps[0].store_slice(&mut seen.steps[0][lanes.clone()]);
            cells.steps[1].store_slice(&mut seen.steps[1][lanes]);
        }
        for (at, square) in squares.into_iter().enumerate() {
            let square: [f64x8<S>; 2] = square.widen().into();
            let along = [at & 1, at >> 1].map(|along| f64x8::splat(simd, along as f64));
            for half in 0..2 {
                let lanes = 8 * half..8 * half + 8;
                let square = square[half] * cells[half].squared_radius;
                square.store_slice(&mut seen.squares[at][lanes.clone()]);
                let indices = &mut seen.indices[at][lanes];
                let points = self.search.index(simd, &cells[half], along, indices);
                seen.points[at] |= points.to_bitmask() << (8 * half);
            }
        }
        seen
    }
}

/// What each level with lanes sees of groups of directions, and of how many.
fn look(lattice: &Fibonacci, mut check: impl FnMut([[f64; LANES]; 3], Seen)) -> usize {
    let search = Search::new(lattice);
    let plan = Scheme::Random { seed: 5, method: Method::Cylinder }.plan().unwrap();
    let mut levels = SimdLevel::available();
    levels.retain(|&level| level != SimdLevel::Scalar);
    for &level in &levels {
        for group in 0..GROUPS as u64 {
            let mut columns = [[0.0; LANES]; 3];
            let [x, y, z] = &mut columns;
            let start = group * LANES as u64;
            plan.fill(start..start + LANES as u64, &mut [x, y, z]).unwrap();
            let [x, y, z] = &columns;
            let see = See { search: &search, columns: [x, y, z] };
            check(columns, Instructions::of(level).unwrap().run(see));
        }
    }
    levels.len() * GROUPS * LANES
}

fn lattice(total: u64, offset: f64) -> Fibonacci {
    Fibonacci::new(total, Placement::Offset(offset)).unwrap()
}

/// What doubt begins at rests on this, in parts of the area of a cell.
#[test]
fn estimates_are_close() {
    let mut most: f64 = 0.0;
    for total in [300, 1_000, 100_000, 1 << 30, 1 << 40, 1 << 52] {
        for offset in [0.0, 0.5, 75.0] {
            let (lattice, mut compared) = (lattice(total, offset), 0);
            let area = 4.0 * PI / lattice.steps;
            let looked = look(&lattice, |[x, y, z], seen| {
                for lane in 0..LANES {
                    let scale =
                        1.0 / (x[lane] * x[lane] + y[lane] * y[lane] + z[lane] * z[lane]).sqrt();
                    let direction = [x[lane], y[lane], z[lane]].map(|c| scale * c);
                    let radius = direction[0].hypot(direction[1]);
                    for at in (0..4).filter(|&at| seen.points[at] >> lane & 1 == 1) {
                        let point = lattice.point::<f64>(seen.indices[at][lane]);
                        let apart = [0, 1, 2].map(|axis| point[axis] - direction[axis]);
                        let exact = apart.into_iter().map(|c| c * c).sum::<f64>();
                        let estimate = seen.squares[at][lane];
                        // What is further is not accepted.
                        let far = 0.2 * radius * radius;
                        if estimate.min(exact) < far && seen.short_turn[lane] < f64::from(MOST_TURN)
                        {
                            compared += 1;
                            most = most.max((estimate - exact).abs() / area);
                        }
                    }
                }
            });
            assert!(compared >= 2 * looked, "{total} {offset}: {compared} of {looked}");
        }
    }
    println!("2^{:.2} of an area", most.log2());
    assert!(most < 1.0 / 16_384.0, "{most}");
}

/// Otherwise the search for one direction decides, which is right, and slow.
#[test]
fn nearly_all_directions_are_proved() {
    for (total, most) in [(1_000, 0.01), (10_000, 2e-3), (1_000_000, 1e-3), (1 << 52, 1e-3)] {
        let mut proved = 0;
        let looked = look(&lattice(total, 0.5), |_, seen| proved += seen.proved.count_ones());
        let left = looked - proved as usize;
        println!("{total} points: {left} of {looked}");
        assert!(left as f64 <= most * looked as f64, "{total} points: {left} of {looked}");
    }
}

/// The proof itself: a direction at that distance is less than one step away, of either kind.
#[test]
fn circles_that_are_proved_are_within_a_step() {
    let mut most = [0.0_f64; DISTANCES.len()];
    let (mut looked, mut proved) = (0, [0; DISTANCES.len()]);
    for total in [100, 300, 1_000, 30_000, 1 << 20, 1 << 40] {
        let lattice = lattice(total, 0.5);
        let per_turn = |turn: f64| turn * crate::sampling::fibonacci::steps::POWERS[1];
        looked += look(&lattice, |[x, y, z], seen| {
            for (lane, z) in z.into_iter().enumerate() {
                let radius = x[lane].hypot(y[lane]);
                for (which, within) in seen.within.into_iter().enumerate() {
                    if within >> lane & 1 == 0 {
                        continue;
                    }
                    proved[which] += 1;
                    // The angle whose chord it is.
                    let chord = (DISTANCES[which] * 4.0 * PI / lattice.steps).sqrt();
                    let (sin, cos) = (2.0 * (0.5 * chord).asin()).sin_cos();
                    for bearing in (0..24).map(|k| f64::from(k) / 24.0 * TAU) {
                        let (east, north) = (sin * bearing.sin(), sin * bearing.cos());
                        let turns = east.atan2(radius * cos - z * north) / TAU;
                        // z - (z cos + radius north), without cancellation.
                        let down = z * sin * sin / (1.0 + cos) - radius * north;
                        let rows = 0.5 * lattice.steps * down;
                        let turn = seen.short_turn[lane];
                        let a = rows * per_turn(turn) - turns * seen.steps[1][lane];
                        let b = rows * turn + turns * seen.steps[0][lane];
                        most[which] = most[which].max(a.abs()).max(b.abs());
                    }
                }
            }
        });
    }
    println!("{proved:?} of {looked}, {most:.3?}");
    assert!(most.into_iter().all(|most| most < 1.0), "{most:?}");
    assert!(proved[..5].iter().all(|&proved| 10 * proved >= 7 * looked), "{proved:?} of {looked}");
}
