//! Whether a device computes what the definitions say.

use std::ops::Range;

use bytemuck::Pod;
use sphere_math::Real;
use sphere_math::healpix::Ordering;
use sphere_math::kernels::{Launch, Output, SINGLE_BOUND};
use sphere_math::sampling::{Domain, Method, Placement, Plan, SampleError, Scheme, Scramble};

use crate::EngineError;

/// Points of a range that is probed: one group of threads and the beginning of another.
const POINTS: u64 = 300;

const SEED: u64 = 0x0123_4567_89AB_CDEF;
const SHIFT: Scramble = Scramble::Shift { seed: SEED, randomisation: 3 };
const OWEN: Scramble = Scramble::Owen { seed: SEED, randomisation: 3 };

/// What is probed: every path of every kernel.
pub(crate) const SCHEMES: [Scheme; 11] = [
    Scheme::Fibonacci { total: (1 << 52) - 1, placement: Placement::Quadrature },
    Scheme::Fibonacci { total: 10_001, placement: Placement::Offset(0.0) },
    Scheme::Disk { total: 1 << 52 },
    Scheme::Random { seed: SEED, method: Method::Cylinder },
    Scheme::Random { seed: SEED, method: Method::Disk },
    Scheme::Random { seed: SEED, method: Method::Ball },
    Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None },
    Scheme::Sobol { domain: Domain::Cube { dimensions: 5 }, scramble: SHIFT },
    Scheme::Sobol { domain: Domain::Cube { dimensions: 3 }, scramble: OWEN },
    Scheme::Pixels { order: 29, ordering: Ordering::Ring },
    Scheme::Pixels { order: 20, ordering: Ordering::Nested },
];

/// A kernel on a device, to be probed.
pub(crate) trait Probed {
    /// What its lifts are compared by.
    const LIFTS: Lifts;

    /// What it writes for a range of a plan: rows in C order. `T` is the type of the output.
    fn values<T: Pod + Default>(
        &self,
        launch: &Launch,
        range: Range<u64>,
    ) -> Result<Vec<T>, EngineError>;
}

/// What the lifts of a device promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifts {
    /// f32 alone, within [`SINGLE_BOUND`].
    Bounded,
    /// f32 and f64, to the bit.
    Exact,
}

/// Compares a kernel with the definition, in all probed schemes that it computes; says what differs,
/// if so.
pub(crate) fn differs(kernel: &str, probed: &impl Probed) -> Result<Option<String>, EngineError> {
    for scheme in SCHEMES {
        let plan = scheme.plan().map_err(rejected)?;
        if plan.launch(Output::Draw).kernel.name != kernel {
            continue;
        }
        for range in ranges(plan.points()) {
            if let Some(what) = differs_in(probed, &plan, &range)? {
                return Ok(Some(format!("{what} in {range:?} of {scheme:?}")));
            }
        }
    }
    Ok(None)
}

fn differs_in<P: Probed>(
    probed: &P,
    plan: &Plan,
    range: &Range<u64>,
) -> Result<Option<String>, EngineError> {
    let drawn: Vec<u64> = probed.values(&plan.launch(Output::Draw), range.clone())?;
    if drawn != draws(plan, range.clone()).map_err(rejected)? {
        return Ok(Some("draws differ".to_string()));
    }
    let singles: Vec<f32> = probed.values(&plan.launch(Output::Single), range.clone())?;
    let right: Vec<f32> = points(plan, range)?;
    if P::LIFTS == Lifts::Bounded {
        let near = |(lift, right): (&f32, &f32)| (lift - right).abs() <= SINGLE_BOUND;
        let within = singles.len() == right.len() && singles.iter().zip(&right).all(near);
        return Ok((!within).then(|| "points are not within the bound".to_string()));
    }
    let doubles: Vec<f64> = probed.values(&plan.launch(Output::Double), range.clone())?;
    // As bytes: the sign of a zero counts.
    let exact = bytes_of(&singles) == bytes_of(&right)
        && bytes_of(&doubles) == bytes_of(&points::<f64>(plan, range)?);
    Ok((!exact).then(|| "points differ".to_string()))
}

fn bytes_of<T: Pod>(values: &[T]) -> &[u8] {
    bytemuck::cast_slice(values)
}

/// The points of the definition, row after row.
pub(crate) fn points<R: Real + Pod>(
    plan: &Plan,
    range: &Range<u64>,
) -> Result<Vec<R>, EngineError> {
    let rows = (range.end - range.start) as usize;
    let mut values = vec![R::zeroed(); rows * plan.shape().columns()];
    plan.fill_rows(range.clone(), &mut values).map_err(rejected)?;
    Ok(values)
}

/// Compares the search for the nearest points of a lattice with the definition; `find` gives the indices
/// of columns of directions.
pub(crate) fn nearest_differs(
    find: impl Fn(&Plan, [&[f64]; 3]) -> Result<Vec<u64>, EngineError>,
) -> Result<Option<String>, EngineError> {
    let anywhere = Scheme::Random { seed: SEED, method: Method::Ball };
    for scheme in SCHEMES.iter().filter(|scheme| matches!(scheme, Scheme::Fibonacci { .. })) {
        let lattice = scheme.plan().map_err(rejected)?;
        let last = lattice.points() - 1;
        let mut columns = [const { Vec::new() }; 3];
        let anywhere = anywhere.plan().map_err(rejected)?;
        // Of any length, and the points next to the poles.
        for (plan, range, length) in [
            (&anywhere, 0..POINTS, 1.0),
            (&anywhere, POINTS..POINTS + 30, 1e200),
            (&lattice, 0..30, 1e-200),
            (&lattice, last - 30..last + 1, 1.0),
        ] {
            for row in points::<f64>(plan, &range)?.chunks_exact(3) {
                columns.iter_mut().zip(row).for_each(|(column, value)| column.push(length * value));
            }
        }
        let [x, y, z] = &columns;
        let found = find(&lattice, [x, y, z])?;
        for (row, found) in found.into_iter().enumerate() {
            let direction = [x[row], y[row], z[row]];
            if found != lattice.nearest(direction).map_err(rejected)? {
                return Ok(Some(format!("{found} is not nearest to {direction:?} in {scheme:?}")));
            }
        }
    }
    Ok(None)
}

/// The ranges to look at of a sequence of so many points.
fn ranges(points: u64) -> Vec<Range<u64>> {
    let seam = 1 << 32;
    let starts = [0, seam - POINTS / 2, points.saturating_sub(POINTS)];
    let ranges =
        starts.map(|start| start..points.min(start + POINTS.min(points - start.min(points))));
    ranges.into_iter().filter(|range| range.start < range.end).collect()
}

/// The raw integers of the definition, row after row.
pub(crate) fn draws(plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, SampleError> {
    let (rows, width) = ((range.end - range.start) as usize, plan.draw_columns());
    let mut values = vec![0; rows * width];
    let mut columns: Vec<&mut [u64]> = values.chunks_mut(rows).collect();
    plan.draw(range, &mut columns)?;
    Ok((0..rows * width).map(|at| values[at % width * rows + at / width]).collect())
}

fn rejected(error: SampleError) -> EngineError {
    EngineError::Rejected { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use sphere_math::kernels::ALL;

    use super::*;

    #[test]
    fn every_kernel_is_probed() {
        let probed: Vec<_> = SCHEMES
            .iter()
            .map(|scheme| scheme.plan().unwrap().launch(Output::Draw).kernel.name)
            .collect();
        for kernel in ALL {
            assert!(probed.contains(&kernel.name), "{} is not", kernel.name);
        }
    }

    #[test]
    fn ends_and_the_seam_are_looked_at() {
        let seam = 1 << 32;
        for (points, expected) in [
            (0, vec![]),
            (1, vec![0..1, 0..1]),
            (1_000, vec![0..300, 700..1_000]),
            (seam, vec![0..300, seam - 150..seam, seam - 300..seam]),
            (u64::MAX, vec![0..300, seam - 150..seam + 150, u64::MAX - 300..u64::MAX]),
        ] {
            assert_eq!(ranges(points), expected, "{points}");
        }
    }

    #[test]
    fn draws_are_rows() {
        let plan = SCHEMES[7].plan().unwrap();
        let rows = draws(&plan, 5..8).unwrap();
        let mut second = [0; 3];
        let mut others = [[0; 3]; 4];
        let [a, b, c, d] = &mut others;
        plan.draw(5..8, &mut [&mut *a, &mut second, &mut *b, &mut *c, &mut *d]).unwrap();
        assert_eq!(second, [rows[1], rows[6], rows[11]]);
    }
}
