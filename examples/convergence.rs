//! How fast the mean over each scheme's points approaches the mean over the sphere and the cube.
//!
//! `cargo run --release -p sphere-examples --example convergence > convergence.csv`
//!
//! One row per problem, scheme and count: the root mean square of the error over the
//! randomisations, in standard deviations of the function. On this scale n independent points have
//! the error n^-1/2 whatever the function. `docs/integration.md` shows what comes out.

use std::error::Error;
use std::io::{self, Write as _};

use sphere_engine::CpuEngine;
use sphere_math::designs::Design;
use sphere_math::healpix::Ordering;
use sphere_math::integrate::{Quadrature, Randomisation};
use sphere_math::parallel::Executor as _;
use sphere_math::random::philox4x32;
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

type Outcome = Result<(), Box<dyn Error>>;
type OfDirection = fn([f64; 3]) -> f64;

const RANDOMISATIONS: u32 = 32;
/// Counts are the powers of two from 2^4 to 2^20.
const FEWEST_BITS: u32 = 4;
const MOST_BITS: u32 = 20;

/// A function with its mean and its standard deviation over its domain.
struct Problem<F> {
    name: &'static str,
    function: F,
    mean: f64,
    deviation: f64,
}

fn main() -> Outcome {
    let engine = CpuEngine::new(None)?;
    writeln!(io::stdout(), "problem,scheme,count,randomisations,rms_error")?;
    for problem in on_the_sphere() {
        lattices(&engine, &problem)?;
        sequences(&engine, &problem)?;
    }
    for dimensions in [2, 8] {
        cube(&engine, dimensions)?;
    }
    Ok(())
}

/// Smooth, peaked, and with an edge; about an axis that is no axis of any scheme.
fn on_the_sphere() -> Vec<Problem<OfDirection>> {
    let edge: f64 = (1.0 - EDGE) / 2.0;
    vec![
        Problem {
            name: "smooth",
            function: |v| along(v).exp(),
            mean: 1.0_f64.sinh(),
            deviation: (2.0_f64.sinh() / 2.0 - 1.0_f64.sinh().powi(2)).sqrt(),
        },
        bump("bump", 10.0, |v| density(10.0, v)),
        bump("peak", 1e4, |v| density(1e4, v)),
        Problem {
            name: "edge",
            function: |v| f64::from(along(v) > EDGE),
            mean: edge,
            deviation: (edge * (1.0 - edge)).sqrt(),
        },
    ]
}

/// The cosine of the radius of a cap: exp(-1), so that no parallel of a lattice is its edge.
const EDGE: f64 = 0.367_879_441_171_442_3;

fn along([x, y, z]: [f64; 3]) -> f64 {
    (2.0 * x + 3.0 * y + 6.0 * z) / 7.0
}

/// The density of von Mises and Fisher, times the area of the sphere: its mean is 1.
fn density(kappa: f64, v: [f64; 3]) -> f64 {
    height(kappa) * (kappa * (along(v) - 1.0)).exp()
}

fn height(kappa: f64) -> f64 {
    2.0 * kappa / (1.0 - (-2.0 * kappa).exp())
}

fn bump(name: &'static str, kappa: f64, function: OfDirection) -> Problem<OfDirection> {
    let mean_square = height(kappa).powi(2) * (1.0 - (-4.0 * kappa).exp()) / (4.0 * kappa);
    Problem { name, function, mean: 1.0, deviation: (mean_square - 1.0).sqrt() }
}

/// Sets that are integrated whole, turned at random.
fn lattices(engine: &CpuEngine, problem: &Problem<OfDirection>) -> Outcome {
    let rotation = Randomisation::Rotation { seed: 1 };
    for bits in FEWEST_BITS..=MOST_BITS {
        let total = 1 << bits;
        let lattice = Scheme::Fibonacci { total, placement: Placement::Quadrature };
        sphere(engine, problem, "fibonacci", &Quadrature::new(&lattice, total)?, rotation)?;
    }
    for order in 0..=8 {
        let pixels = Scheme::Pixels { order, ordering: Ordering::Ring };
        let quadrature = Quadrature::new(&pixels, 12 << (2 * order))?;
        sphere(engine, problem, "pixels", &quadrature, rotation)?;
    }
    for degree in [2, 3, 5].into_iter().chain(7..=21) {
        let Some(design) = Design::of_degree(degree) else { continue };
        let directions: Vec<[f64; 3]> = design.directions().collect();
        let quadrature = Quadrature::of_directions(&directions)?;
        sphere(engine, problem, "design", &quadrature, rotation)?;
    }
    Ok(())
}

/// The first points of sequences.
fn sequences(engine: &CpuEngine, problem: &Problem<OfDirection>) -> Outcome {
    let sobol = Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None };
    let random = Scheme::Random { seed: 1, method: Method::Cylinder };
    let table = [
        ("random", random, Randomisation::Ranges),
        ("sobol plain", sobol, Randomisation::Rotation { seed: 1 }),
        ("sobol shift", sobol, Randomisation::Shift { seed: 1 }),
        ("sobol owen", sobol, Randomisation::Owen { seed: 1 }),
    ];
    for (name, scheme, randomisation) in table {
        for bits in FEWEST_BITS..=MOST_BITS {
            let quadrature = Quadrature::new(&scheme, 1 << bits)?;
            sphere(engine, problem, name, &quadrature, randomisation)?;
        }
    }
    Ok(())
}

fn sphere(
    engine: &CpuEngine,
    problem: &Problem<OfDirection>,
    scheme: &str,
    quadrature: &Quadrature<'_>,
    randomisation: Randomisation,
) -> Outcome {
    let quadrature = quadrature.clone().randomised(randomisation, RANDOMISATIONS)?;
    let estimate = quadrature.sphere(engine, problem.function)?;
    report(problem, scheme, estimate.points_each, &estimate.means)
}

/// Sobol's g, the product of (|4 u - 2| + k) / (1 + k) over the coordinates k: not smooth at 1/2.
fn g(u: &[f64]) -> f64 {
    let factor = |(k, u): (usize, &f64)| ((4.0 * u - 2.0).abs() + k as f64) / (1.0 + k as f64);
    u.iter().enumerate().map(factor).product()
}

fn cube(engine: &CpuEngine, dimensions: u32) -> Outcome {
    let square = |k: u32| 1.0 + 1.0 / (3.0 * (1.0 + f64::from(k)).powi(2));
    let deviation = ((0..dimensions).map(square).product::<f64>() - 1.0).sqrt();
    let name = if dimensions == 2 { "g of 2" } else { "g of 8" };
    let problem = Problem { name, function: g, mean: 1.0, deviation };
    let scheme = Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble: Scramble::None };
    for bits in FEWEST_BITS..=MOST_BITS {
        let count = 1 << bits;
        let plain = Quadrature::new(&scheme, count)?.plain().cube(engine, g)?;
        report(&problem, "sobol plain", count, &plain.means)?;
        for (name, randomisation) in [
            ("sobol shift", Randomisation::Shift { seed: 1 }),
            ("sobol owen", Randomisation::Owen { seed: 1 }),
        ] {
            let quadrature = Quadrature::new(&scheme, count)?;
            let quadrature = quadrature.randomised(randomisation, RANDOMISATIONS)?;
            report(&problem, name, count, &quadrature.cube(engine, g)?.means)?;
        }
        let means = engine.map(RANDOMISATIONS as usize, |number| {
            (0..count)
                .map(|index| g(&random_point(number, index)[..dimensions as usize]))
                .sum::<f64>()
                / count as f64
        });
        report(&problem, "random", count, &means)?;
    }
    Ok(())
}

/// A uniform point of the cube of eight dimensions, from two blocks of random words.
fn random_point(number: usize, index: u64) -> [f64; 8] {
    let words = [0, 1].map(|block| {
        philox4x32([index as u32, (index >> 32) as u32, block, 0], [number as u32, 0xc0be])
    });
    let mut point = [0.0; 8];
    for (u, word) in point.iter_mut().zip(words.as_flattened()) {
        *u = (f64::from(*word) + 0.5) / 4_294_967_296.0;
    }
    point
}

fn report<F>(problem: &Problem<F>, scheme: &str, count: u64, means: &[f64]) -> Outcome {
    let square = |mean: &f64| ((mean - problem.mean) / problem.deviation).powi(2);
    let rms = (means.iter().map(square).sum::<f64>() / means.len() as f64).sqrt();
    let (name, number) = (problem.name, means.len());
    Ok(writeln!(io::stdout(), "{name},{scheme},{count},{number},{rms:e}")?)
}
