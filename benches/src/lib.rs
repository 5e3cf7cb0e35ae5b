//! One case of every kind of sampling, by name: what is counted and what is sampled.
//!
//! A case writes the same points to the same memory each time it runs, so that the difference of two
//! runs of a program is the cost of running the case alone.

use std::error::Error;
use std::hint::black_box;

use sphere_math::Real;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Plan, SampleError, Scheme, Scramble};
use sphere_math::simd::SimdLevel;

/// Something to run, by the name that tables know it by.
#[derive(Clone, Debug)]
pub struct Case {
    /// The scheme, then what tells the case from others of it.
    pub name: &'static str,
    /// Whether the flame graph of the scheme is drawn from this case.
    pub is_drawn: bool,
    scheme: Scheme,
    output: Output,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum Output {
    Columns64,
    Columns32,
    Rows64,
    Rows32,
    Raw,
    /// The nearest points of as many random directions.
    Nearest,
}

/// A case that is ready: every call runs it once.
pub type Work = Box<dyn FnMut() -> Result<(), SampleError>>;

const LATTICE: u64 = 100_000_000;

/// Every case, scheme after scheme.
#[must_use]
pub fn cases() -> Vec<Case> {
    let fibonacci = Scheme::Fibonacci { total: LATTICE, placement: Placement::Quadrature };
    let disk = Scheme::Disk { total: LATTICE };
    let random = |method| Scheme::Random { seed: 0, method };
    let cube =
        |dimensions, scramble| Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble };
    let owen = Scramble::Owen { seed: 0, randomisation: 0 };
    let on_sphere = Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None };
    let pixels = |ordering| Scheme::Pixels { order: 12, ordering };
    let drawn = true;
    [
        ("fibonacci-f64", drawn, fibonacci, Output::Columns64),
        ("fibonacci-f64-rows", false, fibonacci, Output::Rows64),
        ("fibonacci-f32", false, fibonacci, Output::Columns32),
        ("fibonacci-f32-rows", false, fibonacci, Output::Rows32),
        ("disk-f64", drawn, disk, Output::Columns64),
        ("random-cylinder-f64", drawn, random(Method::Cylinder), Output::Columns64),
        ("random-disk-f64", false, random(Method::Disk), Output::Columns64),
        ("random-ball-f64", false, random(Method::Ball), Output::Columns64),
        ("sobol-8-f64", drawn, cube(8, Scramble::None), Output::Columns64),
        ("sobol-8-raw", false, cube(8, Scramble::None), Output::Raw),
        ("sobol-4-owen-f32", false, cube(4, owen), Output::Columns32),
        ("sobol-sphere-f64", false, on_sphere, Output::Columns64),
        ("pixels-ring-f64", false, pixels(Ordering::Ring), Output::Columns64),
        ("pixels-nested-f64", drawn, pixels(Ordering::Nested), Output::Columns64),
        ("nearest", drawn, fibonacci, Output::Nearest),
    ]
    .map(|(name, is_drawn, scheme, output)| Case { name, is_drawn, scheme, output })
    .into()
}

/// The case with this name.
///
/// # Errors
/// There is none; the message lists those that there are.
pub fn case(name: &str) -> Result<Case, Box<dyn Error>> {
    let find = |case: &Case| case.name == name;
    let names = || cases().iter().map(|case| case.name).collect::<Vec<_>>().join(", ");
    Ok(cases()
        .into_iter()
        .find(find)
        .ok_or_else(|| format!("no case {name}; there are {}", names()))?)
}

impl Case {
    /// The case over its first `points` points at a level, with its memory.
    ///
    /// # Errors
    /// The processor lacks the level.
    pub fn ready(&self, level: SimdLevel, points: usize) -> Result<Work, Box<dyn Error>> {
        let plan = self.scheme.plan()?.with_simd(level)?;
        Ok(match self.output {
            Output::Columns64 => columns::<f64>(plan, points),
            Output::Columns32 => columns::<f32>(plan, points),
            Output::Rows64 => rows::<f64>(plan, points),
            Output::Rows32 => rows::<f32>(plan, points),
            Output::Raw => raw(plan, points),
            Output::Nearest => nearest(plan, points)?,
        })
    }
}

fn columns<R: Real>(plan: Plan, points: usize) -> Work {
    let mut values = vec![R::default(); plan.shape().columns() * points];
    Box::new(move || {
        let mut columns: Vec<&mut [R]> = values.chunks_exact_mut(points).collect();
        plan.fill(0..points as u64, &mut columns)?;
        black_box(&values);
        Ok(())
    })
}

fn rows<R: Real>(plan: Plan, points: usize) -> Work {
    let mut values = vec![R::default(); plan.shape().columns() * points];
    Box::new(move || {
        plan.fill_rows(0..points as u64, &mut values)?;
        black_box(&values);
        Ok(())
    })
}

fn raw(plan: Plan, points: usize) -> Work {
    let mut values = vec![0; plan.draw_columns() * points];
    Box::new(move || {
        let mut columns: Vec<&mut [u64]> = values.chunks_exact_mut(points).collect();
        plan.draw(0..points as u64, &mut columns)?;
        black_box(&values);
        Ok(())
    })
}

fn nearest(plan: Plan, points: usize) -> Result<Work, SampleError> {
    let random = Scheme::Random { seed: 1, method: Method::Cylinder }.plan()?;
    let mut directions = [0; 3].map(|_| vec![0.0; points]);
    random.fill(0..points as u64, &mut directions.each_mut().map(Vec::as_mut_slice))?;
    let mut indices = vec![0; points];
    Ok(Box::new(move || {
        plan.nearest_all(directions.each_ref().map(Vec::as_slice), &mut indices)?;
        black_box(&indices);
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use super::{case, cases};
    use sphere_math::simd::SimdLevel;

    /// Benchmarks rot where nothing runs them.
    #[test]
    fn every_case_runs_at_every_level() {
        for case in cases() {
            for level in SimdLevel::available() {
                case.ready(level, 100).unwrap()().unwrap();
            }
        }
    }

    #[test]
    fn a_case_is_found_by_its_name_or_all_are_listed() {
        assert_eq!(case("nearest").unwrap().name, "nearest");
        let error = case("farthest").unwrap_err().to_string();
        assert!(error.starts_with("no case farthest; there are fibonacci-f64, "), "{error}");
    }
}
