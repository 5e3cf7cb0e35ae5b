//! A large job in a worker against one in this process: nothing is copied, so it should take as long.

use std::time::{Duration, Instant};

use sphere_engine::{Discard, Engine, Stop};

use crate::setting::{PATIENCE, cpu, job, supervisor};
use crate::statistics::{Times, millis};

const POINTS: u64 = 100_000_000;
const ROUNDS: usize = 9;

pub(crate) fn measure() {
    let (cpu, supervisor) = (cpu(), supervisor());
    let (worker, job) = (supervisor.wait(PATIENCE).unwrap(), job(POINTS));
    let time = |engine: &dyn Engine| -> Duration {
        let started = Instant::now();
        engine.run(&job, &mut Discard::default(), &Stop::never()).unwrap();
        started.elapsed()
    };
    let (mut here, mut there, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        here.push(time(&*cpu));
        there.push(time(&*worker));
        ratios.push(here[here.len() - 1].as_secs_f64() / there[there.len() - 1].as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    let (here, there) = (Times::new(here).median(), Times::new(there).median());
    println!("| 10^8 points | in process, ms | worker, ms | rate against in process | rounds |");
    println!("| --- | --- | --- | --- | --- |");
    println!(
        "| medians of {ROUNDS} in turns | {:.0} | {:.0} | {:.3} | {:.3} to {:.3} |",
        millis(here),
        millis(there),
        here.as_secs_f64() / there.as_secs_f64(),
        ratios[0],
        ratios[ratios.len() - 1],
    );
    println!();
}
