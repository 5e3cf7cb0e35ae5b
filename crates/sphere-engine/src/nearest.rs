//! Which lattice point is nearest, for many directions.

use sphere_math::parallel::Executor;
use sphere_math::sampling::{Plan, SampleError};

use crate::{ParameterError, SampleParameters, SchemeKind};

/// Directions that one thread takes at a time: some 100 microseconds of work.
const BLOCK: usize = 1 << 13;

/// A lattice whose nearest points can be asked for, checked.
#[derive(Clone, Debug)]
pub struct NearestJob {
    plan: Plan,
}

impl NearestJob {
    /// The lattice of a scheme by name, and its `total` and `placement` as pairs of name and value.
    /// This is the one place where they are checked.
    ///
    /// # Errors
    /// A scheme that has no nearest points, a parameter that is missing, unknown, out of range or
    /// given twice.
    pub fn parse<'a>(
        scheme: &str,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ParameterError> {
        let mut parameters = SampleParameters::parse(scheme, [])?;
        let scheme = parameters.scheme();
        if scheme != SchemeKind::Fibonacci {
            return Err(ParameterError::NoNearest { scheme });
        }
        let mut has_total = false;
        for (name, value) in pairs {
            match name {
                "total" => has_total = true,
                "placement" => {}
                name => return Err(ParameterError::unknown(name)),
            }
            parameters.set(name, value)?;
        }
        if !has_total {
            return Err(ParameterError::Missing { parameter: "total", scheme });
        }
        let job = parameters.job()?;
        let plan = job.scheme().plan();
        plan.map(|plan| Self { plan })
            .map_err(|source| ParameterError::OutOfRange { parameter: "total", source })
    }

    /// The index of the point nearest to each direction, in blocks in their order; x, y, z are as
    /// long as one another. O(directions).
    ///
    /// # Errors
    /// The first direction that is zero or not finite, by its place.
    pub fn run<E: Executor>(
        &self,
        executor: &E,
        [x, y, z]: [&[f64]; 3],
    ) -> Result<Vec<Vec<u64>>, SampleError> {
        let lengths = [x.len(), y.len(), z.len(), x.len()];
        if lengths != [x.len(); 4] {
            return Err(SampleError::UnequalColumns { lengths });
        }
        let blocks = executor.map(x.len().div_ceil(BLOCK), |block| {
            let first = block * BLOCK;
            let rows = first..x.len().min(first + BLOCK);
            let mut indices = vec![0; rows.len()];
            let columns = [&x[rows.clone()], &y[rows.clone()], &z[rows]];
            match self.plan.nearest_all(columns, &mut indices) {
                Ok(()) => Ok(indices),
                // Counted from the first of all, not of the block.
                Err(SampleError::NoDirection { index, direction }) => {
                    Err(SampleError::NoDirection { index: first + index, direction })
                }
                Err(error) => Err(error),
            }
        });
        blocks.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use sphere_math::sampling::SampleError;

    use super::{BLOCK, NearestJob};
    use crate::CpuEngine;

    #[test]
    fn lattices_that_are_none() {
        let table = [
            ("disk", "total=5", "no_nearest"),
            ("what", "total=5", "invalid_value"),
            ("fibonacci", "", "missing_parameter"),
            ("fibonacci", "total=0", "out_of_range"),
            ("fibonacci", "total=5 count=5", "unknown_parameter"),
            ("fibonacci", "total=5 total=5", "duplicate_parameter"),
            ("fibonacci", "total=5 placement=offset:-1", "out_of_range"),
        ];
        for (scheme, words, code) in table {
            let pairs = words.split_whitespace().filter_map(|word| word.split_once('='));
            let error = NearestJob::parse(scheme, pairs).unwrap_err();
            assert_eq!(error.code(), code, "{scheme} {words}: {error}");
        }
    }

    #[test]
    fn blocks_are_one_list() {
        let job = NearestJob::parse("fibonacci", [("total", "1e6")]).unwrap();
        let count = 2 * BLOCK + 5;
        let z: Vec<f64> = (0..count).map(|i| 1.0 - 2.0 * i as f64 / count as f64).collect();
        let (x, mut y) = (vec![0.5; count], vec![0.0; count]);
        let engine = CpuEngine::new(None).unwrap();
        let found = job.run(&engine, [&x, &y, &z]).unwrap().concat();
        for (index, &nearest) in found.iter().enumerate() {
            assert_eq!(nearest, job.plan.nearest([x[index], 0.0, z[index]]).unwrap());
        }
        y[BLOCK + 3] = f64::NAN;
        let error = job.run(&engine, [&x, &y, &z]).unwrap_err();
        assert!(matches!(error, SampleError::NoDirection { index, .. } if index == BLOCK + 3));
        assert!(job.run(&engine, [&x, &y, &z[1..]]).is_err());
    }
}
