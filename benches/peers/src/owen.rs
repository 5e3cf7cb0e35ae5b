//! Owen-scrambled Sobol points in f32 and four dimensions.

use sphere_math::sampling::{Domain, Scheme, Scramble};

use crate::Result;
use crate::race::{Race, Ranking, Runner};
use crate::sequences::at_levels;

const POINTS: usize = 1 << 20;
/// As many points of one scramble as `sobol_burley` has.
const OF_A_SEED: usize = 1 << 16;

pub fn race() -> Result<Ranking> {
    let domain = Domain::Cube { dimensions: 4 };
    let owen = Scramble::Owen { seed: 1, randomisation: 0 };
    let plan = Scheme::Sobol { domain, scramble: owen }.plan()?;
    let mut runners = Vec::new();
    for plan in at_levels(&plan)? {
        runners.push(Runner::new(format!("sphere {}", plan.simd()), move |memory| {
            plan.fill_rows::<f32>(0..POINTS as u64, memory)?;
            Ok(())
        }));
    }
    runners.push(Runner::new("sobol_burley 0.5, four at a time", |memory: &mut [f32]| {
        for (index, row) in memory.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let (seed, index) = (index / OF_A_SEED, index % OF_A_SEED);
            *row = sobol_burley::sample_4d(index as u32, 0, seed as u32);
        }
        Ok(())
    }));
    let case = "Sobol, Owen scramble, 4 dimensions, f32".to_owned();
    let race = Race { case, unit: "coordinates/s", work: 4.0 * POINTS as f64, runners };
    race.run(31, &mut vec![1.0; 4 * POINTS])
}
