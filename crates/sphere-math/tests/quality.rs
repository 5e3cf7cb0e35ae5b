//! The quality report against sets whose figures are known.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;

use core::f64::consts::{FRAC_PI_2, PI};

use common::executors::{Backwards, Threads};
use sphere_math::parallel::Serial;
use sphere_math::quality::{
    self, Coverage, CubePoints, Directions, DirectionsReport, DiskPoints, Precision, Value,
};
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

type Points = Vec<[f64; 3]>;

fn report(points: &[[f64; 3]]) -> DirectionsReport {
    let column = |axis: usize| points.iter().map(|point| point[axis]).collect::<Vec<f64>>();
    let [x, y, z] = [column(0), column(1), column(2)];
    quality::directions(&Directions::new(&x, &y, &z, Precision::Double).unwrap(), &Serial)
}

fn drawn(scheme: &Scheme, count: u64) -> Points {
    common::directions(&scheme.plan().unwrap(), 0..count)
}

fn lattice(total: u64, placement: Placement) -> Points {
    drawn(&Scheme::Fibonacci { total, placement }, total)
}

fn unit(point: [f64; 3]) -> [f64; 3] {
    let length = point.iter().map(|x| x * x).sum::<f64>().sqrt();
    point.map(|x| x / length)
}

/// All points that even permutations and signs make of one.
fn orbit(point: [f64; 3]) -> Points {
    let mut points: Points = Vec::new();
    for turn in 0..3 {
        for signs in 0..8 {
            let sign = |axis: usize| if signs >> axis & 1 == 0 { 1.0 } else { -1.0 };
            let turned: [f64; 3] =
                core::array::from_fn(|axis| sign(axis) * point[(axis + turn) % 3]);
            let turned = unit(turned).map(|x| x + 0.0);
            if !points.contains(&turned) {
                points.push(turned);
            }
        }
    }
    points
}

struct Solid {
    name: &'static str,
    points: Points,
    /// Cosines of the smallest distance and of the covering radius.
    cosines: [f64; 2],
    /// Degrees up to 12 that the symmetry of the solid does not make vanish.
    left: &'static [u32],
}

fn solids() -> Vec<Solid> {
    let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
    let tetrahedron =
        [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]].map(unit);
    let dodecahedron = [orbit([1.0, 1.0, 1.0]), orbit([0.0, 1.0 / golden, golden])].concat();
    // The circumradius of a face of the icosahedron, which is the inradius angle of both.
    let face = (1.0 + 2.0 / 5.0_f64.sqrt()).sqrt() / 3.0_f64.sqrt();
    vec![
        Solid {
            name: "tetrahedron",
            points: tetrahedron.to_vec(),
            cosines: [-1.0 / 3.0, 1.0 / 3.0],
            left: &[3, 4, 6, 7, 8, 9, 10, 11, 12],
        },
        Solid {
            name: "octahedron",
            points: orbit([0.0, 0.0, 1.0]),
            cosines: [0.0, 1.0 / 3.0_f64.sqrt()],
            left: &[4, 6, 8, 10, 12],
        },
        Solid {
            name: "cube",
            points: orbit([1.0, 1.0, 1.0]),
            cosines: [1.0 / 3.0, 1.0 / 3.0_f64.sqrt()],
            left: &[4, 6, 8, 10, 12],
        },
        Solid {
            name: "icosahedron",
            points: orbit([0.0, 1.0, golden]),
            cosines: [1.0 / 5.0_f64.sqrt(), face],
            left: &[6, 10, 12],
        },
        Solid {
            name: "dodecahedron",
            points: dodecahedron,
            cosines: [5.0_f64.sqrt() / 3.0, face],
            left: &[6, 10, 12],
        },
    ]
}

fn assert_covers(name: &str, report: &DirectionsReport, expected: f64) {
    let Value::Bracket { lo, hi } = report.covering_radius.value else { panic!("{name}") };
    assert!(lo <= expected && expected <= hi, "{name}: {lo} {expected} {hi}");
    assert!(hi <= 1.021 * lo, "{name}: {lo} {hi}");
}

#[test]
fn regular_solids() {
    for Solid { name, points, cosines, left } in solids() {
        let [smallest, covering] = cosines.map(f64::acos);
        let report = report(&points);
        let neighbours = report.neighbours.unwrap();
        for figure in [neighbours.smallest, neighbours.mean, neighbours.largest] {
            assert!((figure.value.central() - smallest).abs() < 1e-14, "{name}: {figure:?}");
        }
        assert_covers(name, &report, covering);
        assert_eq!(report.duplicates, 0, "{name}");
        for harmonic in &report.harmonics[..12] {
            let power = harmonic.power.value.central();
            let vanishes = !left.contains(&harmonic.degree);
            assert_eq!(power < 1e-28, vanishes, "{name} {}: {power:e}", harmonic.degree);
        }
        // Sets of triangles with three in each face reach both bounds.
        let is_perfect = |figure: f64, perfect: f64| (figure / perfect - 1.0).abs() < 1e-12;
        let perfect = neighbours.smallest.perfect.unwrap().value;
        let triangles = ["tetrahedron", "octahedron", "icosahedron"].contains(&name);
        assert_eq!(is_perfect(smallest, perfect), triangles, "{name}: {smallest} {perfect}");
        let perfect = report.covering_radius.perfect.unwrap().value;
        assert_eq!(is_perfect(covering, perfect), triangles, "{name}: {covering} {perfect}");
    }
}

#[test]
fn sets_without_area() {
    let one = report(&[[0.6, 0.0, 0.8]]);
    assert_covers("one", &one, PI);
    assert_eq!((one.neighbours, one.mesh_ratio), (None, None));
    // 4/3 - 0, and every harmonic at its largest.
    assert!((one.cap_discrepancy_squared.value.central() - 4.0 / 3.0).abs() < 1e-15);
    assert!(one.harmonics.iter().all(|h| (h.power.value.central() - 1.0).abs() < 1e-12));

    let two = report(&[[0.6, 0.0, 0.8], [-0.6, 0.0, -0.8]]);
    assert_covers("two", &two, FRAC_PI_2);
    assert!((two.neighbours.unwrap().mean.value.central() - PI).abs() < 1e-7);
    assert!((two.cap_discrepancy_squared.value.central() - 1.0 / 3.0).abs() < 1e-15);

    let circle: Points = (0..1000)
        .map(|k| {
            let angle = 2.0 * PI * f64::from(k) / 1000.0;
            unit([angle.cos(), angle.sin() * 0.6, angle.sin() * 0.8])
        })
        .collect();
    let circle = report(&circle);
    assert_covers("circle", &circle, FRAC_PI_2);
    let smallest = circle.neighbours.unwrap().smallest.value.central();
    assert!((smallest - 2.0 * PI / 1000.0).abs() < 1e-12);
}

#[test]
fn duplicates_are_counted() {
    let mut points = lattice(1000, Placement::Quadrature);
    points.extend_from_within(100..350);
    points.extend_from_within(100..150);
    let report = report(&points);
    assert_eq!(report.duplicates, 300);
    let neighbours = report.neighbours.unwrap();
    assert_eq!(neighbours.smallest.value, Value::Exact(0.0));
    assert!(neighbours.largest.value.central() > 0.09);
    assert_eq!(report.mesh_ratio, None);
}

#[test]
fn energy_discrepancies_of_known_sets() {
    let offset = Placement::Offset;
    let order = |order| Scheme::Pixels { order, ordering: sphere_math::healpix::Ordering::Ring };
    let table = [
        ("midpoint", lattice(4096, Placement::Quadrature), 3.097e-6),
        ("0.36", lattice(4096, offset(0.36)), 3.098e-6),
        ("1.33", lattice(4096, offset(1.33)), 3.150e-6),
        ("3.33", lattice(4096, offset(3.33)), 3.69e-6),
        ("10", lattice(4096, offset(10.0)), 9.36e-6),
        ("pixels", drawn(&order(4), 3072), 4.82e-6),
    ];
    for (name, points, expected) in table {
        let found = report(&points).cap_discrepancy_squared;
        assert!(matches!(found.value, Value::Exact(_)), "{name}");
        let found = found.value.central();
        assert!((found / expected - 1.0).abs() < 2e-3, "{name}: {found:e}");
    }
}

/// Stolarsky's identity itself: the mean square discrepancy of caps is an eighth of the figure.
#[test]
fn the_cap_discrepancy_is_that_of_caps() {
    let plan = Scheme::Sobol { domain: Domain::Cube { dimensions: 3 }, scramble: Scramble::None };
    let caps: Vec<f64> = common::rows(&plan.plan().unwrap(), 1..40_000);
    for points in [vec![[0.6, 0.0, 0.8]], lattice(50, Placement::Quadrature)] {
        let square = |cap: &[f64]| {
            let (z, turn, height) = (1.0 - 2.0 * cap[0], 2.0 * PI * cap[1], 1.0 - 2.0 * cap[2]);
            let r = (1.0 - z * z).sqrt();
            let centre = [r * turn.cos(), r * turn.sin(), z];
            let is_inside = |p: &&[f64; 3]| (0..3).map(|k| p[k] * centre[k]).sum::<f64>() > height;
            let share = points.iter().filter(is_inside).count() as f64 / points.len() as f64;
            (share - 0.5 * (1.0 - height)).powi(2)
        };
        let mean = caps.chunks_exact(3).map(square).sum::<f64>() / (caps.len() / 3) as f64;
        let found = report(&points).cap_discrepancy_squared.value.central();
        assert!((8.0 * mean / found - 1.0).abs() < 0.01, "{mean} {found}");
    }
}

/// sqrt(n) times the smallest distance, from an independent calculation.
#[test]
fn smallest_distances_of_lattices() {
    let table = [
        (100, [3.090, 3.091, 3.250, 3.221, 3.041]),
        (1_000, [3.092, 3.087, 3.275, 3.305, 3.309]),
        (10_000, [3.092, 3.087, 3.278, 3.313, 3.338]),
        (65_536, [3.092, 3.087, 3.278, 3.314, 3.341]),
    ];
    for (n, row) in table {
        for (offset, expected) in [0.5, 0.36, 1.33, 3.33, 10.0].into_iter().zip(row) {
            let points = lattice(n, Placement::Offset(offset));
            let [x, y, z] =
                [0, 1, 2].map(|axis| points.iter().map(|p| p[axis]).collect::<Vec<_>>());
            let points = Directions::new(&x, &y, &z, Precision::Double).unwrap();
            let found = quality::neighbours(&points, &Serial).unwrap();
            let angle = found.scaled(n as usize).smallest.value.central();
            // The table has chords.
            let chord = 2.0 * (n as f64).sqrt() * (0.5 * angle / (n as f64).sqrt()).sin();
            assert!((chord - expected).abs() < 6e-4, "{n} {offset}: {chord}");
        }
    }
}

#[test]
fn random_sets_give_the_figures_of_random_sets() {
    let [sets, n] = [150, 1000];
    let mut means = vec![[0.0; 2]; 6 + 32];
    for seed in 0..sets {
        let report = report(&drawn(&Scheme::Random { seed, method: Method::Cylinder }, n));
        let neighbours = report.neighbours.unwrap();
        let mut figures = vec![
            neighbours.smallest,
            neighbours.mean,
            neighbours.largest,
            report.covering_radius,
            report.mesh_ratio.unwrap(),
            report.cap_discrepancy_squared,
        ];
        figures.extend(report.harmonics.iter().map(|harmonic| harmonic.power));
        for (mean, figure) in means.iter_mut().zip(figures) {
            let ratio = figure.value.central() / figure.random.unwrap().value;
            mean[0] += ratio / sets as f64;
            mean[1] += ratio * ratio / sets as f64;
        }
    }
    for (index, [mean, square]) in means.into_iter().enumerate() {
        let error = ((square - mean * mean) / sets as f64).sqrt();
        // Right for many points, these have 1000; and the bracket is 2 % wide.
        let systematic = [0.02, 0.001, 0.02, 0.03, 0.1].get(index).copied().unwrap_or(0.0);
        assert!((mean - 1.0).abs() < 4.0 * error + systematic, "{index}: {mean} ± {error}");
        // Nor has it a variance: one over the smallest distance.
        assert!(error < 0.1 || index == 4, "{index}: {error}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let clustered = |count| {
        let near = |point: [f64; 3]| unit([1e-4 * point[0], 1e-4 * point[1], 1.0]);
        drawn(&Scheme::Random { seed: 3, method: Method::Cylinder }, count)
            .into_iter()
            .map(near)
            .collect::<Points>()
    };
    // Above and below what is exact, with a grid and with a tree.
    for points in [
        lattice(40_000, Placement::Quadrature),
        lattice(700, Placement::Quadrature),
        clustered(9_000),
    ] {
        let [x, y, z] = [0, 1, 2].map(|axis| points.iter().map(|p| p[axis]).collect::<Vec<_>>());
        let points = Directions::new(&x, &y, &z, Precision::Double).unwrap();
        let serial = quality::directions(&points, &Serial);
        assert_eq!(quality::directions(&points, &Backwards), serial);
        assert_eq!(quality::directions(&points, &Threads(3)), serial);
    }
    let plan = Scheme::Sobol { domain: Domain::Cube { dimensions: 3 }, scramble: Scramble::None };
    let rows: Vec<f64> = common::rows(&plan.plan().unwrap(), 0..40_000);
    let columns =
        [0, 1, 2].map(|axis| rows.iter().skip(axis).step_by(3).copied().collect::<Vec<_>>());
    let slices = columns.each_ref().map(Vec::as_slice);
    let points = CubePoints::new(&slices).unwrap();
    let serial = quality::cube(&points, &Serial);
    assert_eq!(quality::cube(&points, &Backwards), serial);
    assert_eq!(quality::cube(&points, &Threads(3)), serial);
    assert!(matches!(serial.star_discrepancy_squared.unwrap().value, Value::Estimate { .. }));
}

#[test]
fn single_precision_changes_little() {
    let points = lattice(20_000, Placement::Quadrature);
    let rounded: Points = points.iter().map(|p| p.map(|x| f64::from(x as f32))).collect();
    let [x, y, z] = [0, 1, 2].map(|axis| rounded.iter().map(|p| p[axis]).collect::<Vec<_>>());
    assert!(Directions::new(&x, &y, &z, Precision::Double).is_err());
    let points_f32 = Directions::new(&x, &y, &z, Precision::Single).unwrap();
    let [single, double] = [quality::directions(&points_f32, &Serial), report(&points)];
    let figures = |report: &DirectionsReport| {
        let neighbours = report.neighbours.unwrap();
        let discrepancy = report.cap_discrepancy_squared;
        [neighbours.smallest, neighbours.mean, report.covering_radius, discrepancy]
    };
    for (single, double) in figures(&single).into_iter().zip(figures(&double)) {
        let [single, double] = [single, double].map(|figure| figure.value.central());
        assert!((single / double - 1.0).abs() < 1e-4, "{single} {double}");
    }
}

#[test]
fn disks() {
    let n = 5_000_u64;
    let rows: Vec<f64> = common::rows(&Scheme::Disk { total: n }.plan().unwrap(), 0..n);
    let [x, y] = [0, 1].map(|axis| rows.iter().skip(axis).step_by(2).copied().collect::<Vec<_>>());
    let lattice = quality::disk(&DiskPoints::new(&x, &y, Precision::Double).unwrap(), &Serial);
    // Squared radii are (k + 1/2) / n; the golden angle leaves gaps of about 1 / n.
    let radial = lattice.radial_discrepancy;
    assert!((radial.value.central() / radial.perfect.unwrap().value - 1.0).abs() < 1e-9);
    let angular = lattice.angular_discrepancy.value.central();
    assert!(angular * (n as f64) < 5.0, "{angular}");

    // Random points: the horizontal part of directions is denser at the rim; sqrt(1 - |z|) is not.
    let random = drawn(&Scheme::Random { seed: 1, method: Method::Cylinder }, n);
    let flat = random.iter().map(|[x, y, z]| {
        let scale = (1.0 - z.abs()).sqrt() / x.hypot(*y);
        [x * scale, y * scale]
    });
    let (x, y): (Vec<f64>, Vec<f64>) = flat.map(|[x, y]| (x, y)).unzip();
    let random = quality::disk(&DiskPoints::new(&x, &y, Precision::Double).unwrap(), &Serial);
    for figure in [random.radial_discrepancy, random.angular_discrepancy] {
        let ratio = figure.value.central() / figure.random.unwrap().value;
        assert!((0.4..2.0).contains(&ratio), "{ratio}");
    }
    let means = [lattice, random].map(|report| report.neighbours.unwrap().mean);
    let ratio = means[1].value.central() / means[1].random.unwrap().value;
    // Beside the rim distances are larger.
    assert!((0.98..1.05).contains(&ratio), "{ratio}");
    let ratio = means[0].value.central() / means[0].perfect.unwrap().value;
    assert!((0.85..1.0).contains(&ratio), "{ratio}");
}

#[test]
fn cubes() {
    let report = |scramble, dimensions: u32, count: usize| {
        let domain = Domain::Cube { dimensions };
        let plan = Scheme::Sobol { domain, scramble }.plan().unwrap();
        let mut columns = vec![vec![0.0; count]; dimensions as usize];
        let mut slices: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        plan.fill(0..count as u64, &mut slices).unwrap();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        quality::cube(&CubePoints::new(&slices).unwrap(), &Serial)
    };
    let owen = Scramble::Owen { seed: 1, randomisation: 2 };
    for scramble in [Scramble::None, owen] {
        for count in [1, 2, 3, 1024, 1500] {
            let report = report(scramble, 2, count);
            assert_eq!(report.strata.intervals, [0, 0], "{count}");
            assert_eq!(report.strata.pairs[0].missed, 0, "{count}");
            assert_eq!(report.strata.coverage, Coverage::Complete);
        }
        // All dimensions are stratified, few pairs beyond the first are.
        let report = report(scramble, 9, 4096);
        assert_eq!(report.strata.intervals, [0; 9]);
        assert_eq!(report.strata.pairs.len(), 8);
        assert!(report.strata.pairs[1..].iter().any(|pair| pair.missed > 0));
        let discrepancy = report.star_discrepancy_squared.unwrap();
        let ratio = discrepancy.value.central() / discrepancy.random.unwrap().value;
        assert!(ratio < 0.6, "{ratio}");
    }
}
