use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

use super::cells::Search;
use super::corners::{MOST_TURN, View};
use super::{Fibonacci, LANES, halves};
use crate::sampling::{Method, Placement, Scheme};
use crate::simd::{Instructions, Kernel, SimdLevel};

const GROUPS: usize = 2_000;

/// The corners of the cells of a group: their indices, which of them are points, and their squared
/// distances.
#[derive(Default)]
struct Seen {
    indices: [[u64; LANES]; 4],
    points: [u64; 4],
    squares: [[f64; LANES]; 4],
    short_turn: [f64; LANES],
    proved: u64,
}

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
        let squares = self.search.squares(simd, &View::new(simd, &cells[0], &cells[1]));
        for (half, cells) in cells.iter().enumerate() {
            let lanes = 8 * half..8 * half + 8;
            cells.short_turn.store_slice(&mut seen.short_turn[lanes]);
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

/// What each level with lanes sees of groups of directions.
fn look(lattice: &Fibonacci, mut check: impl FnMut([[f64; LANES]; 3], Seen)) {
    let search = Search::new(lattice);
    let plan = Scheme::Random { seed: 5, method: Method::Cylinder }.plan().unwrap();
    for level in SimdLevel::available().into_iter().filter(|&level| level != SimdLevel::Scalar) {
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
            let area = 4.0 * core::f64::consts::PI / lattice.steps;
            look(&lattice, |[x, y, z], seen| {
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
            assert!(compared > 80_000, "{total} {offset}: {compared}");
        }
    }
    println!("2^{:.2} of an area", most.log2());
    assert!(most < 1.0 / 16_384.0, "{most}");
}

/// Otherwise the search for one direction decides, which is right, and slow.
#[test]
fn nearly_all_directions_are_proved() {
    for (total, most) in [(1_000, 0.01), (10_000, 2e-3), (1_000_000, 1e-3), (1 << 52, 1e-3)] {
        let (mut proved, mut directions) = (0, 0);
        look(&lattice(total, 0.5), |_, seen| {
            proved += seen.proved.count_ones();
            directions += LANES as u32;
        });
        let rate = 1.0 - f64::from(proved) / f64::from(directions);
        println!("{total} points: {rate:.5}");
        assert!(rate < most, "{total} points: {rate}");
    }
}
