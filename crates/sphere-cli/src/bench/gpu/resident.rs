//! Kernels whose points stay on the device, against a copy of as many bytes.

use sphere_engine::EngineError;
use sphere_math::healpix::Ordering;
use sphere_math::kernels::Output;
use sphere_math::sampling::{Domain, Method, Placement, Plan, Scheme, Scramble};

use super::record::{Goal, Row, ratios};
use super::{Bench, gigabytes};
use crate::bench::statistics::Summary;

const OF: &str = "bytes written a second, of those that a copy within the device writes";
const GOAL: Goal = Goal::AtLeast(0.8);

/// Points of one launch.
const MOST_POINTS: u64 = 1 << 26;

const SEED: u64 = 7;
const OWEN: Scramble = Scramble::Owen { seed: SEED, randomisation: 0 };

/// Every kernel, on its usual paths.
const SCHEMES: [(&str, Scheme); 9] = [
    ("fibonacci", Scheme::Fibonacci { total: 1 << 40, placement: Placement::Quadrature }),
    ("disk", Scheme::Disk { total: 1 << 40 }),
    ("random cylinder", Scheme::Random { seed: SEED, method: Method::Cylinder }),
    ("random disk", Scheme::Random { seed: SEED, method: Method::Disk }),
    ("random ball", Scheme::Random { seed: SEED, method: Method::Ball }),
    ("sobol cube d=8", cube(Scramble::None)),
    ("sobol cube d=8 owen", cube(OWEN)),
    ("sobol sphere", Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None }),
    ("pixels ring", Scheme::Pixels { order: 20, ordering: Ordering::Ring }),
];

const fn cube(scramble: Scramble) -> Scheme {
    Scheme::Sobol { domain: Domain::Cube { dimensions: 8 }, scramble }
}

pub(super) fn rows(bench: &Bench<'_>) -> Vec<Row> {
    let all = SCHEMES.iter().flat_map(|(name, scheme)| {
        [(Output::Double, 8, "f64"), (Output::Single, 4, "f32")].map(
            |(output, bytes, precision)| (format!("{name}, {precision}"), scheme, output, bytes),
        )
    });
    let row = |(name, scheme, output, value_bytes): (String, &Scheme, _, u64)| {
        let plan = match scheme.plan() {
            Ok(plan) => plan,
            Err(error) => return Row::missing(name, OF, &error),
        };
        match measure(bench, &plan, output, value_bytes) {
            Ok((ratio, absolute)) => Row::measured(name, OF, ratio, GOAL, absolute),
            Err(error) => Row::missing(name, OF, &error),
        }
    };
    all.map(row).collect()
}

/// Kernel and copy take turns.
fn measure(
    bench: &Bench<'_>,
    plan: &Plan,
    output: Output,
    value_bytes: u64,
) -> Result<(Summary, String), EngineError> {
    let (measure, columns) = (bench.cuda.measure(), plan.shape().columns() as u64);
    // As many bytes of every kernel as of the first: wide points are fewer.
    let points = (bench.arguments.points * 3 / columns).clamp(1, MOST_POINTS).min(plan.points());
    let bytes = points * columns * value_bytes;
    let (mut kernel, mut copy) = (Vec::new(), Vec::new());
    for round in bench.rounds() {
        let kernels = measure.kernel_seconds(plan, output, points, 1)?;
        let copies = measure.copy_seconds(bytes as usize, 1)?;
        if round > 0 {
            kernel.extend(kernels);
            copy.extend(copies);
        }
    }
    let absolute = format!(
        "{:.0} of {:.0} GB/s",
        gigabytes(bytes, Summary::of(kernel.clone()).median),
        gigabytes(bytes, Summary::of(copy.clone()).median)
    );
    Ok((ratios(&copy, &kernel), absolute))
}
