//! How often each scheme allocates, to be planned and to be filled, as one JSON object: a table of the
//! comparison report. `cargo run --package sphere-math --example allocations`

use std::error::Error;
use std::io::{self, Write};

use allocation_counter::measure;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Plan, SampleError, Scheme, Scramble};

const POINTS: u64 = 4_096;

fn main() -> Result<(), Box<dyn Error>> {
    let cases = cases().into_iter().map(|(name, scheme)| case(name, &scheme));
    let cases = cases.collect::<Result<Vec<_>, _>>()?.join(",\n");
    writeln!(io::stdout(), "{{\"points\": {POINTS}, \"cases\": [\n{cases}\n]}}")?;
    Ok(())
}

fn case(name: &str, scheme: &Scheme) -> Result<String, SampleError> {
    let mut plan = None;
    let planned = measure(|| plan = Some(scheme.plan()));
    let plan: Plan = plan.unwrap_or_else(|| scheme.plan())?;
    let mut columns = vec![vec![0.0_f64; POINTS as usize]; plan.shape().columns()];
    let mut columns: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    let mut done = Ok(());
    let filled = measure(|| done = plan.fill(0..POINTS, &mut columns).map(drop));
    done?;
    Ok(format!(
        "  {{\"case\": \"{name}\", \"plan_allocations\": {}, \"plan_bytes\": {}, \
         \"fill_allocations\": {}}}",
        planned.count_total, planned.bytes_current, filled.count_total
    ))
}

/// The schemes of the report, by its names.
fn cases() -> Vec<(&'static str, Scheme)> {
    let random = |method| Scheme::Random { seed: 0, method };
    let sobol = |domain, scramble| Scheme::Sobol { domain, scramble };
    let cube = |dimensions| Domain::Cube { dimensions };
    let pixels = |ordering| Scheme::Pixels { order: 10, ordering };
    let (seed, randomisation) = (0, 0);
    vec![
        ("fibonacci", Scheme::Fibonacci { total: POINTS, placement: Placement::Quadrature }),
        ("disk", Scheme::Disk { total: POINTS }),
        ("random-cylinder", random(Method::Cylinder)),
        ("random-disk", random(Method::Disk)),
        ("random-ball", random(Method::Ball)),
        ("sobol-sphere", sobol(Domain::Sphere, Scramble::None)),
        ("sobol-2", sobol(cube(2), Scramble::None)),
        ("sobol-8", sobol(cube(8), Scramble::None)),
        ("sobol-64", sobol(cube(64), Scramble::None)),
        ("sobol-4-shift", sobol(cube(4), Scramble::Shift { seed, randomisation })),
        ("sobol-4-owen", sobol(cube(4), Scramble::Owen { seed, randomisation })),
        ("pixels-ring", pixels(Ordering::Ring)),
        ("pixels-nested", pixels(Ordering::Nested)),
    ]
}
