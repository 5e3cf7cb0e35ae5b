//! Real input: the mean height of the Earth's surface over the points of each scheme.
//!
//! The mean of a field over the sphere is its l = 0 coefficient, so the error of a mean over points
//! is known exactly. The field has all degrees to 60: it is neither constant nor symmetric, and as
//! rough as the Himalaya and the trenches make it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{directions, parse, table};
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

const LMAX: usize = 60;

fn index(l: usize, m: usize) -> usize {
    l * (l + 1) / 2 + m
}

/// One term of the sum: real, 4-pi-normalised, no Condon-Shortley phase, metres.
#[derive(Clone, Copy)]
struct Term {
    cos: f64,
    sin: f64,
    /// P(l, m) = a z P(l - 1, m) - b P(l - 2, m). Holmes2002, equation 11.
    a: f64,
    b: f64,
}

struct Topography(Vec<Term>);

impl Topography {
    fn load() -> Self {
        let missing = Term { cos: f64::NAN, sin: f64::NAN, a: f64::NAN, b: f64::NAN };
        let mut terms = vec![missing; index(LMAX, LMAX) + 1];
        for record in table(include_str!("data/earth_topography_lmax60.csv")) {
            let (l, m): (usize, usize) = (parse(record[0]), parse(record[1]));
            let at = index(l, m);
            let (l, m) = (l as f64, m as f64);
            let square = (2.0 * l + 1.0) / ((l - m) * (l + m));
            terms[at] = Term {
                cos: parse(record[2]),
                sin: parse(record[3]),
                a: (square * (2.0 * l - 1.0)).sqrt(),
                b: (square * (l + m - 1.0) * (l - m - 1.0) / (2.0 * l - 3.0)).sqrt(),
            };
        }
        assert!(terms.iter().all(|t| t.cos.is_finite() && t.sin.is_finite()), "all coefficients");
        Self(terms)
    }

    fn mean(&self) -> f64 {
        self.0[0].cos
    }

    /// The standard deviation over the sphere: Parseval's theorem.
    fn deviation(&self) -> f64 {
        self.0[1..].iter().map(|term| term.cos.powi(2) + term.sin.powi(2)).sum::<f64>().sqrt()
    }

    /// The height in a direction: the whole sum, order by order.
    fn height(&self, [x, y, z]: [f64; 3]) -> f64 {
        let cos_latitude = x.hypot(y);
        let (cos_1, sin_1) =
            if cos_latitude == 0.0 { (1.0, 0.0) } else { (x / cos_latitude, y / cos_latitude) };
        let (mut cos_m, mut sin_m) = (1.0, 0.0);
        let mut sectoral = 1.0;
        let mut height = 0.0;
        for m in 0..=LMAX {
            let (mut before, mut legendre) = (0.0, sectoral);
            for l in m..=LMAX {
                let term = self.0[index(l, m)];
                if l > m {
                    (before, legendre) = (legendre, term.a * z * legendre - term.b * before);
                }
                height += legendre * (term.cos * cos_m + term.sin * sin_m);
            }
            // P(m + 1, m + 1) from P(m, m). Holmes2002, equation 13.
            let next = (m + 1) as f64;
            let step = if m == 0 { 3.0 } else { (2.0 * next + 1.0) / (2.0 * next) };
            sectoral *= f64::sqrt(step) * cos_latitude;
            (cos_m, sin_m) = (cos_m * cos_1 - sin_m * sin_1, sin_m * cos_1 + cos_m * sin_1);
        }
        height
    }

    /// |mean over the points - mean over the sphere|, in metres.
    fn error(&self, scheme: Scheme, count: u64) -> f64 {
        let points = directions::<f64>(&scheme.plan().unwrap(), 0..count);
        let sum: f64 = points.into_iter().map(|point| self.height(point)).sum();
        (sum / count as f64 - self.mean()).abs()
    }

    /// Root mean square of the errors of several randomisations.
    fn rms_error(&self, schemes: impl Iterator<Item = Scheme>, count: u64) -> f64 {
        let squares: Vec<f64> = schemes.map(|scheme| self.error(scheme, count).powi(2)).collect();
        (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
    }
}

const RANDOMISATIONS: u64 = 8;

/// The error of a mean over 192 points and over 64 times as many, for each scheme.
struct Errors {
    few: f64,
    many: f64,
}

impl Errors {
    const FEW: (u64, u32) = (192, 2);
    const MANY: (u64, u32) = (12_288, 5);

    /// Of one scheme for a number of points, which is that of the HEALPix grid of an order.
    fn of(earth: &Topography, scheme: impl Fn(u64, u32) -> Scheme) -> Self {
        let error = |(count, order)| earth.error(scheme(count, order), count);
        Self { few: error(Self::FEW), many: error(Self::MANY) }
    }

    fn rms(earth: &Topography, scheme: impl Fn(u64) -> Scheme) -> Self {
        let error = |count| earth.rms_error((0..RANDOMISATIONS).map(&scheme), count);
        Self { few: error(Self::FEW.0), many: error(Self::MANY.0) }
    }

    fn gain(&self) -> f64 {
        self.few / self.many
    }
}

#[test]
fn the_field_has_the_published_mean() {
    let earth = Topography::load();
    assert!((earth.mean() + 2382.74).abs() < 0.01, "{}", earth.mean());
    // At the north pole only the zonal terms are left, each with P(l, 0) = sqrt(2 l + 1).
    let zonal = (0..=LMAX).map(|l| earth.0[index(l, 0)].cos * ((2 * l + 1) as f64).sqrt());
    assert!((earth.height([0.0, 0.0, 1.0]) - zonal.sum::<f64>()).abs() < 1e-8);
    // Known places, to what degree 60 resolves of them: Tibet is high, the Pacific deep.
    assert!(earth.height([0.044, 0.848, 0.528]) > 3_000.0);
    assert!(earth.height([-0.819, -0.472, 0.326]) < -3_000.0);
}

#[test]
fn lattices_and_sobol_find_the_mean_far_faster_than_chance() {
    let earth = Topography::load();
    let fibonacci = Errors::of(&earth, |total, _| Scheme::Fibonacci {
        total,
        placement: Placement::Quadrature,
    });
    let pixels = Errors::of(&earth, |_, order| Scheme::Pixels { order, ordering: Ordering::Ring });
    let sobol = |scramble| Scheme::Sobol { domain: Domain::Sphere, scramble };
    let plain = Errors::of(&earth, |_, _| sobol(Scramble::None));
    let shift =
        Errors::rms(&earth, |randomisation| sobol(Scramble::Shift { seed: 1, randomisation }));
    let owen =
        Errors::rms(&earth, |randomisation| sobol(Scramble::Owen { seed: 1, randomisation }));
    let random = [Method::Cylinder, Method::Disk, Method::Ball]
        .map(|method| Errors::rms(&earth, |seed| Scheme::Random { seed, method }));

    // Chance: sigma / sqrt(n), so 64 times the points gain 8. With 8 seeds, give or take half.
    for errors in &random {
        for (error, (count, _)) in [(errors.few, Errors::FEW), (errors.many, Errors::MANY)] {
            let ratio = error * (count as f64).sqrt() / earth.deviation();
            assert!((0.5..1.7).contains(&ratio), "{ratio} times the error that chance has");
        }
    }
    assert!(fibonacci.gain() > 5_000.0 && fibonacci.many < 0.01, "{} m", fibonacci.many);
    assert!(pixels.gain() > 64.0 && pixels.many < 0.2, "{} m", pixels.many);
    for (name, errors) in [("plain", plain), ("shift", shift), ("owen", owen)] {
        assert!(errors.gain() > 24.0, "sobol {name}: 64 times the points gain {}", errors.gain());
        for chance in &random {
            assert!(errors.many < chance.many / 8.0, "sobol {name}: {} m", errors.many);
        }
    }
}
