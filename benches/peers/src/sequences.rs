//! The Sobol sequence in f64, point after point.

use sphere_math::sampling::{Domain, Plan, Scheme, Scramble};
use sphere_math::simd::SimdLevel;

use crate::race::{Race, Ranking, Runner};
use crate::scipy::Scipy;
use crate::{BUILD, Result};

/// The first `points` points, `repeats` times in a run.
pub fn race(
    dimensions: usize,
    points: usize,
    repeats: u32,
    scipy: Option<&mut Scipy>,
) -> Result<Ranking> {
    let mut memory = vec![1.0; dimensions * points];
    let mut runners = ours(dimensions, points, repeats)?;
    runners.push(sobol(dimensions, points, repeats));
    runners.push(sobol_qmc(dimensions, points, repeats)?);
    if let Some(scipy) = scipy {
        let name = scipy.name.clone();
        runners
            .push(Runner::with_own_clock(name, move |_| scipy.draw(dimensions, points, repeats)));
    }
    let (case, unit, work) = if repeats == 1 {
        (format!("Sobol, {dimensions} dimensions, f64"), "coordinates/s", dimensions * points)
    } else {
        let case = format!("Sobol, batches of {points} points, {dimensions} dimensions, f64");
        (case, "batches/s", repeats as usize)
    };
    let rounds = if repeats == 1 { 9 } else { 45 };
    Race { case, unit, work: work as f64, runners }.run(rounds, &mut memory)
}

/// Row after row, as the others do, and in columns; in a portable build at every level.
fn ours(dimensions: usize, points: usize, repeats: u32) -> Result<Vec<Runner<'static, f64>>> {
    let domain = Domain::Cube { dimensions: dimensions as u32 };
    let plan = Scheme::Sobol { domain, scramble: Scramble::None }.plan()?;
    let mut runners = Vec::new();
    for plan in at_levels(&plan)? {
        let columns = plan.clone();
        let level = plan.simd();
        runners.push(Runner::new(format!("sphere {level}"), move |memory| {
            for _ in 0..repeats {
                plan.fill_rows(0..points as u64, memory)?;
            }
            Ok(())
        }));
        runners.push(Runner::new(
            format!("sphere {level}, columns"),
            move |memory: &mut [f64]| {
                for _ in 0..repeats {
                    let mut slices: Vec<&mut [f64]> = memory.chunks_exact_mut(points).collect();
                    columns.fill(0..points as u64, &mut slices)?;
                }
                Ok(())
            },
        ));
    }
    let mut words = vec![1; dimensions * points];
    runners.push(Runner::new(format!("sphere {}, raw words", plan.simd()), move |_| {
        for _ in 0..repeats {
            let mut slices: Vec<&mut [u64]> = words.chunks_exact_mut(points).collect();
            plan.draw(0..points as u64, &mut slices)?;
        }
        Ok(())
    }));
    Ok(runners)
}

/// The plan at the best level; in a portable build at each, best first. In a native build all code may
/// use what the processor has, so that the lower levels would not be themselves.
pub fn at_levels(plan: &Plan) -> Result<Vec<Plan>> {
    let levels = if BUILD == "native" { vec![SimdLevel::best()] } else { SimdLevel::available() };
    Ok(levels
        .into_iter()
        .rev()
        .map(|level| plan.with_simd(level))
        .collect::<std::result::Result<_, _>>()?)
}

fn sobol(dimensions: usize, points: usize, repeats: u32) -> Runner<'static, f64> {
    let ready = sobol::Sobol::<f64>::new(dimensions, &sobol::params::JoeKuoD6::standard());
    Runner::new("sobol 1.0", move |memory| {
        for _ in 0..repeats {
            copy_rows(memory, dimensions, ready.clone().take(points));
        }
        Ok(())
    })
}

fn sobol_qmc(dimensions: usize, points: usize, repeats: u32) -> Result<Runner<'static, f64>> {
    let parameters = &sobol_qmc::params::JoeKuoD6::STANDARD;
    let ready = sobol_qmc::Sobol::<f64>::new(dimensions, parameters)?;
    Ok(Runner::new("sobol-qmc 2.5", move |memory| {
        for _ in 0..repeats {
            copy_rows(memory, dimensions, ready.clone().take(points));
        }
        Ok(())
    }))
}

fn copy_rows(memory: &mut [f64], dimensions: usize, points: impl Iterator<Item = Vec<f64>>) {
    for (row, point) in memory.chunks_exact_mut(dimensions).zip(points) {
        row.copy_from_slice(&point);
    }
}
