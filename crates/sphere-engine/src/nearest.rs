//! Which lattice point is nearest, for many directions.

use sphere_math::sampling::{Plan, SampleError};

use crate::{Cause, ParameterError, SampleParameters, SchemeKind, Stopped};

/// A lattice whose nearest points can be asked for, checked.
#[derive(Clone, Debug)]
pub struct NearestJob {
    parameters: SampleParameters,
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
        Self::of(parameters)
    }

    /// The lattice of parameters that say its total, as those of [`NearestJob::parameters`].
    ///
    /// # Errors
    /// As [`NearestJob::parse`].
    pub fn of(parameters: SampleParameters) -> Result<Self, ParameterError> {
        let scheme = parameters.scheme();
        if scheme != SchemeKind::Fibonacci {
            return Err(ParameterError::NoNearest { scheme });
        }
        let plan = parameters.job()?.scheme().plan();
        plan.map(|plan| Self { parameters, plan })
            .map_err(|source| ParameterError::OutOfRange { parameter: "total", source })
    }

    /// What it was made of: how it travels.
    #[must_use]
    pub fn parameters(&self) -> &SampleParameters {
        &self.parameters
    }

    /// The lattice, on the best instruction set of this processor.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Sees to it that the columns are as long as one another.
    ///
    /// # Errors
    /// [`Cause::Input`] with the lengths.
    pub fn check([x, y, z]: [&[f64]; 3], indices: &[u64]) -> Result<(), Stopped> {
        let lengths = [x.len(), y.len(), z.len(), indices.len()];
        if lengths == [indices.len(); 4] {
            return Ok(());
        }
        Err(Stopped { next: 0, cause: Cause::Input(SampleError::UnequalColumns { lengths }) })
    }
}

#[cfg(test)]
mod tests {
    use sphere_math::sampling::SampleError;

    use super::NearestJob;
    use crate::{Cause, CpuEngine, Engine, EngineError, SampleParameters, Stop, Stopped};

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

    fn run(columns: [&[f64]; 3], indices: &mut [u64], stop: &Stop) -> Result<(), Stopped> {
        let job = NearestJob::parse("fibonacci", [("total", "1e6")]).unwrap();
        CpuEngine::new(None).unwrap().nearest(&job, columns, indices, stop)
    }

    #[test]
    fn every_direction_gets_its_index() {
        let job = NearestJob::parse("fibonacci", [("total", "1e6")]).unwrap();
        let count = 20_005;
        let z: Vec<f64> = (0..count).map(|i| 1.0 - 2.0 * i as f64 / count as f64).collect();
        let (x, mut y) = (vec![0.5; count], vec![0.0; count]);
        let mut found = vec![0; count];
        run([&x, &y, &z], &mut found, &Stop::never()).unwrap();
        for (index, &nearest) in found.iter().enumerate() {
            assert_eq!(nearest, job.plan.nearest([x[index], 0.0, z[index]]).unwrap());
        }
        (y[10_000], y[19_000]) = (f64::NAN, f64::INFINITY);
        let stopped = run([&x, &y, &z], &mut found, &Stop::never()).unwrap_err();
        assert_eq!(stopped.next, 10_000);
        assert!(matches!(
            stopped.cause,
            Cause::Input(SampleError::NoDirection { index: 10_000, .. })
        ));
    }

    #[test]
    fn a_lattice_is_that_of_its_parameters() {
        let pairs = [("total", "12345"), ("placement", "offset:0.25")];
        let job = NearestJob::parse("fibonacci", pairs).unwrap();
        let text = serde_json::to_string(job.parameters()).unwrap();
        let again = NearestJob::of(serde_json::from_str(&text).unwrap()).unwrap();
        let direction = [0.1, -0.7, 0.3];
        let nearest = |job: &NearestJob| job.plan.nearest(direction).unwrap();
        assert_eq!(nearest(&again), nearest(&job));
        let disk = SampleParameters::parse("disk", [("count", "5")]).unwrap();
        assert_eq!(NearestJob::of(disk).unwrap_err().code(), "no_nearest");
    }

    #[test]
    fn columns_are_equally_long_and_a_stop_is_seen() {
        let (x, mut found) = (vec![1.0; 5], vec![0; 5]);
        let stopped = run([&x, &x, &x[1..]], &mut found, &Stop::never()).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Input(SampleError::UnequalColumns { .. })));
        let stopped =
            run([&x, &x, &x], &mut found, &Stop::at(std::time::Instant::now())).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::DeadlineExceeded)));
    }
}
