//! What `auto` chooses, against the best engine in hindsight.

use sphere_engine::{
    CpuEngine, Discard, Engine, EngineError, EngineName, EngineOptions, Engines, Opening, Work,
};

use super::Bench;
use super::host::{lattice, seconds};
use super::record::{Goal, Row};
use crate::bench::statistics::Summary;

const OF: &str = "the time of the best engine in hindsight, of that of the chosen one";

/// Engines take turns at most for so long at each size.
const MOST_SECONDS: f64 = 4.0;

pub(super) fn rows(bench: &Bench<'_>) -> Vec<Row> {
    let engines = CpuEngine::new(None).map(|cpu| Engines::new(cpu, EngineOptions::default()));
    let engines = match engines {
        Ok(engines) => engines,
        Err(error) => return vec![Row::missing("auto", OF, &error)],
    };
    engines.warm();
    let row = |power| {
        let name = format!("auto, 10^{power} points");
        match measure(&engines, 10_u64.pow(power), bench.arguments.runs) {
            Ok((ratio, absolute)) => Row::measured(name, OF, ratio, Goal::AtLeast(0.9), absolute),
            Err(error) => Row::missing(name, OF, &error),
        }
    };
    (2..=bench.arguments.largest).map(row).collect()
}

fn measure(engines: &Engines, points: u64, runs: u32) -> Result<(Summary, String), EngineError> {
    let job = lattice(points)?;
    let chosen = engines.auto(&Work::Points(&job), Opening::IfItPays).capability().name;
    let names = [EngineName::Cpu, EngineName::Cuda];
    let both = [engines.open(names[0])?, engines.open(names[1])?];
    let (mut sink, mut taken) = (Discard::default(), [const { Vec::new() }; 2]);
    let mut total = 0.0;
    for turn in 0..=runs {
        for (engine, taken) in both.iter().zip(&mut taken) {
            let engine: &dyn Engine = &***engine;
            let seconds = seconds(engine, &job, &mut sink)?;
            total += seconds;
            if turn > 0 {
                taken.push(seconds);
            }
        }
        if turn > 0 && total > MOST_SECONDS {
            break;
        }
    }
    let [cpu, cuda] = taken.map(|taken| Summary::of(taken).median);
    let time = if chosen == EngineName::Cuda { cuda } else { cpu };
    let ratio = Summary { median: cpu.min(cuda) / time, spread: 0.0 };
    let absolute = format!("{chosen} chosen; cpu {:.1} us, cuda {:.1} us", 1e6 * cpu, 1e6 * cuda);
    Ok((ratio, absolute))
}
