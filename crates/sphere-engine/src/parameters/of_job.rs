//! Back from a job to the parameters that mean it: how a job travels.

use sphere_math::sampling::{Domain, Scheme, Scramble};

use super::value::ScrambleKind;
use super::{SampleParameters, SchemeKind};
use crate::{Coordinates, Job};

/// What changes with a request is said, nothing is left to its defaults: [`SampleParameters::job`] is the
/// same job again.
impl From<&Job> for SampleParameters {
    fn from(job: &Job) -> Self {
        let mut parameters = match *job.scheme() {
            Scheme::Fibonacci { total, placement } => Self {
                total: Some(total),
                placement: Some(placement),
                ..Self::new(SchemeKind::Fibonacci)
            },
            Scheme::Disk { total } => Self { total: Some(total), ..Self::new(SchemeKind::Disk) },
            Scheme::Random { seed, method } => {
                Self { seed: Some(seed), method: Some(method), ..Self::new(SchemeKind::Random) }
            }
            Scheme::Sobol { domain, scramble } => sobol(domain, scramble),
            Scheme::Pixels { order, ordering } => Self {
                order: Some(order),
                ordering: Some(ordering),
                ..Self::new(SchemeKind::Pixels)
            },
        };
        let range = job.range();
        parameters.count = Some(job.points());
        parameters.start = Some(range.start);
        // The disk and the cube have no other.
        let coordinates = job.coordinates();
        parameters.columns = (coordinates != Coordinates::Native).then_some(coordinates);
        parameters.precision = Some(job.precision());
        parameters
    }
}

fn sobol(domain: Domain, scramble: Scramble) -> SampleParameters {
    let (kind, of_seed) = match scramble {
        Scramble::None => (ScrambleKind::None, None),
        Scramble::Shift { seed, randomisation } => {
            (ScrambleKind::Shift, Some((seed, randomisation)))
        }
        Scramble::Owen { seed, randomisation } => (ScrambleKind::Owen, Some((seed, randomisation))),
    };
    SampleParameters {
        dimensions: match domain {
            Domain::Sphere => None,
            Domain::Cube { dimensions } => Some(dimensions),
        },
        scramble: Some(kind),
        seed: of_seed.map(|(seed, _)| seed),
        randomisation: of_seed.map(|(_, randomisation)| randomisation),
        ..SampleParameters::new(SchemeKind::Sobol)
    }
}
