//! Whether a device computes what the definitions say.

use std::ops::Range;

use sphere_math::healpix::Ordering;
use sphere_math::kernels::{Output, SINGLE_BOUND};
use sphere_math::sampling::{Domain, Method, Placement, Plan, SampleError, Scheme, Scramble};
use wgpu::ComputePipeline;

use super::batch::Batches;
use super::flights::{Flights, Slot};
use super::gpu::Gpu;
use super::pool::Pool;
use super::run::drive;
use crate::{Cause, Collect, EngineError, Stop};

/// Points of a range that is probed: one group of threads and the beginning of another.
const POINTS: u64 = 300;

const SEED: u64 = 0x0123_4567_89AB_CDEF;
const SHIFT: Scramble = Scramble::Shift { seed: SEED, randomisation: 3 };
const OWEN: Scramble = Scramble::Owen { seed: SEED, randomisation: 3 };

/// What is probed: every path of every kernel.
pub(super) const SCHEMES: [Scheme; 11] = [
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

/// Runs one kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runner<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) pool: &'a Pool<Slot>,
    pub(super) pipeline: &'a ComputePipeline,
}

impl Runner<'_> {
    /// The raw integers of some points, row after row.
    pub(super) fn draws(self, plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, EngineError> {
        self.values(plan, range, Output::Draw)
    }

    fn values<T: bytemuck::Pod + Default>(
        self,
        plan: &Plan,
        range: Range<u64>,
        output: Output,
    ) -> Result<Vec<T>, EngineError> {
        let launch = plan.launch(output);
        let flights = Flights::new(self.gpu, self.pool, self.pipeline, &launch)?;
        let point_bytes = 4 * launch.words_per_point;
        let batches = Batches::new(range.clone(), point_bytes as u64, self.gpu.most_buffer_bytes);
        let batches = batches.ok_or(EngineError::OutOfMemory)?;
        let mut values = Collect::<T>::default();
        let run = drive(&flights, range, batches, point_bytes, &mut values, &Stop::never());
        match run.map_err(|stopped| stopped.cause) {
            Ok(()) => Ok(values.values),
            Err(Cause::Engine(error)) => Err(error),
            Err(other) => Err(EngineError::Failed { reason: other.to_string() }),
        }
    }

    /// Compares a kernel with the definition at both ends of a scheme and where the halves of an index
    /// meet; says what differs, if so.
    pub(super) fn differs(self, plan: &Plan) -> Result<Option<String>, EngineError> {
        for range in ranges(plan.points()) {
            if self.draws(plan, range.clone())? != draws(plan, range.clone()).map_err(rejected)? {
                return Ok(Some(format!("draws differ in {range:?}")));
            }
            let lifts = self.values::<f32>(plan, range.clone(), Output::Single)?;
            let mut expected = vec![0.0_f32; lifts.len()];
            plan.fill_rows(range.clone(), &mut expected).map_err(rejected)?;
            if !lifts
                .iter()
                .zip(&expected)
                .all(|(lift, right)| (lift - right).abs() <= SINGLE_BOUND)
            {
                return Ok(Some(format!("points are not within the bound in {range:?}")));
            }
        }
        Ok(None)
    }
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
fn draws(plan: &Plan, range: Range<u64>) -> Result<Vec<u64>, SampleError> {
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
