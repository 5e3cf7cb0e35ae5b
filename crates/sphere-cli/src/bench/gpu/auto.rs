//! What `auto` chooses, against the best engine in hindsight.

use sphere_engine::{
    CpuEngine, Discard, Engine, EngineError, EngineName, EngineOptions, Engines, Work,
};

use super::host::{lattice, seconds};
use super::record::{Goal, Row};
use super::{Bench, options};
use crate::bench::statistics::Summary;

const OF: &str = "the time of the best engine in hindsight, of that of the chosen one";

/// Engines take turns at most for so long at each size.
const MOST_SECONDS: f64 = 4.0;

pub(super) fn rows(bench: &Bench<'_>) -> Vec<Row> {
    let options = EngineOptions { cuda: options(bench.arguments), ..EngineOptions::default() };
    let engines = CpuEngine::new(None).map(|cpu| Engines::new(cpu, &options));
    let engines = match engines {
        Ok(engines) => engines,
        Err(error) => return vec![Row::missing("auto", OF, &error)],
    };
    engines.warm();
    let row = |power| {
        let name = format!("auto, 10^{power} points");
        match measure(bench, &engines, 10_u64.pow(power)) {
            Ok((ratio, absolute)) => Row::once(name, OF, ratio, Goal::AtLeast(0.9), absolute),
            Err(error) => Row::missing(name, OF, &error),
        }
    };
    (2..=bench.arguments.largest).map(row).collect()
}

fn measure(
    bench: &Bench<'_>,
    engines: &Engines,
    points: u64,
) -> Result<(f64, String), EngineError> {
    let job = lattice(points)?;
    let chosen = engines.auto(&Work::Points(&job)).capability().name;
    let names = [EngineName::Cpu, EngineName::Cuda];
    let both = [engines.open(names[0])?, engines.open(names[1])?];
    let (mut sink, mut taken) = (Discard::default(), [const { Vec::new() }; 2]);
    let mut total = 0.0;
    for round in bench.rounds() {
        for (engine, taken) in both.iter().zip(&mut taken) {
            let engine: &dyn Engine = &***engine;
            let seconds = seconds(engine, &job, &mut sink)?;
            total += seconds;
            if round > 0 {
                taken.push(seconds);
            }
        }
        if round > 0 && total > MOST_SECONDS {
            break;
        }
    }
    let [cpu, cuda] = taken.map(|taken| Summary::of(taken).median);
    let time = if chosen == EngineName::Cuda { cuda } else { cpu };
    let ratio = cpu.min(cuda) / time;
    let absolute = format!("{chosen} chosen; cpu {:.1} us, cuda {:.1} us", 1e6 * cpu, 1e6 * cuda);
    Ok((ratio, absolute))
}
