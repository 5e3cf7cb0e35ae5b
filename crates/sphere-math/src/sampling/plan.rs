//! A scheme, checked and ready to compute.

use core::ops::Range;

use super::fibonacci::{Disk, Fibonacci, NearestAll};
use super::lift::each;
use super::lift::lanes::Fill;
use super::pixels::Pixels;
use super::random::Random;
use super::sobol::Sobol;
use super::store::{Columns, Rows, Store};
use super::tally::Tally;
use super::{SOBOL_POINTS, SampleError, Scheme, Scramble, Shape};
use crate::Real;
use crate::kernels::{Launch, Output};
use crate::parallel::{Executor, map_parts};
use crate::simd::{Instructions, SimdError, SimdLevel};

/// A checked [`Scheme`] with its tables: computes any range of its points.
///
/// A plan is immutable and cheap to clone; threads share one. Nothing allocates while points are
/// computed.
#[derive(Clone, Debug)]
pub struct Plan {
    extent: Extent,
    kernel: Kernel,
    instructions: Instructions,
    stores: Stores,
}

/// How points reach memory. No bit of them depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stores {
    /// Past the cache where a call fills 32 MiB or more, through it below.
    #[default]
    Auto,
    /// Through the cache, for those who read the points at once.
    Cached,
    /// Past the cache with non-temporal stores, for a part of an output larger than the cache.
    /// Where the instruction set has none, or lines are not whole, through it.
    PastCache,
}

/// What the points of a scheme are, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// What a point is, and so how many columns a fill has.
    pub shape: Shape,
    /// Indices run from 0 to this, exclusive. Random sequences end with the counter, at 2^64 - 1.
    pub points: u64,
}

#[derive(Clone, Debug)]
enum Kernel {
    Fibonacci(Fibonacci),
    Disk(Disk),
    Random(Random),
    Sobol(Sobol),
    Pixels(Pixels),
}

/// Points of a part: enough that starting one does not show, few enough that threads end together;
/// whole cache lines of every column.
fn part_rows(columns: usize) -> usize {
    const VALUES: usize = 1 << 18;
    const STEP: usize = 1 << 10;
    (VALUES / columns).next_multiple_of(STEP)
}

/// Directions of a part: some 50 microseconds of work.
const NEAREST_PART: usize = 1 << 13;

fn parts(range: &Range<u64>, rows: usize) -> impl Iterator<Item = Range<u64>> {
    let (end, rows) = (range.end, rows as u64);
    let mut next = range.start;
    core::iter::from_fn(move || {
        let first = next;
        next = end.min(first.saturating_add(rows));
        (first < end).then_some(first..next)
    })
}

fn total(tallies: Vec<Result<Tally, SampleError>>) -> Result<Tally, SampleError> {
    tallies.into_iter().try_fold(Tally::default(), |sum, tally| Ok(sum + tally?))
}

impl Scheme {
    /// Checks the scheme, without building tables. O(1).
    ///
    /// # Errors
    /// A parameter outside its range; the message names it and what is allowed.
    pub fn extent(&self) -> Result<Extent, SampleError> {
        let (shape, points) = match *self {
            Self::Fibonacci { total, placement } => {
                (Shape::Directions, Fibonacci::new(total, placement)?.total)
            }
            Self::Disk { total } => (Shape::Disk, Disk::new(total)?.total),
            Self::Random { .. } => (Shape::Directions, u64::MAX),
            Self::Sobol { domain, .. } => (Sobol::check(domain)?, SOBOL_POINTS),
            Self::Pixels { order, ordering } => {
                (Shape::Directions, Pixels::new(order, ordering)?.order.pixels())
            }
        };
        Ok(Extent { shape, points })
    }

    /// Checks the scheme and builds its tables: O(1), for the Sobol sequence O(dimensions).
    ///
    /// # Errors
    /// As [`Scheme::extent`].
    pub fn plan(&self) -> Result<Plan, SampleError> {
        let extent = self.extent()?;
        let kernel = match *self {
            Self::Fibonacci { total, placement } => {
                Kernel::Fibonacci(Fibonacci::new(total, placement)?)
            }
            Self::Disk { total } => Kernel::Disk(Disk::new(total)?),
            Self::Random { seed, method } => Kernel::Random(Random::new(seed, method)),
            Self::Sobol { domain, scramble } => Kernel::Sobol(Sobol::new(domain, scramble)?),
            Self::Pixels { order, ordering } => Kernel::Pixels(Pixels::new(order, ordering)?),
        };
        Ok(Plan { extent, kernel, instructions: Instructions::detect(), stores: Stores::Auto })
    }
}

impl Extent {
    /// Whether there are points with these indices; an empty range inside is fine.
    ///
    /// # Errors
    /// [`SampleError::RangeOutOfBounds`].
    pub fn check(&self, range: &Range<u64>) -> Result<(), SampleError> {
        let (start, end, points) = (range.start, range.end, self.points);
        if start <= end && end <= points {
            Ok(())
        } else {
            Err(SampleError::RangeOutOfBounds { start, end, points })
        }
    }
}

impl Plan {
    /// What a point is, and so how many columns a fill has.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.extent.shape
    }

    /// The number of points there are: indices run from 0 to this, exclusive.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.extent.points
    }

    /// The number of columns of a draw: one turn (lattices), the words and attempt of the accepted
    /// block (random, 2 or 3), one word per dimension (Sobol), one RING number (pixels).
    #[must_use]
    pub fn draw_columns(&self) -> usize {
        match &self.kernel {
            Kernel::Fibonacci(_) | Kernel::Disk(_) | Kernel::Pixels(_) => 1,
            Kernel::Random(random) => random.draw_columns(),
            Kernel::Sobol(sobol) => sobol.dimensions(),
        }
    }

    /// The raw integers of the points with these indices, one column after the other. The same on
    /// every machine, for ever, within one [`DRAW_VERSION`](crate::DRAW_VERSION).
    ///
    /// O(range · columns).
    ///
    /// # Errors
    /// A range past the end, or columns that do not match it; then nothing is written.
    pub fn draw(
        &self,
        range: Range<u64>,
        columns: &mut [&mut [u64]],
    ) -> Result<Tally, SampleError> {
        self.extent.check(&range)?;
        let mut out = Columns::new(columns, &range, self.draw_columns(), self.stores)?;
        let all = Tally::all(&range);
        match &self.kernel {
            Kernel::Fibonacci(_) | Kernel::Disk(_) => each(range, 0, &mut out, Fibonacci::draw),
            Kernel::Random(random) => return Ok(random.draw(range, &mut out)),
            Kernel::Sobol(sobol) => sobol.draw(self.instructions, range, &mut out),
            Kernel::Pixels(pixels) => each(range, 0, &mut out, |index| pixels.draw(index)),
        }
        Ok(all)
    }

    /// The points with these indices as structure of arrays: one column per coordinate, each as
    /// long as the range.
    ///
    /// O(range · columns); allocates nothing.
    ///
    /// # Errors
    /// A range past the end, or columns that do not match it; then nothing is written.
    pub fn fill<R: Real>(
        &self,
        range: Range<u64>,
        columns: &mut [&mut [R]],
    ) -> Result<Tally, SampleError> {
        self.extent.check(&range)?;
        let mut out = Columns::new(columns, &range, self.shape().columns(), self.stores)?;
        Ok(self.lift(range, &mut out))
    }

    /// As [`Plan::fill`], row after row (C order): the layout of files and streams.
    ///
    /// # Errors
    /// A range past the end, or an output that is not range · columns long; then nothing is
    /// written.
    pub fn fill_rows<R: Real>(
        &self,
        range: Range<u64>,
        rows: &mut [R],
    ) -> Result<Tally, SampleError> {
        self.extent.check(&range)?;
        let mut out = Rows::new(rows, &range, self.shape().columns(), self.stores)?;
        Ok(self.lift(range, &mut out))
    }

    /// [`Plan::fill`] in parts that an executor runs, on as many threads as it has.
    ///
    /// # Errors
    /// As [`Plan::fill`].
    pub fn fill_on<R: Real>(
        &self,
        executor: &impl Executor,
        range: Range<u64>,
        columns: &mut [&mut [R]],
    ) -> Result<Tally, SampleError> {
        self.extent.check(&range)?;
        Columns::new(columns, &range, self.shape().columns(), self.stores)?;
        let plan = self.deciding(columns.iter().map(|column| size_of_val(*column)).sum());
        let rows = part_rows(columns.len());
        let mut columns: Vec<_> =
            columns.iter_mut().map(|column| column.chunks_mut(rows)).collect();
        let parts = parts(&range, rows)
            .map(|part| (part, columns.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()))
            .collect();
        let tallies =
            map_parts(executor, parts, |(part, mut columns)| plan.fill(part, &mut columns));
        total(tallies)
    }

    /// [`Plan::fill_rows`] in parts that an executor runs, on as many threads as it has.
    ///
    /// # Errors
    /// As [`Plan::fill_rows`].
    pub fn fill_rows_on<R: Real>(
        &self,
        executor: &impl Executor,
        range: Range<u64>,
        rows: &mut [R],
    ) -> Result<Tally, SampleError> {
        self.extent.check(&range)?;
        let width = self.shape().columns();
        Rows::new(rows, &range, width, self.stores)?;
        let plan = self.deciding(size_of_val(rows));
        let part = part_rows(width);
        let parts = parts(&range, part).zip(rows.chunks_mut(part * width)).collect();
        total(map_parts(executor, parts, |(part, rows)| plan.fill_rows(part, rows)))
    }

    /// The instruction set that points are computed with: by default the best of this processor.
    #[must_use]
    pub fn simd(&self) -> SimdLevel {
        self.instructions.level()
    }

    /// The same plan on another instruction set. No bit of any point changes.
    ///
    /// # Errors
    /// [`SimdError::Unavailable`] if this processor does not have it.
    pub fn with_simd(&self, level: SimdLevel) -> Result<Self, SimdError> {
        Ok(Self { instructions: Instructions::of(level)?, ..self.clone() })
    }

    /// The same plan with another way to memory. By default the size of an output decides.
    #[must_use]
    pub fn with_stores(&self, stores: Stores) -> Self {
        Self { stores, ..self.clone() }
    }

    /// The plan for the parts of an output of so many bytes.
    fn deciding(&self, bytes: usize) -> Self {
        self.with_stores(self.stores.decided(bytes))
    }

    /// The index of the point nearest to a direction, which need not have length 1.
    ///
    /// Nearest is the point q whose f64 lift has the smallest |q - p|², p being the direction
    /// divided by its length; of several, the one with the lowest index. The answer is that of a
    /// search through all points, for every total and every placement. Only for the Fibonacci
    /// lattice of the sphere. O(1).
    ///
    /// ```
    /// use sphere_math::sampling::{Placement, Scheme};
    ///
    /// let plan = Scheme::Fibonacci { total: 1 << 52, placement: Placement::Quadrature }.plan()?;
    /// assert_eq!(plan.nearest([0.0, 0.0, 7.0])?, 0);
    /// assert_eq!(plan.nearest([0.0, 0.0, -7.0])?, (1 << 52) - 1);
    /// # Ok::<(), sphere_math::sampling::SampleError>(())
    /// ```
    ///
    /// # Errors
    /// [`SampleError::NoNearest`] for other schemes, [`SampleError::NoDirection`] for the zero
    /// vector and for components that are not finite.
    #[inline]
    pub fn nearest(&self, [x, y, z]: [f64; 3]) -> Result<u64, SampleError> {
        let nearest = self.lattice()?.nearest(x, y, z);
        nearest.ok_or(SampleError::NoDirection { index: 0, direction: [x, y, z] })
    }

    /// [`Plan::nearest`] for many directions as structure of arrays: column by column x, y and z,
    /// all as long as `indices`. O(directions); allocates nothing.
    ///
    /// # Errors
    /// As [`Plan::nearest`], and [`SampleError::UnequalColumns`]. A vector that is no direction is
    /// named by its place in the columns; what comes before it is written, what comes after it may be.
    pub fn nearest_all(
        &self,
        [x, y, z]: [&[f64]; 3],
        indices: &mut [u64],
    ) -> Result<(), SampleError> {
        let lattice = self.lattice()?;
        let lengths = [x.len(), y.len(), z.len(), indices.len()];
        if lengths != [indices.len(); 4] {
            return Err(SampleError::UnequalColumns { lengths });
        }
        let columns = [x, y, z];
        let found = self.instructions.run(NearestAll { lattice, columns, indices });
        found.map_err(|index| SampleError::NoDirection {
            index,
            direction: [x[index], y[index], z[index]],
        })
    }

    /// [`Plan::nearest_all`] in parts that an executor runs, on as many threads as it has.
    ///
    /// # Errors
    /// As [`Plan::nearest_all`]; the first direction of all that is none is the one that is named.
    pub fn nearest_all_on(
        &self,
        executor: &impl Executor,
        columns: [&[f64]; 3],
        indices: &mut [u64],
    ) -> Result<(), SampleError> {
        let lengths = [columns[0].len(), columns[1].len(), columns[2].len(), indices.len()];
        if lengths != [indices.len(); 4] {
            return Err(SampleError::UnequalColumns { lengths });
        }
        let parts = indices.chunks_mut(NEAREST_PART).enumerate().collect();
        let found = map_parts(executor, parts, |(part, indices): (usize, &mut [u64])| {
            let first = part * NEAREST_PART;
            let found = self
                .nearest_all(columns.map(|column| &column[first..first + indices.len()]), indices);
            found.map_err(|error| error.counted_from(first))
        });
        found.into_iter().collect()
    }

    fn lattice(&self) -> Result<&Fibonacci, SampleError> {
        match &self.kernel {
            Kernel::Fibonacci(lattice) => Ok(lattice),
            _ => Err(SampleError::NoNearest),
        }
    }

    /// The same Sobol sequence under another scramble, with the tables shared: many independent
    /// randomisations cost nothing to set up. Other schemes have no tables worth sharing: `None`.
    #[must_use]
    pub fn scrambled(&self, scramble: Scramble) -> Option<Self> {
        match &self.kernel {
            Kernel::Sobol(sobol) => {
                Some(Self { kernel: Kernel::Sobol(sobol.scrambled(scramble)), ..self.clone() })
            }
            _ => None,
        }
    }

    /// The same points on another device: its kernel, and what that has to be given.
    ///
    /// The words of a Sobol sequence's table are copied: 512 bytes per dimension.
    ///
    /// ```
    /// use sphere_math::kernels::Output;
    /// use sphere_math::sampling::Scheme;
    ///
    /// let launch = Scheme::Disk { total: 100 }.plan()?.launch(Output::Single);
    /// assert_eq!((launch.kernel.name, launch.words_per_point), ("disk", 2));
    /// # Ok::<(), sphere_math::sampling::SampleError>(())
    /// ```
    #[must_use]
    pub fn launch(&self, output: Output) -> Launch {
        let twin = match &self.kernel {
            Kernel::Fibonacci(lattice) => lattice.twin(),
            Kernel::Disk(lattice) => lattice.twin(),
            Kernel::Random(random) => random.twin(),
            Kernel::Sobol(sobol) => sobol.twin(),
            Kernel::Pixels(pixels) => pixels.twin(),
        };
        let words = match output {
            Output::Draw => 2 * self.draw_columns(),
            Output::Single => self.shape().columns(),
            Output::Double => 2 * self.shape().columns(),
        };
        twin.launch(output, words)
    }

    /// [`Plan::nearest_all`] on another device. The table is that of the directions, which whoever
    /// launches it has: three columns of f64, low word first, each as long as the range: x of all rows,
    /// then y, then z; it begins where an f64 may. A row of the output is an index, or 2^64 - 1 for what is
    /// no direction; a range counts the rows from 0 on. The indices are those of [`Plan::nearest`].
    ///
    /// # Errors
    /// [`SampleError::NoNearest`] for schemes other than the Fibonacci lattice of the sphere.
    pub fn launch_nearest(&self) -> Result<Launch, SampleError> {
        Ok(self.lattice()?.nearest_twin().launch(Output::Draw, 2))
    }

    /// The same in WGSL, for directions in f32: columns x, y and z, one word each. What it promises says
    /// [`NEAREST_SINGLE_BOUND`](crate::kernels::NEAREST_SINGLE_BOUND).
    ///
    /// # Errors
    /// [`SampleError::NoNearest`] as above; [`SampleError::NearestTooFine`] for a lattice of more than
    /// 2^40 steps from pole to pole, or whose steps times offset are more than 2^58.
    pub fn launch_nearest_single(&self) -> Result<Launch, SampleError> {
        let lattice = self.lattice()?;
        let too_fine = SampleError::NearestTooFine { total: lattice.total };
        Ok(lattice.nearest_single_twin().ok_or(too_fine)?.launch(Output::Draw, 2))
    }

    fn lift<R: Real>(&self, range: Range<u64>, out: &mut impl Store<R>) -> Tally {
        let all = Tally::all(&range);
        match &self.kernel {
            Kernel::Fibonacci(lattice) => self.instructions.run(Fill::new(lattice, range, out)),
            Kernel::Disk(lattice) => self.instructions.run(Fill::new(lattice, range, out)),
            Kernel::Pixels(pixels) => pixels.fill(self.instructions, range, out),
            Kernel::Random(random) => return random.fill(self.instructions, range, out),
            Kernel::Sobol(sobol) => sobol.fill(self.instructions, range, out),
        }
        all
    }
}
