//! Means and integrals of functions over the sphere and the cube, with their errors.
//!
//! A [`Quadrature`] is a set of points with equal weights and a way to draw it again. The mean over
//! each of several independent randomisations is an unbiased estimate; how far they lie apart says
//! how far from the truth their mean is. Which scheme to choose is in `docs/integration.md`.
//!
//! ```
//! use sphere_math::integrate::Quadrature;
//! use sphere_math::parallel::Serial;
//! use sphere_math::sampling::{Placement, Scheme};
//!
//! let lattice = Scheme::Fibonacci { total: 1_000, placement: Placement::Quadrature };
//! let estimate = Quadrature::new(&lattice, 1_000)?.sphere(&Serial, |[x, _, _]| libm::exp(x))?;
//! assert!((estimate.mean - 1.0_f64.sinh()).abs() < 1e-5);
//! assert!(estimate.standard_error.is_some_and(|error| error < 1e-5));
//! # Ok::<(), sphere_math::integrate::IntegrateError>(())
//! ```

mod error;
mod estimate;
mod points;
mod randomisation;

pub use self::error::IntegrateError;
pub use self::estimate::Estimate;
use self::points::Source;
pub use self::randomisation::Randomisation;
use crate::parallel::Executor;
use crate::sampling::{SampleError, Scheme, Shape};
use crate::sum::{Compensated, Pairwise, SUM_BLOCK};

/// How many randomisations there are unless more or fewer are asked for.
pub const DEFAULT_RANDOMISATIONS: u32 = 16;
/// The most randomisations of one estimate.
pub const MAX_RANDOMISATIONS: u32 = 1 << 16;

/// Blocks that are under way together: results that wait to be added up take memory.
const WAVE: u64 = 1 << 14;
/// Coordinates computed at a time, where points have few of them: they stay in cache.
const BUFFER: usize = 1 << 13;
/// Points computed at a time at least. The first of a range costs as much as 64 more (Sobol).
const FEWEST_ROWS: usize = 64;

/// Points with equal weights, and how they are randomised.
#[derive(Clone, Debug)]
pub struct Quadrature<'a> {
    source: Source<'a>,
    count: u64,
    /// `None`: the points as they are, once.
    randomisation: Option<Randomisation>,
    randomisations: u32,
}

impl Quadrature<'static> {
    /// The first `count` points of a scheme, which for a lattice have to be all of them, in
    /// [`DEFAULT_RANDOMISATIONS`] of the kind that [`Randomisation::of`] the scheme says.
    ///
    /// # Errors
    /// A scheme that has no plan or not so many points, a part of a lattice, no points, the disk.
    pub fn new(scheme: &Scheme, count: u64) -> Result<Self, IntegrateError> {
        let plan = scheme.plan()?;
        let (shape, total) = (plan.shape(), plan.points());
        let is_sequence = matches!(scheme, Scheme::Random { .. } | Scheme::Sobol { .. });
        if shape == Shape::Disk {
            return Err(IntegrateError::WrongDomain { shape });
        }
        if !is_sequence && count != total {
            return Err(IntegrateError::PartOfLattice { count, total });
        }
        if count > total {
            let range = SampleError::RangeOutOfBounds { start: 0, end: count, points: total };
            return Err(range.into());
        }
        let source = Source::Scheme { scheme: *scheme, plan };
        Self::of_source(source, count)?
            .randomised(Randomisation::of(scheme), DEFAULT_RANDOMISATIONS)
    }
}

impl<'a> Quadrature<'a> {
    /// Points from elsewhere, such as a [`Design`](crate::designs::Design), in
    /// [`DEFAULT_RANDOMISATIONS`] rotations with seed 0. O(points).
    ///
    /// # Errors
    /// No points, or one whose length is not 1 within 1e-6.
    pub fn of_directions(directions: &'a [[f64; 3]]) -> Result<Self, IntegrateError> {
        for (index, direction) in directions.iter().enumerate() {
            let length = direction.iter().map(|c| c * c).sum::<f64>().sqrt();
            if length.is_nan() || (length - 1.0).abs() > 1e-6 {
                return Err(IntegrateError::NotOnSphere { index, length });
            }
        }
        Self::of_source(Source::Given(directions), directions.len() as u64)?
            .randomised(Randomisation::Rotation { seed: 0 }, DEFAULT_RANDOMISATIONS)
    }

    fn of_source(source: Source<'a>, count: u64) -> Result<Self, IntegrateError> {
        if count == 0 {
            return Err(IntegrateError::NoPoints);
        }
        Ok(Self { source, count, randomisation: None, randomisations: 1 })
    }

    /// The same points, in so many randomisations of this kind. One gives an unbiased estimate
    /// without an error.
    ///
    /// # Errors
    /// A kind that these points do not have, none or more than [`MAX_RANDOMISATIONS`], more than
    /// 2^64 - 1 points in all.
    pub fn randomised(
        self,
        randomisation: Randomisation,
        randomisations: u32,
    ) -> Result<Self, IntegrateError> {
        if !self.source.allows(randomisation) {
            return Err(IntegrateError::WrongRandomisation { randomisation });
        }
        if !(1..=MAX_RANDOMISATIONS).contains(&randomisations) {
            return Err(IntegrateError::RandomisationsOutOfRange { randomisations });
        }
        let count = self.count;
        if count.checked_mul(u64::from(randomisations)).is_none() {
            return Err(IntegrateError::TooManyPoints { count, randomisations });
        }
        Ok(Self { randomisation: Some(randomisation), randomisations, ..self })
    }

    /// The points as they are, once: the mean has no error estimate.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { randomisation: None, randomisations: 1, ..self }
    }

    /// The mean of a function of the direction over the sphere.
    ///
    /// The function is called for every point of every randomisation, on the threads of the
    /// executor; if its value depends on the point only, the estimate is the same bits on any
    /// number of them. O(points · randomisations) time; memory for some thousand points a thread,
    /// and none is allocated per point.
    ///
    /// # Errors
    /// Points that are not directions; a value that is not finite
    /// ([the first](IntegrateError::NotFinite)), values too large to add up.
    pub fn sphere<E: Executor>(
        &self,
        executor: &E,
        function: impl Fn([f64; 3]) -> f64 + Sync,
    ) -> Result<Estimate, IntegrateError> {
        match self.source.shape() {
            Shape::Directions => self.estimate(executor, |row| match *row {
                [x, y, z] => function([x, y, z]),
                // Rows of directions have three coordinates.
                _ => f64::NAN,
            }),
            shape => Err(IntegrateError::WrongDomain { shape }),
        }
    }

    /// The mean of a function of the coordinates, each in \[0, 1), over the cube. Otherwise as
    /// [`Quadrature::sphere`].
    ///
    /// # Errors
    /// As [`Quadrature::sphere`], for points that are not of a cube.
    pub fn cube<E: Executor>(
        &self,
        executor: &E,
        function: impl Fn(&[f64]) -> f64 + Sync,
    ) -> Result<Estimate, IntegrateError> {
        match self.source.shape() {
            Shape::Cube { .. } => self.estimate(executor, function),
            shape => Err(IntegrateError::WrongDomain { shape }),
        }
    }

    /// All blocks of all randomisations are tasks of their own, added up in order.
    fn estimate<E: Executor>(
        &self,
        executor: &E,
        function: impl Fn(&[f64]) -> f64 + Sync,
    ) -> Result<Estimate, IntegrateError> {
        let blocks = self.count.div_ceil(SUM_BLOCK as u64);
        // No more than points in all, or than randomisations.
        let tasks = blocks.saturating_mul(u64::from(self.randomisations));
        let mut means = Vec::with_capacity(self.randomisations as usize);
        let mut sum = Pairwise::default();
        for first in (0..tasks).step_by(WAVE as usize) {
            let wave = WAVE.min(tasks - first);
            let parts = executor.map(wave as usize, |task| {
                let task = first + task as u64;
                self.block_sum((task / blocks) as u32, task % blocks, &function)
            });
            for part in parts {
                sum.push([part?]);
                if sum.rows() == blocks {
                    means.push(core::mem::take(&mut sum).sum()[0] / self.count as f64);
                }
            }
        }
        Estimate::new(means, self.count, self.source.shape())
    }

    /// The values at the points of one block, added up in order.
    fn block_sum(
        &self,
        randomisation: u32,
        block: u64,
        function: &impl Fn(&[f64]) -> f64,
    ) -> Result<f64, IntegrateError> {
        let points = self.source.randomised(self.randomisation, randomisation, self.count);
        let columns = self.source.shape().columns();
        let at_once = (BUFFER / columns).max(FEWEST_ROWS) as u64;
        let start = block * SUM_BLOCK as u64;
        let end = self.count.min(start.saturating_add(SUM_BLOCK as u64));
        let mut buffer = vec![0.0; columns * at_once.min(end - start) as usize];
        let mut sum = Compensated::default();
        for first in (start..end).step_by(at_once as usize) {
            let indices = first..end.min(first.saturating_add(at_once));
            let rows = &mut buffer[..columns * (indices.end - first) as usize];
            points.fill(indices.clone(), rows)?;
            for (index, row) in indices.zip(rows.chunks_exact(columns)) {
                let value = function(row);
                if !value.is_finite() {
                    let point = row.to_vec();
                    return Err(IntegrateError::NotFinite { value, randomisation, index, point });
                }
                sum.add(value);
            }
        }
        Ok(sum.value())
    }
}
