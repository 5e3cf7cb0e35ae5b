//! Means are right, their errors honest, and both the same bits however the work is done.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::sync::Mutex;

use common::executors::{Backwards, Threads};
use common::harmonics::harmonics;
use sphere_math::designs::Design;
use sphere_math::healpix::Ordering;
use sphere_math::integrate::{Estimate, IntegrateError, Quadrature, Randomisation};
use sphere_math::parallel::Serial;
use sphere_math::sampling::{Domain, Method, Placement, SampleError, Scheme, Scramble, Shape};

const LATTICE: Scheme = Scheme::Fibonacci { total: 768, placement: Placement::Quadrature };
const PIXELS: Scheme = Scheme::Pixels { order: 3, ordering: Ordering::Nested };
const RANDOM: Scheme = Scheme::Random { seed: 5, method: Method::Cylinder };
const SOBOL: Scheme = Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None };
const SHIFTED: Scheme = Scheme::Sobol {
    domain: Domain::Sphere,
    scramble: Scramble::Shift { seed: 3, randomisation: 0 },
};
/// One of each kind that has directions, and how many points of it.
const SPHERE: [(&str, Scheme, u64); 5] = [
    ("fibonacci", LATTICE, 768),
    ("pixels", PIXELS, 768),
    ("random", RANDOM, 1_000),
    ("sobol owen", SOBOL, 1_000),
    ("sobol shift", SHIFTED, 1 << 10),
];

fn cube(dimensions: u32) -> Scheme {
    Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble: Scramble::None }
}

fn quadrature(scheme: &Scheme, count: u64) -> Quadrature<'static> {
    Quadrature::new(scheme, count).unwrap()
}

/// The same with another seed, whichever kind it is.
fn reseeded(scheme: &Scheme, count: u64, seed: u64) -> Quadrature<'static> {
    let other = match *scheme {
        Scheme::Random { method, .. } => Scheme::Random { seed, method },
        other => other,
    };
    let randomisation = match Randomisation::of(scheme) {
        Randomisation::Owen { .. } => Randomisation::Owen { seed },
        Randomisation::Shift { .. } => Randomisation::Shift { seed },
        Randomisation::Rotation { .. } => Randomisation::Rotation { seed },
        Randomisation::Ranges => Randomisation::Ranges,
    };
    quadrature(&other, count).randomised(randomisation, 16).unwrap()
}

/// How many standard errors the mean is off.
fn off(estimate: &Estimate, truth: f64) -> f64 {
    (estimate.mean - truth).abs() / estimate.standard_error.unwrap()
}

/// Sobol's g: the product of (|4 u - 2| + c) / (1 + c), mean 1; here c = k for coordinate k.
fn g(u: &[f64]) -> f64 {
    let factor = |(k, u): (usize, &f64)| ((4.0 * u - 2.0).abs() + k as f64) / (1.0 + k as f64);
    u.iter().enumerate().map(factor).product()
}

type OfDirection = fn([f64; 3]) -> f64;

#[test]
fn known_means_over_the_sphere() {
    let table: [(&str, OfDirection, f64); 5] = [
        ("exp(x)", |[x, _, _]| x.exp(), 1.0_f64.sinh()),
        ("x²", |[x, _, _]| x * x, 1.0 / 3.0),
        ("|z|", |[_, _, z]| z.abs(), 0.5),
        ("a cap", |[x, y, z]| f64::from(x + y + z > 1.5), (1.0 - 1.5 / 3.0_f64.sqrt()) / 2.0),
        ("x y z", |[x, y, z]| x * y * z, 0.0),
    ];
    for (name, scheme, count) in SPHERE {
        for (which, function, truth) in table {
            let estimate = quadrature(&scheme, count).sphere(&Serial, function).unwrap();
            let error = estimate.standard_error.unwrap();
            // Student's distribution, 15 degrees of freedom: beyond 6 with probability 2.4e-5.
            let rounding = 1e-15;
            assert!(
                (estimate.mean - truth).abs() < 6.0 * error + rounding,
                "{name}: {which} {} ± {error:e}",
                estimate.mean
            );
            assert!(error < 0.02, "{name}: {which} ± {error}");
            assert_eq!(estimate.integral(), estimate.mean * 4.0 * std::f64::consts::PI);
            assert_eq!(estimate.randomisations(), 16);
            assert_eq!(estimate.points_each, count);
        }
    }
}

#[test]
fn known_means_over_the_cube() {
    for (dimensions, bound) in [(1, 1e-5), (2, 2e-4), (8, 2e-3), (100, 0.02)] {
        let estimate = quadrature(&cube(dimensions), 1 << 12).cube(&Serial, g).unwrap();
        let error = estimate.standard_error.unwrap();
        assert!(error < bound, "{dimensions} dimensions: ± {error:e}");
        assert!(off(&estimate, 1.0) < 6.0, "{dimensions} dimensions: {}", estimate.mean);
        assert_eq!(estimate.integral(), estimate.mean);
    }
}

#[test]
fn constants_are_exact() {
    for (name, scheme, count) in SPHERE {
        for constant in [0.0, 1.0, -2.5, 1e300] {
            let estimate = quadrature(&scheme, count).sphere(&Serial, |_| constant).unwrap();
            let relative = (estimate.mean / constant - 1.0).abs();
            assert!(constant == estimate.mean || relative < 2e-16, "{name}: {}", estimate.mean);
            assert_eq!(estimate.standard_error, Some(0.0), "{name}");
        }
    }
}

#[test]
fn harmonics_have_mean_zero() {
    for (name, scheme, count) in SPHERE {
        for index in [1, 3, 4, 6, 8, 20, 35] {
            let value = |v| harmonics(5, v)[index];
            let estimate = quadrature(&scheme, count).sphere(&Serial, value).unwrap();
            let error = estimate.standard_error.unwrap();
            assert!(estimate.mean.abs() < 6.0 * error + 1e-15, "{name}: Y {index} {estimate:?}");
            // Chance: 1 / sqrt(16 · 768).
            assert!(error < 0.015, "{name}: Y {index} ± {error}");
        }
    }
}

#[test]
fn designs_and_lattices_agree_on_polynomials() {
    // x^i y^j z^k has the mean (i - 1)!! (j - 1)!! (k - 1)!! / (i + j + k + 1)!!, all even.
    let total = 100_000;
    let lattice = quadrature(&Scheme::Fibonacci { total, placement: Placement::Quadrature }, total);
    for (powers, exact) in
        [([2, 0, 0], 1.0 / 3.0), ([4, 2, 0], 3.0 / 105.0), ([2, 2, 2], 1.0 / 105.0)]
    {
        let polynomial =
            |v: [f64; 3]| v.iter().zip(powers).map(|(c, power)| c.powi(power)).product::<f64>();
        let directions: Vec<_> = Design::of_degree(6).unwrap().directions().collect();
        let design = Quadrature::of_directions(&directions).unwrap();
        let design = design.sphere(&Serial, polynomial).unwrap();
        assert!((design.mean - exact).abs() < 1e-15, "{powers:?}: {}", design.mean);
        assert!(design.standard_error.unwrap() < 1e-15);
        let lattice = lattice.sphere(&Serial, polynomial).unwrap();
        assert!((lattice.mean - design.mean).abs() < 1e-9, "{powers:?}: {}", lattice.mean);
    }
}

/// Each kind of randomisation is as far off as its error says: never much less, never much more.
#[test]
fn errors_are_honest() {
    const SEEDS: u64 = 400;
    // Not symmetric, and with an edge: nothing that a scheme integrates exactly.
    let function: OfDirection = |[x, y, z]| (x - y).exp() + f64::from(z + 0.5 * x > 0.3);
    let height = 0.3 / 1.25_f64.sqrt();
    let sinh = 2.0_f64.sqrt();
    let truth = sinh.sinh() / sinh + (1.0 - height) / 2.0;
    let small = Scheme::Fibonacci { total: 100, placement: Placement::Quadrature };
    let coarse = Scheme::Pixels { order: 1, ordering: Ordering::Ring };
    for (name, scheme, count) in [
        ("fibonacci", small, 100),
        ("pixels", coarse, 48),
        ("random", RANDOM, 64),
        ("sobol owen", SOBOL, 64),
        ("sobol shift", SHIFTED, 64),
    ] {
        let estimates: Vec<Estimate> = (0..SEEDS)
            .map(|seed| reseeded(&scheme, count, seed).sphere(&Serial, function).unwrap())
            .collect();
        let share = |bound: f64| {
            estimates.iter().filter(|e| off(e, truth) < bound).count() as f64 / SEEDS as f64
        };
        // Student's distribution with 15 degrees of freedom: 0.667 and 0.991. Five deviations of
        // a binomial share of 400 are 0.118 and 0.024.
        assert!((0.549..0.785).contains(&share(1.0)), "{name}: {} within one", share(1.0));
        assert!(share(3.0) > 0.967, "{name}: {} within three", share(3.0));
        // Randomisations do not know of one another: no correlation but by chance, 1 / sqrt(400).
        let product =
            |e: &Estimate, i: usize, j: usize| (e.means[i] - truth) * (e.means[j] - truth);
        let sum = |i, j| estimates.iter().map(|e| product(e, i, j)).sum::<f64>();
        for (i, j) in [(0, 1), (1, 2), (0, 15), (7, 8)] {
            let correlation = sum(i, j) / (sum(i, i) * sum(j, j)).sqrt();
            assert!(correlation.abs() < 0.25, "{name}: {correlation} between {i} and {j}");
        }
    }
}

#[test]
fn the_executor_changes_no_bit() {
    let function: OfDirection = |[x, y, z]| (x + 2.0 * y).exp() / (1.1 + z);
    let large = Scheme::Fibonacci { total: 10_001, placement: Placement::Quadrature };
    for (scheme, count) in [(large, 10_001), (RANDOM, 8_192), (SOBOL, 20_000), (PIXELS, 768)] {
        let quadrature = quadrature(&scheme, count);
        let expected = quadrature.sphere(&Serial, function).unwrap();
        assert_eq!(quadrature.sphere(&Backwards, function).unwrap(), expected);
        for threads in [1, 3] {
            let found = quadrature.sphere(&Threads(threads), function).unwrap();
            let bits = |e: &Estimate| e.means.iter().map(|m| m.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "{threads} threads");
            assert_eq!(found, expected);
        }
    }
    let quadrature = quadrature(&cube(20), 9_000);
    let expected = quadrature.cube(&Serial, g).unwrap();
    assert_eq!(quadrature.cube(&Threads(2), g).unwrap(), expected);
}

/// More results than are kept at a time.
#[test]
fn many_small_randomisations() {
    let quadrature = quadrature(&SOBOL, 2);
    let owen = Randomisation::Owen { seed: 0 };
    let many = quadrature.clone().randomised(owen, 40_000).unwrap();
    let many = many.sphere(&Serial, |[x, ..]| x).unwrap();
    let few = quadrature.randomised(owen, 5).unwrap().sphere(&Serial, |[x, ..]| x).unwrap();
    assert_eq!(many.means.len(), 40_000);
    assert_eq!(many.means[..5], few.means[..], "the first do not depend on how many follow");
    // Every value is a mean of two x in [-1, 1]: the error of 40,000 is at most 0.005.
    assert!(off(&many, 0.0) < 5.0 && many.standard_error.unwrap() < 0.005);
}

/// The points of every randomisation, in order.
fn seen(quadrature: &Quadrature<'_>) -> Vec<[f64; 3]> {
    let points = Mutex::new(Vec::new());
    let record = |point| {
        points.lock().unwrap().push(point);
        0.0
    };
    quadrature.sphere(&Serial, record).unwrap();
    points.into_inner().unwrap()
}

#[test]
fn randomisations_are_functions_of_their_number() {
    for (name, scheme, _) in SPHERE.iter().filter(|(name, ..)| name.contains("sobol")) {
        let few = seen(&quadrature(scheme, 5));
        let many = seen(&quadrature(scheme, 5_000));
        for (few, many) in few.chunks(5).zip(many.chunks(5_000)) {
            assert_eq!(few, &many[..5], "{name}");
        }
    }
    let given = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]];
    let few = seen(&Quadrature::of_directions(&given[..1]).unwrap());
    let many = seen(&Quadrature::of_directions(&given).unwrap());
    assert_eq!(few, many.iter().step_by(3).copied().collect::<Vec<_>>());
    let mut distinct: Vec<_> = many.iter().map(|v| v.map(f64::to_bits)).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), many.len());
}

#[test]
fn the_scheme_says_which_randomisations() {
    let shift = |seed, randomisation| Scheme::Sobol {
        domain: Domain::Sphere,
        scramble: Scramble::Shift { seed, randomisation },
    };
    let shifted = seen(&quadrature(&shift(8, 3), 4));
    for (number, points) in shifted.chunks(4).enumerate() {
        let plan = shift(8, number as u64).plan().unwrap();
        assert_eq!(points, common::directions::<f64>(&plan, 0..4), "shift {number}");
    }
    let random = seen(&quadrature(&RANDOM, 6));
    assert_eq!(random, common::directions::<f64>(&RANDOM.plan().unwrap(), 0..96), "ranges");
    let plain = seen(&quadrature(&LATTICE, 768).plain());
    assert_eq!(plain, common::directions::<f64>(&LATTICE.plan().unwrap(), 0..768), "plain");
    for (turned, point) in seen(&quadrature(&LATTICE, 768)).iter().zip(&plain) {
        let rotation = sphere_math::rotation::Rotation::random(0, 0);
        assert_eq!(*turned, rotation.apply(*point), "rotation 0 of seed 0");
    }
}

#[test]
fn one_randomisation_has_no_error() {
    let rotation = Randomisation::Rotation { seed: 1 };
    let one = quadrature(&LATTICE, 768).randomised(rotation, 1).unwrap();
    for quadrature in [one, quadrature(&LATTICE, 768).plain()] {
        let estimate = quadrature.sphere(&Serial, |[x, ..]| x.exp()).unwrap();
        assert_eq!((estimate.standard_error, estimate.means.len()), (None, 1));
        assert_eq!(estimate.integral_standard_error(), None);
        assert!((estimate.mean - 1.0_f64.sinh()).abs() < 1e-4);
    }
}

#[test]
fn the_first_value_that_is_not_finite_is_named() {
    // Both are past the first block; the later one has the lower index.
    let [first, later] = [(1, 9_000_usize), (2, 5_000)];
    let all = seen(&quadrature(&SOBOL, 10_000));
    let at = |(randomisation, index): (usize, usize)| all[randomisation * 10_000 + index];
    let function = |v: [f64; 3]| {
        if v == at(later) {
            f64::NAN
        } else if v == at(first) {
            f64::NEG_INFINITY
        } else {
            1.0
        }
    };
    let expected = IntegrateError::NotFinite {
        value: f64::NEG_INFINITY,
        randomisation: 1,
        index: 9_000,
        point: at(first).to_vec(),
    };
    let quadrature = quadrature(&SOBOL, 10_000);
    assert_eq!(quadrature.sphere(&Serial, function), Err(expected.clone()));
    assert_eq!(quadrature.sphere(&Backwards, function), Err(expected.clone()));
    assert_eq!(quadrature.sphere(&Threads(3), function), Err(expected.clone()));
    assert!(expected.to_string().starts_with("the function is -inf, which is not finite"));
}

#[test]
fn messages_stay_short_in_many_dimensions() {
    let error = quadrature(&cube(5_000), 3).cube(&Serial, |_| f64::NAN).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("at point 0 of randomisation 0: 5000 coordinates"), "{message}");
    assert!(message.contains("NaN") && message.len() < 400, "{message}");
}

#[test]
fn values_too_large_to_add_up() {
    let overflow = quadrature(&SOBOL, 64).sphere(&Serial, |_| f64::MAX);
    assert_eq!(overflow, Err(IntegrateError::Overflow));
}

#[test]
fn bad_input_is_named() {
    let new = |scheme: &Scheme, count| Quadrature::new(scheme, count).map(|_| ()).unwrap_err();
    assert_eq!(new(&SOBOL, 0), IntegrateError::NoPoints);
    assert_eq!(new(&RANDOM, 0), IntegrateError::NoPoints);
    assert_eq!(new(&LATTICE, 0), IntegrateError::PartOfLattice { count: 0, total: 768 });
    assert_eq!(new(&PIXELS, 769), IntegrateError::PartOfLattice { count: 769, total: 768 });
    let disk = Scheme::Disk { total: 10 };
    assert_eq!(new(&disk, 10), IntegrateError::WrongDomain { shape: Shape::Disk });
    let none = cube(0);
    assert_eq!(new(&none, 1), SampleError::DimensionsOutOfRange { dimensions: 0 }.into());
    assert!(matches!(new(&SOBOL, u64::MAX), IntegrateError::Sample(_)));
    let too_many = IntegrateError::TooManyPoints { count: u64::MAX, randomisations: 16 };
    assert_eq!(new(&RANDOM, u64::MAX), too_many);

    let randomised = |scheme, count, kind, number| {
        quadrature(&scheme, count).randomised(kind, number).map(|_| ()).unwrap_err()
    };
    let (owen, rotation) = (Randomisation::Owen { seed: 0 }, Randomisation::Rotation { seed: 0 });
    for (scheme, count, randomisation) in [
        (LATTICE, 768, owen),
        (RANDOM, 5, Randomisation::Shift { seed: 0 }),
        (SOBOL, 5, Randomisation::Ranges),
        (cube(3), 5, rotation),
    ] {
        let error = IntegrateError::WrongRandomisation { randomisation };
        assert_eq!(randomised(scheme, count, randomisation, 8), error);
    }
    for randomisations in [0, (1 << 16) + 1, u32::MAX] {
        let error = IntegrateError::RandomisationsOutOfRange { randomisations };
        assert_eq!(randomised(SOBOL, 5, owen, randomisations), error);
    }

    let of_directions = |given: &[[f64; 3]]| Quadrature::of_directions(given).map(|_| ());
    assert_eq!(of_directions(&[]), Err(IntegrateError::NoPoints));
    let [unit, long, nan] = [[0.0, 0.6, 0.8], [0.0, 1.5, 2.0], [0.0, f64::NAN, 0.0]];
    let error = IntegrateError::NotOnSphere { index: 1, length: 2.5 };
    assert_eq!(of_directions(&[unit, long]), Err(error));
    assert!(matches!(of_directions(&[nan]), Err(IntegrateError::NotOnSphere { index: 0, .. })));

    let over_the_cube = quadrature(&SOBOL, 4).cube(&Serial, |_| 1.0);
    assert_eq!(over_the_cube, Err(IntegrateError::WrongDomain { shape: Shape::Directions }));
    let over_the_sphere = quadrature(&cube(3), 4).sphere(&Serial, |_| 1.0);
    let shape = Shape::Cube { dimensions: 3 };
    assert_eq!(over_the_sphere, Err(IntegrateError::WrongDomain { shape }));
}

#[test]
fn the_ends_of_sequences_can_be_reached() {
    // The last point of the counter, and only it: the largest count there is has one randomisation.
    let largest = quadrature(&RANDOM, u64::MAX / 16);
    assert!(largest.randomised(Randomisation::Ranges, 16).is_ok());
    let whole = quadrature(&RANDOM, 1).randomised(Randomisation::Ranges, 1 << 16).unwrap();
    assert_eq!(whole.sphere(&Serial, |_| 2.0).unwrap().mean, 2.0);
}
