//! The reports: every figure of a set, with what to compare it with.

use super::energy::cap_discrepancy_squared;
use super::harmonic::{Harmonics, MAX_DEGREE, Recurrence};
use super::nearest::{Index, Neighbours, Tree, chord_angle};
use super::star::star_discrepancy_squared;
use super::strata::Strata;
use super::uniform::{arc_discrepancy, star_discrepancy};
use super::{CubePoints, Directions, DiskPoints, Figure, Reference, Value, covering, reference};
use crate::parallel::Executor;

/// Distances from each point to its nearest other one: geodesic angles in radians between
/// directions, plain distances in the disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighbourDistances {
    /// The smallest, 0 if there are duplicates. Large is good: points do not waste one another.
    pub smallest: Figure,
    /// The mean over all points. Large is good.
    pub mean: Figure,
    /// The largest. Close to the mean is good: no point is alone.
    pub largest: Figure,
}

/// Harmonics of one degree, summed over a set with equal weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    /// l, 1 ..= 32.
    pub degree: u32,
    /// 4 pi n / (2 l + 1) times the sum over m of |a(l, m)|², a(l, m) the mean of the orthonormal
    /// harmonic over the set. Exactly 1 is expected of random points, for any l and n; a set that
    /// integrates the degree exactly has 0.
    pub power: Figure,
    /// The largest error of the mean over the set, for functions of this degree whose root mean
    /// square over the sphere is 1: sqrt((2 l + 1) power / n).
    pub worst_error: f64,
}

/// How good a set of directions is.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionsReport {
    /// The number of points.
    pub count: usize,
    /// How many of them are the same as an earlier one, coordinate by coordinate.
    pub duplicates: u64,
    /// Nearest neighbours, in radians; `None` for a single point.
    pub neighbours: Option<NeighbourDistances>,
    /// The largest angle from any direction to the nearest point, in radians. Small is good.
    pub covering_radius: Figure,
    /// Covering radius over half the smallest distance, which is 1.155 for the hexagonal lattice;
    /// twice the ratio of Hardin2016, section 1.2, with angles for chords. `None` for a single
    /// point, and with duplicates (or distances too small for f64 to square).
    pub mesh_ratio: Option<Figure>,
    /// D² = 4/3 less the mean distance of all pairs of points, both orders and each with itself:
    /// eight times the mean square discrepancy of caps (Stolarsky's identity). D bounds the error of
    /// the mean of every function, times a norm of the function. Exact up to
    /// [`EXACT_POINTS`](super::EXACT_POINTS) points.
    pub cap_discrepancy_squared: Figure,
    /// Degrees 1 ..= 32, in order.
    pub harmonics: Vec<Harmonic>,
}

/// How good a set of points of the unit disk is.
#[derive(Clone, Debug, PartialEq)]
pub struct DiskReport {
    /// The number of points.
    pub count: usize,
    /// How many of them are the same as an earlier one, coordinate by coordinate.
    pub duplicates: u64,
    /// Nearest neighbours; `None` for a single point.
    pub neighbours: Option<NeighbourDistances>,
    /// The largest distance from any place of the disk to the nearest point.
    pub covering_radius: Figure,
    /// As [`DirectionsReport::mesh_ratio`].
    pub mesh_ratio: Option<Figure>,
    /// The star discrepancy of the squared radii, which are uniform if the area is: the largest
    /// difference, over circles about the centre, of the shares of points and area inside.
    pub radial_discrepancy: Figure,
    /// The same for sectors, of any width and direction.
    pub angular_discrepancy: Figure,
}

/// How good a set of points of the unit cube is.
#[derive(Clone, Debug, PartialEq)]
pub struct CubeReport {
    /// The number of points.
    pub count: usize,
    /// The number of dimensions.
    pub dimensions: usize,
    /// The square of the L2-star discrepancy: the mean square, over boxes \[0, t), of the difference
    /// of the shares of points and volume inside. Exact up to n² d = 1.8e9, then an estimate;
    /// `None` above n d = 2.8e7, where a useful estimate takes too long.
    pub star_discrepancy_squared: Option<Figure>,
    /// Boxes that hold another number of points than one.
    pub strata: Strata,
}

impl NeighbourDistances {
    /// All distances times sqrt(n): what sets of different sizes are compared by. The hexagonal
    /// lattice has 3.809 on the sphere and 1.905 in the disk.
    #[must_use]
    pub fn scaled(&self, count: usize) -> Self {
        let factor = (count as f64).sqrt();
        Self {
            smallest: self.smallest.scaled(factor),
            mean: self.mean.scaled(factor),
            largest: self.largest.scaled(factor),
        }
    }

    fn of_sphere(found: &Neighbours, count: usize) -> Option<Self> {
        (count > 1).then(|| Self {
            smallest: figure(chord_angle(found.smallest), reference::smallest(count)),
            mean: figure(found.sum / count as f64, reference::mean(count)),
            largest: figure(chord_angle(found.largest), reference::largest(count)),
        })
    }

    fn of_disk(found: &Neighbours, count: usize) -> Option<Self> {
        (count > 1).then(|| Self {
            smallest: figure(found.smallest.sqrt(), reference::disk_smallest(count)),
            mean: figure(found.sum / count as f64, reference::disk_mean(count)),
            largest: figure(found.largest.sqrt(), reference::disk_largest(count)),
        })
    }
}

/// Nearest neighbours alone: what packings are chosen by. O(n), O(n log n) for crowded sets; 10^7
/// points take about a second on two threads. `None` for a single point.
pub fn neighbours<E: Executor>(
    points: &Directions<'_>,
    executor: &E,
) -> Option<NeighbourDistances> {
    let found = Index::new(points, executor).neighbours(executor);
    NeighbourDistances::of_sphere(&found, points.count())
}

/// The whole report of a set of directions. The same bits on any number of threads.
///
/// O(n) for spread sets, at constants that differ much: harmonics take 0.5 microseconds per point,
/// the covering radius up to 80 searches per point and 1.7e7 in all, the discrepancy 9e8 distances.
/// Takes about three times the memory of the set.
///
/// ```
/// use sphere_math::parallel::Serial;
/// use sphere_math::quality::{self, Directions, Precision};
///
/// let (x, y, z) = ([1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0; 4]);
/// let report = quality::directions(&Directions::new(&x, &y, &z, Precision::Double)?, &Serial);
/// let quarter = core::f64::consts::FRAC_PI_2;
/// assert!((report.neighbours.unwrap().smallest.value.central() - quarter).abs() < 1e-15);
/// # Ok::<(), sphere_math::quality::QualityError>(())
/// ```
pub fn directions<E: Executor>(points: &Directions<'_>, executor: &E) -> DirectionsReport {
    let count = points.count();
    let index = Index::new(points, executor);
    let found = index.neighbours(executor);
    let neighbours = NeighbourDistances::of_sphere(&found, count);
    let covering_radius = covering::of_sphere(&index, count, executor);
    drop(index);

    let recurrence = Recurrence::new();
    let harmonics = Harmonics::new(points, &recurrence, executor);
    let discrepancy = cap_discrepancy_squared(points, &harmonics, &recurrence, executor);
    DirectionsReport {
        count,
        duplicates: found.duplicates,
        neighbours,
        covering_radius: compared(covering_radius, reference::covering(count)),
        mesh_ratio: mesh_ratio(covering_radius, neighbours.as_ref(), || {
            reference::mesh_ratio(count)
        }),
        cap_discrepancy_squared: compared(discrepancy, reference::cap_discrepancy_squared(count)),
        harmonics: powers(&harmonics, count),
    }
}

/// The whole report of a set of points of the disk: O(n log n).
pub fn disk<E: Executor>(points: &DiskPoints<'_>, executor: &E) -> DiskReport {
    let count = points.count();
    let all = || (0..count).map(|index| points.point(index));
    let tree = Tree::new(all().map(|[x, y]| [x, y, 0.0]));
    let found = tree.neighbours(executor, f64::sqrt);
    let neighbours = NeighbourDistances::of_disk(&found, count);
    let covering_radius = covering::of_disk(&tree, count, executor);

    let mut areas: Vec<f64> = all().map(|[x, y]| x * x + y * y).collect();
    let turn = |[x, y]: [f64; 2]| 0.5 + 0.5 * core::f64::consts::FRAC_1_PI * libm::atan2(y, x);
    let mut turns: Vec<f64> = all().map(turn).collect();
    DiskReport {
        count,
        duplicates: found.duplicates,
        neighbours,
        covering_radius: compared(covering_radius, reference::disk_covering(count)),
        mesh_ratio: mesh_ratio(covering_radius, neighbours.as_ref(), reference::disk_mesh_ratio),
        radial_discrepancy: figure(
            star_discrepancy(&mut areas),
            reference::radial_discrepancy(count),
        ),
        angular_discrepancy: figure(
            arc_discrepancy(&mut turns),
            reference::angular_discrepancy(count),
        ),
    }
}

/// The whole report of a set of points of the cube: O(n² d) at most, see
/// [`CubeReport::star_discrepancy_squared`].
pub fn cube<E: Executor>(points: &CubePoints<'_>, executor: &E) -> CubeReport {
    let (count, dimensions) = (points.count(), points.dimensions());
    let discrepancy = star_discrepancy_squared(points, executor);
    let references = reference::star_discrepancy_squared(count, dimensions);
    CubeReport {
        count,
        dimensions,
        star_discrepancy_squared: discrepancy.map(|value| compared(value, references)),
        strata: Strata::new(points, executor),
    }
}

fn compared(value: Value, [perfect, random]: [Option<Reference>; 2]) -> Figure {
    Figure { value, perfect, random }
}

fn figure(value: f64, references: [Option<Reference>; 2]) -> Figure {
    compared(Value::Exact(value), references)
}

/// `None` where there is no smallest distance, or none but 0.
fn mesh_ratio(
    covering: Value,
    neighbours: Option<&NeighbourDistances>,
    references: impl FnOnce() -> [Option<Reference>; 2],
) -> Option<Figure> {
    let smallest = neighbours?.smallest.value.central();
    (smallest > 0.0).then(|| compared(covering.scaled(2.0 / smallest), references()))
}

fn powers(harmonics: &Harmonics, count: usize) -> Vec<Harmonic> {
    let n = count as f64;
    let spectrum = harmonics.spectrum();
    let power = |degree: usize| {
        let all_orders = (2 * degree + 1) as f64;
        let mean_square = 4.0 * core::f64::consts::PI * spectrum[degree];
        Harmonic {
            degree: degree as u32,
            power: figure(mean_square * n / all_orders, reference::harmonic_power()),
            worst_error: mean_square.sqrt(),
        }
    };
    (1..=MAX_DEGREE).map(power).collect()
}
