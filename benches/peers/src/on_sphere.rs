//! Random directions in f64.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, UnitSphere};
use sphere_math::sampling::{Method, Placement, Scheme};

use crate::Result;
use crate::race::{Race, Ranking, Runner};
use crate::sequences::at_levels;

const POINTS: usize = 1 << 20;

pub fn race() -> Result<Ranking> {
    let random = |method| Scheme::Random { seed: 1, method };
    let fibonacci = Scheme::Fibonacci { total: POINTS as u64, placement: Placement::Quadrature };
    let schemes = [
        ("cylinder", random(Method::Cylinder)),
        ("disk", random(Method::Disk)),
        ("Fibonacci", fibonacci),
    ];
    let mut runners = Vec::new();
    for (name, scheme) in schemes {
        for plan in at_levels(&scheme.plan()?)? {
            runners.push(Runner::new(format!("sphere {name}, {}", plan.simd()), move |memory| {
                plan.fill_rows::<f64>(0..POINTS as u64, memory)?;
                Ok(())
            }));
        }
    }
    // The fastest generator of rand.
    let mut generator = SmallRng::seed_from_u64(1);
    runners.push(Runner::new(
        "rand_distr 0.5 UnitSphere, SmallRng",
        move |memory: &mut [f64]| {
            for row in memory.as_chunks_mut::<3>().0 {
                *row = UnitSphere.sample(&mut generator);
            }
            Ok(())
        },
    ));
    let case = "directions, f64".to_owned();
    let race = Race { case, unit: "points/s", work: POINTS as f64, runners };
    race.run(31, &mut vec![1.0; 3 * POINTS])
}
